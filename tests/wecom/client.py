"""The contract's people in WeCom: the gateway's stand-in, which the program connects to."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bot.channels.splitting import utf8
from tests.contract.client import Shown
from tests.wecom.gateway import BOT, MOST_BYTES, SECRET, Gateway, Said

LEADER = "u9"
"""Nobody owns a group as far as a bot can see: who silences it is an agent on the list."""


class WecomClient:
    name = "wecom"
    limit = MOST_BYTES
    length: Callable[[str], int] = staticmethod(utf8)

    def __init__(self) -> None:
        self._gateway = Gateway()
        self._gateway.start()

    def settings(self) -> dict[str, Any]:
        return {
            "wecom_bot_id": BOT,
            "wecom_bot_secret": SECRET,
            "wecom_ws_url": self._gateway.url,
            "agents": [{"wecom": LEADER, "name": "组长"}],
        }

    def attach(self, address: str, data: Path) -> None:
        self._gateway.subscribed()

    def detach(self) -> None:
        """The gateway stays; what people say meanwhile is held back."""

    def say(self, user: str, text: str, *, group: str | None = None, addressed: bool = True) -> str:
        if group and not addressed:
            raise NotImplementedError("the platform delivers only what is said to the bot")
        return self._gateway.says(user, text, group)

    def send_picture(self, user: str) -> str:
        return self._gateway.sends(user, {"msgtype": "image", "image": {"url": "https://x.invalid/1", "aeskey": "k"}})

    def redeliver(self, event: str) -> None:
        self._gateway.redeliver(event)

    def waiting(self) -> bool:
        return self._gateway.is_waiting

    def leads(self, user: str, group: str) -> None:
        """``LEADER`` may silence the bot anywhere."""

    def shown(self, user: str, *, group: str | None = None) -> Sequence[Shown]:
        return [_shown(said) for said in self._gateway.to(group or user) if said.text]

    def close(self) -> None:
        self._gateway.stop()


def _shown(said: Said) -> Shown:
    return Shown(said.plain, tuple(said.buttons), said.answers)
