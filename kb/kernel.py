"""How like each known phrasing a message is: by its words, characters and sounds.

Each view is a TF-IDF vector of length one; the likeness to a phrasing is the weighted sum of the views' cosines. The
phrasings stand in postings (feature → phrasings), so a message only meets the phrasings it shares something with.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.features import VIEWS

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
WEIGHTS = {"words": 0.7, "chars": 1.0, "sounds": 1.0}


@dataclass(frozen=True, slots=True)
class View:
    """One view of the phrasings: its features, how telling each is, and who has it."""

    vocabulary: Mapping[str, int]
    idf: Floats
    starts: Ints
    rows: Ints
    values: Floats

    def cosines(self, features: Sequence[str], rows: int) -> Floats:
        """The cosine with each of the ``rows`` phrasings. Unknown features count in the length only."""
        counts = Counter(features)
        known = [(self.vocabulary[name], count) for name, count in counts.items() if name in self.vocabulary]
        if not known:
            return np.zeros(rows, dtype=np.float32)
        columns = np.array([column for column, _ in known])
        weights = (1 + np.log([count for _, count in known])) * self.idf[columns]
        length = np.sqrt(np.sum(weights**2) + _unknown(counts, self))
        spans = [slice(self.starts[column], self.starts[column + 1]) for column in columns]
        sizes = [span.stop - span.start for span in spans]
        hits = np.concatenate([self.rows[span] for span in spans])
        values = np.concatenate([self.values[span] for span in spans]) * np.repeat(weights / length, sizes)
        return np.bincount(hits, values, minlength=rows).astype(np.float32)


def _unknown(counts: Counter[str], view: View) -> float:
    """Squared length of what no phrasing has: as telling as the rarest feature that some have."""
    rarest = float(view.idf.max(initial=1.0))
    return sum(
        float((1 + np.log(count)) * rarest) ** 2 for name, count in counts.items() if name not in view.vocabulary
    )


@dataclass(frozen=True, slots=True)
class Kernel:
    """All views of all phrasings."""

    views: Mapping[str, View]
    size: int

    def likeness(self, features: Mapping[str, Sequence[str]]) -> Floats:
        """The weighted sum of the views' cosines with each phrasing."""
        return sum(
            (WEIGHTS[name] * self.views[name].cosines(features[name], self.size) for name in VIEWS),
            start=np.zeros(self.size, dtype=np.float32),
        )


def build_kernel(documents: Sequence[Mapping[str, Sequence[str]]]) -> Kernel:
    """Index the features of the phrasings."""
    return Kernel({name: _build_view([doc[name] for doc in documents]) for name in VIEWS}, len(documents))


def _build_view(documents: Sequence[Sequence[str]]) -> View:
    frequency: Counter[str] = Counter(name for document in documents for name in set(document))
    vocabulary = {name: column for column, name in enumerate(sorted(frequency))}
    counts = np.array([frequency[name] for name in vocabulary], dtype=np.float32)
    idf = (np.log((1 + len(documents)) / (1 + counts)) + 1).astype(np.float32)
    columns, rows, values = [], [], []
    for row, document in enumerate(documents):
        tally = Counter(document)
        here = np.array([vocabulary[name] for name in tally], dtype=np.int32)
        weights = (1 + np.log(np.array(list(tally.values()), dtype=np.float32))) * idf[here]
        columns.append(here)
        rows.append(np.full(len(here), row, dtype=np.int32))
        values.append(weights / (np.linalg.norm(weights) or 1))
    column, by = np.concatenate(columns), np.concatenate(rows)
    order = np.lexsort((by, column))
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return View(vocabulary, idf, starts, by[order], np.concatenate(values)[order].astype(np.float32))
