"""Where a message comes from or goes to on a channel without topics, as the rest of the program names it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A chat; in a group also whom it is for. Written ``chat`` or ``chat/user``; a chat's name holds no slash."""

    chat: str
    user: str = ""

    def __str__(self) -> str:
        return f"{self.chat}/{self.user}" if self.user else self.chat

    @classmethod
    def read(cls, address: str) -> "Place":
        """The place behind an address."""
        chat, _, user = address.partition("/")
        return cls(chat, user)
