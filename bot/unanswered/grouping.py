"""Puts questions of one meaning together; groups that exist keep their members and their numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.unanswered.space import Matrix

_BLOCK = 1024


@dataclass
class Groups:
    """Groups by their centres: the sum of their members' vectors, scaled to length 1 when looked at."""

    same: float
    numbers: list[int]
    sums: Matrix

    @classmethod
    def of(cls, same: float, numbers: Sequence[int], vectors: Matrix) -> "Groups":
        """The groups that there are: the group's number of each vector."""
        own = sorted(set(numbers))
        place = {number: row for row, number in enumerate(own)}
        sums = np.zeros((len(own), vectors.shape[1] if len(vectors) else 0), dtype=np.float32)
        np.add.at(sums, [place[number] for number in numbers], vectors)
        return cls(same, own, sums)

    def place(self, vectors: Matrix) -> list[int | None]:
        """The number of the closest group of each vector; None where none is close enough."""
        if not self.numbers or not len(vectors):
            return [None] * len(vectors)
        centres = _unit(self.sums)
        found: list[int | None] = []
        for start in range(0, len(vectors), _BLOCK):
            likeness = vectors[start : start + _BLOCK] @ centres.T
            best = likeness.argmax(axis=1)
            found += [
                self.numbers[row] if likeness[line, row] >= self.same else None
                for line, row in enumerate(best.tolist())
            ]
        return found

    def add(self, number: int, vectors: Matrix) -> None:
        """More members of a group, or a new one."""
        total = vectors.sum(axis=0)
        if number in self.numbers:
            self.sums[self.numbers.index(number)] += total
            return
        self.numbers.append(number)
        self.sums = np.vstack((self.sums.reshape(-1, vectors.shape[1]), total[None]))


def together(vectors: Matrix, same: float) -> list[NDArray[np.intp]]:
    """Group what no group was found for. Each row in turn gathers those that are like it, the earlier ones first.

    A second look moves each to the closest of the centres that have come about.
    """
    leaders: list[int] = []
    for start in range(0, len(vectors), _BLOCK):
        block = vectors[start : start + _BLOCK]
        known = vectors[leaders] if leaders else vectors[:0]
        covered: NDArray[np.bool_] = np.zeros(len(block), dtype=np.bool_)
        if leaders:
            covered |= np.any(block @ known.T >= same, axis=1)
        inside = block @ block.T >= same
        for row in range(len(block)):
            if not covered[row]:
                leaders.append(start + row)
                covered |= inside[row]
    return _settled(vectors, leaders)


def _settled(vectors: Matrix, leaders: Sequence[int]) -> list[NDArray[np.intp]]:
    centres = vectors[list(leaders)]
    own = np.zeros(len(vectors), dtype=np.intp)
    for _ in range(2):
        for start in range(0, len(vectors), _BLOCK):
            own[start : start + _BLOCK] = (vectors[start : start + _BLOCK] @ centres.T).argmax(axis=1)
        sums = np.zeros_like(centres)
        np.add.at(sums, own, vectors)
        centres = _unit(sums)
    order = np.argsort(own, kind="stable")
    cuts = np.flatnonzero(np.diff(own[order])) + 1
    return [part for part in np.split(order, cuts) if len(part)]


def _unit(rows: Matrix) -> Matrix:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.where(length, length, 1)).astype(np.float32)
