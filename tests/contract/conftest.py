from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kb.base import KnowledgeBase
from tests.api.client import ApiClient
from tests.callbacks.client import MpClient, WecomAppClient
from tests.contract.client import Client
from tests.contract.service import Service
from tests.contract.telegram import TelegramClient
from tests.contract.web import WebClient
from tests.onebot.contract import OneBotClient
from tests.wecom.client import WecomClient

EVERYWHERE: dict[str, Callable[[], Client]] = {
    "telegram": TelegramClient,
    "onebot": OneBotClient,
    "wecom": WecomClient,
    "wecom_app": WecomAppClient,
    "mp": MpClient,
    "api": ApiClient,
    "web": WebClient,
}
PICTURES = [name for name in EVERYWHERE if name != "web"]
"""The page sends no pictures."""
GROUPS = ("telegram", "onebot", "wecom", "api")
OVERHEARING = ("telegram", "onebot", "api")
"""WeCom tells the bot only what is said to it."""


@pytest.fixture(params=EVERYWHERE)
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    """Each channel in turn, or those that a test asks for."""
    one = EVERYWHERE[request.param]()
    yield one
    one.close()


@pytest.fixture
def service(client: Client, base: KnowledgeBase, tmp_path: Path) -> Iterator[Service]:
    """The program, up, with this channel."""
    one = Service(base, tmp_path, client)
    one.start()
    yield one
    one.stop()
