"""What is refused or passed over: counted, and written into the log a few times only, however often it comes."""

import logging
import time
from collections import Counter
from collections.abc import Callable

log = logging.getLogger(__name__)
_EVERY_SECONDS = 60.0


class Complaints:
    """One line a minute for each kind. ``counts``: how often each has come."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._said: dict[str, tuple[float, int]] = {}
        self.counts: Counter[str] = Counter()

    def add(self, kind: str, detail: str = "") -> None:
        """Count one; ``kind`` is ours, ``detail`` may be from outside."""
        self.counts[kind] += 1
        at, before = self._said.get(kind, (float("-inf"), 0))
        if self._clock() - at < _EVERY_SECONDS:
            return
        since = self.counts[kind] - before
        self._said[kind] = (self._clock(), self.counts[kind])
        log.warning("onebot: %s (%d since the last line)%s", kind, since, f": {detail[:200]!r}" if detail else "")
