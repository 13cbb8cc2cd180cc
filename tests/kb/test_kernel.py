from collections import Counter
from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.features import VIEWS
from kb.kernel import WEIGHTS, Kernel, build_kernel

Document = dict[str, list[str]]
MOST = sum(WEIGHTS.values())
DOCUMENTS = st.lists(
    st.fixed_dictionaries({name: st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6) for name in VIEWS}),
    min_size=1,
    max_size=8,
)


def document(*words: str) -> Document:
    return {name: list(words) for name in VIEWS}


@pytest.fixture
def kernel() -> Kernel:
    return build_kernel([document("考勤", "地址"), document("考勤", "申请"), document("登录", "失败")])


@pytest.mark.parametrize(
    ("message", "best", "strangers"),
    [
        (document("考勤", "地址"), 0, [2]),
        (document("申请"), 1, [0, 2]),
        (document("失败", "登录"), 2, [0, 1]),
        (document("失败", "失败", "没见过"), 2, [0, 1]),
    ],
)
def test_likeness(kernel: Kernel, message: Document, best: int, strangers: list[int]) -> None:
    like = kernel.likeness(message)
    assert like.argmax() == best
    assert like[best] > 0
    assert not like[strangers].any()


@pytest.mark.parametrize("message", [document(), document("没见过")])
def test_nothing_in_common(kernel: Kernel, message: Document) -> None:
    assert not kernel.likeness(message).any()


def test_what_no_phrasing_has_makes_a_message_less_like() -> None:
    kernel = build_kernel([document("考勤", "地址"), document("登录")])
    known, more = kernel.likeness(document("考勤")), kernel.likeness(document("考勤", "没见过"))
    assert 0 < more[0] < known[0]


def test_a_rare_word_tells_more_than_a_frequent_one() -> None:
    kernel = build_kernel([document("考勤", "地址"), document("考勤", "申请"), document("考勤", "登录")])
    both = kernel.likeness(document("考勤", "登录"))
    assert both[2] > both[0] == both[1]


@given(DOCUMENTS)
def test_a_phrasing_is_like_itself_and_nothing_is_more_so(documents: list[Document]) -> None:
    kernel = build_kernel(documents)
    for row, own in enumerate(documents):
        like = kernel.likeness(own)
        assert like[row] == pytest.approx(MOST, rel=1e-5)
        assert like.max() <= MOST * (1 + 1e-5)
        assert like.min() >= 0


@given(DOCUMENTS, st.lists(st.sampled_from("abcdxy"), min_size=1, max_size=6))
def test_postings_give_the_cosines_of_the_definition(documents: list[Document], message: list[str]) -> None:
    found = build_kernel(documents).views["words"].cosines(message, len(documents))
    assert found == pytest.approx(cosines([doc["words"] for doc in documents], message), abs=1e-5)


def cosines(documents: list[list[str]], message: list[str]) -> list[float]:
    """TF-IDF cosines, written out; a word that no phrasing has counts as much as the rarest that some have."""
    with_word = Counter(word for doc in documents for word in set(doc))
    idf = {word: log((1 + len(documents)) / (1 + count)) + 1 for word, count in with_word.items()}
    rarest = max(idf.values())

    def vector(words: list[str]) -> dict[str, float]:
        raw = {word: (1 + log(count)) * idf.get(word, rarest) for word, count in Counter(words).items()}
        length = sqrt(sum(value**2 for value in raw.values()))
        return {word: value / length for word, value in raw.items()}

    asked = vector(message)
    return [sum(asked.get(word, 0) * value for word, value in vector(doc).items()) for doc in documents]


def test_views_without_features_are_no_trouble() -> None:
    kernel = build_kernel([document(), document("考勤")])
    assert kernel.likeness(document("考勤")) == pytest.approx(np.array([0, MOST]))
