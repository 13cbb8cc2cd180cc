"""What a label stands for, told by its id."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Speakers = Mapping[int, int]

RECORD, TOPIC, INTENT = 0, 1, 2


def label_kinds(names: Sequence[str]) -> NDArray[np.intp]:
    """RECORD, TOPIC (out of scope) or INTENT of each label."""
    return np.fromiter(map(_kind, names), dtype=np.intp, count=len(names))


def speakers_of(names: Sequence[str], fuller: Mapping[str, str]) -> Speakers:
    """Record's column → the column of the twin that speaks for it (itself where it has none), in order."""
    column = {name: place for place, name in enumerate(names)}
    kinds = label_kinds(names)
    return {place: column[fuller.get(name, name)] for name, place in column.items() if kinds[place] == RECORD}


def pool(columns: NDArray[Any], speakers: Speakers) -> NDArray[Any]:
    """(…, labels) → (…, speaking records): twins answer the same question, so their chances add up."""
    speaking = sorted(set(speakers.values()))
    place = {column: number for number, column in enumerate(speaking)}
    pooled = np.zeros((*columns.shape[:-1], len(speaking)), dtype=columns.dtype)
    for column, speaker in speakers.items():
        pooled[..., place[speaker]] += columns[..., column]
    return pooled


def _kind(name: str) -> int:
    if name.startswith(("faq-", "prompt-")):
        return RECORD
    return TOPIC if name.startswith("oos-") else INTENT
