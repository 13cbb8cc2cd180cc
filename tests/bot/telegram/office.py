"""The bot in service: Telegram's stand-in, the program behind it, and an ear for everything that is said or edited."""

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.telegram import BotApi, Group, HasId, Person, SentMessage

_PATIENCE = 90.0
_GLANCE = 0.01
_UNDONE = (
    "SELECT (SELECT count(*) FROM inbox WHERE state = 'new') + (SELECT count(*) FROM outbox WHERE state = 'waiting')"
)


@dataclass
class Office:
    """``staff``: the chat of the support staff; ``data``: the folder of the program. Whoever listens has to hear all."""

    api: BotApi
    data: Path
    staff: Group
    _heard: dict[tuple[int, int], int] = field(default_factory=dict)

    def hears(self, chat: HasId | int, *words: str) -> list[SentMessage]:
        """Exactly these messages are new or changed in a chat, oldest first, each with the words in it; none: silence."""
        self.settle()
        new = [one for one in self.api.messages(chat) if self._heard.get((one.chat, one.id), -1) < one.edits]
        self._heard |= {(one.chat, one.id): one.edits for one in new}
        texts = [one.text or f"［{one.kind}］" for one in new]
        assert len(texts) == len(words), f"{texts}; everywhere: {self.everything()}"
        for text, expected in zip(texts, words, strict=True):
            assert expected in text, text
        return new

    def everything(self) -> list[str]:
        """The last that was said in each chat, and what became of it, for whoever wonders why a test failed."""
        said = [f"{chat}: {[one.text for one in self.api.messages(chat)][-6:]}" for chat in list(self.api.world.chats)]
        return [*said, str(self.rows("SELECT id, state, payload FROM inbox ORDER BY id DESC LIMIT 6"))]

    def forget(self) -> None:
        """What was said until now need not be heard any more."""
        self.settle()
        chats = list(self.api.world.chats)
        self._heard |= {(one.chat, one.id): one.edits for chat in chats for one in self.api.messages(chat)}

    def settle(self) -> None:
        """Wait until the bot has taken every update, done it, and sent everything that follows."""
        give_up = time.monotonic() + _PATIENCE
        while self.api.pending or self.undone():
            if time.monotonic() > give_up:
                waiting = [one["update_id"] for one in self.api.pending]
                raise AssertionError(f"not done: updates {waiting}, {self.undone()} in the database")
            time.sleep(_GLANCE)

    def undone(self) -> int:
        """How many events and messages wait in the database."""
        [(count,)] = self.rows(_UNDONE)
        return int(str(count))

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """What the database says."""
        with closing(sqlite3.connect(f"file:{self.data / 'helpdesk.sqlite'}?mode=ro", uri=True, timeout=15)) as file:
            return [tuple(row) for row in file.execute(query, values)]

    def words(self) -> Iterator[str]:
        """Everything that stands in the database, value by value."""
        for (table,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'"):
            yield from (str(value) for row in self.rows(f'SELECT * FROM "{table}"') for value in row)

    def audit(self, person: Person) -> list[tuple[object, ...]]:
        """What somebody did, or tried to do, at the desk: action, ticket, whether he might."""
        query = "SELECT action, ticket, allowed FROM audit WHERE account = ? ORDER BY id"
        return self.rows(query, str(person.id))

    def status(self, number: int) -> object:
        """The state of a ticket."""
        return self.rows("SELECT status FROM ticket WHERE number = ?", number)[0][0]

    def opens(self, user: Person, words: str = "转人工", room: Group | None = None) -> tuple[int, SentMessage]:
        """A user asks for a person: the number of his ticket, and its card."""
        user.says(words)
        [told] = self.hears(user, "已经登记")
        number = number_in(told)
        [card] = self.hears(room or self.staff, f"工单 {number} · 待认领")
        return number, card

    def takes(self, user: Person, agent: Person, words: str = "转人工") -> tuple[int, SentMessage]:
        """A user asks for a person and an agent takes the case."""
        number, card = self.opens(user, words)
        agent.presses(card, "认领")
        self.hears(user, "工作人员已接手")
        [card] = self.hears(self.staff, f"工单 {number} · 处理中（{agent.name}）")
        return number, card


def settings_of(api: BotApi, staff: Group) -> dict[str, Any]:
    """What a program has to know to work for an office."""
    return {
        "telegram_token": api.token,
        "telegram_api_url": api.url,
        "telegram_rate": 1000,
        "telegram_staff_chat": staff.id,
        "remind_minutes": 10_000,
    }


def number_in(told: SentMessage) -> int:
    """The number of the ticket that somebody is told of."""
    found = re.search(r"已经登记，工单号 (\d+)，", told.text)
    assert found, told.text
    return int(found[1])
