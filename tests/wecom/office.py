"""The bot in service: the platform's stand-in, the program behind it, and an ear for everything that is said."""

import re
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from tests.wecom.gateway import BOT, SECRET, Gateway, Said

STAFF = "wrSTAFF"
LISTED = "zhangwei"
"""An agent who may act from anywhere."""
_PATIENCE = 20.0
_GLANCE = 0.01
_UNDONE = (
    "SELECT (SELECT count(*) FROM inbox WHERE state = 'new')"
    " + (SELECT count(*) FROM outbox WHERE state = 'waiting' AND attempts = 0)"
)
_people = count(1)


@dataclass
class Office:
    """Whoever listens has to hear all."""

    url: str
    data: Path
    gateway: Gateway
    heard: int = 0

    def friend(self) -> str:
        """Somebody new."""
        return f"user{next(_people)}"

    def group(self) -> str:
        """A new group."""
        return f"wrGROUP{next(_people)}"

    def says(self, user: str, text: str, group: str | None = None, **more: Any) -> str:
        """Somebody writes."""
        return self.expects(self.gateway.says(user, text, group, **more))

    def expects(self, msgid: str) -> str:
        """Something is on its way to the program."""
        give_up = time.monotonic() + _PATIENCE
        while not self.rows("SELECT 1 FROM inbox WHERE channel = 'wecom' AND event_id = ?", msgid):
            assert time.monotonic() < give_up, f"{msgid} did not arrive"
            time.sleep(_GLANCE)
        return msgid

    def hears(self, chat: str, *words: str) -> list[Said]:
        """Exactly these messages were sent since the last time, all to this chat, each with the words in it."""
        self.settle()
        new = self.gateway.said[self.heard :]
        self.heard = len(self.gateway.said)
        texts = [f"{one.chat}: {one.text or list(one.buttons)}" for one in new]
        assert len(new) == len(words), texts
        for one, expected in zip(new, words, strict=True):
            assert one.chat == chat, texts
            assert expected in one.text, texts
        return new

    def hears_card(self, chat: str, *words: str) -> tuple[Said, Said]:
        """One active message and below it its card."""
        [*_, said, card] = self.hears(chat, *words, "")
        assert card.buttons
        return said, card

    def forget(self) -> None:
        """What was said until now need not be heard any more."""
        self.settle()
        self.heard = len(self.gateway.said)

    def settle(self) -> None:
        """Wait until the program has done and sent everything."""
        give_up = time.monotonic() + _PATIENCE
        while self.rows(_UNDONE)[0][0]:
            assert time.monotonic() < give_up, self.rows("SELECT lane, error FROM outbox WHERE state = 'waiting'")
            time.sleep(_GLANCE)

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """What the database says."""
        with closing(sqlite3.connect(f"file:{self.data / 'helpdesk.sqlite'}?mode=ro", uri=True, timeout=15)) as file:
            return [tuple(row) for row in file.execute(query, values)]

    def state(self) -> str:
        """How the channel says it is doing."""
        found = httpx.get(f"{self.url}/healthz", trust_env=False).json()["channels"]["wecom"]
        return f"{found['state']} {found['detail']}"

    def until_state(self, words: str) -> None:
        """Wait until it says so."""
        give_up = time.monotonic() + _PATIENCE
        while words not in self.state():
            assert time.monotonic() < give_up, self.state()
            time.sleep(0.05)

    def opens(self, user: str) -> tuple[int, Said]:
        """A user asks for a person: the number of his ticket, and the card for the staff."""
        self.says(user, "转人工")
        self.settle()
        told = self.gateway.hears(user, "已经登记")
        number = number_in(told)
        self.gateway.hears(STAFF, f"工单 {number} · 待认领")
        card = next(one for one in reversed(self.gateway.to(STAFF)) if one.buttons)
        self.forget()
        return number, card


def settings_of(gateway: Gateway, **more: Any) -> dict[str, Any]:
    """What a program has to know to work for an office."""
    gateway.adds_to(STAFF)
    return {
        "wecom_bot_id": BOT,
        "wecom_bot_secret": SECRET,
        "wecom_ws_url": gateway.url,
        "wecom_staff_chat": STAFF,
        "agents": [{"wecom": LISTED, "name": "老张"}],
        "remind_minutes": 10_000,
        **more,
    }


def number_in(told: Said) -> int:
    """The number of the ticket that somebody is told of."""
    found = re.search(r"工单号 ?(\d+)", told.text)
    assert found, told.text
    return int(found[1])
