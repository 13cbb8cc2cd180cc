import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.segment import Segmenter

SEGMENTER = Segmenter(["考勤地址", "征管编号", "安全员B证", "QQ群", "宁勤绩"])


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("考勤地址填错了", ["考勤地址", "填", "错", "了"]),
        ("无征管编号怎么处理？", ["无", "征管编号", "怎么", "处理"]),
        ("宁勤绩登不上", ["宁勤绩", "登", "不", "上"]),
        ("安全员B证过期", ["安全员B证", "过期"]),
        ("加QQ群", ["加", "QQ群"]),
        ("pm在2024年", ["pm", "在", "2024", "年"]),
        (" ，。！😀", []),
        ("", []),
    ],
)
def test_cut(sentence: str, words: list[str]) -> None:
    assert SEGMENTER.cut(sentence) == words


def test_words_of_one_segmenter_are_unknown_to_another() -> None:
    assert Segmenter([]).cut("宁勤绩") != ["宁勤绩"]


@pytest.mark.parametrize(
    ("word", "ordinary"),
    [("学校", True), ("我们", True), ("宁勤绩", True), ("腰请", False), ("xyz", False), ("", False)],
)
def test_is_ordinary(word: str, ordinary: bool) -> None:
    assert SEGMENTER.is_ordinary(word) is ordinary


@given(st.text(alphabet=st.characters(whitelist_categories=("Lo", "Ll", "Nd"), max_codepoint=0x9FFF)))
def test_cutting_loses_nothing_that_is_said(text: str) -> None:
    assert "".join(SEGMENTER.cut(text)) == text


@given(st.text())
def test_every_word_says_something(text: str) -> None:
    assert all(any(map(str.isalnum, word)) for word in SEGMENTER.cut(text))
