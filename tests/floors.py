"""How good the answers have to be. A floor is raised when the bot gets better and never lowered to let a change pass."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Floor:
    """A bound on the share (0 to 1) of a part's messages that have one of ``scores``."""

    part: str
    scores: tuple[str, ...]
    bound: Literal["at least", "at most"]
    share: float

    def holds(self, share: float) -> bool:
        """Whether a share is good enough."""
        return share >= self.share if self.bound == "at least" else share <= self.share

    def __str__(self) -> str:
        return f"{self.part}: {' + '.join(self.scores)} {self.bound} {self.share}"


OPEN_SET = (
    Floor("questions", ("direct_right",), "at least", 0.85),
    Floor("questions", ("direct_right", "offered_right"), "at least", 0.96),
    Floor("questions", ("wrong",), "at most", 0.03),
    Floor("out_of_scope", ("false_answer",), "at most", 0.05),
    Floor("routing", ("right",), "at least", 0.95),
    Floor("dialogues", ("right",), "at least", 1.0),
)
"""The evaluation set beside these tests, which nothing was fitted on."""

GOLDEN = (
    Floor("questions", ("direct_right",), "at least", 0.80),
    Floor("questions", ("direct_right", "offered_right"), "at least", 0.95),
    Floor("questions", ("wrong",), "at most", 0.03),
    Floor("out_of_scope", ("false_answer",), "at most", 0.06),
    Floor("routing", ("right",), "at least", 0.95),
)
"""The golden questions of kb/content, which guard every change of the knowledge."""

LEAST_SEEN = {
    "open set": {"questions": 150, "out_of_scope": 20, "routing": 20, "dialogues": 12},
    "golden": {"questions": 100, "out_of_scope": 20, "routing": 10},
}
"""How many of each part a run has to have seen before its shares mean anything."""
MOST_INVENTED = 0
"""Replies with a number that the document does not have, or under another's name."""
