from datetime import UTC, datetime, time

import pytest

from handlers.manners import Manners
from kb.base import KnowledgeBase
from tests.handlers.talk import Talk

CONFIDENT, ALWAYS = Manners("confident"), Manners("always")
CLEAR = ("考勤地址怎么改", "停工了还要打卡吗", "项目经理换了微信号怎么办")
CHATTER = (
    "今天天气怎么样",
    "你好",
    "谢谢",
    "下一步",
    "1",
    "转人工",
    "没解决",
    "老王到了没",
    "明天开会",
    "打卡",
    "收到",
    "江宁的",
    "",
)


@pytest.mark.parametrize("text", CLEAR)
def test_a_clear_question_to_nobody_is_answered_where_the_group_wants_that(text: str, base: KnowledgeBase) -> None:
    for manners, outcome in ((Manners(), "silent"), (CONFIDENT, "answer"), (ALWAYS, "answer")):
        assert Talk(base, manners=manners).says(text, group=True, addressed=False).outcome == outcome


@pytest.mark.parametrize("text", CHATTER)
def test_what_people_say_to_each_other_is_left_alone(text: str, base: KnowledgeBase) -> None:
    talk = Talk(base, manners=CONFIDENT)
    before = talk.conversation
    said = talk.says(text, group=True, addressed=False)
    assert (said.outcome, said.effects) == ("silent", ())
    assert talk.conversation == before


def test_what_was_just_told_is_not_mentioned_to_who_did_not_ask(base: KnowledgeBase) -> None:
    talk = Talk(base, manners=CONFIDENT)
    talk.told = frozenset(("faq-13",))
    assert talk.says("考勤地址怎么改", group=True, addressed=False).outcome == "silent"
    assert talk.says("考勤地址怎么改", group=True).outcome == "answer"


def test_one_persons_procedure_is_not_moved_by_talk(base: KnowledgeBase) -> None:
    talk = Talk(base, manners=CONFIDENT)
    talk.says("考勤地址怎么改", group=True)
    talk.says("带我一步步做", group=True)
    walk = talk.conversation.walk
    assert walk is not None
    for text in ("下一步", "好了", "退出"):
        assert talk.says(text, group=True, addressed=False).outcome == "silent"
        assert talk.conversation.walk == walk


@pytest.mark.parametrize("text", [*CLEAR, "你好", "转人工"])
def test_a_muted_group_hears_nothing(text: str, base: KnowledgeBase) -> None:
    talk = Talk(base, manners=Manners("always", muted=True))
    assert talk.says(text, group=True).outcome == "silent"
    assert talk.says(text, group=True, addressed=False).outcome == "silent"
    assert talk.says(text).outcome != "silent", "alone it answers"


@pytest.mark.parametrize(
    ("clock", "quiet_from", "quiet_to", "overhears"),
    [
        ("23:30", "22:00", "06:00", False),
        ("05:59", "22:00", "06:00", False),
        ("06:00", "22:00", "06:00", True),
        ("21:59", "22:00", "06:00", True),
        ("12:30", "12:00", "13:00", False),
        ("13:00", "12:00", "13:00", True),
    ],
)
def test_quiet_hours_are_those_of_shanghai(clock: str, quiet_from: str, quiet_to: str, overhears: bool) -> None:
    hour, minute = map(int, clock.split(":"))
    now = datetime(2026, 11, 24, (hour - 8) % 24, minute, tzinfo=UTC)
    manners = Manners("always", time.fromisoformat(quiet_from), time.fromisoformat(quiet_to))
    assert manners.overhears(now) is overhears


def test_in_quiet_hours_whoever_asks_the_bot_is_answered(base: KnowledgeBase) -> None:
    talk = Talk(base, manners=Manners("always", time(0), time(23, 59, 59)))
    assert talk.says("考勤地址怎么改", group=True, addressed=False).outcome == "silent"
    assert talk.says("考勤地址怎么改", group=True).outcome == "answer"


def test_a_case_from_a_group_goes_on_alone(base: KnowledgeBase) -> None:
    words = base.knowledge.wording
    talk = Talk(base, private=True)
    said = talk.says("转人工", group=True)
    assert (said.outcome, said.ticket) == ("escalate", 1001)
    assert words.ticket_in_private in said.text
    assert [type(effect).__name__ for effect in said.effects] == ["OpenTicket", "GoPrivate", "LogQuestion"]
    assert talk.conversation.ticket is None, "it is no longer the group's"
    talk.elsewhere = 1001
    again = talk.says("转人工", group=True)
    assert (again.outcome, again.ticket) == ("escalate", 1001)
    assert "OpenTicket" not in [type(effect).__name__ for effect in again.effects]


@pytest.mark.parametrize("text", ["工单 1001", "工单1001", "1001", "转人工", "我的工单"])
def test_whoever_comes_from_a_group_takes_his_case_along(text: str, base: KnowledgeBase) -> None:
    talk = Talk(base, elsewhere=1001)
    said = talk.says(text)
    assert (said.outcome, said.ticket) == ("escalate", 1001)
    assert base.knowledge.wording.ask_project in said.text
    assert "FetchTicket" in [type(effect).__name__ for effect in said.effects]
    talk.elsewhere = None
    assert talk.says("河西项目").outcome == "ask"


@pytest.mark.parametrize("text", ["10012", "考勤地址怎么改", "21001"])
def test_other_words_leave_the_case_in_the_group(text: str, base: KnowledgeBase) -> None:
    said = Talk(base, elsewhere=1001).says(text)
    assert "FetchTicket" not in [type(effect).__name__ for effect in said.effects]
