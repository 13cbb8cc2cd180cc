"""What goes wrong with the Bot API: its own refusals, and the trouble that a test orders."""

from dataclasses import dataclass, field
from threading import Condition
from typing import Any, Literal, Protocol

NOT_JSON = "<html><head><title>200 OK</title></head></html>"
WRONG_SHAPE = '{"ok":true,"result":{"unexpected":[]}}'

CONFLICT = (
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    "Conflict: terminated by setWebhook request",
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
)
_DESCRIPTIONS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    409: CONFLICT[0],
    413: "Request Entity Too Large",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


class Refusal(Exception):
    """A call that the Bot API answers with ``ok: false``."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(f"{status} {description}")
        self.status = status
        self.description = description
        self.parameters = parameters

    @property
    def body(self) -> dict[str, Any]:
        """The answer, as it goes over the wire."""
        told = {"parameters": self.parameters} if self.parameters else {}
        return {"ok": False, "error_code": self.status, "description": self.description, **told}


def bad_request(reason: str) -> Refusal:
    """400, in the words of the Bot API."""
    return Refusal(400, f"Bad Request: {reason}")


class HasId(Protocol):
    """A person or a group: whatever has the id of a chat."""

    id: int


@dataclass
class Fault:
    """One kind of trouble, and how many calls it still hits."""

    kind: Literal["fail", "garbage", "reset", "hang"]
    method: str
    times: int | None
    chat: int | None = None
    after: bool = False
    refusal: Refusal | None = None
    body: str = ""
    seconds: float = 0.0

    def hits(self, method: str, params: dict[str, Any]) -> bool:
        """Whether this call is one of those that are to go wrong."""
        if self.method not in ("*", method.lower()):
            return False
        return self.chat is None or str(params.get("chat_id")) == str(self.chat)


@dataclass
class Faults:
    """The trouble in store, first ordered first had.

    ``method`` is the name of a method or ``"*"``; ``times=None`` lasts until ``clear``; ``chat`` is a person, a group or
    an id, and narrows a fault down to the calls with this ``chat_id``. With ``after=True`` the call has had its effect
    before its answer goes wrong.
    """

    changed: Condition
    revoked: bool = False
    _waiting: list[Fault] = field(default_factory=list)

    def fail(
        self,
        method: str = "*",
        status: int = 500,
        retry_after: int | None = None,
        description: str | None = None,
        times: int | None = 1,
        chat: HasId | int | None = None,
    ) -> None:
        """Refuse. A 429 says when to come back, as the real one does: ``retry_after=0`` leaves that out."""
        if status == 429 and retry_after is None:
            retry_after = 1
        parameters = {"retry_after": retry_after} if retry_after else {}
        if description is None and status == 429:
            description = "Too Many Requests" + (f": retry after {retry_after}" if retry_after else "")
        refusal = Refusal(status, description or _DESCRIPTIONS.get(status, "Error"), **parameters)
        self._order(Fault("fail", method, times, _id(chat), refusal=refusal))

    def garbage(
        self,
        method: str = "*",
        times: int | None = 1,
        body: str = NOT_JSON,
        after: bool = False,
        chat: HasId | int | None = None,
    ) -> None:
        """200 with a body that is no answer: ``NOT_JSON``, ``WRONG_SHAPE`` or any other."""
        self._order(Fault("garbage", method, times, _id(chat), after, body=body))

    def reset(
        self, method: str = "*", times: int | None = 1, after: bool = False, chat: HasId | int | None = None
    ) -> None:
        """Close the connection without an answer."""
        self._order(Fault("reset", method, times, _id(chat), after))

    def hang(
        self,
        method: str,
        seconds: float,
        times: int | None = 1,
        after: bool = False,
        chat: HasId | int | None = None,
    ) -> None:
        """Keep the caller waiting; the call has its effect only if he is still there then, or at once if ``after``."""
        self._order(Fault("hang", method, times, _id(chat), after, seconds=seconds))

    def revoke(self) -> None:
        """The token is no longer valid."""
        with self.changed:
            self.revoked = True
            self.changed.notify_all()

    def restore(self) -> None:
        """The token is valid again."""
        with self.changed:
            self.revoked = False
            self.changed.notify_all()

    def clear(self) -> None:
        """No more trouble."""
        with self.changed:
            self._waiting.clear()
            self.revoked = False
            self.changed.notify_all()

    def take(self, method: str, params: dict[str, Any]) -> Fault | None:
        """The fault that this call meets; it is used up by that."""
        with self.changed:
            fault = next((fault for fault in self._waiting if fault.hits(method, params)), None)
            if fault is not None and fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    self._waiting.remove(fault)
            return fault

    def pressing(self) -> bool:
        """Whether the next getUpdates meets trouble; a poll that is waiting ends early then, so that it comes soon."""
        return self.revoked or any(fault.hits("getUpdates", {}) for fault in self._waiting)

    def _order(self, fault: Fault) -> None:
        fault.method = fault.method.lower()
        with self.changed:
            self._waiting.append(fault)
            self.changed.notify_all()


def _id(chat: HasId | int | None) -> int | None:
    return chat if chat is None or isinstance(chat, int) else chat.id
