"""What comes of checking a draft and of publishing."""

from dataclasses import dataclass
from typing import Literal

from bot.errors import UsageError
from bot.knowledge.difference import Conflict
from bot.knowledge.effects import Effects
from bot.storage.revisions import Revision
from kb.yamlfile import Problem


class NoSuchError(UsageError):
    """A draft or revision that is not there; the text says which."""


class StaleDraftError(UsageError):
    """The draft was changed in another window since it was read."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What is wrong with a draft, and what an editor should know. ``newest``: the revision that is in force."""

    problems: tuple[Problem, ...]
    warnings: tuple[str, ...]
    newest: int


@dataclass(frozen=True, slots=True)
class Published:
    """It is in force; running nodes take it over within seconds."""

    revision: Revision


@dataclass(frozen=True, slots=True)
class Refused:
    """It was not published. ``text`` says why; ``problems`` of the content, or ``effects`` with the golden questions lost."""

    reason: Literal["nothing", "stale", "problems", "compile", "golden", "busy"]
    text: str
    problems: tuple[Problem, ...] = ()
    effects: Effects | None = None


@dataclass(frozen=True, slots=True)
class Conflicting:
    """Somebody published meanwhile and changed the same. ``newest``: his revision."""

    newest: int
    conflicts: tuple[Conflict, ...]


Outcome = Published | Refused | Conflicting
