"""The contract's people on the web page: HTTP as the page speaks it, and its stream for what comes unasked."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx

from tests.contract.client import Shown
from tests.contract.replies import as_shown


class WebClient:
    name = "web"
    limit = 1_000_000
    length: Callable[[str], int] = staticmethod(len)

    def __init__(self) -> None:
        self._address = ""
        self._cookies: dict[str, httpx.Cookies] = {}
        self._sent: list[tuple[str, dict[str, Any]]] = []

    def settings(self) -> dict[str, Any]:
        return {}

    def attach(self, address: str, data: Path) -> None:
        self._address = address

    def detach(self) -> None:
        """A page stays open."""

    def say(self, user: str, text: str, *, group: str | None = None, addressed: bool = True) -> str:
        self._sent.append((user, {"text": text, "id": f"message-{len(self._sent)}"}))
        self.redeliver(str(len(self._sent) - 1))
        return str(len(self._sent) - 1)

    def send_picture(self, user: str) -> str:
        raise NotImplementedError("the page sends no pictures")

    def redeliver(self, event: str) -> None:
        user, body = self._sent[int(event)]
        with self._page(user) as page:
            page.post("/chat/send", json=body).raise_for_status()
            self._cookies[user] = page.cookies

    def waiting(self) -> bool:
        return False

    def leads(self, user: str, group: str) -> None:
        raise NotImplementedError("there are no groups")

    def shown(self, user: str, *, group: str | None = None) -> Sequence[Shown]:
        with self._page(user) as page:
            said = page.get("/chat/history").json()["messages"]
        return [as_shown(one["reply"]) for one in said if one["from"] != "user"]

    def close(self) -> None:
        """Pages are closed without a word."""

    def _page(self, user: str) -> httpx.Client:
        return httpx.Client(base_url=self._address, cookies=self._cookies.get(user), trust_env=False, timeout=30)
