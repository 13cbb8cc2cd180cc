"""What a change does: which questions would be answered differently, and whether the golden ones still come out right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.storage.revisions import Frequent


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody is told. ``outcome``: answer, steps, choices, contact, ask, unknown, …"""

    outcome: str
    records: tuple[str, ...]
    contacts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GoldenEffect:
    """A golden question. ``was_right``, ``is_right``: None where it was or is none of the golden questions."""

    question: str
    kind: str
    before: Told
    after: Told
    was_right: bool | None
    is_right: bool | None

    @property
    def is_lost(self) -> bool:
        """It was right and is wrong."""
        return self.was_right is True and self.is_right is False


@dataclass(frozen=True, slots=True)
class AskedEffect:
    """A question that people ask and that is answered differently. ``count``: how often in the last while."""

    question: str
    count: int
    before: Told
    after: Told


@dataclass(frozen=True, slots=True)
class Effects:
    """All effects of a change.

    ``golden``: every golden question of either side; ``asked``: of the real questions only those with another answer, most
    asked first. ``looked_at``: how many different real questions were tried, ``covered``: their share (0 to 1) of all that
    was asked.
    """

    golden: tuple[GoldenEffect, ...]
    asked: tuple[AskedEffect, ...] = ()
    looked_at: int = 0
    covered: float = 0.0

    @property
    def lost(self) -> tuple[GoldenEffect, ...]:
        """Golden questions that were right and are wrong."""
        return tuple(effect for effect in self.golden if effect.is_lost)

    @property
    def different(self) -> tuple[GoldenEffect, ...]:
        """Golden questions that are answered differently, or are right on one side only."""
        return tuple(each for each in self.golden if each.before != each.after or each.was_right != each.is_right)

    @property
    def share_before(self) -> float:
        """The share of golden questions that were right, of those that stay golden."""
        return _share([each.was_right for each in self.golden if each.is_right is not None])

    @property
    def share_after(self) -> float:
        """The share of golden questions that are right."""
        return _share([each.is_right for each in self.golden])

    @property
    def keeps_golden(self) -> bool:
        """No golden question that was right is wrong, and the share that is right has not fallen.

        A golden question that is taken out counts on neither side; a new one counts after, so it has to come out right
        unless others improve.
        """
        return not self.lost and self.share_after >= self.share_before

    def counts(self) -> dict[str, int]:
        """The figures that go into the history."""
        return {
            "before": sum(each.was_right is not None for each in self.golden),
            "right_before": sum(each.was_right is True for each in self.golden),
            "after": sum(each.is_right is not None for each in self.golden),
            "right_after": sum(each.is_right is True for each in self.golden),
        }


def effects_of(result: Mapping[str, Any], asked: Sequence[Frequent] = (), total: int = 0) -> Effects:
    """The effects as the worker found them."""
    golden = tuple(
        GoldenEffect(
            each["question"],
            each["kind"],
            _told(each["told"][0]),
            _told(each["told"][1]),
            each["right"][0],
            each["right"][1],
        )
        for each in result["golden"]
    )
    different = tuple(
        AskedEffect(asked[each["place"]].text, asked[each["place"]].count, *map(_told, each["told"]))
        for each in result["asked"]
    )
    covered = sum(each.count for each in asked) / total if total else 0.0
    return Effects(golden, different, len(asked), covered)


def _told(told: Mapping[str, Any]) -> Told:
    return Told(told["outcome"], tuple(told["records"]), tuple(told["contacts"]))


def _share(right: Sequence[bool | None]) -> float:
    known = [each for each in right if each is not None]
    return sum(known) / len(known) if known else 0.0
