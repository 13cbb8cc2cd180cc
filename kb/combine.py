"""The views' scores of every label → one probability a label, and one for “none of them”.

A softmax whose few weights are shared by all labels; ``kb.combine_fit`` finds them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Combiner:
    """``weights``: one a view. ``offsets``: one a kind of label (record, topic, intent). ``none``: score of no label."""

    weights: Floats
    offsets: Floats
    none: float

    def probabilities(self, views: Floats, kinds: NDArray[np.intp]) -> Floats:
        """``views``: (messages, labels, views) → (messages, labels + 1); the last column is “none of them”."""
        known = views @ self.weights + self.offsets[kinds]
        scores = np.concatenate([known, np.full((*known.shape[:-1], 1), self.none)], axis=-1)
        scores -= scores.max(axis=-1, keepdims=True)
        exponents = np.exp(scores)
        return np.asarray(exponents / exponents.sum(axis=-1, keepdims=True))
