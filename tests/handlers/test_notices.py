from datetime import timedelta

import pytest

from handlers.message import AnswerCard, ChoiceList, ContactCards, Notice, Pinned, StepCard
from tests.handlers.talk import NOON, Said, Talk

TEXT = "系统维护至 10:00"
LATER = NOON + timedelta(hours=1)
ADDRESS = "考勤地址怎么改"


def pinned(*records: str, text: str = TEXT) -> Pinned:
    return Pinned(text, LATER, frozenset(records))


def shown(said: Said) -> list[type]:
    return [type(part) for part in said.parts]


@pytest.mark.parametrize(
    ("notice", "seen"),
    [
        (pinned(), True),
        (pinned("faq-13"), True),
        (pinned("faq-13", "faq-20"), True),
        (pinned("faq-14"), False),
        (Pinned(TEXT, NOON + timedelta(seconds=1)), True),
        (Pinned(TEXT, NOON), False),
        (Pinned(TEXT, NOON - timedelta(seconds=1)), False),
    ],
)
def test_notices_stand_above_the_answers_they_concern(notice: Pinned, seen: bool, talk: Talk) -> None:
    talk.notices = (notice,)
    for said in (talk.says(ADDRESS), talk.says("修改考勤地址 #faq-13")):
        assert shown(said) == ([Notice, AnswerCard] if seen else [AnswerCard])
        assert said.text.startswith(f"📢 {TEXT}\n\n【") is seen
        assert (said.outcome, said.records) == ("answer", ("faq-13",))


@pytest.mark.parametrize(
    ("message", "records", "kinds"),
    [
        ("浦口区找哪个部门，电话多少", (), [Notice, ContactCards]),
        ("浦口区找哪个部门，电话多少", ("faq-28",), [Notice, ContactCards]),
        ("浦口区找哪个部门，电话多少", ("faq-13",), [ContactCards]),
        ("所有的电话都发我", ("faq-28",), [Notice, ContactCards]),
        ("登录失败", (), [Notice, ChoiceList]),
        ("登录失败", ("faq-13",), [ChoiceList]),
    ],
)
def test_above_numbers_and_lists(message: str, records: tuple[str, ...], kinds: list[type], talk: Talk) -> None:
    talk.notices = (pinned(*records),)
    assert shown(talk.says(message)) == kinds


@pytest.mark.parametrize("message", ["你好", "谢谢", "转人工", "工资什么时候发", "退出"])
def test_not_above_what_is_no_answer(message: str, talk: Talk) -> None:
    talk.notices = (pinned(),)
    assert Notice not in shown(talk.says(message))


def test_a_list_has_it_where_everything_on_it_is_concerned(talk: Talk) -> None:
    listed = talk.says("登录失败").records
    assert len(listed) > 1
    for records, kinds in ((listed, [Notice, ChoiceList]), (listed[:1], [ChoiceList])):
        talk.notices = (pinned(*records),)
        assert shown(Talk(talk.base, notices=talk.notices).says("登录失败")) == kinds
    assert shown(talk.says("99")) == [ChoiceList], "the list put again has it above it already"
    assert shown(talk.says("1")) == [Notice, AnswerCard]


def test_above_the_first_step_unless_the_answer_had_it(talk: Talk) -> None:
    talk.notices = (pinned(),)
    assert shown(talk.says("带我一步步改考勤地址"))[:2] == [Notice, StepCard]
    assert shown(talk.says("下一步"))[:1] == [StepCard]
    other = Talk(talk.base, notices=talk.notices)
    assert shown(other.says(ADDRESS)) == [Notice, AnswerCard]
    assert shown(other.presses("带我一步步做"))[:1] == [StepCard]


def test_two_answers_at_once_have_it_once(talk: Talk) -> None:
    talk.notices = (pinned(), pinned("faq-15", text="报备平台停机"))
    said = talk.says("考勤地址怎么改？另外停工了还要打卡吗？")
    assert said.records == ("faq-13", "faq-15")
    assert shown(said) == [Notice, AnswerCard, Notice, AnswerCard]
    assert [part.text for part in said.parts if isinstance(part, Notice)] == [TEXT, "报备平台停机"]


def test_in_a_group_too(talk: Talk) -> None:
    talk.notices = (pinned(),)
    assert shown(talk.says(ADDRESS, group=True)) == [Notice, AnswerCard]
    # What was told a moment ago is not repeated; the notice may be newer than that.
    talk.told = frozenset(("faq-13",))
    assert shown(talk.says(ADDRESS, group=True)) == [Notice, AnswerCard]
    assert talk.says(ADDRESS, group=True, addressed=False).replies == ()


def test_several_stand_in_the_order_in_which_they_were_written(talk: Talk) -> None:
    talk.notices = (pinned(text="一"), pinned("faq-14", text="二"), pinned("faq-13", text="三"))
    assert talk.says(ADDRESS).text.startswith("📢 一\n\n📢 三\n\n【")
