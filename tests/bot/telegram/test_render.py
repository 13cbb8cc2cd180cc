from collections.abc import Iterator
from html.parser import HTMLParser
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram.constants import InlineKeyboardButtonLimit, MessageLimit

from bot.channels.splitting import utf8, utf16
from bot.channels.telegram.post import Gap, Key, Line, Post, Span, pages
from bot.channels.telegram.render import callback_data, compose
from handlers.contacts import all_contacts
from handlers.message import (
    AnswerCard,
    Button,
    ChoiceList,
    ContactCards,
    ContactLine,
    Incoming,
    Notice,
    Part,
    Reply,
    StepCard,
    Text,
    TicketCard,
)
from handlers.understanding import Pointer, Understanding
from kb.base import KnowledgeBase
from kb.wording import Wording
from tests.handlers.talk import Talk

STYLES = frozenset(("b", "i", "code"))
LONG = "换一个办法，" * 1500


class _Seen(HTMLParser):
    """What a reader sees. Tags that Telegram does not know, or that do not close where they should, are an error."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in STYLES
        assert attrs == []
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def seen(post: Post) -> str:
    reader = _Seen()
    reader.feed(post.html)
    reader.close()
    assert reader.open == []
    return reader.text


def bare(text: str) -> str:
    return "".join(text.split())


def checked(reply: Reply, words: Wording) -> tuple[Post, ...]:
    """The messages of the reply, once it is known that Telegram takes them."""
    posts = compose(reply, words)
    for post in posts:
        assert seen(post).strip()
        assert utf16(seen(post)) <= MessageLimit.MAX_TEXT_LENGTH
        assert Post.model_validate_json(post.model_dump_json()) == post
    assert all(post.keyboard == () for post in posts[:-1])
    for row in posts[-1].keyboard if posts else ():
        assert 1 <= len(row) <= 3
        assert all(
            len(key.label) <= 40 and utf8(key.data) <= InlineKeyboardButtonLimit.MAX_CALLBACK_DATA for key in row
        )
    return posts


def texts(part: Part) -> Iterator[str]:
    """Every text of a part that has to be seen, in the order of reading."""
    match part:
        case AnswerCard():
            yield from (part.title, part.short, *part.warnings)
            yield from (text for label, steps in part.outline for text in (label or "", *steps))
            yield from (*part.notes, *part.causes, part.source)
        case StepCard():
            yield from (part.title, part.text, part.detail or "", part.warning or "")
        case ContactCards():
            yield part.text
            for line in part.contacts:
                yield from (line.label, *line.phones, line.name if line.name != line.label else "", *line.qq_groups)
        case _:
            yield part.text


def all_there(reply: Reply, posts: tuple[Post, ...]) -> None:
    rest = bare("".join(map(seen, posts)))
    for text in (bare(text) for part in reply.parts for text in texts(part)):
        assert text in rest
        rest = rest[rest.index(text) + len(text) :]


def labels(post: Post) -> list[list[str]]:
    return [[key.label for key in row] for row in post.keyboard]


def buttons(*names: str) -> tuple[Button, ...]:
    return tuple(Button(name, name) for name in names)


@pytest.fixture(scope="session")
def words(base: KnowledgeBase) -> Wording:
    return base.knowledge.wording


PARTS: list[tuple[Part, str]] = [
    (Text("1 < 2 & \"3\""), "1 &lt; 2 &amp; \"3\""),
    (Notice("系统维护至 10:00"), "📢 系统维护至 10:00"),
    (TicketCard(1001, "工单号 1001，等工作人员跟进。"), "工单号 <b>1001</b>，等工作人员跟进。"),
    (TicketCard(100, "第 1001 天"), "<b>100</b> 第 1001 天"),
    (ChoiceList("哪一种？", buttons("登录")), "哪一种？"),
    (ChoiceList("哪一种？", buttons("长" * 19, "短")), f"哪一种？\n1. {'长' * 19}\n2. 短"),
    (
        AnswerCard("faq-01", "登录", "一、1", "先看提示。", ("网络", "手机"), ((None, ("甲", "乙")), ("不行", ("丙",))), ("注",), ("警",)),
        "<b>登录</b>\n先看提示。\n\n<b>⚠️ 注意：</b>警\n\n<b>怎么做：</b>\n1. 甲\n2. 乙\n\n<b>〔不行〕</b>\n1. 丙\n\n"
        "<b>说明：</b>注\n\n<b>出现原因：</b>\n· 网络\n· 手机\n\n<i>依据：常见问题解答 一、1</i>",
    ),
    (AnswerCard("faq-01", "登录", "附录", "见上。"), "<b>登录</b>\n见上。\n\n<i>附录</i>"),
    (
        StepCard("faq-01", "登录", 2, 5, "点登录。", "右上角", "别点两次", buttons("行")),
        "<b>登录</b>（第 2/5 步）\n点登录。\n\n右上角\n\n<b>⚠️ 注意：</b>别点两次",
    ),
    (StepCard("faq-01", "登录", 0, 0, "好了吗？"), "<b>登录</b>\n好了吗？"),
    (
        ContactCards("打这里：", (
            ContactLine("contact-x", "监督站", "房建工程", ("84632225", "84632205"), ("112",)),
            ContactLine("contact-y", "江宁区", "江宁区", ("52763561",)),
        )),
        "打这里：\n<b>房建工程</b>：<code>84632225</code>、<code>84632205</code>\n监督站（QQ群：<code>112</code>）\n"
        "<b>江宁区</b>：<code>52763561</code>",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("part", "html"), PARTS, ids=lambda value: type(value).__name__)
def test_part(part: Part, html: str, words: Wording) -> None:
    assert [post.html for post in checked(Reply("answer", (part,)), words)] == [html]


def test_every_kind_of_part_is_in_the_table() -> None:
    assert {type(part) for part, _ in PARTS} == set(get_args(Part))


def test_parts_stand_apart(words: Wording) -> None:
    reply = Reply("answer", (Notice("停机"), Text(" "), Text("好。")))
    assert [post.html for post in checked(reply, words)] == ["📢 停机\n\n好。"]


def test_silence_is_no_message(words: Wording) -> None:
    assert compose(Reply("silent"), words) == ()
    assert compose(Reply("smalltalk", (Text(""),)), words) == ()


def test_buttons_are_never_without_text(words: Wording) -> None:
    (post,) = checked(Reply("ask", (), buttons("跳过")), words)
    assert seen(post) == "👇"
    assert labels(post) == [["跳过"]]


@pytest.mark.parametrize(
    ("names", "rows"),
    [
        ([], []),
        (["跳过"], [["跳过"]]),
        (["都不是", "转人工"], [["都不是", "转人工"]]),
        (["主管部门电话", "转人工"], [["主管部门电话", "转人工"]]),
        (["下一步", "上一步", "没解决", "重新开始", "退出"], [["下一步", "上一步"], ["没解决", "重新开始", "退出"]]),
        (["下一步", "没解决", "重新开始", "退出"], [["下一步", "没解决"], ["重新开始", "退出"]]),
        (["带我一步步做", "有用", "没解决"], [["带我一步步做"], ["有用", "没解决"]]),
        (["有用", "没解决", "管理员是谁"], [["有用", "没解决"], ["管理员是谁"]]),
        (["管理员是谁", "出差怎么请假"], [["管理员是谁", "出差怎么请假"]]),
        (["停工、周末要不要打卡", "管理员是谁"], [["停工、周末要不要打卡"], ["管理员是谁"]]),
        (["甲区", "乙区", "丙区", "丁区", "戊区", "己区"], [["甲区", "乙区", "丙区"], ["丁区", "戊区", "己区"]]),
    ],
)
def test_rows(names: list[str], rows: list[list[str]], words: Wording) -> None:
    (post,) = checked(Reply("ask", (Text("？"),), buttons(*names)), words)
    assert labels(post) == rows


def test_what_is_offered_comes_first_and_one_to_a_row(words: Wording) -> None:
    choice = ChoiceList("哪一种？", buttons("登录", "打卡"))
    step = StepCard("faq-01", "登录", 1, 2, "好了吗？", options=buttons("好了", "还没有"))
    (post,) = checked(Reply("choices", (choice, step), buttons("都不是", "转人工")), words)
    assert labels(post) == [["1. 登录"], ["2. 打卡"], ["好了"], ["还没有"], ["都不是", "转人工"]]


def test_a_long_label_is_cut_on_the_button_and_whole_in_the_text(words: Wording) -> None:
    step = StepCard("faq-01", "登录", 1, 2, "好了吗？", options=(Button("长" * 50, "长 #faq-01/a"), Button("短", "短")))
    (post,) = checked(Reply("steps", (step,)), words)
    assert labels(post) == [["1. " + "长" * 36 + "…"], ["2. 短"]]
    assert f"1. {'长' * 50}\n2. 短" in seen(post)


@pytest.mark.parametrize(
    ("send", "data"),
    [
        ("转人工", "转人工"),
        ("带我一步步做 #prompt-05", "带我一步步做 #prompt-05"),
        ("下一步 #faq-13/open-settings", "下一步 #faq-13/open-settings"),
        ("字" * 21, "字" * 21),
        ("字" * 22, "字" * 21),
        ("字" * 20 + "👍🏽", "字" * 20),
        ("#faq-13 " + "字" * 30, "#faq-13 " + "字" * 18),
        ("字" * 30 + " #faq-13", "字" * 18 + " #faq-13"),
        ("字" * 30 + " #faq-13/open-settings", "字" * 14 + " #faq-13/open-settings"),
        ("没解决 #faq-13/" + "x" * 56, "#faq-13/" + "x" * 56),
        ("没解决 #faq-13/" + "x" * 57, "没解决 #faq-13"),
    ],
)
def test_callback_data(send: str, data: str) -> None:
    assert callback_data(send) == data
    assert utf8(data) <= InlineKeyboardButtonLimit.MAX_CALLBACK_DATA


PROSE = st.builds(
    lambda text, times: text * times,
    st.one_of(
        st.text(alphabet=st.sampled_from("考勤。，；\n <>&'\"b/;lt①😀\u0301\u200d"), max_size=30),
        st.text(max_size=20),
    ),
    st.sampled_from((1, 1, 1, 2, 300, 800)),
)
SHORT = st.text(max_size=12)
MANY = st.lists(PROSE, max_size=4).map(tuple)
NUMBERS = st.lists(st.from_regex(r"[0-9]{7,9}", fullmatch=True), max_size=3).map(tuple)
SENDS = st.one_of(SHORT, PROSE, st.builds("{} #faq-{}/{}".format, SHORT, st.integers(0, 99), SHORT))
BUTTON = st.builds(Button, st.one_of(SHORT, PROSE), SENDS)
MANY_BUTTONS = st.lists(BUTTON, max_size=7).map(tuple)
BRANCH = st.tuples(st.one_of(st.none(), PROSE), MANY)
CONTACT = st.builds(ContactLine, SHORT, PROSE, PROSE, NUMBERS, NUMBERS)
ANY_PART: st.SearchStrategy[Part] = st.one_of(
    st.builds(Text, PROSE),
    st.builds(Notice, PROSE),
    st.builds(TicketCard, st.integers(0, 9999), PROSE),
    st.builds(AnswerCard, SHORT, SHORT, SHORT, PROSE, MANY, st.lists(BRANCH, max_size=3).map(tuple), MANY, MANY),
    st.builds(StepCard, SHORT, PROSE, st.just(1), st.integers(0, 3), PROSE, PROSE, PROSE, MANY_BUTTONS),
    st.builds(ChoiceList, PROSE, MANY_BUTTONS),
    st.builds(ContactCards, PROSE, st.lists(CONTACT, max_size=6).map(tuple)),
)


@given(st.lists(ANY_PART, max_size=5).map(tuple), MANY_BUTTONS)
def test_whatever_is_said_telegram_takes_it(words: Wording, parts: tuple[Part, ...], ways: tuple[Button, ...]) -> None:
    reply = Reply("answer", parts, ways)
    posts = checked(reply, words)
    all_there(reply, posts)
    offered = sum(len(part.items) for part in parts if isinstance(part, ChoiceList))
    forks = sum(len(part.options) for part in parts if isinstance(part, StepCard))
    keys = [key for row in (posts[-1].keyboard if posts else ()) for key in row]
    assert len(keys) == offered + forks + len(ways)


def test_a_long_reply_is_cut_between_parts_and_blocks_first(words: Wording) -> None:
    half = "字" * 2500
    first, second = checked(Reply("answer", (Text(half), Text(half)), buttons("有用")), words)
    assert (first.html, second.html) == (half, half)
    assert labels(second) == [["有用"]]
    card = AnswerCard("faq-01", "登录", "一、1", "短。", (half,), ((None, (half, "乙")),))
    texts_of_card = [seen(post) for post in checked(Reply("answer", (card,)), words)]
    assert texts_of_card == [
        f"登录\n短。\n\n怎么做：\n1. {half}\n2. 乙",
        f"出现原因：{half}\n\n依据：常见问题解答 一、1",
    ]


def test_a_paragraph_over_the_limit_is_cut_at_a_pause(words: Wording) -> None:
    reply = Reply("answer", (AnswerCard("faq-01", LONG, "一、1", LONG),))
    posts = checked(reply, words)
    assert all(seen(post).endswith("，") for post in posts[:-1])
    assert posts[0].html.startswith("<b>换")
    assert posts[0].html.endswith("，</b>")
    all_there(reply, posts)


def test_a_heading_stays_with_what_it_heads() -> None:
    lines = [Line(Gap.BLOCK, (Span("头", "b"),)), Line(Gap.GLUED, (Span("1" * 5),)), Line(Gap.LINE, (Span("2" * 5),))]
    assert pages((Line(Gap.PART, (Span("前文"),)), *lines), 10) == ("前文", "<b>头</b>\n11111", "22222")


def test_every_answer_and_every_step_of_the_knowledge(base: KnowledgeBase, words: Wording) -> None:
    count = 0
    for reply in _replies(base):
        posts = checked(reply, words)
        all_there(reply, posts)
        assert len(posts) == 1
        count += 1
    assert count > 2 * len(base.knowledge.records)


def test_every_contact_is_there_with_its_number_as_in_the_document(base: KnowledgeBase, words: Wording) -> None:
    reply = all_contacts(base.knowledge.record["faq-28"], base, 1.0)
    (post,) = checked(reply, words)
    all_there(reply, (post,))
    for contact in base.knowledge.contacts:
        assert all(f"<code>{number}</code>" in post.html for number in (*contact.phones, *contact.qq_groups))
    assert "025" not in post.html


def test_what_a_button_brings_back_is_understood_as_what_it_sends(base: KnowledgeBase, words: Wording) -> None:
    sent = {button.send for reply in _replies(base) for button in _pressable(reply)}
    assert len(sent) > 100
    for send in sent:
        data = callback_data(send)
        assert utf8(data) <= InlineKeyboardButtonLimit.MAX_CALLBACK_DATA
        meant, read = _pointer(send, base), _pointer(data, base)
        if meant is None:
            assert data == send
        elif meant.step:
            # Where a step is named, the words before it say nothing (see ``commands.press``).
            assert read is not None
            assert (read.record, read.step) == (meant.record, meant.step)
        else:
            assert read == meant


def test_a_press_does_what_the_text_would(base: KnowledgeBase) -> None:
    long = "还没有加入，而且" * 4 + " #faq-13/checked"
    assert callback_data(long) != long
    assert Talk(base).says(callback_data(long)).replies == Talk(base).says(long).replies


def _pointer(text: str, base: KnowledgeBase) -> Pointer | None:
    return Understanding(Incoming(text), text, base).pointer


def _replies(base: KnowledgeBase) -> Iterator[Reply]:
    """Every record's answer and every step, as pressed from nowhere and with a step behind it."""
    for record in base.knowledge.records:
        yield from Talk(base).says(f"{record.title} #{record.id}").replies
        talk = Talk(base)
        for step in record.steps:
            yield from talk.says(f"下一步 #{record.id}/{step.id}").replies


def _pressable(reply: Reply) -> Iterator[Button]:
    for part in reply.parts:
        yield from part.options if isinstance(part, StepCard) else ()
        yield from part.items if isinstance(part, ChoiceList) else ()
    yield from reply.buttons


def test_posts_know_all_their_keys() -> None:
    with pytest.raises(ValueError, match="extra"):
        Post.model_validate({"html": "好", "silent": True})
    with pytest.raises(ValueError, match="frozen"):
        Key(label="好", data="好").label = "坏"  # type: ignore[misc]
