import numpy as np
import pytest

from kb.kernel import build_kernel
from kb.labels import speakers_of
from kb.reader import Utterance
from kb.vague import Vagueness
from kb.views import Phrasings

NAMES = ("faq-01", "faq-02", "faq-03", "next", "oos-pay", "prompt-01")
SAID = {  # label → the words of each of its phrasings
    "faq-01": ["编号 关联", "编号 地址", "编号"],
    "faq-02": ["编号 查", "编号 错", "定位"],
    "faq-03": ["编号 丢", "二维码", "二维码 失效"],
    "next": ["继续", "继续"],
    "oos-pay": ["编号 工资", "二维码 付款", "二维码 转账"],
    "prompt-01": ["二维码 过期", "二维码 没有", "二维码", "定位 偏", "定位"],
}
VAGUE = ("怎么办", "有", "问题")


def vagueness(fuller: dict[str, str]) -> Vagueness:
    rows = [(NAMES.index(name), text.split()) for name in NAMES for text in SAID[name]]
    kernel = build_kernel([{"words": words, "chars": words, "sounds": words} for _, words in rows])
    texts = tuple("".join(words) for _, words in rows)
    labels = np.array([label for label, _ in rows], dtype=np.intp)
    phrasings = Phrasings(texts, texts, labels, NAMES, kernel, None, np.arange(len(rows), dtype=np.intp))
    return Vagueness(phrasings, speakers_of(NAMES, fuller), VAGUE)


def said(words: str) -> Utterance:
    return Utterance(words, words, words, tuple(words.split()), ())


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("编号", ("faq-01", "faq-02")),  # faq-03 speaks of it once only, oos-pay is no record
        ("编号 怎么办", ("faq-01", "faq-02")),
        ("编号 有 问题", ("faq-01", "faq-02")),
        ("编号 编号", ("faq-01", "faq-02")),
        ("二维码", ("prompt-01", "faq-03")),  # most spoken of first
        ("编号 关联", ()),  # says more
        ("定位", ()),  # prompt-01 alone says it twice
        ("继续", ()),
        ("没见过", ()),
        ("怎么办", ()),
        ("", ()),
    ],
)
def test_a_bare_word(words: str, meant: tuple[str, ...]) -> None:
    assert vagueness({}).meant(said(words)) == meant


def test_twins_are_one() -> None:
    assert vagueness({"faq-02": "faq-01"}).meant(said("编号")) == ()
    assert vagueness({"faq-03": "prompt-01"}).meant(said("二维码")) == ()
    # faq-01 says it more often than its fuller twin and counts for both
    assert vagueness({"faq-01": "faq-03"}).meant(said("编号")) == ("faq-03", "faq-02")
    assert vagueness({"faq-02": "prompt-01"}).meant(said("编号")) == ("faq-01", "prompt-01")
