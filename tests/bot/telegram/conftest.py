"""One bot for all conversations that leave it as it was."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from bot.channels.telegram import client, files
from kb.base import KnowledgeBase
from tests.bot.server import serving
from tests.bot.telegram.office import Office, settings_of
from tests.telegram import BotApi, Group, Person

# As the client has it when it is built; tables of errors are made before.
os.environ.setdefault("PTB_TIMEDELTA", "true")
LISTED = 9_000_001
"""An agent who may act from anywhere."""


@dataclass(kw_only=True)
class Desk(Office):
    """Three rooms of staff: the default one, one with topics for 江宁区, one for 市政."""

    jiangning: Group
    works: Group
    wang: Person
    chen: Person
    li: Person


@pytest.fixture(scope="module", autouse=True)
def _in_no_hurry() -> Iterator[None]:
    """Groups of tests are chattier than Telegram allows, and nobody waits five seconds for a file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "_GROUP_MESSAGES", 100_000)
        patch.setattr(files, "_EVERY_SECONDS", 0.1)
        yield


@pytest.fixture(scope="module")
def open_desk(base: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    data = tmp_path_factory.mktemp("desk")
    with BotApi() as api:
        agents = (wang, chen, li) = (api.person("小王"), api.person("小陈"), api.person("老李", id=LISTED))
        staff = api.group("客服", agents[:2])
        jiangning = api.group("江宁", agents[:2], forum=True)
        works = api.group("市政", agents[:2])
        for room in (staff, jiangning, works):
            room.make_bot_admin()
        settings = {
            **settings_of(api, staff),
            "teams": [
                {"name": "江宁组", "telegram_chat": jiangning.id, "districts": ["江宁区"]},
                {"name": "市政组", "telegram_chat": works.id, "project_types": ["市政工程"]},
            ],
            "agents": [{"telegram": LISTED, "name": "老李"}],
        }
        with serving(base, data, **settings):
            desk = Desk(api, data, staff, jiangning=jiangning, works=works, wang=wang, chen=chen, li=li)
            yield desk


@pytest.fixture
def desk(open_desk: Desk) -> Desk:
    """The desk, and all that was said before this test is forgotten."""
    open_desk.forget()
    return open_desk


@pytest.fixture
def anna(desk: Desk) -> Person:
    return desk.api.person("Anna")


@pytest.fixture
def ben(desk: Desk) -> Person:
    return desk.api.person("Ben")
