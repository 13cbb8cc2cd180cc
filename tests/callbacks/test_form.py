"""How replies look in both channels: links, lengths, and what is said at once in one message."""

import pytest

from bot.channels.mp.form import LIMIT, link, mp_form
from bot.channels.splitting import utf8
from bot.channels.wecom_app.form import wecom_app_form
from bot.desk.form import Where
from handlers.message import Button, ChoiceList, Reply, Text
from kb.base import KnowledgeBase

HERE = Where("li", 1)


@pytest.mark.parametrize(
    ("label", "send", "content", "number"),
    [
        ("下一步", "下一步 #faq-12/invite", "下一步", "faq-12/invite"),
        ("转人工", "转人工", "转人工", "0"),
        ("改地址（工地）", "改地址（工地） #faq-01", "改地址（工地）", "faq-01"),
    ],
)
def test_a_way_on_is_a_link(label: str, send: str, content: str, number: str) -> None:
    href = f"weixin://bizmsgmenu?msgmenucontent={content}&msgmenuid={number}"
    assert link(Button(label, send)) == f'<a href="{href}">{label}</a>'


@pytest.mark.parametrize(
    ("label", "send"),
    [
        ("A&B", "A&B"),
        ("两 个", "两 个"),
        ('"', '"'),
        ("<b>", "<b>"),
        ("", ""),
        ("是", "否"),
        ("是", '是 #"x"'),
        ("a=b", "a=b"),
    ],
)
def test_what_a_link_could_not_carry_is_typed(label: str, send: str, base: KnowledgeBase) -> None:
    assert link(Button(label, send)) is None
    [sent] = mp_form().to_user(
        HERE, [Reply("smalltalk", (Text("好"),), (Button(label, send),))], base.knowledge.wording
    )
    assert sent.payload["text"] == f"好\n\n“{label}”"


def test_choices_keep_their_numbers(base: KnowledgeBase) -> None:
    reply = Reply("choices", (ChoiceList("哪一个？", (Button("一号 房", "一号 房"), Button("二号", "二号 #faq-02"))),))
    [sent] = mp_form().to_user(HERE, [reply], base.knowledge.wording)
    first, second, third = sent.payload["text"].split("\n")
    assert (first, second) == ("哪一个？", "1. 一号 房")
    assert third.startswith('2. <a href="weixin://bizmsgmenu?msgmenucontent=二号&msgmenuid=faq-02">')


def test_what_is_said_at_once_is_one_message(base: KnowledgeBase) -> None:
    replies = [Reply("smalltalk", (Text("第一句"),)), Reply("smalltalk", (Text("第二句"),))]
    for form in (mp_form(), wecom_app_form()):
        [sent] = form.to_user(HERE, replies, base.knowledge.wording)
        assert sent.payload["text"] == "第一句\n\n第二句"
        assert (sent.lane, sent.address) == ("li", "li")


def test_nothing_is_nothing(base: KnowledgeBase) -> None:
    assert mp_form().to_user(HERE, [], base.knowledge.wording) == []


def test_a_cut_never_goes_through_a_link(base: KnowledgeBase) -> None:
    ways = tuple(Button(f"第{number}个办法", f"第{number}个办法 #faq-01") for number in range(20))
    reply = Reply("smalltalk", (Text("字" * 700),), ways)
    sent = mp_form().to_user(HERE, [reply], base.knowledge.wording)
    assert len(sent) > 1
    for one in sent:
        assert utf8(one.payload["text"]) <= LIMIT
        assert "<a" not in one.payload["text"]
    assert "“第19个办法”" in sent[-1].payload["text"]


def test_staff_are_named_as_such(base: KnowledgeBase) -> None:
    where = Where("li", 1, purpose="staff", ticket=1001, unasked=True)
    [sent] = wecom_app_form().to_user(where, [Reply("smalltalk", (Text("请重新登录"),))], base.knowledge.wording)
    assert sent.payload["text"] == "👷 工作人员\n请重新登录"
