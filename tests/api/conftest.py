"""One server for all tests of a file; every test has a key of its own."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.desk.actions import Verb
from kb.base import KnowledgeBase
from tests.api.bridge import Bridge, new_key
from tests.api.desk import agent_does
from tests.bot.server import serving


@dataclass(frozen=True)
class Office:
    """The program, up."""

    address: str
    data: Path
    base: KnowledgeBase
    bridges: list[Bridge] = field(default_factory=list)

    def bridge(self, *arguments: str) -> Bridge:
        return self.bridge_with(new_key(self.data, *arguments)[0])

    def bridge_with(self, token: str) -> Bridge:
        self.bridges.append(Bridge(self.address, token))
        return self.bridges[-1]

    def agent_does(self, verb: Verb, number: int, text: str = "") -> str:
        return agent_does(self.base, self.data, verb, number, text)


@pytest.fixture(scope="module")
def office(base: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    data = tmp_path_factory.mktemp("office")
    with serving(base, data, remind_minutes=10_000) as address:
        office = Office(address, data, base)
        yield office
        for bridge in office.bridges:
            bridge.close()


@pytest.fixture
def bridge(office: Office) -> Bridge:
    return office.bridge()


@pytest.fixture
def other(office: Office) -> Bridge:
    return office.bridge()
