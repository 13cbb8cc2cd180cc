import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.ridge import PENALTY, fit_ridge


def random_likeness(random: np.random.Generator, size: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    points = random.normal(size=(size, 4))
    return points @ points.T


def test_scores_are_highest_for_the_phrasings_own_label() -> None:
    likeness = np.array([[1.0, 0.8, 0.0], [0.8, 1.0, 0.1], [0.0, 0.1, 1.0]])
    labels = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    scores = likeness @ fit_ridge(likeness, labels).weights
    assert scores.argmax(axis=1).tolist() == [0, 0, 1]


def test_fit_solves_the_ridge_equation() -> None:
    random = np.random.default_rng(1)
    likeness, labels = random_likeness(random, 9), random.normal(size=(9, 3))
    kept = likeness.copy()
    ridge = fit_ridge(likeness, labels)
    assert (likeness + PENALTY * np.eye(9)) @ ridge.weights == pytest.approx(labels)
    assert (likeness == kept).all()  # the caller's numbers are left alone


@given(st.integers(0, 10_000), st.integers(3, 9), st.integers(1, 3), st.data())
def test_held_out_is_leaving_out_and_fitting_again(seed: int, size: int, labels: int, data: st.DataObject) -> None:
    random = np.random.default_rng(seed)
    parts = [random_likeness(random, size), random_likeness(random, size)]
    targets = random.integers(0, 2, size=(size, labels)).astype(float)
    groups = [
        np.array(sorted(data.draw(st.sets(st.integers(0, size - 1), max_size=size - 1))), dtype=np.intp)
        for _ in range(size)
    ]
    found = fit_ridge(parts[0] + parts[1], targets).held_out(parts, groups)
    for row, group in enumerate(groups):
        kept = np.setdiff1d(np.arange(size), group)
        again = fit_ridge((parts[0] + parts[1])[np.ix_(kept, kept)], targets[kept])
        for part, scores in zip(parts, found, strict=True):
            assert scores[row] == pytest.approx(part[row, kept] @ again.weights, abs=1e-6)


def test_held_out_judges_other_messages_too() -> None:
    random = np.random.default_rng(2)
    likeness, targets = random_likeness(random, 6), random.normal(size=(6, 2))
    messages = random.normal(size=(3, 6))
    groups = [np.array([row], dtype=np.intp) for row in (5, 0, 2)]
    (found,) = fit_ridge(likeness, targets).held_out([messages], groups)
    for row, group in enumerate(groups):
        kept = np.setdiff1d(np.arange(6), group)
        again = fit_ridge(likeness[np.ix_(kept, kept)], targets[kept])
        assert found[row] == pytest.approx(messages[row, kept] @ again.weights)
