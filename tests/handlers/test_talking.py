"""Follow-ups, several questions at once, small talk, what has no answer, fragments and pictures."""

from datetime import timedelta

import pytest

from kb.base import KnowledgeBase
from tests.handlers.talk import NOON, Talk


@pytest.mark.parametrize(
    ("messages", "outcome", "record"),
    [
        (["施工单位哪些人可以当宁勤绩管理员", "那监理呢？"], "answer", "faq-08"),
        (["施工单位哪些人可以当宁勤绩管理员", "那监理呢？", "分包的呢"], "answer", "faq-08"),
        (["停工了还要打卡吗", "那周末我自己休息呢"], "answer", "faq-15"),
        (["考勤地址怎么改", "带我一步步做"], "steps", "faq-13"),
        (["考勤地址怎么改", "一步步教我"], "steps", "faq-13"),
        (["考勤地址怎么改", "再说一遍"], "answer", "faq-13"),
        (["岗位选错了怎么改", "停工了还要打卡吗"], "answer", "faq-15"),
    ],
)
def test_followup(messages: list[str], outcome: str, record: str, talk: Talk) -> None:
    said = talk.says_all(messages)
    assert (said.outcome, said.records) == (outcome, (record,))


def test_how_after_an_answer_stays_with_it(talk: Talk) -> None:
    talk.says("停工了还要打卡吗")
    said = talk.says("怎么操作？")
    assert said.outcome in ("answer", "steps")
    assert said.records == ("faq-15",)


def test_more_offers_the_neighbours(talk: Talk, base: KnowledgeBase) -> None:
    talk.says("考勤地址怎么改")
    said = talk.says("还有呢")
    assert said.outcome == "choices"
    assert said.records == base.knowledge.record["faq-13"].related[:4]


@pytest.mark.parametrize(
    ("text", "records", "contacts"),
    [
        ("考勤地址怎么改？还有项目经理换了微信号怎么办？", ["faq-13", "faq-14"], []),
        ("考勤地址怎么改？停工了还要打卡吗？", ["faq-13", "faq-15"], []),
        ("误点了工程完工怎么办，顺便给我浦口的电话", ["faq-18"], ["contact-pukou"]),
        (
            "考勤地址怎么改？江宁的地铁项目打哪个电话？停工了还要打卡吗？",
            ["faq-13", "faq-15"],
            ["contact-jiangning", "contact-rail"],
        ),
        ("考勤地址怎么改？怎么改考勤地址？", ["faq-13"], []),
    ],
)
def test_several_questions(text: str, records: list[str], contacts: list[str], talk: Talk) -> None:
    said = talk.says(text)
    assert (list(said.records), list(said.contacts)) == (records, contacts)
    assert len(said.replies) == len(records) + bool(contacts)
    assert len(said.replies) <= 3


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("你好", "chat_greeting"),
        ("谢谢", "chat_thanks"),
        ("好的谢谢", "chat_thanks"),
        ("再见", "chat_bye"),
        ("你是谁", "chat_about"),
        ("帮助", "chat_help"),
        ("真棒", "chat_praise"),
        ("你真笨", "chat_complaint"),
        ("在吗", "chat_presence"),
        ("哦", "chat_filler"),
        ("等一下", "chat_wait"),
        ("不好意思", "chat_apology"),
    ],
)
def test_small_talk(text: str, sentence: str, talk: Talk, base: KnowledgeBase) -> None:
    said = talk.says(text)
    assert said.outcome == "smalltalk"
    assert said.text.startswith(getattr(base.knowledge.wording, sentence))
    assert said.wants == ()


def test_a_greeting_offers_something_to_ask(talk: Talk, base: KnowledgeBase) -> None:
    said = talk.says("你好")
    assert len(said.buttons) == len(base.knowledge.wording.starters) + 1
    for button in said.buttons:
        assert Talk(base).says(button.label).outcome in ("answer", "steps", "choices", "escalate"), button.label


SETTINGS = {
    "button_walk": ["考勤地址怎么改"],
    "button_next": ["带我一步步做 #faq-13"],
    "button_back": ["带我一步步做 #faq-13", "下一步"],
    "button_restart": ["带我一步步做 #faq-13", "下一步"],
    "button_quit": ["带我一步步做 #faq-13"],
    "button_solved": ["考勤地址怎么改"],
    "button_helped": ["考勤地址怎么改"],
    "button_unresolved": ["考勤地址怎么改"],
    "button_still": ["考勤地址怎么改"],
    "button_none": ["登录失败"],
    "button_person": ["登录失败"],
    "button_contact": ["考勤率不够会罚多少钱"],
    "button_all_contacts": ["主管部门电话"],
    "button_skip": ["转人工"],
    "button_cancel": ["转人工"],
}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_label_typed_does_what_its_button_does(name: str, base: KnowledgeBase) -> None:
    label = getattr(base.knowledge.wording, name)
    typing, pressing = Talk(base), Talk(base)
    typing.says_all(SETTINGS[name])
    pressing.says_all(SETTINGS[name])
    button = next((button for button in pressing.last.buttons if button.label == label), None)
    assert button or name in ("button_solved", "button_still"), "these two stand elsewhere"
    typed, pressed = (
        typing.says(label),
        pressing.says(button.send if button else label + " #faq-13" * (name == "button_solved")),
    )
    assert (typed.outcome, typed.text, typed.wants) == (pressed.outcome, pressed.text, pressed.wants)
    assert typed.outcome != "unknown" or name == "button_none"


def test_every_label_of_the_wording_is_tried(base: KnowledgeBase) -> None:
    assert set(SETTINGS) == {name for name in type(base.knowledge.wording).model_fields if name.startswith("button_")}


@pytest.mark.parametrize(
    "text",
    [
        "今天天气怎么样",
        "工资什么时候发",
        "推荐个餐馆",
        "asdfgh",
        "考勤率不够会罚多少钱",
        "一级建造师考试什么时候报名",
        "苏州的工地怎么打卡",
        "😀",
    ],
)
def test_what_has_no_answer(text: str, talk: Talk) -> None:
    said = talk.says(text)
    assert (said.outcome, said.records, said.contacts, said.wants) == ("unknown", (), (), ())
    assert said.text


def test_a_topic_that_is_known_says_where_to_turn(talk: Talk, base: KnowledgeBase) -> None:
    said = talk.says("工资什么时候发")
    topic = next(topic for topic in base.knowledge.topics if topic.say in said.text)
    assert said.labels == {"contact": ("主管部门电话", "转人工"), "desk": ("转人工",), "none": ()}[topic.turn_to]


@pytest.mark.parametrize(
    ("first", "second", "seconds", "outcome", "records"),
    [
        ("提示", "无实名制征管编号", 1, "answer", ("prompt-05",)),
        ("登录", "显示不在人员信息库", 2, "answer", ("prompt-02",)),
        ("登录失败", "1", 1, "answer", ("prompt-02",)),
        ("登录失败", "转人工", 1, "escalate", ()),
        ("登录失败", "都不是", 1, "unknown", ()),
        ("考勤地址怎么改", "谢谢", 1, "smalltalk", ()),
        ("考勤地址怎么改", "停工了还要打卡吗", 1, "answer", ("faq-15",)),
    ],
)
def test_hasty_messages(
    first: str, second: str, seconds: int, outcome: str, records: tuple[str, ...], talk: Talk
) -> None:
    talk.says(first, at=NOON)
    said = talk.says(second, at=NOON + timedelta(seconds=seconds))
    assert (said.outcome, said.records) == (outcome, records)


FRAGMENTS = ("我们工地", "的考勤地址填错了要改")


@pytest.mark.parametrize(
    ("seconds", "group", "together"),
    [(0, False, True), (2, False, True), (2.1, False, False), (-1, False, False), (1, True, False)],
)
def test_fragments_within_two_seconds_are_one_message(seconds: float, group: bool, together: bool, talk: Talk) -> None:
    talk.says("苏州", at=NOON, group=group)
    said = talk.says("的工地，主管部门电话多少", at=NOON + timedelta(seconds=seconds), group=group)
    assert (said.effects[-1].text.startswith("苏州")) is together  # type: ignore[union-attr]


def test_without_a_time_nothing_is_read_together(talk: Talk) -> None:
    talk.says(FRAGMENTS[0])
    said = talk.says(FRAGMENTS[1])
    assert said.effects[-1].text == FRAGMENTS[1]  # type: ignore[union-attr]


@pytest.mark.parametrize("text", ["", "   ", "\u200b", "\n"])
def test_a_picture_without_words(text: str, talk: Talk, base: KnowledgeBase) -> None:
    said = talk.says(text, image="shot.png")
    assert (said.outcome, said.asked) == ("ask", "detail")
    assert said.text == base.knowledge.wording.picture


def test_a_picture_with_words_is_its_words(talk: Talk) -> None:
    assert talk.says("考勤地址怎么改", image="shot.png").records == ("faq-13",)


@pytest.mark.parametrize("caption", ["", "考勤地址怎么改"])
def test_an_album_is_answered_once(talk: Talk, caption: str) -> None:
    first, second = (talk.says(words, image="shot.png", album="77") for words in (caption, ""))
    assert first.outcome == ("answer" if caption else "ask")
    assert second.outcome == "silent"
    assert talk.says("", image="shot.png").outcome == "ask"
    assert talk.says("", image="shot.png", album="78").outcome == "ask"


@pytest.mark.parametrize("text", ["", "   ", "\u200b\u200d", "\n\t"])
def test_nothing_typed_is_nothing_said(text: str, talk: Talk) -> None:
    said = talk.says(text)
    assert (said.outcome, said.replies, said.effects) == ("silent", (), ())
