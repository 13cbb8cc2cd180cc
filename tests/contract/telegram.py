"""The contract's people on Telegram: the Bot API's stand-in over HTTP."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bot.channels.splitting import utf16
from tests.contract.client import Shown
from tests.telegram import BotApi, Group, Json, Person
from tests.telegram.world import BOT_NAME


class TelegramClient:
    name = "telegram"
    limit = 4096
    length: Callable[[str], int] = staticmethod(utf16)

    def __init__(self) -> None:
        self._api = BotApi()
        self._api.start()
        self._people: dict[str, Person] = {}
        self._groups: dict[str, Group] = {}
        self._updates: list[Json] = []

    def settings(self) -> dict[str, Any]:
        return {"telegram_token": self._api.token, "telegram_api_url": self._api.url, "telegram_rate": 1000}

    def attach(self, address: str, data: Path) -> None:
        """The program calls the Bot API, and not the other way round."""

    def detach(self) -> None:
        """The Bot API stays."""

    def say(self, user: str, text: str, *, group: str | None = None, addressed: bool = True) -> str:
        person = self._person(user)
        chat = self._group(group, person) if group else None
        # A command is meant for the bot by itself; anything else names it.
        named = f"@{BOT_NAME} {text}".strip() if group and addressed and text[:1] != "/" else text
        return self._event_of(lambda: person.says(named, chat))

    def send_picture(self, user: str) -> str:
        person = self._person(user)
        return self._event_of(lambda: person.sends_photo())

    def _event_of(self, act: Callable[[], object]) -> str:
        with self._api.world.changed:
            act()
            self._updates.append(self._api.pending[-1])
        return str(len(self._updates) - 1)

    def redeliver(self, event: str) -> None:
        self._api.push(self._updates[int(event)])

    def waiting(self) -> bool:
        return bool(self._api.pending)

    def shown(self, user: str, *, group: str | None = None) -> Sequence[Shown]:
        chat = self._groups[group] if group else self._person(user)
        return [Shown(one.text, tuple(one.buttons)) for one in self._api.messages(chat)]

    def leads(self, user: str, group: str) -> None:
        """Somebody becomes an admin."""
        person = self._person(user)
        self._group(group, person).makes_admin(person)

    def close(self) -> None:
        self._api.stop()

    def _person(self, name: str) -> Person:
        if name not in self._people:
            self._people[name] = self._api.person(name)
        return self._people[name]

    def _group(self, name: str, person: Person) -> Group:
        if name not in self._groups:
            self._groups[name] = self._api.group(name)
            self._groups[name].make_bot_admin()
        group = self._groups[name]
        if person.id not in group.chat.members:
            group.joins(person)
        return group
