"""One program and one gateway for all conversations that leave them as they were."""

from collections.abc import Iterator

import pytest

import bot.wecom
from bot.channels.wecom import channel, files
from kb.base import KnowledgeBase
from tests.bot.server import serving
from tests.wecom.bot import HASTY
from tests.wecom.gateway import Gateway
from tests.wecom.office import Office, settings_of


@pytest.fixture(scope="module", autouse=True)
def _in_no_hurry() -> Iterator[None]:
    """Tests are chattier than the platform allows, and wait for nobody."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bot.wecom, "TIMING", HASTY)
        patch.setattr(channel, "LIMITS", ((100_000, 60.0),))
        patch.setattr(files, "_EVERY_SECONDS", 0.1)
        yield


@pytest.fixture(scope="module")
def open_office(base: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    data = tmp_path_factory.mktemp("wecom")
    with Gateway() as gateway, serving(base, data, **settings_of(gateway)) as url:
        gateway.subscribed()
        yield Office(url, data, gateway)


@pytest.fixture
def office(open_office: Office) -> Office:
    """The office, and all that was said before this test is forgotten."""
    open_office.forget()
    return open_office
