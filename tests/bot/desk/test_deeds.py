"""What staff do to a ticket: each step says what the user hears, what the staff see, and where the ticket stands."""

from typing import Any

import pytest

from bot.desk.rooms import Rooms
from bot.desk.staff import Done
from handlers.effects import AddToTicket
from kb.base import KnowledgeBase
from kb.wording import Wording
from tests.bot.desk.counter import DEFAULT, JIANGNING, Counter, opens
from tests.bot.desk.street import card, texts


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


def test_an_agent_reopens(counter: Counter, words: Wording) -> None:
    user, wang = counter.user(), counter.agent("小王")
    opens(user)
    wang.does("close")
    user.hears()
    assert wang.does("reopen").text == "工单 1001 已重新打开。"
    assert user.hears() == words.ticket_back.format(number=1001)
    assert (counter.case().status, counter.case().agent, counter.case().priority) == ("open", None, "normal")


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
