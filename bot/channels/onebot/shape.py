"""What OneBot sends, as far as we read it. Unknown fields are left aside; numbers may be written as text."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

_MOST = 2**63
_LONGEST_NUMBER = 20
LONGEST_NAME = 58
"""Characters of a message's id, which is a number nearly everywhere; with its account it fits into ``outbox.sent_as``."""


def _number(value: object) -> str:
    """An id of up to 64 bits, as text: ids are names and are not counted with."""
    if isinstance(value, str) and len(value) <= _LONGEST_NUMBER and value.isascii() and value.lstrip("-").isdigit():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not -_MOST <= value < _MOST:
        raise ValueError("not an id")
    return str(value)


def _maybe(value: object) -> str | None:
    """An id where there is one; 0 and what is no id at all are none."""
    try:
        number = _number(value)
    except ValueError:
        return None
    return None if number == "0" else number


def _words(value: object) -> str:
    return value[:200] if isinstance(value, str) else ""


def _part(value: object) -> object:
    return value if isinstance(value, dict) else {}


def _whole(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value < _MOST else 0


def _code(value: object) -> int | None:
    if isinstance(value, str) and value.lstrip("-").isdecimal() and len(value) <= _LONGEST_NUMBER:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _name(value: object) -> str:
    """What something is called, by a number or by any short text."""
    if isinstance(value, str) and value and len(value) <= LONGEST_NAME:
        return value
    return _number(value)


def _flag(value: object) -> object:
    return str(value) if isinstance(value, int) else value


Id = Annotated[str, BeforeValidator(_number)]
MaybeId = Annotated[str | None, BeforeValidator(_maybe)]
Words = Annotated[str, BeforeValidator(_words)]
Whole = Annotated[int, BeforeValidator(_whole)]
Code = Annotated[int | None, BeforeValidator(_code)]
Name = Annotated[str, BeforeValidator(_name)]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Sender(_Shape):
    """Who wrote; ``group_id``: the group from which a stranger writes in private."""

    nickname: Words = ""
    card: Words = ""
    role: Words = ""
    group_id: MaybeId = None


class Anonymous(_Shape):
    """Somebody who hides in a group."""

    id: MaybeId = None
    name: Words = ""


class Message(_Shape):
    """Somebody wrote. ``message``: an array of segments or a string."""

    post_type: Literal["message"]
    self_id: Id
    message_type: Literal["group", "private"]
    sub_type: Words = ""
    message_id: Name
    user_id: Id
    group_id: MaybeId = None
    message: Any = None
    sender: Annotated[Sender, BeforeValidator(_part)] = Sender()
    anonymous: Annotated[Anonymous, BeforeValidator(_part)] = Anonymous()
    time: Whole = 0


class Status(_Shape):
    """How the account is doing; ``online`` is false where QQ has logged it out."""

    online: Any = None


class Meta(_Shape):
    """The implementation about itself. ``interval``: milliseconds between two heartbeats."""

    post_type: Literal["meta_event"]
    meta_event_type: Words
    interval: Whole = 0
    status: Annotated[Status, BeforeValidator(_part)] = Status()


class Request(_Shape):
    """Somebody wants to be a friend, or to have the account in a group."""

    post_type: Literal["request"]
    request_type: Words
    sub_type: Words = ""
    user_id: MaybeId = None
    group_id: MaybeId = None
    flag: Annotated[str, Field(max_length=500), BeforeValidator(_flag)]


class Notice(_Shape):
    """Something happened."""

    post_type: Literal["notice"]
    notice_type: Words
    user_id: MaybeId = None
    group_id: MaybeId = None


class Answer(_Shape):
    """What came of a call. ``retcode``: None where there is none that is a number."""

    status: Words = ""
    retcode: Code = None
    data: Any = None
    message: Words = ""
    wording: Words = ""
    msg: Words = ""
    echo: Any = None

    @property
    def is_good(self) -> bool:
        """Done, or (``async``) on its way."""
        return self.status.lower() in ("ok", "async") or (not self.status and self.retcode in (0, 1))

    @property
    def why(self) -> str:
        """What went wrong, in the implementation's words."""
        return (
            " ".join(dict.fromkeys(filter(None, (self.wording, self.message, self.msg)))) or f"retcode {self.retcode}"
        )
