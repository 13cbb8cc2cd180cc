"""Users and staff around one ticket: each step says what the user hears, what the staff see, and where the ticket stands."""

from typing import Any

import pytest

from bot.desk.rooms import Rooms
from bot.desk.staff import Done
from handlers.effects import AddToTicket, CancelTicket, ConfirmTicket, ReopenTicket
from kb.base import KnowledgeBase
from kb.wording import Wording
from tests.bot.desk.counter import DEFAULT, JIANGNING, Counter, Seen, User


@pytest.fixture
def words(base: KnowledgeBase) -> Wording:
    return base.knowledge.wording


def opens(user: User, question: str = "考勤地址怎么改") -> None:
    """A user asks, is not helped, and wants a person; he keeps the details to himself."""
    user.says(question)
    assert "1001" in user.says("转人工")
    user.says("算了")
    user.counter.sees()


def kinds(seen: list[Seen]) -> list[str]:
    return [note["kind"] for note in seen]


def texts(seen: list[Seen]) -> str:
    return "\n".join(note["text"] for note in seen if note["kind"] == "Words")


def card(seen: list[Seen]) -> dict[str, Any]:
    """The latest card; there has to be one."""
    return [note for note in seen if note["kind"] == "Card"][-1]


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


def test_two_agents_claim_one_ticket(counter: Counter, words: Wording) -> None:
    user, wang, chen = counter.user(), counter.agent("小王"), counter.agent("小陈")
    opens(user)
    assert not wang.does("claim").refused
    assert user.hears() == words.ticket_taken.format(number=1001)
    counter.sees()

    assert chen.does("claim") == Done("工单 1001 已由 小王 认领。", refused=True)
    assert wang.does("claim") == Done("工单 1001 已经在你手上。")
    assert (user.hears(), counter.sees()) == ("", [])
    assert counter.case().agent == "小王"
    assert counter.kinds().count("claim") == 1


def test_a_reply_claims_an_open_ticket(counter: Counter, words: Wording) -> None:
    user, wang = counter.user(), counter.agent("小王")
    opens(user)
    assert wang.does("reply", "在查了").text == "已发给用户。"
    assert user.hears() == f"{words.ticket_taken.format(number=1001)}\n在查了"
    assert (counter.case().status, counter.case().agent) == ("waiting", "小王")
    assert counter.case().first_reply_at == counter.time
    assert counter.kinds()[-2:] == ["claim", "reply"]


def test_a_colleague_may_help_out(counter: Counter) -> None:
    user, wang, chen = counter.user(), counter.agent("小王"), counter.agent("小陈")
    opens(user)
    wang.does("claim")
    user.hears()
    chen.does("reply", "小王在路上，我先答")
    assert user.hears() == "小王在路上，我先答"
    assert counter.case().agent == "小王", "it stays his"
    assert counter.history()[-1].agent == "小陈"


def test_a_reply_to_a_closed_ticket_is_not_sent(counter: Counter) -> None:
    user, wang = counter.user(), counter.agent("小王")
    opens(user)
    wang.does("close")
    user.hears()
    before = counter.kinds()
    done = wang.does("reply", "还有一件事")
    assert done == Done("工单 1001 已关闭，这条没有发给用户。要回复请先“重开 1001”。", refused=True)
    assert (user.hears(), counter.kinds()) == ("", before)


def test_a_reply_to_a_solved_ticket_is_sent(counter: Counter) -> None:
    user, wang = counter.user(), counter.agent("小王")
    opens(user)
    wang.does("solve")
    user.hears()
    assert not wang.does("reply", "记得退出重新登录").refused
    assert user.hears() == "记得退出重新登录"
    assert counter.case().status == "solved"


@pytest.mark.parametrize(
    ("verb", "text", "why"),
    [
        ("reply", "", "回复的内容是空的"),
        ("reply", " \n ", "回复的内容是空的"),
        ("reply", "长" * 8_001, "太长了"),
        ("note", "", "备注的内容是空的"),
        ("hand_over", "没有的组", f"没有“没有的组”这个组。可以转给：{JIANGNING}"),
        ("hand_over", DEFAULT, f"本来就在{DEFAULT}"),
        ("reopen", "", "现在是“待认领”，做不了这个操作"),
    ],
)
def test_what_cannot_be_done_changes_nothing(counter: Counter, verb: Any, text: str, why: str) -> None:
    user = counter.user()
    opens(user)
    before = (counter.case(), counter.history())
    done = counter.agent("小王").does(verb, text)
    assert done.refused
    assert why in done.text
    assert (counter.case(), counter.history()) == before
    assert (user.hears(), counter.sees()) == ("", [])


def test_a_ticket_that_is_not_there(counter: Counter) -> None:
    wang = counter.agent("小王")
    assert wang.does("claim", ticket=4711) == Done("没有工单 4711。发 /tickets 看现有的工单。", refused=True)
    assert wang.does("claim", ticket=None).refused


def test_handing_over(counter: Counter, words: Wording) -> None:
    user, wang, zhao = counter.user(), counter.agent("小王"), counter.agent("小赵")
    opens(user)
    wang.does("claim")
    user.hears()
    assert user.shows("屏幕截图") == ""
    wang.does("note", "像是平台的问题")
    counter.sees()

    assert wang.does("hand_over", JIANGNING).text == f"工单 1001 已转给{JIANGNING}。"
    assert user.hears() == words.ticket_handed_over.format(number=1001)
    old = card(counter.sees())
    assert old["note"] == f"已转给{JIANGNING}，这里不用再处理。"
    new, story, picture = counter.sees(JIANGNING)
    assert (new["kind"], new["anew"], new["status"], new["agent"], new["files"]) == ("Card", True, "open", None, 1)
    for line in ("用户 提交工单：考勤地址怎么改", "小王 认领", "小王 备注：像是平台的问题", f"{DEFAULT} → {JIANGNING}"):
        assert line in story["text"]
    assert (picture["kind"], picture["ref"]) == ("Media", {"name": "屏幕截图"})

    assert not zhao.does("claim").refused
    user.hears()
    assert counter.sees() == [], "the old room has no more to do with it"
    assert user.says("在吗") == ""
    assert texts(counter.sees(JIANGNING)) == "用户：在吗"
    assert counter.sees() == []


def test_an_open_ticket_is_handed_over_without_a_word_to_the_user(counter: Counter) -> None:
    user = counter.user()
    opens(user)
    counter.agent("小王").does("hand_over", JIANGNING)
    assert user.hears() == "", "nobody had promised him anything yet"
    assert counter.case().team == JIANGNING


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


def test_an_agent_reopens(counter: Counter, words: Wording) -> None:
    user, wang = counter.user(), counter.agent("小王")
    opens(user)
    wang.does("close")
    user.hears()
    assert wang.does("reopen").text == "工单 1001 已重新打开。"
    assert user.hears() == words.ticket_back.format(number=1001)
    assert (counter.case().status, counter.case().agent, counter.case().priority) == ("open", None, "normal")


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


def test_notes_and_urgency_are_never_the_users(counter: Counter) -> None:
    user, wang = counter.user(), counter.agent("小王")
    opens(user)
    for verb, text in (("note", "这个用户来过三次"), ("urgent", ""), ("urgent", ""), ("note", "真的")):
        assert not wang.does(verb, text).refused  # type: ignore[arg-type]  # pairs of words
    assert user.hears() == ""
    assert [entry.text for entry in counter.history()[-4:]] == ["这个用户来过三次", "加急", "不急", "真的"]
    wang.does("close")
    user.hears()
    assert not wang.does("note", "以后要留意").refused, "also when all is over"
    assert user.hears() == ""
    assert "来过三次" not in user.says("工单号多少")


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
    assert words.ticket_in_group in heard
    assert words.ask_project not in heard
    assert card(counter.sees())["in_group"]
    counter.agent("小王").does("reply", "看私聊")
    assert "看私聊" in user.hears()


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


def test_a_ticket_that_somebody_has_stays_where_it_is(counter: Counter) -> None:
    user = counter.user()
    user.says("转人工")
    counter.agent("小王").does("claim")
    user.hears()
    counter.performs(
        counter.case().conversation_id,
        AddToTicket(
            1001, "project", "将军大道三号工地", counter.base.router.hear(counter.base.matcher.reader.read("江宁"))
        ),
    )
    assert (counter.case().team, counter.case().district) == (DEFAULT, "江宁区")
    assert counter.sees(JIANGNING) == []


def test_an_agent_looks(counter: Counter) -> None:
    user, wang = counter.user(), counter.agent("小王")
    opens(user)
    counter.user("老张").says("转人工")
    wang.does("claim")
    wang.does("list", ticket=None)
    listing = wang.reads()
    assert "工单 1001 · 处理中" in listing
    assert "工单 1002 · 待认领" in listing
    wang.does("mine", ticket=None)
    mine = wang.reads()
    assert "1001" in mine
    assert "1002" not in mine
    counter.agent("小陈").does("mine", ticket=None)
    assert counter.agent("小陈").reads() == "你手上没有工单。"
    wang.does("stats", ticket=None)
    assert "待认领 1，处理中 1" in wang.reads()
    wang.does("show")
    whole = wang.reads()
    for part in ("问题：考勤地址怎么改", "机器人答过：修改考勤地址", "小王 认领", "用户：转人工", "机器人："):
        assert part in whole


def test_without_any_room(base: KnowledgeBase, tmp_path: Any) -> None:
    counter = Counter.opened(base, tmp_path, rooms=Rooms())
    try:
        user, wang = counter.user(), counter.agent("小王")
        user.says("转人工")
        assert counter.case().team is None
        wang.does("reply", "你好")
        assert "你好" in user.hears()
        assert wang.does("choose_team").refused
        assert wang.does("hand_over", JIANGNING).refused
        assert user.says("好的") == ""
        assert counter.kinds() == ["opened", "claim", "reply", "said"]
    finally:
        counter.close()
