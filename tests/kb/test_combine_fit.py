import numpy as np
import pytest
from numpy.typing import NDArray

from kb.combine_fit import fit_combiner

LABELS = 6
KINDS = np.array([0, 0, 0, 0, 1, 2], dtype=np.intp)
Trial = tuple[NDArray[np.float64], NDArray[np.bool_]]


@pytest.fixture(scope="module")
def trial() -> Trial:
    """300 messages; the second view knows the label with some noise, the first knows nothing."""
    random = np.random.default_rng(7)
    label = random.integers(0, LABELS, size=300)
    right = np.zeros((300, LABELS + 1), dtype=bool)
    right[np.arange(300), label] = True
    knowing = right[:, :LABELS] + 0.3 * random.normal(size=(300, LABELS))
    return np.stack([random.normal(size=(300, LABELS)), knowing], axis=-1), right


def test_the_view_that_knows_gets_the_weight(trial: Trial) -> None:
    views, right = trial
    combiner = fit_combiner(views, KINDS, right, np.ones(300))
    assert combiner.weights[1] > 3
    assert abs(combiner.weights[0]) < 0.5
    assert (combiner.probabilities(views, KINDS).argmax(axis=1) == right.argmax(axis=1)).mean() > 0.9


def test_importance_is_a_share(trial: Trial) -> None:
    views, right = trial
    one, other = (fit_combiner(views, KINDS, right, np.full(300, weight)) for weight in (1.0, 8.0))
    assert one.weights == pytest.approx(other.weights, rel=1e-3)


def test_messages_of_no_importance_teach_nothing(trial: Trial) -> None:
    views, right = trial
    wrong = np.roll(right, 1, axis=1)
    both = np.concatenate([views, views]), np.concatenate([right, wrong])
    importance = np.concatenate([np.ones(300), np.zeros(300)])
    taught = fit_combiner(both[0], KINDS, both[1], importance)
    assert taught.weights == pytest.approx(fit_combiner(views, KINDS, right, np.ones(300)).weights, rel=1e-2)


def test_messages_without_a_label_teach_none_of_them(trial: Trial) -> None:
    views, right = trial
    unknown = np.zeros_like(views), np.zeros_like(right)
    unknown[1][:, -1] = True
    combiner = fit_combiner(
        np.concatenate([views, unknown[0]]), KINDS, np.concatenate([right, unknown[1]]), np.ones(600)
    )
    chances = combiner.probabilities(np.stack([np.zeros((LABELS, 2)), views[0]]), KINDS)
    assert chances[0].argmax() == LABELS
    assert chances[1].argmax() == right[0].argmax()


def test_a_kind_that_is_asked_more_often_gets_the_offset() -> None:
    random = np.random.default_rng(3)
    right = np.zeros((200, LABELS + 1), dtype=bool)
    right[:, 4] = True  # always the only label of kind 1, and the view says nothing
    combiner = fit_combiner(random.normal(size=(200, LABELS, 1)), KINDS, right, np.ones(200))
    assert combiner.offsets[0] == 0
    assert combiner.offsets[1] > 2 > combiner.offsets[2]


def test_several_labels_may_be_right() -> None:
    right = np.zeros((50, LABELS + 1), dtype=bool)
    right[:, :2] = True
    views = np.zeros((50, LABELS, 1))
    views[:, :2] = 1
    chances = fit_combiner(views, KINDS, right, np.ones(50)).probabilities(views, KINDS)
    assert chances[0, :2].sum() > 0.9
    assert chances[0, 0] == pytest.approx(chances[0, 1])
