"""What an editor typed becomes a notice, or a sentence that says what is wrong with it."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta

from bot.desk.hours import SHANGHAI
from bot.errors import UsageError
from handlers.message import Pinned

LONGEST = 200
"""Characters of a notice."""
MOST = 5
"""Notices at once: more than that would stand between people and their answer."""
_FARTHEST = timedelta(days=366)
_SOON = timedelta(hours=1)


class NoticeError(UsageError):
    """This cannot be pinned; the text says why."""


def written(text: str, day: str, clock: str, records: Collection[str], now: datetime) -> Pinned:
    """The notice. ``day``: 2026-03-10, ``clock``: 10:00, in Nanjing; ``records``: whose answers, none: all."""
    words = tidy(text)
    if not words:
        raise NoticeError("先写公告的内容。")
    if len(words) > LONGEST:
        raise NoticeError(f"公告最多 {LONGEST} 个字，现在是 {len(words)} 个。")
    until = moment(day, clock)
    if until is None:
        raise NoticeError("结束的日期和时间要写完整，比如 2026-03-10 和 10:00。")
    if until <= now:
        raise NoticeError("结束时间已经过了，改成以后的时间。")
    if until > now + _FARTHEST:
        raise NoticeError("结束时间最远一年。一直有效的内容请写进知识里。")
    return Pinned(words, until, frozenset(records))


def tidy(text: str) -> str:
    """On one line, without what cannot be seen."""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())


def moment(day: str, clock: str) -> datetime | None:
    """A day and a time of day in Nanjing; None where either is not typed to its end."""
    try:
        here = datetime.combine(date.fromisoformat(day.strip()), time.fromisoformat(clock.strip()))
        return None if here.tzinfo else here.replace(tzinfo=SHANGHAI).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def fields(at: datetime) -> tuple[str, str]:
    """A moment as day and time of day in Nanjing."""
    here = at.astimezone(SHANGHAI)
    return here.strftime("%Y-%m-%d"), here.strftime("%H:%M")


def proposals(now: datetime) -> tuple[datetime, ...]:
    """Ends that are often meant: in about two hours, this evening, tomorrow morning."""
    here = now.astimezone(SHANGHAI)
    hour = here.replace(minute=0, second=0, microsecond=0)
    soon, evening, morning = hour + timedelta(hours=3), hour.replace(hour=18), hour.replace(hour=8) + timedelta(days=1)
    return tuple(sorted({soon, *((evening,) if evening > soon else ()), morning}))


def ends(until: datetime, now: datetime) -> str:
    """When it ends: 今天 10:00, 明天 08:00, 3 月 12 日 08:00."""
    here, today = until.astimezone(SHANGHAI), now.astimezone(SHANGHAI).date()
    near = {today - timedelta(days=1): "昨天", today: "今天", today + timedelta(days=1): "明天"}
    year = f"{here.year} 年 " if here.year != today.year else ""
    return f"{near.get(here.date()) or f'{year}{here.month} 月 {here.day} 日'} {here:%H:%M}"


def left(until: datetime, now: datetime) -> int | None:
    """The minutes left where it ends within the hour, else None."""
    rest = until - now
    return -(-int(rest.total_seconds()) // 60) if rest <= _SOON else None
