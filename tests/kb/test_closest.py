import numpy as np
import pytest

from kb.closest import CANDIDATES, closest

PHRASINGS = ("考勤地址填错了", "打卡地点要换", "登录失败", "登不上去")
LABELS = np.array([0, 0, 1, 1], dtype=np.intp)
ALIKE = np.array([0.9, 0.1, 0.2, 0.3], dtype=np.float32)


@pytest.mark.parametrize(
    ("message", "best"), [("考勤地址填错了", 0), ("地址填错", 0), ("登录失败", 1), ("怎么登录失败了", 1)]
)
def test_the_closest_label(message: str, best: int) -> None:
    found = closest(message, PHRASINGS, LABELS, ALIKE, 2)
    assert found.argmax() == best
    assert ((found >= 0) & (found <= 1)).all()


def test_the_same_text_is_as_close_as_can_be() -> None:
    assert closest("登录失败", PHRASINGS, LABELS, ALIKE, 3).tolist() == pytest.approx([0, 1, 0], abs=0.4)
    assert closest("登录失败", PHRASINGS, LABELS, ALIKE, 3)[1] == 1
    assert closest("登录失败", PHRASINGS, LABELS, ALIKE, 3)[2] == 0  # a label without phrasings


def test_only_the_likeliest_phrasings_are_looked_at() -> None:
    count = CANDIDATES + 5
    texts = tuple(f"第{number}句" for number in range(count))
    like = np.linspace(1, 0, count, dtype=np.float32)
    found = closest(texts[-1], texts, np.arange(count, dtype=np.intp), like, count)
    assert found[-1] == 0
    assert np.count_nonzero(found) <= CANDIDATES
