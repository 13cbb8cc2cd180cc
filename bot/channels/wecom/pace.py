"""How fast the bot may speak: the platform counts what is said in each chat, replies and active messages together."""

import time
from collections import deque
from collections.abc import Callable

LIMITS = ((28, 60.0), (950, 3600.0))
"""Messages and seconds; the platform allows 30 a minute and 1000 an hour, and its clock is not ours."""
_MOST_CHATS = 5000


class Pace:
    """Nobody waits in here: who may not send is told how long."""

    def __init__(self, limits: tuple[tuple[int, float], ...], clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._sent: dict[str, deque[float]] = {}

    def wait(self, chat: str) -> float:
        """0, and the next message may go at once; else the seconds until it may."""
        now, sent = self._clock(), self._sent.get(chat, deque())
        waits = (sent[-most] + span - now for most, span in self._limits if len(sent) >= most)
        return max(0.0, *waits, 0.0)

    def sent(self, chat: str) -> None:
        """One more has gone."""
        times = self._sent.pop(chat, None) or deque(maxlen=max(most for most, _ in self._limits))
        times.append(self._clock())
        self._sent[chat] = times
        if len(self._sent) > _MOST_CHATS:
            del self._sent[next(iter(self._sent))]
