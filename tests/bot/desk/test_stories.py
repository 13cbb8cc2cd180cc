"""Users with a ticket, from the question to the end: what they hear, what the staff see, and where the ticket stands."""

import asyncio
from typing import Any

import pytest

from bot.desk.staff import Done
from bot.pipeline import turns
from handlers.advance import advance
from handlers.conversation import Turn
from handlers.effects import AddToTicket, CancelTicket, ConfirmTicket, ReopenTicket
from handlers.manners import Manners
from kb.wording import Wording
from tests.bot.desk.counter import JIANGNING, Counter, opens
from tests.bot.desk.street import card, kinds, texts


def test_from_the_question_to_the_end(counter: Counter, words: Wording) -> None:
    user, wang = counter.user(), counter.agent("小王")

    user.says("考勤地址怎么改")
    assert counter.sees() == [], "as long as the bot can answer, staff hear nothing"
    assert words.ticket_opened.format(number=1001) in user.says("转人工")
    [shown] = counter.sees()
    assert (shown["number"], shown["status"], shown["anew"]) == (1001, "open", True)
    assert shown["question"] == "考勤地址怎么改"
    assert shown["tried"] == ["修改考勤地址"], "nobody has to ask what the bot has said"

    assert words.ask_person in user.says("阳光花园三号楼")
    assert words.ask_phone in user.says("王工，施工员")
    assert words.ticket_complete.format(number=1001) in user.says("13912345678")
    details = card(counter.sees())
    assert (details["project"], details["person"], details["phone"]) == (
        "阳光花园三号楼",
        "王工，施工员",
        "13912345678",
    )
    assert not details["anew"], "one card, brought up to date"

    assert wang.does("claim") == Done("已认领工单 1001。")
    assert user.hears() == words.ticket_taken.format(number=1001)
    taken = card(counter.sees())
    assert (taken["status"], taken["agent"]) == ("claimed", "小王")

    assert wang.does("reply", "请问项目备案了吗？") == Done("已发给用户。")
    assert user.hears() == "请问项目备案了吗？"
    assert card(counter.sees())["status"] == "waiting"

    assert user.says("备案了") == "", "the bot keeps silent"
    answered = counter.sees()
    assert texts(answered) == "用户：备案了"
    assert card(answered)["status"] == "claimed", "it is the staff's turn again"

    assert "已标为解决" in wang.does("solve").text
    assert words.ticket_solved.format(number=1001) in user.hears()
    assert user.says("解决了") == words.ticket_confirmed.format(number=1001)
    confirmed = counter.sees()
    assert "用户确认解决了" in texts(confirmed)
    assert card(confirmed)["status"] == "closed"
    assert counter.case().closed_at == counter.time
    assert counter.kinds() == [
        *("opened", "detail", "detail", "detail", "claim", "reply", "said", "solve", "confirm"),
    ]
    assert "工单" not in user.says("考勤地址怎么改"), "and the bot answers again"


def test_what_an_agent_has_handed_over_stays_there(counter: Counter) -> None:
    user = counter.user()
    user.says("转人工")
    counter.agent("小王").does("hand_over", JIANGNING)
    counter.sees()
    user.says("玄武区的房建项目")
    assert (counter.case().team, counter.case().district) == (JIANGNING, "玄武区")
    assert counter.sees() == []


def test_solved_is_not_solved(counter: Counter, words: Wording) -> None:
    user, wang, chen = counter.user(), counter.agent("小王"), counter.agent("小陈")
    opens(user)
    wang.does("reply", "清一下缓存")
    wang.does("solve")
    user.hears()
    counter.sees()

    assert user.says("还是不行") == words.ticket_reopened.format(number=1001)
    reopened = counter.sees()
    assert "用户说还是不行" in texts(reopened)
    shown = card(reopened)
    assert (shown["status"], shown["priority"], shown["agent"]) == ("open", "urgent", None)
    assert counter.case().solved_at is None
    assert not chen.does("claim").refused, "anybody may take it now"
    assert user.hears() == words.ticket_taken.format(number=1001)


def test_closed_is_not_solved_either(counter: Counter, words: Wording) -> None:
    user, wang = counter.user(), counter.agent("小王")
    opens(user)
    wang.does("close")
    assert user.hears() == words.ticket_closed.format(number=1001)
    counter.wait(days=6)
    assert user.says("还是不行") == words.ticket_reopened.format(number=1001)
    assert counter.case().status == "open"


def test_after_a_week_there_is_no_way_back(counter: Counter) -> None:
    user, wang = counter.user(), counter.agent("小王")
    opens(user)
    wang.does("close")
    user.hears()
    counter.wait(days=7, minutes=1)
    user.says("还是不行")
    assert counter.case().status == "closed"


def test_the_user_cancels_while_an_agent_has_it(counter: Counter, words: Wording) -> None:
    user, wang = counter.user(), counter.agent("小王")
    opens(user)
    wang.does("claim")
    user.hears()
    counter.sees()
    assert user.says("取消工单") == words.ticket_cancelled.format(number=1001)
    seen = counter.sees()
    assert texts(seen) == "用户取消了工单。"
    assert card(seen)["status"] == "closed"
    assert wang.does("reply", "好的").refused
    assert words.no_ticket in user.says("工单号多少")
    assert "1002" in user.says("转人工"), "a new case is a new ticket"


def test_pictures(counter: Counter, words: Wording) -> None:
    user, wang = counter.user(), counter.agent("小王")
    user.shows("先前的截图")
    user.says("转人工")
    opened = counter.sees()
    assert (card(opened)["files"], opened[-1]["ref"]) == (1, {"name": "先前的截图"}), "what came before comes along"

    assert user.shows("第二张") == words.picture_kept.format(number=1001)
    seen = counter.sees()
    assert kinds(seen) == ["Media", "Card"]
    assert card(seen)["files"] == 2

    assert wang.does("reply", picture="操作示意图").text == "已发给用户。"
    assert "［操作示意图］" in user.hears()
    assert counter.history()[-1].text == "（图片或文件）"


def test_in_a_group(counter: Counter, words: Wording) -> None:
    user = counter.user(group="施工群")
    heard = user.says("转人工")
    assert words.ticket_in_group.format(number=1001) in heard
    assert words.ask_project not in heard
    assert card(counter.sees())["in_group"]
    counter.agent("小王").does("reply", "看私聊")
    assert "看私聊" in user.hears()


def test_from_a_group_to_where_nobody_listens(counter: Counter, words: Wording) -> None:
    alone, in_group = counter.user(), counter.user(group="施工群")
    alone.says("考勤地址怎么改")
    heard = in_group.says("转人工")
    assert words.ticket_in_private in heard
    assert words.ticket_from_group.format(number=1001) in (first := alone.hears())
    assert words.ask_project in first
    assert "ask_person" not in heard
    assert words.ask_person in alone.says("河西项目"), "the details are asked for there"
    assert (counter.case().project, counter.case().group) == ("河西项目", None)
    assert "1001" in in_group.says("转人工"), "no second ticket"
    counter.agent("小王").does("reply", "已经处理")
    assert "已经处理" in alone.hears()
    assert in_group.hears() == ""


def test_a_case_is_fetched_from_the_group(counter: Counter, words: Wording) -> None:
    in_group = counter.user(group="施工群")
    in_group.says("转人工")
    stranger, alone = counter.user("老张"), counter.user()
    assert words.no_ticket in stranger.says("工单 1001"), "only whoever opened it may have it"
    assert words.ticket_fetched.format(number=1001) in alone.says("工单 1001")
    assert words.ask_person in alone.says("河西项目")
    counter.agent("小王").does("reply", "已经处理")
    assert "已经处理" in alone.hears()
    assert in_group.hears() == ""
    assert "moved" in counter.kinds()


def test_what_was_not_said_to_the_bot_is_not_kept(counter: Counter) -> None:
    counter.manners["施工群"] = Manners("confident")
    user = counter.user(group="施工群")
    assert user.says("我电话 13800001111，晚上来拿", addressed=False) == ""
    assert counter.said() == []
    assert user.says("考勤地址怎么改", addressed=False) != ""
    assert counter.said() != []


def test_a_ticket_of_somebody_else_is_left_alone(counter: Counter, caplog: pytest.LogCaptureFixture) -> None:
    user, other, wang = counter.user(), counter.user("老张"), counter.agent("小王")
    opens(user)
    other.says("转人工")
    wang.does("solve")
    user.hears()
    counter.sees()
    before, conversation = (counter.case(), counter.history()), counter.case(1002).conversation_id
    for effect in (
        AddToTicket(1001, "said", "我是老李"),
        AddToTicket(1001, "phone", "13900000000"),
        CancelTicket(1001),
        ReopenTicket(1001),
        ConfirmTicket(1001),
        CancelTicket(4711),
    ):
        counter.performs(conversation, effect)
    assert (counter.case(), counter.history()) == before
    assert counter.sees() == []
    assert "not its own" in caplog.text


def test_a_user_who_has_gone_away(counter: Counter) -> None:
    user, wang = counter.user(), counter.agent("小王")
    opens(user)
    counter.delivers()
    counter.sees()
    wang.does("reply", "在吗")
    counter.delivers(user.name)
    assert "⚠️ 没有送达用户：对方屏蔽了机器人" in texts(counter.sees())
    last = counter.history()[-1]
    assert (last.kind, last.by, last.text) == ("undelivered", "bot", "对方屏蔽了机器人")
    assert [(each.address, each.purpose, each.error) for each in counter.failed()] == [
        (user.name, "staff", "对方屏蔽了机器人"),
        (user.name, "notice", "对方屏蔽了机器人"),
    ]
    assert counter.case().status == "waiting", "the ticket itself has not changed"


def test_a_detail_that_says_where_the_site_is_brings_the_ticket_to_its_team(counter: Counter) -> None:
    user = counter.user()
    user.says("转人工")
    user.shows("截图")
    counter.sees()
    user.says("将军大道三号工地")
    old = counter.sees()
    assert card(old)["note"] == f"已转给{JIANGNING}，这里不用再处理。"
    new = counter.sees(JIANGNING)
    assert (new[0]["anew"], new[0]["project"], new[0]["site"]) == (True, "将军大道三号工地", ["江宁区"])
    assert "Media" in kinds(new), "with its pictures"
    assert [contact["id"] for contact in new[0]["contacts"]] == ["contact-jiangning"]
    assert counter.case().team == JIANGNING
    user.says("王工")
    assert (counter.sees(), kinds(counter.sees(JIANGNING))) == ([], ["Card"])


def test_a_word_that_crosses_with_the_agents_is_read_as_what_it_is_by_then(
    counter: Counter, words: Wording, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, wang = counter.user(), counter.agent("小王")
    opens(user)
    wang.does("claim")
    assert user.hears() == words.ticket_taken.format(number=1001)
    computed: list[str] = []

    def crossed(*given: Any) -> Turn:
        """While the answer is computed for the first time, the agent marks the ticket as solved."""
        turn = advance(*given)
        if not computed:
            solving = wang.doing("solve")
            asyncio.run_coroutine_threadsafe(solving, counter.runner.get_loop()).result()
        computed.append(given[0].ticket.status)
        return turn

    monkeypatch.setattr(turns, "advance", crossed)
    heard = user.says("还是不行")
    assert computed == ["claimed", "solved"]
    assert words.ticket_solved.format(number=1001) in heard
    assert counter.case().status == "open", "what would have been a word to the agent opens the ticket again"
    assert counter.kinds()[-2:] == ["solve", "reopen"]
