"""What every form of this folder says about its kind of thing, and what pages need to show a list of it and one of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode

from bot.knowledge.content import Content
from bot.knowledge.parts import Edit

Filters = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """One thing in the list.

    ``key``: its name in an address; ``where``: its place in the file (``contacts.3``), as the check tells problems;
    ``words``: what else the search looks through; ``tags``: the filters that let it through.
    """

    key: str
    where: str
    title: str
    about: str = ""
    badge: str = ""
    words: Sequence[str] = ()
    tags: Sequence[str] = ()


class Form(Protocol):
    """The fields of one thing. Built off the event loop, drawn on it."""

    title: str
    where: str
    """Its place in the file; empty for a new one."""

    def part(self, content: Content) -> Any:
        """The thing as it stands in a content, as plain data. Raises EditError where there is none."""

    def render(self, changed: Callable[[], None]) -> None:
        """Draw the fields; each tells ``changed``."""

    def edit(self) -> Edit:
        """What was typed, as an edit. Raises EditError."""

    def key(self) -> str:
        """Its name after the edit."""

    def deletion(self) -> tuple[str, Edit] | None:
        """What is lost with it, and the edit; None where it has to stay."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing. ``path``: in the address; ``about``: what it is good for; ``new``: label → key of an empty form.

    ``anew``: whether the form is loaded anew when it was saved, since what it warned of is over.
    """

    path: str
    file: str
    title: str
    icon: str
    about: str
    rows: Callable[[Content], Sequence[Row]]
    form: Callable[[Content, str], Form]
    new: Mapping[str, str] = field(default_factory=dict)
    filters: Callable[[Content], Filters] | None = None
    anew: bool = False

    def list_address(self, draft: int) -> str:
        """The page with all of them."""
        return f"/drafts/{draft}/{self.path}"

    def address(self, draft: int, key: str) -> str:
        """The page of one."""
        return f"{self.list_address(draft)}?{urlencode({'item': key})}"

    def source_address(self, draft: int) -> str:
        """The page of the file as it is written."""
        return f"/drafts/{draft}/files/{self.file}"


def is_at(where: str, place: str) -> bool:
    """Whether a problem told at ``where`` is about the thing at ``place``."""
    return bool(place) and (where == place or where.startswith(f"{place}."))
