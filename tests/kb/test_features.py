import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.features import VIEWS, features, runs
from kb.reader import Utterance


@pytest.mark.parametrize(
    ("items", "longest", "found"),
    [
        ("", 3, []),
        ("甲", 3, ["甲"]),
        ("甲乙丙", 1, ["甲", "乙", "丙"]),
        ("甲乙丙", 2, ["甲", "乙", "丙", "甲\x1f乙", "乙\x1f丙"]),
        ("甲乙丙", 9, ["甲", "乙", "丙", "甲\x1f乙", "乙\x1f丙", "甲\x1f乙\x1f丙"]),
    ],
)
def test_runs(items: str, longest: int, found: list[str]) -> None:
    assert list(runs(items, longest)) == found


@given(st.lists(st.sampled_from("甲乙丙"), max_size=20), st.integers(1, 5))
def test_every_run_is_counted(items: list[str], longest: int) -> None:
    assert len(list(runs(items, longest))) == sum(max(0, len(items) - size + 1) for size in range(1, longest + 1))


def test_features_of_an_utterance() -> None:
    utterance = Utterance("", "", "打卡, a1", ("打卡", "a1"), ("da", "ka"))
    found = features(utterance)
    assert set(found) == set(VIEWS)
    assert found["words"] == ["打卡", "a1", "打卡\x1fa1"]
    assert found["chars"][:4] == ["打", "卡", "a", "1"]  # punctuation and spaces left out
    assert "卡\x1fa\x1f1" in found["chars"]
    assert found["sounds"] == ["da", "ka", "da\x1fka"]
