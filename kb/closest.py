"""The closest phrasing of each label by edit distance, among the few phrasings that are at all like the message."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

CANDIDATES = 40


def closest(
    text: str, phrasings: Sequence[str], labels: NDArray[np.intp], likeness: NDArray[np.float32], label_count: int
) -> NDArray[np.float32]:
    """Best ratio (0 to 1) of each label's phrasings; 0 where none is among the candidates."""
    few = min(CANDIDATES, len(phrasings))
    candidates = np.argpartition(-likeness, few - 1)[:few]
    ratios = process.cdist([text], [phrasings[i] for i in candidates], scorer=fuzz.ratio, dtype=np.float32)[0] / 100
    best = np.zeros(label_count, dtype=np.float32)
    np.maximum.at(best, labels[candidates], ratios)
    return best
