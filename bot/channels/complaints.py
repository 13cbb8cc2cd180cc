"""What is refused or passed over: counted, and written into the log a few times only, however often it comes."""

import logging
import time
from collections import Counter
from collections.abc import Callable

log = logging.getLogger(__name__)
_EVERY_SECONDS = 60.0
_MOST_KINDS = 200
_LONGEST = 200
_OTHER = "something else"


class Complaints:
    """One line a minute for each kind. ``counts``: how often each has come."""

    def __init__(self, channel: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._channel = channel
        self._clock = clock
        self._said: dict[str, tuple[float, int]] = {}
        self.counts: Counter[str] = Counter()

    def add(self, kind: str, detail: str = "") -> None:
        """Count one; both may be from outside."""
        kind = kind[:_LONGEST] if kind in self.counts or len(self.counts) < _MOST_KINDS else _OTHER
        self.counts[kind] += 1
        now = self._clock()
        at, before = self._said.get(kind, (float("-inf"), 0))
        if now - at < _EVERY_SECONDS:
            return
        self._said[kind] = (now, self.counts[kind])
        more = f": {detail[:_LONGEST]!r}" if detail else ""
        log.warning("%s: %r (%d since the last line)%s", self._channel, kind, self.counts[kind] - before, more)
