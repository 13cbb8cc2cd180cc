from datetime import timedelta

import pytest

from handlers.conversation import TicketStatus
from handlers.effects import AddToTicket, CancelTicket, ConfirmTicket, Effect, OpenTicket, ReopenTicket
from handlers.message import TicketCard
from kb.base import KnowledgeBase
from kb.routing import Site
from tests.handlers.talk import NOON, Talk


def opens(talk: Talk) -> None:
    """A ticket, with all details left out."""
    talk.says_all(["转人工", "跳过", "跳过", "跳过"])


@pytest.mark.parametrize(
    "text",
    ["转人工", "我要找人工客服", "人工", "叫你们工作人员来", "rgkf", "看不懂地址怎么改，帮我转人工", "转人工，快点"],
)
def test_the_ticket_is_opened_at_once_and_named(text: str, talk: Talk) -> None:
    said = talk.says(text)
    assert (said.outcome, said.ticket) == ("escalate", 1001)
    assert "工单号 1001" in said.text
    assert said.labels == ("跳过", "取消工单", "主管部门电话")
    (effect,) = said.wants
    assert isinstance(effect, OpenTicket)
    assert effect.number == 1001


def test_staff_are_told_what_was_asked_and_tried(talk: Talk) -> None:
    (effect,) = talk.says_all(["我们是六合的房建项目", "考勤地址怎么改", "停工了还要打卡吗", "转人工"]).wants
    assert isinstance(effect, OpenTicket)
    assert (effect.question, effect.tried) == ("停工了还要打卡吗", ("faq-13", "faq-15"))
    assert effect.site.types == ("housing",)
    assert effect.site.place is not None


def test_all_details(talk: Talk, base: KnowledgeBase) -> None:
    words = base.knowledge.wording
    assert words.ask_project in talk.says("转人工").text
    told: list[Effect] = []
    for text, asked in (("河西三期安置房项目", words.ask_person), ("王工，资料员", words.ask_phone)):
        said = talk.says(text)
        assert (said.outcome, said.asked, said.ticket) == ("ask", "detail", 1001)
        assert asked in said.text
        told += said.wants
    last = talk.says("138 0000 1111")
    assert (last.outcome, last.ticket) == ("escalate", 1001)
    assert "1001" in last.text
    assert [*told, *last.wants] == [
        AddToTicket(1001, "project", "河西三期安置房项目"),
        AddToTicket(1001, "person", "王工，资料员"),
        AddToTicket(1001, "phone", "138 0000 1111"),
    ]


def test_every_detail_can_be_skipped(talk: Talk) -> None:
    outcomes = [talk.says(text).outcome for text in ("转人工", "跳过", "不方便说", "不填")]
    assert outcomes == ["escalate", "ask", "ask", "escalate"]
    assert talk.last.wants == ()
    assert "1001" in talk.last.text


@pytest.mark.parametrize("text", ["123", "没有号码吧", "１２３４５６", "138"])
def test_a_phone_that_is_none_is_asked_for_again(text: str, talk: Talk, base: KnowledgeBase) -> None:
    talk.says_all(["转人工", "跳过", "跳过"])
    said = talk.says(text)
    assert (said.outcome, said.asked, said.wants) == ("ask", "detail", ())
    assert base.knowledge.wording.phone_unclear in said.text
    assert talk.says("13800001111").outcome == "escalate"


@pytest.mark.parametrize(
    "phone", ["13800001111", "84632225", "025-84632225", "138 0000 1111", "１３８００００１１１１", "电话是13800001111"]
)
def test_a_phone_in_any_form_is_taken(phone: str, talk: Talk) -> None:
    talk.says_all(["转人工", "跳过", "跳过"])
    said = talk.says(phone)
    assert said.outcome == "escalate"
    assert said.wants == (AddToTicket(1001, "phone", phone),)


def test_a_question_in_between_is_a_question(talk: Talk) -> None:
    talk.says("转人工")
    assert talk.says("对了，总包和监理能用同一个邀请码吗？").records == ("faq-05",)
    assert talk.says("河西项目").asked == "detail", "the detail is still wanted"


@pytest.mark.parametrize(
    "text", ["怎么申请设备", "为啥今天打不开啊", "老板不发钱咋办", "都不行，试过了", "能试的都试了"]
)
def test_what_is_no_detail_is_not_written_down_as_one(text: str, talk: Talk) -> None:
    talk.says("转人工")
    assert not [effect for effect in talk.says(text).wants if isinstance(effect, AddToTicket)]
    assert talk.says("河西项目").wants == (AddToTicket(1001, "project", "河西项目"),)


@pytest.mark.parametrize("text", ["取消工单", "不用人工了", "不用转人工了", "撤销工单"])
def test_cancel(text: str, talk: Talk) -> None:
    talk.says("转人工")
    said = talk.says(text)
    assert (said.outcome, said.ticket, said.wants) == ("smalltalk", 1001, (CancelTicket(1001),))
    assert talk.says("考勤地址怎么改").outcome == "answer"
    assert talk.says("工单号多少").ticket is None
    assert talk.says("转人工").ticket == 1002


@pytest.mark.parametrize("text", ["工单号多少", "我的工单号是多少来着", "查工单", "转人工", "人工什么时候回我"])
def test_the_number_again(text: str, talk: Talk) -> None:
    opens(talk)
    said = talk.says(text)
    assert (said.outcome, said.ticket, said.wants) == ("escalate", 1001, ())
    assert "1001" in said.text


@pytest.mark.parametrize("text", ["工单号多少", "取消工单", "查工单"])
def test_ticket_words_without_a_ticket(text: str, talk: Talk, base: KnowledgeBase) -> None:
    said = talk.says(text)
    assert (said.outcome, said.ticket, said.wants) == ("smalltalk", None, ())
    assert base.knowledge.wording.no_ticket in said.text


def test_before_anybody_claims_it_the_bot_answers_as_usual(talk: Talk) -> None:
    opens(talk)
    assert [talk.says(text).outcome for text in ("分包单位要不要考勤", "登录失败", "1", "谢谢")] == [
        "answer", "choices", "answer", "smalltalk",
    ]  # fmt: skip


@pytest.mark.parametrize("status", ["claimed", "waiting"])
@pytest.mark.parametrize(
    "text", ["考勤地址怎么改", "你好", "1", "没解决", "转人工", "下一步", "下一步 #prompt-05/choose", "跳过", "😀"]
)
def test_a_person_in_charge_hears_everything_and_the_bot_says_nothing(
    status: TicketStatus, text: str, talk: Talk
) -> None:
    opens(talk)
    talk.has_ticket(status)
    said = talk.says(text)
    assert (said.outcome, said.text) == ("silent", "")
    assert said.wants == (AddToTicket(1001, "said", text),)


@pytest.mark.parametrize("status", ["claimed", "waiting"])
def test_words_about_the_ticket_are_answered_while_a_person_is_in_charge(status: TicketStatus, talk: Talk) -> None:
    opens(talk)
    talk.has_ticket(status)
    assert "1001" in talk.says("工单号多少").text
    assert talk.last.outcome == "escalate"
    assert talk.says("取消工单").wants == (CancelTicket(1001),)
    assert talk.says("你好").outcome == "smalltalk"


def test_a_picture_while_a_person_is_in_charge_goes_to_him(talk: Talk) -> None:
    opens(talk)
    talk.has_ticket("claimed")
    said = talk.says("", image="shot.png")
    assert said.outcome == "silent"
    assert len(said.wants) == 1


@pytest.mark.parametrize("status", ["solved", "closed"])
@pytest.mark.parametrize(
    ("text", "ago", "reopened"),
    [
        ("还是不行", timedelta(0), True),
        ("还是不行", timedelta(days=6, hours=23), True),
        ("没解决", timedelta(days=7), True),
        ("没解决 #faq-13", timedelta(days=1), False),  # the button below an answer speaks of that answer
        ("都试过了还是不行", timedelta(days=1), True),
        ("还是不行", timedelta(days=7, seconds=1), False),
        ("还是不行", timedelta(days=30), False),
        ("谢谢", timedelta(0), False),
        ("好的", timedelta(0), False),
        ("你好", timedelta(days=1), False),
        ("停工了还要打卡吗", timedelta(days=1), False),
        ("工单号多少", timedelta(days=1), False),
    ],
)
def test_reopen(status: TicketStatus, text: str, ago: timedelta, reopened: bool, talk: Talk) -> None:
    opens(talk)
    talk.has_ticket(status, solved_at=NOON - ago)
    said = talk.says(text)
    assert (ReopenTicket(1001) in said.wants) is reopened
    assert (said.outcome == "escalate" and "1001" in said.text) is reopened
    ticket = talk.conversation.ticket
    assert ticket is not None
    assert ticket.status == ("open" if reopened else status)


def test_after_it_was_solved_the_bot_answers_and_hands_over_anew(talk: Talk) -> None:
    opens(talk)
    talk.has_ticket("solved", solved_at=NOON - timedelta(days=1))
    assert talk.says("停工了还要打卡吗").outcome == "answer"
    said = talk.says("转人工")
    assert said.ticket == 1002
    assert isinstance(said.wants[0], OpenTicket)


def test_the_desks_note_stands_in_the_handover_only(talk: Talk) -> None:
    talk.note = "现在不是工作时间，工作人员周一 08:30 开始处理。"
    assert talk.note not in talk.says("考勤地址怎么改").text
    assert talk.note in talk.says("转人工").text
    assert talk.note not in talk.says("跳过").text


def test_the_line_is_named_where_the_site_is_known(talk: Talk) -> None:
    said = talk.says_all(["六合的房建项目，人脸识别一直失败", "转人工"])
    assert said.contacts == ("contact-luhe", "contact-housing")
    assert isinstance(said.parts[0], TicketCard)


def test_quit_stops_the_questions_and_keeps_the_ticket(talk: Talk) -> None:
    talk.says("转人工")
    said = talk.says("退出")
    assert (said.outcome, said.ticket, said.wants) == ("escalate", 1001, ())
    assert talk.says("河西项目").wants == ()


def test_a_detail_can_name_the_site(talk: Talk) -> None:
    talk.says_all(["转人工", "江宁的地铁项目"])
    assert talk.conversation.site != Site()


def test_a_ticket_number_is_short(talk: Talk) -> None:
    assert len(str(talk.says("转人工").ticket)) < 7


@pytest.mark.parametrize("text", ["解决了", "好了，可以打卡了", "有用"])
def test_what_was_said_to_be_solved_is_confirmed(text: str, talk: Talk) -> None:
    opens(talk)
    talk.has_ticket("solved", solved_at=NOON)
    said = talk.says(text)
    assert said.wants == (ConfirmTicket(1001),)
    assert "1001" in said.text
    again = talk.says("还是不行")
    assert ReopenTicket(1001) in again.wants, "whoever was too quick can come back"


def test_feedback_on_an_answer_confirms_no_ticket(talk: Talk) -> None:
    opens(talk)
    talk.has_ticket("solved", solved_at=NOON)
    talk.says("停工了还要打卡吗")
    said = talk.presses("有用")
    assert all(not isinstance(effect, ConfirmTicket) for effect in said.wants)


def test_whom_to_call_is_named_as_soon_as_the_site_is_known(talk: Talk) -> None:
    assert talk.says("转人工").contacts == ()
    asked = talk.presses("主管部门电话")
    assert (asked.outcome, asked.asked) == ("ask", "either"), "the button is no detail of the ticket"
    assert talk.says("江宁").contacts == ("contact-jiangning",)
    assert AddToTicket(1001, "project", "河西二期") in talk.says("河西二期").wants, "then the ticket goes on"
    fresh = Talk(talk.base)
    fresh.says("转人工")
    assert fresh.says("江宁大学城的地铁项目").contacts == ()
    done = fresh.says_all(["张工，安全员", "跳过"])
    assert "1001" in done.text
    assert done.contacts == ("contact-jiangning", "contact-rail")


def test_a_line_that_was_named_is_not_named_twice(talk: Talk) -> None:
    talk.says("江宁的工地该打哪个电话")
    assert talk.says("转人工").contacts == ("contact-jiangning",)
    assert talk.says_all(["跳过", "跳过", "跳过"]).contacts == ()
