"""The bot in service: a bridge in front of it, and an ear for everything that the account says."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from tests.onebot.client import Bridge, Sent

STAFF = 880_001
"""The staff's group."""
_PATIENCE = 20.0
_GLANCE = 0.01
_FIRST_GLANCE = 0.05
"""What was written into the socket is read."""
_INBOX = "SELECT count(*) FROM inbox WHERE state = 'new'"
_ARRIVED = "SELECT 1 FROM inbox WHERE event_id LIKE ?"
_OUTBOX = "SELECT count(*) FROM outbox WHERE state = 'waiting' AND (lane LIKE '10001.%' OR lane LIKE '*.%')"


@dataclass
class Office:
    """``data``: the folder of the program. Whoever listens has to hear all."""

    url: str
    data: Path
    bridge: Bridge
    _heard: int = 0
    _said: list[int] = field(default_factory=list)
    _people: Iterator[int] = field(default_factory=lambda: count(2_000_001))
    _groups: Iterator[int] = field(default_factory=lambda: count(600_001))

    def friend(self) -> int:
        """Somebody new who can be written to."""
        user = next(self._people)
        self.bridge.friends.add(user)
        return user

    def stranger(self) -> int:
        """Somebody who is no friend."""
        return next(self._people)

    def group(self, **more: Any) -> int:
        """A new group of the account's."""
        return self.bridge.add_group(next(self._groups), **more)

    def settle(self, patience: float = _PATIENCE) -> None:
        """Wait until every event is done and everything that follows is sent."""
        time.sleep(_FIRST_GLANCE)
        give_up = time.monotonic() + patience
        while self._on_the_way() or self.undone():
            if time.monotonic() > give_up:
                lost, self._said = self._said, []
                waiting = self.rows("SELECT lane, error, attempts FROM outbox WHERE state = 'waiting' LIMIT 5")
                raise AssertionError(f"{self.undone()} not done: {waiting}; never came: {lost}")
            time.sleep(_GLANCE)

    def _on_the_way(self) -> bool:
        """Whether something that was said has not come in yet."""
        self._said = [number for number in self._said if not self.rows(_ARRIVED, f"10001.%:{number}:%")]
        return bool(self._said)

    def undone(self) -> int:
        """How many events and messages wait in the database."""
        return sum(int(str(self.rows(query)[0][0])) for query in (_INBOX, _OUTBOX))

    def says(self, user: int, words: Any, group: int | None = None, **more: Any) -> int:
        """Somebody writes."""
        number = self.bridge.says(user, words, group, **more)
        self._said.append(number)
        return number

    def hears(self, user: int | None, *words: str, group: int | None = None) -> list[Sent]:
        """Exactly these messages were sent since the last time, all to this chat, each with the words in it."""
        self.settle()
        new = self.bridge.sent[self._heard :]
        self._heard = len(self.bridge.sent)
        texts = [f"{one.user or ''} {one.group or ''} {one.text}{''.join(one.nodes)}" for one in new]
        assert len(new) == len(words), texts
        for one, text, expected in zip(new, texts, words, strict=True):
            assert expected in text, texts
            assert one.group == group, texts
            assert user in (None, one.user, *one.called), texts
        return new

    def forget(self) -> None:
        """What was said until now need not be heard any more."""
        self.settle()
        self._heard = len(self.bridge.sent)

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """What the database says."""
        with closing(sqlite3.connect(f"file:{self.data / 'helpdesk.sqlite'}?mode=ro", uri=True, timeout=15)) as file:
            return [tuple(row) for row in file.execute(query, values)]

    def ticket(self) -> int:
        """The number of the newest ticket; numbers do not come in order."""
        return int(str(self.rows("SELECT number FROM ticket ORDER BY opened_at DESC LIMIT 1")[0][0]))

    def state(self) -> dict[str, str]:
        """How the channel says it is doing."""
        health = httpx.get(f"{self.url}/healthz", trust_env=False).json()
        return dict(health["channels"]["onebot"])

    def until_state(self, words: str, patience: float = _PATIENCE) -> dict[str, str]:
        """The state, once it says this."""
        give_up = time.monotonic() + patience
        while words not in str(self.state()):
            assert time.monotonic() < give_up, self.state()
            time.sleep(0.1)
        return self.state()
