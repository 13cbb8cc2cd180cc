from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.bands import LEAST_CHANCE, MOST_CHOICES, Bands, choose_bands


def bands(messages: list[tuple[list[float], list[bool]]]) -> Bands:
    chances = np.array([chances for chances, _ in messages])
    right = np.array([right for _, right in messages])
    return choose_bands(chances, right, np.ones(len(messages)))


FIRST, SECOND, NEITHER = [True, False], [False, True], [False, False]


@pytest.mark.parametrize(
    ("messages", "answered", "kept_back"),
    [
        # the best record is right whenever it is likelier than the others
        ([([0.9, 0.0], FIRST), ([0.6, 0.3], FIRST), ([0.45, 0.3], FIRST)], 0.45, 0.0),
        # below 0.7 it is wrong
        ([([0.9, 0.0], FIRST), ([0.68, 0.2], SECOND), ([0.5, 0.3], SECOND)], 0.9, 0.68),
        # nobody asks what the records answer
        ([([0.7, 0.0], NEITHER), ([0.75, 0.0], NEITHER)], 0.8, 0.75),
    ],
)
def test_when_to_answer(messages: list[tuple[list[float], list[bool]]], answered: float, kept_back: float) -> None:
    assert kept_back < bands(messages).answer <= answered


@pytest.mark.parametrize(
    ("messages", "listed"),
    [
        ([([0.20, 0.15], SECOND), ([0.25, 0.05], FIRST)], True),  # a list helps
        ([([0.20, 0.15], NEITHER), ([0.25, 0.05], NEITHER)], False),  # a list for nothing
    ],
)
def test_when_to_list(messages: list[tuple[list[float], list[bool]]], listed: bool) -> None:
    assert (bands(messages).choices <= 0.30) is listed


@given(st.integers(0, 10_000), st.integers(1, 30), st.integers(1, 7))
def test_hardly_any_other_bands_cost_less(seed: int, messages: int, records: int) -> None:
    random = np.random.default_rng(seed)
    chances = random.dirichlet(np.full(records + 1, 0.3), size=messages)[:, :-1]
    right = random.random((messages, records)) < 0.25
    importance = random.random(messages)
    found = choose_bands(chances, right, importance)

    def total(answer: float, choices: float) -> float:
        rows = zip(chances.tolist(), right.tolist(), importance.tolist(), strict=True)
        return float(sum(weight * cost(ranked, hits, answer, choices) for ranked, hits, weight in rows))

    grid = product(np.arange(0.40, 0.801, 0.05), np.arange(0.20, 0.601, 0.05))
    assert total(found.answer, found.choices) <= min(total(a, c) for a, c in grid) * 1.02 + 1e-9


def cost(chances: list[float], right: list[bool], answer: float, choices: float) -> float:
    """What the outcome of one message costs, written out: a missed answer is 1."""
    best = sorted(zip(chances, right, strict=True), reverse=True)[:MOST_CHOICES]
    if best[0][0] >= answer:
        return 0.0 if best[0][1] else 2.0
    if sum(chance for chance, _ in best) < choices:
        return 1.0 if any(right) else 0.0
    if any(hit and chance >= LEAST_CHANCE for chance, hit in best):
        return 0.5
    return 1.0 if any(right) else 0.25
