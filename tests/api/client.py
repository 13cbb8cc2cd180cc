"""The contract's people behind a bridge that uses the HTTP API."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.api.bridge import Bridge, new_key
from tests.contract.client import Shown
from tests.contract.replies import as_shown

_PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


class ApiClient:
    name = "api"
    limit = 1_000_000
    length: Callable[[str], int] = staticmethod(len)

    def __init__(self) -> None:
        self._bridge: Bridge | None = None
        self._token = ""
        self._posted: list[dict[str, Any]] = []
        self._shown: dict[str, list[Shown]] = {}
        self._last = 0
        self._leaders: set[tuple[str, str | None]] = set()

    def settings(self) -> dict[str, Any]:
        return {}

    def attach(self, address: str, data: Path) -> None:
        self._token = self._token or new_key(data)[0]
        self._bridge = Bridge(address, self._token)

    def detach(self) -> None:
        self._there.close()

    def say(self, user: str, text: str, *, group: str | None = None, addressed: bool = True) -> str:
        leads = (user, group) in self._leaders
        return self._post(user=user, text=text, group=group, mentioned=addressed, may_command=leads)

    def send_picture(self, user: str) -> str:
        return self._post(user=user, images=[_PICTURE])

    def _post(self, **fields: Any) -> str:
        self._posted.append(fields)
        for reply in self._send(len(self._posted) - 1):
            self._keep(reply)
        return str(len(self._posted) - 1)

    def _send(self, event: int) -> list[dict[str, Any]]:
        response = self._there.post(idempotency=f"event {event}", **self._posted[event])
        assert response.status_code == 200, response.text
        replies: list[dict[str, Any]] = response.json()["replies"]
        return replies

    def redeliver(self, event: str) -> None:
        """A bridge that asks again gets the same answer, which it has shown already."""
        before = self._posted[int(event)]
        assert self._send(int(event)), before

    def waiting(self) -> bool:
        return False

    def leads(self, user: str, group: str) -> None:
        self._leaders.add((user, group))

    def shown(self, user: str, *, group: str | None = None) -> Sequence[Shown]:
        for message in self._there.later(after=self._last):
            self._last = message["id"]
            self._keep(message)
        return list(self._shown.get(group or user, ()))

    def _keep(self, message: dict[str, Any]) -> None:
        place = message["group"] or message["conversation"]
        self._shown.setdefault(place, []).append(as_shown(message))

    def close(self) -> None:
        """A bridge goes without a word."""

    @property
    def _there(self) -> Bridge:
        assert self._bridge, "the program is not up"
        return self._bridge
