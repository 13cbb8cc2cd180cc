from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.bands import LEAST_CHANCE, MOST_CHOICES, Bands
from kb.base import KnowledgeBase
from kb.matcher import Chance, Matcher, Ranking
from kb.meaning import Matrix
from kb.reader import Utterance
from kb.samples import samples
from kb.store import Compiled

NOTHING = Utterance("", "", "", (), ())


def ranking(*chances: float, vague: tuple[str, ...] = ()) -> Ranking:
    records = tuple(Chance(f"faq-{number:02}", chance) for number, chance in enumerate(chances, start=1))
    return Ranking(NOTHING, records, (), (), 0.0, Bands(answer=0.6, choices=0.3), vague)


@pytest.mark.parametrize(
    ("found", "band", "choices"),
    [
        (ranking(0.9, 0.05), "answer", ["faq-01", "faq-02"]),
        (ranking(0.6), "answer", ["faq-01"]),
        (ranking(0.59, 0.2, 0.01), "choices", ["faq-01", "faq-02"]),  # 0.01 is not worth a line
        (ranking(0.2, 0.1), "choices", ["faq-01", "faq-02"]),
        (ranking(0.2, 0.09), "unknown", ["faq-01", "faq-02"]),
        (ranking(0.1, 0.1, 0.1, 0.1, 0.1), "choices", ["faq-01", "faq-02", "faq-03", "faq-04"]),
        (ranking(0.9, 0.01, 0.05, vague=("faq-02", "faq-01")), "choices", ["faq-01", "faq-02"]),
        (ranking(), "unknown", []),
    ],
)
def test_bands(found: Ranking, band: str, choices: list[str]) -> None:
    assert found.band == band
    assert [chance.id for chance in found.choices] == choices


@pytest.mark.parametrize(
    ("message", "record"),
    [
        ("合同要先归集吗", "faq-01"),
        ("在哪里申请考勤", "faq-02"),
        ("两个标段能合成一个考勤吗", "faq-06"),
        ("管理员权限怎么转给别人", "faq-08"),
        ("岗位选错了", "faq-12"),
        ("考勤地址填错了怎么改", "faq-13"),
        ("我换微信号了", "faq-14"),
        ("换了个安全员怎么操作", "faq-14"),
        ("停工了还要打卡吗", "faq-15"),
        ("工程完工了考勤怎么结束", "faq-18"),
        ("人脸识别老是失败", "faq-20"),
        ("待考勤是什么意思", "faq-21"),
        ("离开工地多远还能请假", "faq-23"),
        ("联合体单位怎么打卡", "faq-26"),
        ("二维码失效了", "faq-27"),
        ("就职单位和考勤单位不一致", "prompt-01"),
        ("提示人员信息库里没有我", "prompt-02"),
        ("说我资格不够", "prompt-03"),
        ("身份证没验证登录不了", "prompt-04"),
        ("无实名制征管编号", "prompt-05"),
        ("没有关联总包", "prompt-06"),
        # the same, as it comes from keyboards, dictation and screens
        ("kaoqin dizhi tian cuo le", "faq-13"),
        ("烤勤地止填错了", "faq-13"),
        ("考勤地址填錯了，怎麼改？", "faq-13"),
        ("9:41 5G 78% 无实名制征管编号 确定", "prompt-05"),
        ("＠小助手 zgbh没有怎么办啊", "prompt-05"),
        ("wx号换了咋打卡", "faq-14"),
    ],
)
def test_one_record_answers(message: str, record: str, matcher: Matcher) -> None:
    found = matcher.rank(message)
    assert (found.band, found.records[0].id) == ("answer", record)


@pytest.mark.parametrize(
    ("message", "records"),
    [
        ("登录失败", {"prompt-02", "prompt-03"}),
        ("征管编号", {"prompt-05", "prompt-06"}),
        ("征管编号有问题", {"prompt-05", "prompt-06"}),
        ("二维码", {"faq-03", "faq-27"}),
        ("总包", {"faq-05", "prompt-06"}),
    ],
)
def test_a_bare_word_gives_choices(message: str, records: set[str], matcher: Matcher) -> None:
    found = matcher.rank(message)
    assert found.band == "choices"
    assert {chance.id for chance in found.choices} == records


@pytest.mark.parametrize(
    "message", ["工资什么时候发", "帮我写首诗", "今天天气怎么样", "罚款多少", "劳动合同怎么解除", "哪家奶茶好喝"]
)
def test_nothing_answers(message: str, matcher: Matcher) -> None:
    found = matcher.rank(message)
    assert found.band == "unknown"
    assert found.outside > 0.5


@pytest.mark.parametrize(
    ("message", "topic"),
    [("工资什么时候发", "oos-wages"), ("补卡", "oos-makeup-punch"), ("缺勤罚多少钱", "oos-penalty")],
)
def test_a_topic_beyond_the_document(message: str, topic: str, matcher: Matcher) -> None:
    found = matcher.rank(message)
    assert found.topics[0].id == topic
    assert found.topic(topic) == found.topics[0].chance > 0.5
    assert found.topic("oos-no-such") == 0


@pytest.mark.parametrize(
    ("message", "intent"), [("你好", "greeting"), ("谢谢", "thanks"), ("下一步", "next"), ("转人工", "handoff")]
)
def test_something_said_to_the_bot_itself(message: str, intent: str, matcher: Matcher) -> None:
    found = matcher.rank(message)
    assert found.intent(intent) > 0.9
    assert found.intent("no-such") == 0
    assert found.band == "unknown"


@pytest.mark.parametrize(
    "message",
    ["", "   ", "😀", "😀😀😀👍🏽", "。。。", "12345", "\u200b\ufeff", "\x00\x01\x1f", "\ud800", "@bot"],
)
def test_empty_messages_mean_nothing(message: str, matcher: Matcher) -> None:
    found = matcher.rank(message)
    assert found.utterance.empty
    assert (found.band, found.records, found.topics, found.intents) == ("unknown", (), (), ())
    assert (found.outside, found.confidence) == (1.0, 0.0)


@pytest.mark.parametrize(
    "message",
    [
        "考勤" * 50_000,
        "a" * 100_000,
        "考 " * 50_000,
        "😀" * 100_000,
        "(" * 100_000,
        "@" * 100_000,
        "<a" * 50_000,
        "kaoqin" * 17_000,
        "1:" * 50_000,
        "打卡\x00\x1b[31m失败\u202e了",
        "﷽" * 1_000,
        "e\u0301\u0301\u0301",
    ],
    ids=lambda message: repr(message[:6]),
)
def test_no_message_is_too_much(message: str, matcher: Matcher) -> None:
    assert matcher.rank(message).band in {"answer", "choices", "unknown"}


@settings(max_examples=40)
@given(st.text() | st.text(alphabet="考勤打卡登录失败征管编号zgbhkaoqin 怎么办？。\n😀", max_size=60))
def test_any_message_is_ranked(matcher: Matcher, message: str) -> None:
    found = matcher.rank(message)
    for chances in (found.records, found.topics, found.intents):
        values = [chance.chance for chance in chances]
        assert values == sorted(values, reverse=True)
        assert all(0 <= value <= 1 for value in values)
    assert len(found.choices) <= MOST_CHOICES
    if not found.utterance.empty:
        total = found.outside + sum(chance.chance for chance in (*found.records, *found.intents))
        assert total == pytest.approx(1, abs=1e-6)
    if found.band == "choices" and not found.vague:
        assert all(chance.chance >= LEAST_CHANCE for chance in found.choices)


def test_the_same_message_means_the_same_each_time(matcher: Matcher) -> None:
    assert matcher.rank("考勤地址错了") == matcher.rank("考勤地址错了")


def test_twins_pool_and_the_fuller_one_speaks(base: KnowledgeBase) -> None:
    fuller = base.knowledge.fuller
    assert {"faq-09": "prompt-01", "faq-24": "prompt-05"}.items() <= fuller.items()
    found, reasons = base.matcher.explain("页面跳出“征管编号关联确认”，该去哪个模块点", most=40)
    own = {reason.id: reason.chance for reason in reasons}
    pooled = {chance.id: chance.chance for chance in found.records}
    assert pooled.keys() == base.knowledge.record.keys() - fuller.keys()
    assert own["faq-24"] > 0.01  # the twin has a share of its own …
    assert pooled["prompt-05"] == pytest.approx(
        own["faq-24"] + own["prompt-05"], abs=1e-6
    )  # … which the fuller one gets


def test_explain_gives_reasons(base: KnowledgeBase) -> None:
    found, reasons = base.matcher.explain("考勤地址填错了", most=5)
    first = reasons[0]
    assert found == base.matcher.rank("考勤地址填错了")
    assert len(reasons) == 5
    assert [reason.chance for reason in reasons] == sorted((reason.chance for reason in reasons), reverse=True)
    assert first.id == "faq-13"
    assert {"考勤地址", "填", "错"} <= set(first.words) <= set(found.utterance.words)
    assert {"terms", "closest"} <= first.views.keys()
    said = {(sample.label, sample.text) for sample in samples(base.knowledge)}
    assert {(reason.id, reason.phrasing) for reason in reasons} <= said


def test_explain_knows_of_every_view(matcher: Matcher) -> None:
    assert matcher.uses_meaning
    _, reasons = matcher.explain("昨天说的那件事到底归谁管啊")  # no words that leave no doubt
    assert set(reasons[0].views) == {"terms", "meaning", "nearest", "closest"}


class CountingEncoder:
    """Stands for the sentence encoder and counts its work."""

    def __init__(self, width: int) -> None:
        self._width = width
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Matrix:
        self.asked += texts
        return np.full((len(texts), self._width), self._width**-0.5, dtype=np.float32)


def test_meaning_is_asked_only_where_the_words_leave_a_doubt(base: KnowledgeBase, compiled: Compiled) -> None:
    assert compiled.phrasings.embeddings is not None
    encoder = CountingEncoder(compiled.phrasings.embeddings.shape[1])
    matcher = Matcher(base.matcher.reader, compiled.phrasings, compiled.fits, encoder, base.knowledge)
    matcher.rank("无实名制征管编号")
    assert encoder.asked == []
    matcher.rank("昨天说的那件事到底归谁管啊")
    assert encoder.asked == ["昨天说的那件事到底归谁管啊"]


@pytest.mark.parametrize(
    ("message", "band", "record"),
    [
        ("考勤地址填错了怎么改", "answer", "faq-13"),
        ("无实名制征管编号", "answer", "prompt-05"),
        ("换微信号", "answer", "faq-14"),
        ("二维码", "choices", "faq-03"),
    ],
)
def test_without_an_encoder_the_words_must_do(
    message: str, band: str, record: str, base: KnowledgeBase, compiled: Compiled
) -> None:
    matcher = Matcher(base.matcher.reader, compiled.phrasings, compiled.fits, None, base.knowledge)
    assert not matcher.uses_meaning
    found = matcher.rank(message)
    assert (found.band, found.records[0].id) == (band, record)
