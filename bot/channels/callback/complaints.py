"""What is refused: counted, and written into the log once a minute for each kind, however often it comes."""

import logging
import time
from collections import Counter
from collections.abc import Callable

log = logging.getLogger(__name__)
_EVERY_SECONDS = 60.0
_LONGEST = 200


class Complaints:
    """``counts``: how often each kind has come."""

    def __init__(self, channel: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._channel = channel
        self._clock = clock
        self._said: dict[str, tuple[float, int]] = {}
        self.counts: Counter[str] = Counter()

    def add(self, kind: str, detail: str) -> None:
        """Count one. ``kind`` is ours."""
        self.counts[kind] += 1
        at, before = self._said.get(kind, (float("-inf"), 0))
        if self._clock() - at < _EVERY_SECONDS:
            return
        since = self.counts[kind] - before
        self._said[kind] = (self._clock(), self.counts[kind])
        log.warning("%s: callback refused, %s (%d since the last line)", self._channel, detail[:_LONGEST], since)
