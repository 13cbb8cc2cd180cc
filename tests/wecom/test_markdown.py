"""What people wrote is shown and does nothing."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.channels.splitting import split, utf8
from bot.channels.wecom.bodies import MOST_BYTES
from bot.channels.wecom.form import build_form
from bot.channels.wecom.markdown import call, markdown, weight
from bot.desk.form import Where
from handlers.message import Button, ChoiceList, Reply, StepCard, Text
from kb.knowledge import Knowledge

_SIGNS = st.text(st.sampled_from("*`_<>#[]()&;~|=- \t\n@all【】ab中1"), max_size=80)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**急**", "＊＊急＊＊"),
        ("`x`", "｀x｀"),
        ("[点我](http://evil)", "[点我］(http://evil)"),
        ("[1]: http://evil", "[1］: http://evil"),
        ("<@all>", "＜@all>"),
        ("<font color=red>", "＜font color=red>"),
        ("&lt;@all&gt;", "＆lt;@all＆gt;"),
        ("# 标题", "＃ 标题"),
        ("#1024 号", "#1024 号"),
        ("> 引用", "＞ 引用"),
        ("a > b", "a > b"),
        ("~~删~~", "～～删～～"),
        ("_x_ a_b", "＿x＿ a_b"),
        ("题\n---", "题\n———"),
        ("|-|-|\n|--|--|", "|-|-|\n|——|--|"),
        ("5 < 6", "5 < 6"),
        ("025-85800000、1. 先看", "025-85800000、1. 先看"),
        ("【标题】\n正文", "**【标题】**\n正文"),
        ("正文【标题】", "正文【标题】"),
    ],
)
def test_signs(text: str, shown: str) -> None:
    assert markdown(text) == shown


@given(_SIGNS | st.text())
@example("*" * 40)
@example("=\n=\n")
@example("- - -")
@example("    \t")
def test_it_is_never_longer_than_said(text: str) -> None:
    assert utf8(markdown(text)) <= weight(text)


@given(_SIGNS)
def test_no_sign_survives(text: str) -> None:
    shown = markdown(text).replace("**【", "").replace("】**", "")
    for sign in ("*", "`", "](", "<@", "<a", "~~"):
        assert sign not in shown


@given(_SIGNS, _SIGNS)
def test_the_measure_adds_up(one: str, other: str) -> None:
    assert weight(one + other) == weight(one) + weight(other)


@given(st.text(min_size=1, max_size=300), st.integers(40, 200))
def test_pieces_fit(text: str, limit: int) -> None:
    assert all(utf8(markdown(piece)) <= limit for piece in split(text, limit, weight))


@pytest.mark.parametrize(
    ("user", "called"),
    [("zhangsan", "<@zhangsan>\n"), ("a.b@c-d_e", "<@a.b@c-d_e>\n"), ("x><@all", ""), ("", ""), ("a" * 65, "")],
)
def test_calls(user: str, called: str) -> None:
    assert call(user) == called


def test_a_card_has_what_can_be_chosen_first_and_six_at_most(knowledge: Knowledge) -> None:
    items = tuple(Button(f"选项{number}" * 8, f"#faq-{number}") for number in range(4))
    ways = (Button("没解决", "没解决"), Button("选项", "#faq-0"), Button("转人工", "转人工"), Button("退出", "退出"))
    reply = Reply("choices", (ChoiceList("哪一个？", items),), ways)
    [outgoing] = build_form().to_user(Where("u1", 1), [reply], knowledge.wording)
    sends = [send for _, send in outgoing.payload["buttons"]]
    assert sends == ["#faq-0", "#faq-1", "#faq-2", "#faq-3", "没解决", "转人工"]
    assert all(len(label) <= 20 for label, _ in outgoing.payload["buttons"])
    assert "选项3" in outgoing.payload["text"]


def test_ways_of_a_fork_are_buttons(knowledge: Knowledge) -> None:
    step = StepCard("faq-13", "题", 1, 2, "文", options=(Button("甲", "#a"), Button("乙", "#b")))
    [outgoing] = build_form().to_user(Where("u1", 1), [Reply("steps", (step,))], knowledge.wording)
    assert outgoing.payload["buttons"] == [["甲", "#a"], ["乙", "#b"]]


def test_a_very_long_reply_is_split_and_its_buttons_come_last(knowledge: Knowledge) -> None:
    reply = Reply("answer", (Text("考勤" * 9000 + "*" * 500),), (Button("有用", "有用"),))
    outgoing = build_form().to_user(Where("g1/u1", 1, quote="m1"), [reply, reply], knowledge.wording)
    assert len(outgoing) > 4
    assert all(utf8(markdown(one.payload["text"])) <= MOST_BYTES for one in outgoing)
    assert [bool(one.payload.get("buttons")) for one in outgoing].count(True) == 2
    assert outgoing[-1].payload["buttons"]
    assert [one.payload["quote"] for one in outgoing] == ["m1"] + [None] * (len(outgoing) - 1)
    assert {one.lane for one in outgoing} == {"g1"}
    assert {one.address for one in outgoing} == {"g1/u1"}
