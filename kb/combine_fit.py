"""Finds the combiner's weights on what the views say of held-out phrasings."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from kb.combine import Combiner

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
_SHRINK = 1e-4


def fit_combiner(views: Floats, kinds: NDArray[np.intp], right: Bools, importance: Floats) -> Combiner:
    """The combiner under which the ``right`` labels (messages, labels + 1) are most likely."""
    kinds_count = int(kinds.max()) + 1
    size = views.shape[-1]
    share = importance / importance.sum()

    def unpack(point: Floats) -> Combiner:
        # The first kind needs no offset: only differences matter.
        return Combiner(point[:size], np.concatenate([[0.0], point[size:-1]]), float(point[-1]))

    def loss(point: Floats) -> tuple[float, Floats]:
        chance = unpack(point).probabilities(views, kinds)
        hit = np.where(right, chance, 0).sum(axis=1) + 1e-12
        wrong = (chance - np.where(right, chance, 0) / hit[:, None]) * share[:, None]
        by_kind = [wrong[:, :-1][:, kinds == kind].sum() for kind in range(1, kinds_count)]
        slope = np.concatenate([np.einsum("ml,mlv->v", wrong[:, :-1], views), by_kind, [wrong[:, -1].sum()]])
        return float(-(share * np.log(hit)).sum() + _SHRINK * (point**2).sum()), slope + 2 * _SHRINK * point

    start = np.concatenate([np.ones(size), np.zeros(kinds_count)])
    return unpack(minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300}).x)
