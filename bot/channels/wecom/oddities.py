"""What is passed over: counted, and written into the log a few times only, however often it comes."""

import logging
import time
from collections import Counter
from collections.abc import Callable

log = logging.getLogger(__name__)
_EVERY_SECONDS = 60.0
_MOST_KINDS = 200
_LONGEST = 200


class Oddities:
    """At most one line a minute for each kind. ``counts``: how often each has come."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._said: dict[str, float] = {}
        self.counts: Counter[str] = Counter()

    def add(self, kind: str, detail: str = "") -> None:
        """Count one; both may be from outside."""
        kind = kind[:_LONGEST] if kind in self.counts or len(self.counts) < _MOST_KINDS else "其他"
        self.counts[kind] += 1
        if self._clock() - self._said.get(kind, float("-inf")) >= _EVERY_SECONDS:
            self._said[kind] = self._clock()
            log.warning("wecom: %r, %d so far%s", kind, self.counts[kind], f": {detail[:_LONGEST]!r}" if detail else "")
