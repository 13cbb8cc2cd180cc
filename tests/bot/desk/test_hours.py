from datetime import UTC, datetime

import pytest

from bot.desk.hours import SHANGHAI, hours_note
from bot.settings import DeskHours

USUAL = DeskHours()
WEDNESDAYS = DeskHours(days=(3,))
WEEKEND = DeskHours(days=(6, 7), opens="10:00", closes="12:00")
NEVER = DeskHours(days=())


@pytest.mark.parametrize(
    ("hours", "when", "next_opening"),
    [
        (USUAL, "2026-03-04 12:00", None),
        (USUAL, "2026-03-04 08:30", None),
        (USUAL, "2026-03-04 08:29", "今天 08:30"),
        (USUAL, "2026-03-04 00:00", "今天 08:30"),
        (USUAL, "2026-03-04 17:29", None),
        (USUAL, "2026-03-04 17:30", "周四 08:30"),
        (USUAL, "2026-03-04 23:59", "周四 08:30"),
        (USUAL, "2026-03-06 17:30", "周一 08:30"),
        (USUAL, "2026-03-07 10:00", "周一 08:30"),
        (USUAL, "2026-03-08 23:59", "周一 08:30"),
        (USUAL, "2026-03-09 07:00", "今天 08:30"),
        (WEDNESDAYS, "2026-03-04 09:00", None),
        (WEDNESDAYS, "2026-03-04 18:00", "周三 08:30"),
        (WEDNESDAYS, "2026-03-03 18:00", "周三 08:30"),
        (WEEKEND, "2026-03-07 11:59", None),
        (WEEKEND, "2026-03-07 12:00", "周日 10:00"),
        (WEEKEND, "2026-03-04 11:00", "周六 10:00"),
        (NEVER, "2026-03-04 12:00", None),
    ],
)
def test_hours_note(hours: DeskHours, when: str, next_opening: str | None) -> None:
    here = datetime.fromisoformat(when).replace(tzinfo=SHANGHAI)
    expected = next_opening and f"现在不是工作时间，工作人员{next_opening} 开始处理。"
    assert hours_note(hours, here) == expected
    assert hours_note(hours, here.astimezone(UTC)) == expected, "the zone of the clock does not matter"


@pytest.mark.parametrize(
    ("utc", "open_now"),
    [
        ("2026-03-04 00:29", False),
        ("2026-03-04 00:30", True),
        ("2026-03-04 09:29", True),
        ("2026-03-04 09:30", False),
        ("2026-03-06 23:00", False),  # Saturday in Nanjing
        ("2026-03-09 00:45", True),  # Monday
    ],
)
def test_hours_are_those_of_nanjing(utc: str, open_now: bool) -> None:
    assert (hours_note(USUAL, datetime.fromisoformat(utc).replace(tzinfo=UTC)) is None) is open_now
