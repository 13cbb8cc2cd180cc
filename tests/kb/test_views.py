from dataclasses import replace

import numpy as np
import pytest

from kb.bands import Bands
from kb.combine import Combiner
from kb.kernel import build_kernel
from kb.views import LEXICAL, MEANING_WEIGHT, WITH_MEANING, Fit, Likeness, Phrasings, judge, likeness, with_meaning

WORDS = (["地址"], ["地址", "打卡"], ["登录"])
TEXTS = ("地址", "地址打卡", "登录")
PHRASINGS = Phrasings(
    raw=TEXTS,
    texts=TEXTS,
    labels=np.array([0, 0, 1], dtype=np.intp),
    label_names=("faq-01", "faq-02"),
    kernel=build_kernel([{"words": words, "chars": words, "sounds": words} for words in WORDS]),
    embeddings=np.array([[1, 0], [0.6, 0.8], [0, 1]], dtype=np.float32),
    anchors=np.arange(3, dtype=np.intp),
)
ASKED = {"words": ["地址"], "chars": ["地址"], "sounds": ["地址"]}
MEANT = np.array([0, 1], dtype=np.float32)


def fit(names: tuple[str, ...]) -> Fit:
    weights = np.array([[1, 0], [1, 0], [0, 1]], dtype=np.float32)
    return Fit(names, weights, Combiner(np.ones(len(names)), np.zeros(3), 0.0), Bands(0.6, 0.3))


def test_where_each_labels_phrasings_begin() -> None:
    assert PHRASINGS.starts.tolist() == [0, 2]


def test_by_the_words_alone() -> None:
    like = likeness(PHRASINGS, ASKED)
    views = judge(PHRASINGS, fit(LEXICAL), "地址", like, PHRASINGS.starts)
    terms, closest = views.T
    assert terms.tolist() == pytest.approx([like.lexical[0] + like.lexical[1], 0])
    assert closest.tolist() == [1, 0]


def test_with_meaning_too() -> None:
    like = with_meaning(PHRASINGS, likeness(PHRASINGS, ASKED), MEANT)
    views = judge(PHRASINGS, fit(WITH_MEANING), "地址", like, PHRASINGS.starts)
    found = dict(zip(WITH_MEANING, views.T.tolist(), strict=True))
    assert found["meaning"] == pytest.approx([MEANING_WEIGHT * 0.8, MEANING_WEIGHT * 1])
    assert found["nearest"] == pytest.approx([0.8, 1])


def test_meaning_changes_what_is_worth_a_closer_look() -> None:
    lexical = np.array([0.9, 0.1, 0.0], dtype=np.float32)
    assert Likeness(lexical, None).together.argmax() == 0
    assert Likeness(lexical, np.array([0.0, 0.1, 0.9], dtype=np.float32)).together.argmax() == 2


def test_phrasings_without_embeddings_have_no_meaning() -> None:
    like = likeness(PHRASINGS, ASKED)
    assert with_meaning(replace(PHRASINGS, embeddings=None), like, MEANT) is like


def test_only_the_anchors_have_weights() -> None:
    few = replace(PHRASINGS, anchors=np.array([0, 2], dtype=np.intp))
    weights = np.array([[1, 0], [0, 1]], dtype=np.float32)
    like = likeness(few, ASKED)
    terms, closest = judge(few, replace(fit(LEXICAL), weights=weights), "地址", like, few.starts).T
    assert terms.tolist() == pytest.approx([like.lexical[0], 0])
    assert closest.tolist() == [1, 0]
