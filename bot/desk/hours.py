"""When somebody will look, outside the desk's hours."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.settings import DeskHours

SHANGHAI = ZoneInfo("Asia/Shanghai")
_WEEKDAYS = "一二三四五六日"


def is_open(hours: DeskHours, now: datetime) -> bool:
    """Whether the desk is staffed now."""
    here = now.astimezone(SHANGHAI)
    return here.isoweekday() in hours.days and hours.opens <= here.strftime("%H:%M") < hours.closes


def hours_note(hours: DeskHours, now: datetime) -> str | None:
    """When somebody will look, if the desk is closed now."""
    if is_open(hours, now) or not hours.days:
        return None
    here = now.astimezone(SHANGHAI)
    ahead = (here + timedelta(days=days) for days in range(8))
    day = next(
        day
        for day in ahead
        if day.isoweekday() in hours.days and (day.date() > here.date() or here.strftime("%H:%M") < hours.opens)
    )
    when = "今天" if day.date() == here.date() else f"周{_WEEKDAYS[day.isoweekday() - 1]}"
    return f"现在不是工作时间，工作人员{when} {hours.opens} 开始处理。"
