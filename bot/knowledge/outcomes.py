"""What comes of checking a draft and of publishing."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.errors import UsageError
from bot.knowledge.difference import Change, Conflict
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


@dataclass(frozen=True, slots=True)
class Judged:
    """A content that may be put in force."""

    path: Path
    packed: bytes
    changes: tuple[Change, ...]
    effects: Effects | None
    phrased: Mapping[str, str]


def wrong(problems: tuple[Problem, ...]) -> Refused:
    """The refusal of a content that does not load or check."""
    return Refused("problems", f"内容有 {len(problems)} 处问题，没有发布。", problems)


def lost(effects: Effects) -> str:
    """Why golden questions stand in the way."""
    if effects.lost:
        return f"有 {len(effects.lost)} 个检验问题原来答得对、现在答错，没有发布。"
    return f"检验问题答对的比例会从 {effects.share_before:.1%} 降到 {effects.share_after:.1%}，没有发布。"
