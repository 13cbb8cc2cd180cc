"""What each view says of a message, label by label, and how the views are put together at run time and when fitting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.bands import Bands
from kb.closest import closest
from kb.combine import Combiner
from kb.kernel import Kernel

Floats = NDArray[np.float32]
MEANING_WEIGHT = 2.25
"""What a cosine of the encoder counts beside one of a lexical view."""
WITH_MEANING = ("terms", "meaning", "nearest", "closest")
LEXICAL = ("terms", "closest")


@dataclass(frozen=True, slots=True)
class Phrasings:
    """The labelled sentences, ordered by label: texts in the field's terms, label numbers, and their indexes.

    ``anchors``: the rows that the ridge was fitted on, all of them unless there are very many.
    """

    raw: tuple[str, ...]
    texts: tuple[str, ...]
    labels: NDArray[np.intp]
    label_names: tuple[str, ...]
    kernel: Kernel
    embeddings: Floats | None
    anchors: NDArray[np.intp]

    @property
    def starts(self) -> NDArray[np.intp]:
        """Where each label's phrasings begin."""
        return np.searchsorted(self.labels, np.arange(len(self.label_names)))


@dataclass(frozen=True, slots=True)
class Fit:
    """The fitted numbers of one set of views. ``weights`` are the ridge's: anchors × labels."""

    names: tuple[str, ...]
    weights: Floats
    combiner: Combiner
    bands: Bands


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like each phrasing one message is, lexically and (where there is an encoder) in meaning."""

    lexical: Floats
    meaning: Floats | None

    @property
    def together(self) -> Floats:
        """One number a phrasing, for choosing those worth a closer look."""
        return self.lexical if self.meaning is None else (self.lexical / 3 + self.meaning).astype(np.float32)


def likeness(phrasings: Phrasings, features: Mapping[str, Sequence[str]]) -> Likeness:
    """Compare the words of one message with every phrasing it shares something with."""
    return Likeness(phrasings.kernel.likeness(features), None)


def with_meaning(phrasings: Phrasings, like: Likeness, embedding: Floats) -> Likeness:
    """The same message compared by its meaning as well."""
    if phrasings.embeddings is None:
        return like
    return Likeness(like.lexical, phrasings.embeddings @ embedding)


def judge(phrasings: Phrasings, fit: Fit, text: str, like: Likeness, starts: NDArray[np.intp]) -> Floats:
    """(labels, views): what each view of the fit says of the message."""
    every = len(phrasings.anchors) == phrasings.kernel.size
    anchors = slice(None) if every else phrasings.anchors
    columns = {
        "terms": like.lexical[anchors] @ fit.weights,
        "closest": closest(text, phrasings.texts, phrasings.labels, like.together, len(phrasings.label_names)),
    }
    if like.meaning is not None:
        columns["meaning"] = MEANING_WEIGHT * (like.meaning[anchors] @ fit.weights)
        columns["nearest"] = np.maximum.reduceat(like.meaning, starts)
    return np.stack([columns[name] for name in fit.names], axis=-1)
