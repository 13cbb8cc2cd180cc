"""How often and how many at once: each key by itself, in this process."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from bot.api.errors import RefusedError
from bot.storage.keys import Key

MOST_REQUESTS = 32
MOST_STREAMS = 8


class Limits:
    """``hit`` counts a request; ``slot`` is held as long as one is being answered."""

    def __init__(self) -> None:
        self._window = MovingWindowRateLimiter(MemoryStorage())
        self._open: Counter[tuple[int, bool]] = Counter()

    def hit(self, key: Key, now: float) -> None:
        """Count a request. Raises RefusedError where there are too many this minute."""
        limit = RateLimitItemPerMinute(key.per_minute)
        if not self._window.hit(limit, str(key.id)):
            wait = max(1, round(self._window.get_window_stats(limit, str(key.id)).reset_time - now))
            text = f"请求太多了：这个密钥每分钟最多 {key.per_minute} 次，请过 {wait} 秒再试。"
            raise RefusedError(429, text, {"Retry-After": str(wait)})

    @contextmanager
    def slot(self, key: Key, *, stream: bool) -> Iterator[None]:
        """One of the requests that may be open at a time. Raises RefusedError where all are taken."""
        most = MOST_STREAMS if stream else MOST_REQUESTS
        if self._open[key.id, stream] >= most:
            raise RefusedError(429, f"同时等着的请求太多了，这个密钥最多 {most} 个。", {"Retry-After": "1"})
        self._open[key.id, stream] += 1
        try:
            yield
        finally:
            self._open[key.id, stream] -= 1
