"""One program with both channels, and both platforms around it."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kb.base import KnowledgeBase
from tests.bot.server import serving
from tests.callbacks import ApiServer, MpPhone, WecomPhone
from tests.callbacks.envelope import Account

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
WECOM = Account("ww0123456789abcdef", "wecom-token", KEY)
MP = Account("wx0123456789abcdef", "mp-token", KEY[::-1][:42] + "E")


def settings_of(api: ApiServer) -> dict[str, Any]:
    """What a program has to know to work with both platforms."""
    return {
        "wecom_corp_id": WECOM.id,
        "wecom_agent_id": api.agent,
        "wecom_secret": api.secret,
        "wecom_token": WECOM.token,
        "wecom_aes_key": WECOM.aes_key,
        "wecom_api_url": api.url,
        "mp_app_id": MP.id,
        "mp_secret": api.secret,
        "mp_token": MP.token,
        "mp_aes_key": MP.aes_key,
        "mp_api_url": api.url,
        "remind_minutes": 10_000,
        "agents": [{"name": "小王", "wecom": "wang"}],
    }


@dataclass
class Town:
    """A program that serves at ``url``, its data, and the platforms."""

    url: str
    data: Path
    api: ApiServer
    wecom: WecomPhone
    mp: MpPhone


def row_when_there(town: Town, query: str, *values: object) -> object:
    """The first value that the database has, sooner or later."""
    for _ in range(500):
        with closing(sqlite3.connect(f"file:{town.data / 'helpdesk.sqlite'}?mode=ro", uri=True, timeout=15)) as file:
            row = file.execute(query, values).fetchone()
        if row:
            return row[0]
        time.sleep(0.02)
    raise AssertionError(query)


@pytest.fixture(scope="session", autouse=True)
def _no_proxy() -> None:
    os.environ["NO_PROXY"] = "127.0.0.1"


@pytest.fixture(scope="module")
def town(base: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    data = tmp_path_factory.mktemp("callbacks")
    with ApiServer() as api, serving(base, data, **settings_of(api)) as url:
        yield Town(url, data, api, WecomPhone(url, api, WECOM), MpPhone(url, api, MP))


@pytest.fixture
def wecom(town: Town) -> Iterator[WecomPhone]:
    yield town.wecom
    town.api.works()


@pytest.fixture
def mp(town: Town) -> Iterator[MpPhone]:
    yield town.mp
    town.api.works()
