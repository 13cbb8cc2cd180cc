"""What the clock does: reminders while nobody answers, the end of what has long been solved."""

from datetime import datetime
from typing import Any

import pytest

from bot.desk.hours import SHANGHAI
from bot.storage import tickets
from tests.bot.desk.counter import JIANGNING, Counter

NOBODY = "还没有人回复"


@pytest.fixture
def opened(counter: Counter) -> Counter:
    """A ticket was opened on Wednesday at noon."""
    counter.user().says("转人工")
    counter.sees()
    return counter


def reminders(counter: Counter) -> list[str]:
    return [note["text"] for note in counter.sees() if note["kind"] == "Words" and NOBODY in note["text"]]


def test_staff_are_reminded_three_times(opened: Counter) -> None:
    assert opened.wait(minutes=14, seconds=59) == 0
    assert reminders(opened) == []
    assert opened.wait(seconds=1) == 1
    assert reminders(opened) == ["⏰ 工单 1001 已等了 15 分钟，还没有人回复。"]
    assert opened.wait(seconds=15) == 0, "not again at the next look"
    assert opened.wait(minutes=15) == 1
    assert len(reminders(opened)) == 1
    assert opened.wait(minutes=60) == 1
    assert reminders(opened) == ["⏰ 工单 1001 已等了 1 小时，还没有人回复。"]
    assert opened.wait(minutes=60) == 0, "three times are enough"
    assert reminders(opened) == []
    assert opened.kinds() == ["opened", "reminded", "reminded", "reminded"]


def test_a_claim_is_no_answer(opened: Counter) -> None:
    opened.agent("小王").does("claim")
    opened.sees()
    opened.wait(minutes=15)
    assert len(reminders(opened)) == 1


@pytest.mark.parametrize("verb", ["reply", "solve", "close"])
def test_whoever_is_answered_waits_no_longer(opened: Counter, verb: Any) -> None:
    opened.agent("小王").does(verb, "好的")
    opened.sees()
    assert opened.wait(hours=1) == 0
    assert reminders(opened) == []


def test_the_user_hears_nothing_of_it(opened: Counter) -> None:
    opened.wait(minutes=15)
    assert opened.user().hears() == ""


def test_a_reminder_is_no_change_of_the_ticket(opened: Counter) -> None:
    before = opened.case()
    opened.wait(minutes=15)
    assert opened.case().changed_at == before.changed_at


def test_outside_the_desks_hours_only_once(counter: Counter) -> None:
    counter.time = datetime(2026, 3, 6, 17, 20, tzinfo=SHANGHAI)  # a Friday
    counter.user().says("转人工")
    counter.sees()
    counter.wait(minutes=15)
    assert len(reminders(counter)) == 1, "a gate may be waiting"
    for _ in range(10):
        assert counter.wait(hours=5) == 0
    assert reminders(counter) == []
    counter.time = datetime(2026, 3, 9, 8, 29, tzinfo=SHANGHAI)
    assert counter.wait() == 0
    assert counter.wait(minutes=1) == 1, "on Monday, when somebody is there"
    assert len(reminders(counter)) == 1


def test_what_is_solved_closes_after_a_week(opened: Counter) -> None:
    opened.agent("小王").does("solve")
    user = opened.user()
    user.hears()
    opened.sees()
    assert opened.wait(days=6, hours=23) == 0
    assert opened.wait(hours=1) == 1
    case = opened.case()
    assert (case.status, case.closed_at) == ("closed", opened.time)
    assert opened.kinds()[-1] == "expired"
    assert user.hears() == ""
    assert [note["status"] for note in opened.sees()] == ["closed"]
    assert opened.wait(days=1) == 0


def test_what_was_reopened_meanwhile_stays_open(opened: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the clock's look and its deed, another process may have been at it."""
    agent = opened.agent("小王")
    agent.does("solve")
    agent.does("reopen")

    async def late(*_: Any) -> list[int]:
        return [1001]

    monkeypatch.setattr(tickets, "solved_before", late)
    assert opened.wait(days=8) == 1, "only the reminder"
    assert opened.case().status == "open"


def test_what_was_answered_meanwhile_is_not_brought_up(opened: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    before = opened.case()
    opened.agent("小王").does("reply", "好的")
    opened.sees()

    async def late(*_: Any) -> list[Any]:
        return [before]

    monkeypatch.setattr(tickets, "unanswered", late)
    assert opened.wait(minutes=20) == 0
    assert reminders(opened) == []


def test_a_ticket_that_is_open_again_is_waited_for_again(opened: Counter) -> None:
    user, wang = opened.user(), opened.agent("小王")
    user.hears()
    wang.does("reply", "请退出重登")
    wang.does("solve")
    user.hears()
    opened.sees()
    opened.wait(hours=1)
    user.says("还是不行")
    opened.sees()
    assert opened.wait(minutes=14) == 0, "the wait begins anew"
    assert opened.wait(minutes=1) == 1
    assert reminders(opened) == ["⏰ 工单 1001 重新打开了，还没有人回复。"]
    wang.does("reply", "我再看看")
    opened.wait(minutes=30)
    assert reminders(opened) == []


def test_a_team_that_a_ticket_is_handed_to_is_reminded_as_often_as_the_first(opened: Counter) -> None:
    for minutes in (15, 15, 15):
        opened.wait(minutes=minutes)
    assert len(reminders(opened)) == 3
    opened.agent("小王").does("hand_over", JIANGNING)
    for minutes in (15, 15, 15, 15):
        opened.wait(minutes=minutes)
    assert sum(NOBODY in note.get("text", "") for note in opened.sees(JIANGNING) if note["kind"] == "Words") == 3
