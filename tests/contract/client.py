"""What the contract needs of a channel's other side: people who say things there, and what they are shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as a person sees it. ``labels``: what can be pressed below it; ``quotes``: the event it answers."""

    text: str
    labels: tuple[str, ...] = ()
    quotes: str | None = None


class Client(Protocol):
    """Everybody on one platform.

    ``limit``: the longest message it takes, as ``length`` measures.
    """

    name: str
    limit: int
    length: Callable[[str], int]

    def settings(self) -> dict[str, Any]:
        """What the program has to know to serve it."""
        ...

    def attach(self, address: str, data: Path) -> None:
        """The program is up at this address; ``data``: its folder, for what is set up on the command line."""
        ...

    def detach(self) -> None:
        """The program goes down."""
        ...

    def say(self, user: str, text: str, *, group: str | None = None, addressed: bool = True) -> str:
        """Somebody says something; the name of the event, to deliver it once more."""
        ...

    def send_picture(self, user: str) -> str:
        """Somebody sends a picture without a word."""
        ...

    def redeliver(self, event: str) -> None:
        """The platform brings an event a second time."""
        ...

    def waiting(self) -> bool:
        """Whether the program has still to be given something."""
        ...

    def leads(self, user: str, group: str) -> None:
        """Somebody becomes an admin of a group."""
        ...

    def shown(self, user: str, *, group: str | None = None) -> Sequence[Shown]:
        """Everything that a person was shown in private, or a group, so far, oldest first."""
        ...

    def close(self) -> None:
        """Nobody is there any more."""
        ...
