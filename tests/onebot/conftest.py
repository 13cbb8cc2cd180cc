"""One program and one account for all conversations that leave them as they were."""

from collections.abc import Iterator

import pytest

from bot.channels.onebot import delivery
from kb.base import KnowledgeBase
from tests.bot.server import serving
from tests.onebot.client import PATH, TOKEN, Bridge
from tests.onebot.office import STAFF, Office

HASTE = {"onebot_rate": 100_000, "onebot_account_rate": 1_000_000, "remind_minutes": 10_000}
"""Tests are chattier than QQ allows."""


@pytest.fixture(scope="module", autouse=True)
def _in_no_doubt_for_long() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delivery, "_AFTER_DOUBT", 0.2)
        yield


@pytest.fixture(scope="module")
def open_office(base: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    data = tmp_path_factory.mktemp("qq")
    with serving(base, data, onebot_token=TOKEN, onebot_staff_group=STAFF, **HASTE) as url:
        bridge = Bridge(url + PATH, heartbeat=5)
        bridge.add_group(STAFF)
        with bridge:
            yield Office(url, data, bridge)


@pytest.fixture
def office(open_office: Office) -> Office:
    """The office, and all that was said before this test is forgotten."""
    open_office.bridge.connected()
    open_office.forget()
    return open_office
