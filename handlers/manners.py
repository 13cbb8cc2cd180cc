"""How the bot behaves in a group: whom it answers there, and when it holds its tongue."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Overhearing = Literal["never", "confident", "always"]
_SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Manners:
    """``answer_unaddressed``: whether what is not said to the bot is answered, too: never, where it is sure, always.

    ``quiet_from`` to ``quiet_to`` (Asia/Shanghai, may pass midnight): only whoever addresses the bot is answered.
    ``cool_down``: for how long an answer given there is not given again; ``muted``: the group's owner wants no answers
    at all.
    """

    answer_unaddressed: Overhearing = "never"
    quiet_from: time | None = None
    quiet_to: time | None = None
    cool_down: timedelta = timedelta(minutes=10)
    muted: bool = False

    def overhears(self, now: datetime) -> bool:
        """Whether what nobody said to the bot may be answered now."""
        return self.answer_unaddressed != "never" and not self.muted and not self._is_quiet(now)

    def _is_quiet(self, now: datetime) -> bool:
        if self.quiet_from is None or self.quiet_to is None:
            return False
        at = now.astimezone(_SHANGHAI).time()
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= at < self.quiet_to
        return at >= self.quiet_from or at < self.quiet_to
