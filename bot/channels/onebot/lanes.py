"""Where a QQ message comes from or goes to, as the rest of the program names it."""

from dataclasses import dataclass

NAME = "onebot"
ANY = "*"
"""Stands for whichever of our accounts is in the group: the staff's group."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A chat of one account: ``10001.g123`` a group, ``10001.p456`` a person, ``10001.p456.123`` one met in a group."""

    account: str
    group: str = ""
    user: str = ""

    def __str__(self) -> str:
        if not self.user:
            return f"{self.account}.g{self.group}"
        return f"{self.account}.p{self.user}" + (f".{self.group}" if self.group else "")

    @classmethod
    def read(cls, name: str) -> "Lane":
        """The chat behind a name. Raises ValueError where it is none."""
        account, _, chat = name.partition(".")
        kind, (first, _, second) = chat[:1], chat[1:].partition(".")
        if not account or not first or kind not in ("g", "p"):
            raise ValueError(f"no chat of QQ: {name!r}")
        return cls(account, group=first) if kind == "g" else cls(account, group=second, user=first)

    @property
    def is_group(self) -> bool:
        """Whether everybody in a group reads it."""
        return not self.user


def staff_lane(group: int | str) -> str:
    """The staff's group, by any account."""
    return str(Lane(ANY, group=str(group)))


def marked(account: str, message: str) -> str:
    """A message's number with the account that it was given to: others know the same message by another one."""
    return f"{account}.{message}"


def unmarked(name: str, account: str) -> str | None:
    """The number that ``account`` knows a message by, if it does."""
    owner, _, message = name.partition(".")
    return message if owner == account and message else None
