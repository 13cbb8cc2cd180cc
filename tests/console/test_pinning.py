"""What an editor types, and what becomes of it."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.console.pinning import LONGEST, NoticeError, ends, fields, left, proposals, written
from handlers.message import Pinned

NOW = datetime(2026, 3, 10, 1, 20, tzinfo=UTC)
"""Twenty past nine in Nanjing."""
TODAY, TEN = "2026-03-10", "10:00"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("系统维护至 10:00", "系统维护至 10:00"),
        ("  系统维护\r\n\n至 10:00\t ", "系统维护 至 10:00"),
        ("维护\0中\u202e。\u200b", "维护中。"),
        ("<b>维护</b>", "<b>维护</b>"),
        ("长" * LONGEST, "长" * LONGEST),
    ],
)
def test_a_notice(typed: str, words: str) -> None:
    until = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
    assert written(typed, TODAY, TEN, ["faq-13"], NOW) == Pinned(words, until, frozenset(("faq-13",)))


@pytest.mark.parametrize(
    ("text", "day", "clock", "told"),
    [
        ("", TODAY, TEN, "先写公告的内容"),
        (" \n\u200b", TODAY, TEN, "先写公告的内容"),
        ("长" * (LONGEST + 1), TODAY, TEN, "最多 200 个字，现在是 201 个"),
        ("维护", TODAY, "09:20", "已经过了"),
        ("维护", "2026-03-09", TEN, "已经过了"),
        ("维护", "2036-03-10", TEN, "最远一年"),
        ("维护", "9999-12-31", "23:59", "最远一年"),
        ("维护", "0001-01-01", "00:00", "写完整"),
        ("维护", "", TEN, "写完整"),
        ("维护", TODAY, "", "写完整"),
        ("维护", "2026-02-30", TEN, "写完整"),
        ("维护", TODAY, "25:00", "写完整"),
        ("维护", TODAY, "10:00Z", "写完整"),
    ],
)
def test_what_is_refused(text: str, day: str, clock: str, told: str) -> None:
    with pytest.raises(NoticeError, match=told):
        written(text, day, clock, (), NOW)


@pytest.mark.parametrize(
    ("hour", "words"),
    [
        (9, ["今天 12:00", "今天 18:00", "明天 08:00"]),
        (16, ["今天 19:00", "明天 08:00"]),
        (23, ["明天 02:00", "明天 08:00"]),
        (5, ["今天 08:00", "今天 18:00", "明天 08:00"]),
    ],
)
def test_ends_that_are_often_meant(hour: int, words: list[str]) -> None:
    now = NOW + timedelta(hours=hour - 9)
    found = proposals(now)
    assert [ends(each, now) for each in found] == words
    assert [written("维护", *fields(each), (), now).until for each in found] == list(found)


@pytest.mark.parametrize(
    ("minutes", "when", "rest"),
    [
        (0.5, "今天 09:20", 1),
        (40, "今天 10:00", 40),
        (60, "今天 10:20", 60),
        (61, "今天 10:21", None),
        (24 * 60, "明天 09:20", None),
        (-24 * 60, "昨天 09:20", -1440),
        (2 * 24 * 60, "3 月 12 日 09:20", None),
        (365 * 24 * 60, "2027 年 3 月 10 日 09:20", None),
    ],
)
def test_when_it_ends(minutes: float, when: str, rest: int | None) -> None:
    until = NOW + timedelta(minutes=minutes)
    assert ends(until, NOW) == when
    assert left(until, NOW) == rest
