"""When to answer, when to ask back and when to say that there is no answer."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
MOST_CHOICES = 4
LEAST_CHANCE = 0.03
"""A record less likely than this is not worth a line in a list."""

# What an outcome costs the person who asked, a missed answer being 1.
_WRONG = 2.0
_OFFERED = 0.5
_USELESS_LIST = 1.0
_LIST_FOR_NOTHING = 0.25
_AS_GOOD = 0.02
"""Difference in cost, as a share, that is no difference."""


@dataclass(frozen=True, slots=True)
class Bands:
    """``answer``: least chance of the best record for answering; ``choices``: least chance of the best four together."""

    answer: float
    choices: float


def choose_bands(chances: Floats, right: Bools, importance: Floats) -> Bands:
    """The bands that cost people least on held-out phrasings.

    ``chances``, ``right``: (messages, records), twins pooled.
    """
    order = np.argsort(-chances, axis=1)[:, :MOST_CHOICES]
    ranked = np.take_along_axis(chances, order, axis=1)
    hits = np.take_along_axis(right, order, axis=1)
    answerable = right.any(axis=1)
    listed = hits & (ranked >= LEAST_CHANCE)
    answer_cost = np.where(hits[:, 0], 0.0, _WRONG)
    list_cost = np.where(listed.any(axis=1), _OFFERED, np.where(answerable, _USELESS_LIST, _LIST_FOR_NOTHING))
    unknown_cost = np.where(answerable, 1.0, 0.0)

    def cost(bands: tuple[float, float]) -> float:
        least_answer, least_choices = bands
        chosen = np.where(ranked.sum(axis=1) >= least_choices, list_cost, unknown_cost)
        return float((np.where(ranked[:, 0] >= least_answer, answer_cost, chosen) * importance).sum())

    grid = [(float(a), float(c)) for a, c in product(np.arange(0.40, 0.81, 0.05), np.arange(0.20, 0.61, 0.05))]
    costs = {bands: cost(bands) for bands in grid}
    enough = min(costs.values()) * (1 + _AS_GOOD)
    # The cost is flat around its least; among bands as good as the best, the one that answers most is wanted.
    best = min(bands for bands in grid if costs[bands] <= enough)
    return Bands(round(best[0], 2), round(best[1], 2))
