"""Kernel ridge regression on labels: a linear classifier in closed form, which tells what it would have said of a
phrasing it had never seen, without being fitted again."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
PENALTY = 1.0


@dataclass(frozen=True, slots=True)
class Ridge:
    """``scores = likeness @ weights``: one column a label. ``inverse`` serves held-out scores only."""

    weights: Floats
    inverse: Floats

    def held_out(self, parts: Sequence[Floats], groups: Sequence[Ints]) -> list[Floats]:
        """Scores of messages as if the phrasings in ``groups[i]`` had not been there when row i was judged.

        ``parts`` are likenesses (messages, phrasings) that add up to the one the ridge was fitted on; as the ridge is
        linear, each part's share in the scores can be told apart.
        """
        found = [part @ self.weights for part in parts]
        for row, group in enumerate(groups):
            block = self.inverse[np.ix_(group, group)]
            correction = np.linalg.solve(block, self.weights[group])
            for part, scores in zip(parts, found, strict=True):
                scores[row] -= (part[row] @ self.inverse[:, group]) @ correction
        return found


def fit_ridge(likeness: Floats, labels: Floats) -> Ridge:
    """Fit on the likeness of all phrasings to each other and their label matrix (1 where a label is right)."""
    inverse = linalg.inv(
        likeness + PENALTY * np.eye(len(likeness)), overwrite_a=True, check_finite=False, assume_a="pos"
    )
    return Ridge(inverse @ labels, inverse)
