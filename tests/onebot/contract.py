"""The contract's people on QQ: the bridge's stand-in over a WebSocket."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.contract.client import Shown
from tests.onebot.client import PATH, TOKEN, Bridge


class OneBotClient:
    name = "onebot"
    limit = 1500
    length: Callable[[str], int] = staticmethod(len)

    def __init__(self) -> None:
        self._bridge = Bridge("")
        self._people: dict[str, int] = {}
        self._groups: dict[str, int] = {}
        self._leaders: set[tuple[str, str]] = set()

    def settings(self) -> dict[str, Any]:
        return {"onebot_token": TOKEN, "onebot_rate": 100_000, "onebot_account_rate": 1_000_000}

    def attach(self, address: str, data: Path) -> None:
        self._bridge.url = address.replace("http", "ws", 1) + PATH
        self._bridge.start()
        self._bridge.connected()

    def detach(self) -> None:
        self._bridge.stop()

    def say(self, user: str, text: str, *, group: str | None = None, addressed: bool = True) -> str:
        place = self._group(group) if group else None
        role = "admin" if group and (user, group) in self._leaders else "member"
        # A command is meant for the bot by itself; anything else names it.
        mention = addressed and text[:1] != "/"
        number = self._bridge.says(self._person(user), text, place, mention=mention, role=role)
        self._bridge.arrived()
        return str(number)

    def send_picture(self, user: str) -> str:
        number = self._bridge.says(self._person(user), [], image="https://multimedia.nt.qq.com.cn/download?fileid=1")
        self._bridge.arrived()
        return str(number)

    def redeliver(self, event: str) -> None:
        self._bridge.redeliver(int(event))
        self._bridge.arrived()

    def waiting(self) -> bool:
        return False

    def leads(self, user: str, group: str) -> None:
        self._leaders.add((user, group))

    def shown(self, user: str, *, group: str | None = None) -> Sequence[Shown]:
        person = self._person(user)
        sent = self._bridge.to(group=self._group(group)) if group else self._bridge.to(person)
        return [
            Shown(text, quotes=str(one.quoted) if one.quoted is not None else None)
            for one in sent
            for text in (one.nodes or (one.text,))
        ]

    def close(self) -> None:
        self._bridge.stop()

    def _person(self, name: str) -> int:
        if name not in self._people:
            self._people[name] = 3_000_000 + len(self._people)
            self._bridge.friends.add(self._people[name])
        return self._people[name]

    def _group(self, name: str) -> int:
        if name not in self._groups:
            self._groups[name] = self._bridge.add_group(500_000 + len(self._groups))
        return self._groups[name]
