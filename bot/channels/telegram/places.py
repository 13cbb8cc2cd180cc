"""Where a Telegram message comes from or goes to, as the rest of the program names it."""

from dataclasses import dataclass

NAME = "telegram"


@dataclass(frozen=True, slots=True)
class Place:
    """A chat; in a group also whom it is for and the forum topic. Written ``chat`` or ``chat/thread/user``."""

    chat: str
    thread: str = ""
    user: str = ""

    def __str__(self) -> str:
        return f"{self.chat}/{self.thread}/{self.user}" if self.user or self.thread else self.chat

    @classmethod
    def read(cls, address: str) -> "Place":
        """The place behind an address."""
        return cls(*address.split("/"))

    @property
    def is_group(self) -> bool:
        """Groups have negative numbers."""
        return self.chat.startswith("-")
