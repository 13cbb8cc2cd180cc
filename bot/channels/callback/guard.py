"""Old callbacks and signatures used a second time for something else."""

import time
from collections import OrderedDict
from collections.abc import Callable

from bot.channels.callback.errors import StaleError

_MOST_SECONDS = 600
_MOST_TIMES = 5
"""One callback and its repetitions by the platform, with some to spare."""
_REMEMBERED = 50_000


class Guard:
    """Remembers signatures as long as they would be taken."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._seen: OrderedDict[str, tuple[str, int, float]] = OrderedDict()

    def check_time(self, timestamp: str) -> None:
        """Raises StaleError where a callback was not made just now."""
        try:
            off = abs(self._clock() - int(timestamp))
        except (ValueError, OverflowError) as error:
            raise StaleError("no timestamp") from error
        if off > _MOST_SECONDS:
            raise StaleError(f"made {off:.0f} seconds away from our clock: is the clock right?")

    def check_use(self, signature: str, event: str) -> None:
        """Raises StaleError where a signature comes again with another event, or too often with its own.

        The platform repeats a callback that it had no answer to; such a one is the same event.
        """
        now = self._clock()
        self._forget(now)
        known, times, at = self._seen.get(signature, (event, 0, now))
        if known != event or times >= _MOST_TIMES:
            raise StaleError("signature used before")
        self._seen[signature] = (event, times + 1, at)

    def _forget(self, now: float) -> None:
        while self._seen:
            oldest = next(iter(self._seen))
            if len(self._seen) < _REMEMBERED and now - self._seen[oldest][2] <= 2 * _MOST_SECONDS:
                return
            del self._seen[oldest]
