"""The frames of the long connection: JSON objects of ``cmd``, ``headers.req_id`` and ``body``; answers have ``errcode``."""

import json
import math
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

SUBSCRIBE = "aibot_subscribe"
PING = "ping"
MESSAGE = "aibot_msg_callback"
EVENT = "aibot_event_callback"
RESPOND = "aibot_respond_msg"
WELCOME = "aibot_respond_welcome_msg"
UPDATE = "aibot_respond_update_msg"
SEND = "aibot_send_msg"
_LONGEST_NAME = 600
_LARGEST = 2**64
_CONTROL = dict.fromkeys((*range(0x9), *range(0xB, 0x20)))
"""All but tab and line feed."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What the platform sent. ``errcode`` is None where it is no answer; what is not as it should be is left empty."""

    cmd: str = ""
    req_id: str = ""
    body: dict[str, Any] = field(default_factory=dict)
    errcode: int | None = None
    errmsg: str = ""

    @property
    def is_callback(self) -> bool:
        """Whether something happened in a chat."""
        return self.cmd in (MESSAGE, EVENT)

    @property
    def is_good(self) -> bool:
        """Whether it says that all went well."""
        return self.errcode == 0


def read(raw: str | bytes) -> Frame | None:
    """The frame in what came over the wire; None where it is none. Raises nothing."""
    try:
        text = raw.decode() if isinstance(raw, bytes) else raw
        # The platform has been seen to send control characters as they are; its own clients leave them out.
        found = json.loads(text.translate(_CONTROL), strict=False, parse_float=_finite, parse_constant=_nothing)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    headers, body, code = found.get("headers"), found.get("body"), found.get("errcode")
    return Frame(
        named(found.get("cmd")),
        named(headers.get("req_id")) if isinstance(headers, dict) else "",
        body if isinstance(body, dict) else {},
        code if isinstance(code, int) and not isinstance(code, bool) else None,
        named(found.get("errmsg")),
    )


def written(cmd: str, req_id: str, body: dict[str, Any] | None = None) -> str:
    """A frame of ours as it goes over the wire."""
    frame = {"cmd": cmd, "headers": {"req_id": req_id}} | ({"body": body} if body is not None else {})
    # Half a character would break the connection.
    return json.dumps(frame, ensure_ascii=False).encode("utf-8", errors="replace").decode("utf-8")


def new_id(cmd: str) -> str:
    """A name for a request of ours that no other has."""
    return f"{cmd}_{int(time.time() * 1000)}_{secrets.token_hex(4)}"


def named(value: object) -> str:
    """A name as text: a number is one as well. Empty where it is none."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST:
        return str(value)
    # JSON can hold halves of characters, and nothing that keeps or sends text takes them.
    return value[:_LONGEST_NAME].encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def _nothing(_: str) -> None:
    return None
