"""One piece of a message: text, a mention, a picture and so on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Segment:
    """``data``: as the other side has written it, numbers as numbers or as text."""

    type: str
    data: Mapping[str, Any]

    @classmethod
    def of_text(cls, text: str) -> "Segment":
        """Plain words."""
        return cls("text", {"text": text})

    @classmethod
    def mention(cls, user: str) -> "Segment":
        """Calls somebody in a group."""
        return cls("at", {"qq": user})

    @classmethod
    def reply(cls, message: str) -> "Segment":
        """Quotes a message."""
        return cls("reply", {"id": message})

    @classmethod
    def picture(cls, file: str) -> "Segment":
        """A picture at an address."""
        return cls("image", {"file": file})

    @classmethod
    def node(cls, user: str, name: str, text: str) -> "Segment":
        """One message of a merged forward. Each implementation reads the names that it knows."""
        content = [cls.of_text(text).wire()]
        return cls("node", {"user_id": user, "uin": user, "nickname": name, "name": name, "content": content})

    def value(self, name: str) -> str:
        """A value as text; empty where there is none."""
        value = self.data.get(name)
        return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""

    def wire(self) -> Json:
        """As it is sent."""
        return {"type": self.type, "data": dict(self.data)}
