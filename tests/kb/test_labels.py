import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.labels import INTENT, RECORD, TOPIC, label_kinds, pool, speakers_of

NAMES = ("faq-01", "faq-02", "next", "oos-wages", "prompt-01")


def test_label_kinds() -> None:
    assert label_kinds(NAMES).tolist() == [RECORD, RECORD, INTENT, TOPIC, RECORD]


def test_speakers() -> None:
    assert speakers_of(NAMES, {}) == {0: 0, 1: 1, 4: 4}
    assert speakers_of(NAMES, {"faq-02": "prompt-01"}) == {0: 0, 1: 4, 4: 4}


@pytest.mark.parametrize(
    ("fuller", "pooled"),
    [
        ({}, [0.1, 0.2, 0.4]),
        ({"faq-02": "prompt-01"}, [0.1, 0.6]),
        ({"faq-01": "prompt-01", "faq-02": "prompt-01"}, [0.7]),
    ],
)
def test_twins_pool_their_chances(fuller: dict[str, str], pooled: list[float]) -> None:
    chances = np.array([0.1, 0.2, 0.05, 0.15, 0.4])
    assert pool(chances, speakers_of(NAMES, fuller)) == pytest.approx(pooled)
    assert pool(np.stack([chances, chances]), speakers_of(NAMES, fuller)).shape == (2, len(pooled))


def test_twins_pool_what_is_right() -> None:
    right = np.array([[False, True, False, False, False], [True, False, False, False, False]])
    assert pool(right, speakers_of(NAMES, {"faq-02": "prompt-01"})).tolist() == [[False, True], [True, False]]


@given(
    st.lists(st.floats(0, 1), min_size=5, max_size=5), st.dictionaries(st.sampled_from(NAMES[:2]), st.just("prompt-01"))
)
def test_pooling_loses_no_chance(chances: list[float], fuller: dict[str, str]) -> None:
    pooled = pool(np.array(chances), speakers_of(NAMES, fuller))
    assert pooled.sum() == pytest.approx(chances[0] + chances[1] + chances[4])
