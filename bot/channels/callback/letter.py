"""A callback, opened: what the platform says, and how an answer to it is put."""

import hashlib
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from bot.channels.callback.errors import MalformedError
from bot.channels.callback.seal import Seal, sign
from bot.channels.callback.xml import write

_ACCOUNT = re.compile(r"[\w@.\-]{1,100}", re.ASCII)
_LONGEST_NAME = 150


@dataclass(frozen=True, slots=True)
class Letter:
    """``proof``: the signature it came with; ``answer``: puts a text as the platform wants it in the response."""

    fields: Mapping[str, str]
    proof: str
    answer: Callable[[str], str]

    @property
    def user(self) -> str:
        """The account of the person. Raises MalformedError."""
        user = self.fields.get("FromUserName", "")
        if not _ACCOUNT.fullmatch(user):
            raise MalformedError("not from an account")
        return user

    @property
    def event_id(self) -> str:
        """The same when the platform repeats itself: the message's own number, or what tells events apart."""
        number = self.fields.get("MsgId", "")
        parts = (self.user, *(self.fields.get(name, "") for name in ("CreateTime", "Event", "EventKey")))
        name = f"m:{number}" if number else f"e:{':'.join(parts)}"
        # Keys of menus may be long.
        return name if len(name) <= _LONGEST_NAME else f"h:{hashlib.sha256(name.encode()).hexdigest()}"


class Lock(Protocol):
    """What is particular to one platform's callbacks. All raise CallbackError."""

    def verify(self, query: Mapping[str, str]) -> str:
        """The answer to the platform's question whether the address is ours."""
        ...

    def open(self, query: Mapping[str, str], body: bytes) -> Letter:
        """Check and decrypt a callback."""
        ...


def text_answer(fields: Mapping[str, str], text: str) -> str:
    """A text message back to whom a callback came from."""
    return write(
        {
            "ToUserName": fields.get("FromUserName", ""),
            "FromUserName": fields.get("ToUserName", ""),
            "CreateTime": int(time.time()),
            "MsgType": "text",
            "Content": text,
        }
    )


def sealed_answer(seal: Seal, token: str, plain: str) -> str:
    """A message in its envelope."""
    encrypted, timestamp, nonce = seal.close(plain), int(time.time()), secrets.token_hex(8)
    return write(
        {
            "Encrypt": encrypted,
            "MsgSignature": sign(token, str(timestamp), nonce, encrypted),
            "TimeStamp": timestamp,
            "Nonce": nonce,
        }
    )
