"""How long to wait before connecting again: the more often in vain, the longer, and never all at once."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

_MOST_DOUBLED_AFTER_SUCCESS = 3


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds."""

    ping_every: float = 30.0
    ack_within: float = 10.0
    first_pause: float = 1.0
    longest_pause: float = 60.0
    healthy_after: float = 60.0
    refused_pause: float = 60.0
    longest_refused: float = 600.0
    displaced_pause: float = 120.0
    longest_displaced: float = 1800.0


@dataclass(slots=True)
class Patience:
    """Counts what went wrong. ``share``: a number between 0 and 1 by chance."""

    timing: Timing
    share: Callable[[], float] = field(default=random.random)
    _lost: int = 0
    _refused: int = 0
    _displaced: int = 0

    def lost(self, lasted: float) -> float:
        """The pause after a connection that broke after so many seconds, or never came about (0)."""
        timing = self.timing
        self._lost = 0 if lasted >= timing.healthy_after else self._lost
        pause = _grown(timing.first_pause, timing.longest_pause, self._lost)
        self._lost += 1
        return pause * (0.5 + self.share() / 2)

    def refused(self) -> float:
        """The pause after the credentials were refused."""
        pause = _grown(self.timing.refused_pause, self.timing.longest_refused, self._refused)
        self._refused += 1
        return pause

    def subscribed(self) -> None:
        """The credentials are good after all, and the platform is there: to lose it again is no reason to stay away long."""
        self._refused = 0
        self._lost = min(self._lost, _MOST_DOUBLED_AFTER_SUCCESS)

    def displaced(self, lasted: float) -> float:
        """The pause after another program took our place.

        Each of two programs displaces the other one whenever it comes back. So only a connection that outlasts the
        longest pause shows that the other one is gone; until then each pause is longer than the last.
        """
        timing = self.timing
        self._displaced = 0 if lasted >= 2 * timing.longest_displaced else self._displaced
        pause = _grown(timing.displaced_pause, timing.longest_displaced, self._displaced)
        self._displaced += 1
        return pause * (1 + self.share() / 2)


def _grown(first: float, longest: float, times: int) -> float:
    return float(min(longest, first * 2 ** min(times, 30)))
