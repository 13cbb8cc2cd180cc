import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from kb.combine import Combiner

KINDS = np.array([0, 0, 1, 2], dtype=np.intp)
NUMBERS = st.floats(-1e6, 1e6)


@given(
    arrays.arrays(np.float64, (3, 4, 2), elements=NUMBERS),
    arrays.arrays(np.float64, 2, elements=st.floats(-100, 100)),
    arrays.arrays(np.float64, 3, elements=NUMBERS),
    NUMBERS,
)
def test_probabilities_add_up_to_one(
    views: NDArray[np.float64], weights: NDArray[np.float64], offsets: NDArray[np.float64], none: float
) -> None:
    chances = Combiner(weights, offsets, none).probabilities(views, KINDS)
    assert chances.shape == (3, 5)
    assert chances.sum(axis=1) == pytest.approx(np.ones(3))
    assert ((chances >= 0) & (chances <= 1)).all()


@pytest.mark.parametrize(
    ("views", "offsets", "none", "likeliest"),
    [
        ([0.9, 0.1, 0.1, 0.1], [0.0, 0.0, 0.0], 0.0, 0),
        ([0.1, 0.9, 0.1, 0.1], [0.0, 0.0, 0.0], 0.0, 1),
        ([0.9, 0.1, 0.8, 0.1], [0.0, 1.0, 0.0], 0.0, 2),  # an offset favours a kind
        ([0.9, 0.1, 0.1, 0.8], [0.0, 0.0, 1.0], 0.0, 3),
        ([0.9, 0.1, 0.1, 0.1], [0.0, 0.0, 0.0], 5.0, 4),  # none of them
    ],
)
def test_likeliest(views: list[float], offsets: list[float], none: float, likeliest: int) -> None:
    combiner = Combiner(np.array([1.0]), np.array(offsets), none)
    assert combiner.probabilities(np.array(views)[None, :, None], KINDS)[0].argmax() == likeliest


def test_two_labels_alike_share() -> None:
    chances = Combiner(np.array([3.0]), np.zeros(3), -1e9).probabilities(np.ones((1, 4, 1)), KINDS)
    assert chances[0] == pytest.approx([0.25, 0.25, 0.25, 0.25, 0])
