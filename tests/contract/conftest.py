from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kb.base import KnowledgeBase
from tests.contract.client import Client
from tests.contract.service import Service
from tests.contract.telegram import TelegramClient
from tests.contract.web import WebClient

CLIENTS: dict[str, Callable[[], Client]] = {
    "telegram": TelegramClient,
    "web": WebClient,
}


@pytest.fixture(params=CLIENTS)
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    """Each channel in turn."""
    one = CLIENTS[request.param]()
    yield one
    one.close()


@pytest.fixture
def service(client: Client, base: KnowledgeBase, tmp_path: Path) -> Iterator[Service]:
    """The program, up, with this channel."""
    one = Service(base, tmp_path, client)
    one.start()
    yield one
    one.stop()


@pytest.fixture
def in_groups(service: Service) -> Service:
    """The program on a channel that has groups."""
    if not service.client.has_groups:
        pytest.skip(f"nobody meets the bot in a group on {service.client.name}")
    return service
