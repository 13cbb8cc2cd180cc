import numpy as np
import pytest

from kb.meaning import LIMIT, SentenceEncoder, available


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    assert available()
    return SentenceEncoder()


def test_rows_are_unit_vectors(encoder: SentenceEncoder) -> None:
    rows = encoder.encode(["考勤地址填错了", "", "😀", "a"])
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(4), abs=1e-4)


def test_like_meanings_are_near(encoder: SentenceEncoder) -> None:
    asked, alike, other = encoder.encode(["登录不了怎么办", "登不进去", "今天晚饭吃什么"])
    assert asked @ alike > asked @ other + 0.1


def test_one_sentence_is_encoded_as_among_others(encoder: SentenceEncoder) -> None:
    assert encoder.encode(["打卡失败"])[0] == pytest.approx(encoder.encode(["你好", "打卡失败"])[1], abs=1e-5)


def test_only_the_beginning_of_a_long_text_counts(encoder: SentenceEncoder) -> None:
    beginning = "打卡失败" * (LIMIT // 4)
    assert (encoder.encode([beginning]) == encoder.encode([beginning + "再见" * 50_000])).all()
