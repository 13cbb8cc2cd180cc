"""How fast an account may speak: QQ locks out accounts that write in haste."""

import random
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass

WINDOW = 60.0
AT_ONCE = 6
"""Calls of one account, so that one that does not answer leaves room for the others; of a slow one a single call."""
_GAP = (0.2, 0.6)
"""Between two messages of one account: this share of what the limit leaves on average, by chance."""
_FORGOTTEN_AFTER = 20.0


@dataclass(slots=True)
class _Waiter:
    lane: str
    until: float


class Pace:
    """At most ``per_lane`` messages a minute in one chat and ``per_account`` by one account, in any minute there is.

    Nobody waits in here: who may not send is told how long. Older messages of an account go first.
    """

    def __init__(self, per_lane: float, per_account: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_lane = max(1, int(per_lane))
        self._per_account = max(1, int(per_account))
        self._clock = clock
        self._of_lane: defaultdict[str, deque[float]] = defaultdict(deque)
        self._of_account: defaultdict[str, deque[float]] = defaultdict(deque)
        self._next: dict[str, float] = {}
        self._waiters: defaultdict[str, dict[int, _Waiter]] = defaultdict(dict)

    def take(self, account: str, lane: str, number: int) -> float:
        """0, and the message with this number may go at once; else the seconds after which to ask again."""
        now = self._clock()
        wait = max(self._wait_for_lane(lane, now), self._wait_for_account(account, number, now))
        waiters = self._waiters[account]
        if wait > 0:
            waiters[number] = _Waiter(lane, now + wait + _FORGOTTEN_AFTER)
            return wait
        waiters.pop(number, None)
        self._of_lane[lane].append(now)
        self._of_account[account].append(now)
        self._next[account] = now + self._average * random.uniform(*_GAP)  # noqa: S311 - no secret
        return 0.0

    def remember(self, account: str, lane: str, ago: float) -> None:
        """A message that was sent so many seconds ago, before this program began; the oldest first."""
        at = self._clock() - max(0.0, ago)
        self._of_lane[lane].append(at)
        self._of_account[account].append(at)

    def waiting(self) -> frozenset[str]:
        """The chats that wait for their turn."""
        now = self._clock()
        for lane in [lane for lane in self._of_lane if not _recent(self._of_lane, lane, now)]:
            del self._of_lane[lane]
        return frozenset(each.lane for account in list(self._waiters) for each in self._in_line(account, now).values())

    @property
    def _average(self) -> float:
        return WINDOW / self._per_account

    def _wait_for_lane(self, lane: str, now: float) -> float:
        sent = _recent(self._of_lane, lane, now)
        return sent[-self._per_lane] + WINDOW - now if len(sent) >= self._per_lane else 0.0

    def _wait_for_account(self, account: str, number: int, now: float) -> float:
        sent = _recent(self._of_account, account, now)
        ahead = sum(
            other < number and not self._wait_for_lane(waiter.lane, now)
            for other, waiter in self._in_line(account, now).items()
        )
        gap = max(0.0, self._next.get(account, 0.0) - now) + ahead * self._average * sum(_GAP) / 2
        over = len(sent) + ahead - self._per_account
        return max(gap, sent[min(over, len(sent) - 1)] + WINDOW - now) if over >= 0 and sent else gap

    def _in_line(self, account: str, now: float) -> dict[int, _Waiter]:
        """Those who wait; one who did not come back is forgotten."""
        waiters = {number: each for number, each in self._waiters[account].items() if each.until > now}
        self._waiters[account] = waiters
        return waiters


def _recent(times: defaultdict[str, deque[float]], name: str, now: float) -> deque[float]:
    sent = times[name]
    while sent and sent[0] <= now - WINDOW:
        sent.popleft()
    return sent
