"""Whatever people send, in whatever order."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import get_args

from hypothesis import example, given, settings
from hypothesis import strategies as st

from handlers.advance import advance
from handlers.conversation import Conversation
from handlers.message import Incoming, Outcome, Pinned, Scene
from kb.base import KnowledgeBase
from kb.normalise import plain
from tests.handlers.talk import NOON, Talk

COMMANDS = (
    *("下一步", "上一步", "重新开始", "退出", "带我一步步做", "一步步教我", "继续", "再说一遍", "还有呢"),
    *("没解决", "有用", "解决了", "都试过了", "都不是", "转人工", "取消工单", "工单号多少", "跳过", "好的", "谢谢"),
    *(
        "1",
        "2",
        "第三个",
        "④",
        "99",
        "0",
        "第 100 个",
        "带我一步步做 #prompt-05",
        "下一步 #prompt-05/choose",
        "没解决 #faq-04",
    ),
)
QUESTIONS = (
    *(
        "考勤地址怎么改",
        "登录失败",
        "人脸识别失败",
        "分包单位要不要考勤",
        "停工了还要打卡吗",
        "那监理呢？",
        "怎么操作？",
    ),
    *("主管部门电话", "江宁的", "地铁项目", "全部电话", "苏州的工地打哪个电话", "鼓楼区", "不对，我是江北新区的"),
    *("考勤地址怎么改？还有项目经理换了微信号怎么办？", "考勤率不够会罚多少钱", "今天天气怎么样"),
    *("河西三期项目", "王工，资料员", "13800001111"),
)
JUNK = (
    *(
        "",
        " ",
        "\u200b\u202e",
        "\x00\x07\x1b[31m",
        "😀😀",
        "👨‍👩‍👧",
        "。。。",
        "???",
        "a",
        "ẞﬁ",
        "１２３",
        "²",
        "٣",
        "〇",
    ),
    *(
        "<script>alert(1)</script>",
        "<b>登录失败</b>",
        "'; DROP TABLE tickets; --",
        '{"q": "你好"}',
        "- a: [1, 2]\n  b: *x",
    ),
    *(
        "{number}",
        "{0}",
        "%s%n",
        "\\",
        "#",
        "#faq-13",
        "#faq-13/",
        "x #faq-13/apply/../..",
        "#prompt-99/x",
        "@所有人 登录失败",
    ),
    *("考" * 3_000, "登录失败 " * 300, "第" * 50, "\ud800", "\N{RIGHT-TO-LEFT OVERRIDE}录登"),
)
MESSAGES = st.one_of(st.sampled_from(COMMANDS), st.sampled_from(QUESTIONS), st.sampled_from(JUNK), st.text(max_size=20))
PINNED = (Pinned("系统维护 <b>至</b> 10:00", NOON + timedelta(hours=1)),)
OUTCOMES = frozenset(get_args(Outcome))
NAMED = re.compile(r"工单(?:号(?:是)?)? ?(\d+)")


@settings(max_examples=12)
@given(texts=st.lists(MESSAGES, min_size=1, max_size=7), group=st.booleans())
@example(texts=COMMANDS, group=False)
@example(texts=QUESTIONS, group=False)
@example(texts=JUNK[::2] + COMMANDS[::2], group=True)
@example(texts=["转人工", *JUNK[1::2]], group=False)
def test_any_conversation(base: KnowledgeBase, texts: Sequence[str], group: bool) -> None:
    talk = Talk(base, notices=PINNED)
    mine = set[int]()
    for text in texts:
        before = talk.conversation
        said = talk.says(text, group=group)
        assert said.outcome in OUTCOMES
        assert (said.outcome == "silent") is (not plain(text))
        assert bool(said.text.strip()) is (said.outcome != "silent")
        assert all(reply.parts for reply in said.replies)
        if talk.conversation.ticket:
            mine.add(talk.conversation.ticket.number)
        told = {reply.ticket for reply in said.replies} - {None}
        assert told | {int(number) for number in NAMED.findall(said.text)} <= mine
        _is_pure(talk, before, Incoming(text, group=group))
    _every_button_is_understood(talk)


def _is_pure(talk: Talk, before: Conversation, incoming: Incoming) -> None:
    """The same conversation, message and scene give the same turn."""
    ticket = talk.conversation.ticket
    again = advance(before, incoming, talk.base, Scene(NOON, lambda: ticket.number if ticket else 0, notices=PINNED))
    assert (again.replies, again.conversation, again.effects) == (
        talk.last.replies,
        talk.conversation,
        talk.last.effects,
    )


def _every_button_is_understood(talk: Talk) -> None:
    """What a button sends can be typed."""
    words = talk.base.knowledge.wording
    state = talk.conversation
    for button in talk.last.buttons:
        talk.conversation = state
        said = talk.says(button.send)
        assert said.outcome not in ("unknown", "silent") or said.text.startswith(
            (words.none_of_these, words.unresolved_nothing)
        ), button
