"""Where questions lie by their meaning: those that mean the same lie close to each other."""

import re
from collections.abc import Sequence
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from kb.matcher import Matcher
from kb.meaning import Encoder

Matrix = NDArray[np.float32]
_GRAM_SIZE = 512
_MEANING = 0.75
"""How much of the likeness of wordings is sentence meaning; the rest is characters and pairs of them in common."""
_SUBJECT = 0.45
"""How much of all likeness is the subject, so far as the matcher is sure of one."""
_LABELS = 512
_RECORDS = 5
_MARKS = re.compile(r"[\s,，。.!！?？;；:：、~～…\"'“”]+")
_FILLING = re.compile(
    r"(?:你好|您好|请问|想问一下|问一下|问下|麻烦|谢谢|师傅|老师|那个|就是说|在线等|求解|急+|啊|呢|吧|呀|哦|嘛|了|的)"
)


class Space:
    """Turns questions into unit vectors. ``name`` changes with the way of reckoning."""

    def __init__(self, matcher: Matcher, encoder: Encoder | None) -> None:
        self._matcher = matcher
        self._encoder = encoder
        self.name = "meaning-2" if encoder else "letters-2"
        self.same = 0.53 if encoder else 0.5
        """From which likeness on two questions mean the same."""

    def key(self, raw: str) -> str:
        """What two questions have in common that are the same but for noise; empty where there are no words."""
        utterance = self._matcher.reader.read(raw)
        return "" if utterance.empty else _bare(utterance.text) or _MARKS.sub("", utterance.text)

    def vectors(self, keys: Sequence[str]) -> Matrix:
        """A row for each key."""
        if not keys:
            return np.zeros((0, 0), dtype=np.float32)
        grams = np.stack([_grams(key) for key in keys])
        words = grams
        if self._encoder is not None:
            meaning = np.asarray(self._encoder.encode(keys), dtype=np.float32)
            words = np.hstack((meaning * np.sqrt(_MEANING), grams * np.sqrt(1 - _MEANING)))
        subjects = np.stack([self._subject(key) for key in keys])
        known = (subjects**2).sum(axis=1, keepdims=True)
        return np.hstack((words * np.sqrt(1 - _SUBJECT * known), subjects * np.sqrt(_SUBJECT))).astype(np.float32)

    def _subject(self, key: str) -> Matrix:
        """What it is likely about: an out-of-scope topic, or a record that was not sure enough. As long as that is likely."""
        ranking = self._matcher.rank_by_words(key)
        found = np.zeros(_LABELS, dtype=np.float32)
        for each in (*ranking.topics, *ranking.records[:_RECORDS]):
            found[crc32(each.id.encode()) % _LABELS] += each.chance
        total = float(found.sum())
        scaled: Matrix = np.sqrt(found / max(total, 1.0)).astype(np.float32)
        return scaled


def _bare(text: str) -> str:
    return _FILLING.sub("", _MARKS.sub("", text))


def _grams(text: str) -> Matrix:
    """Characters and pairs of them, each in a place told by its letters."""
    found = np.zeros(_GRAM_SIZE, dtype=np.float32)
    for size, weight in ((1, 0.7), (2, 1.0)):
        for start in range(len(text) - size + 1):
            place, sign = _place(text[start : start + size])
            found[place] += weight * sign
    length = float(np.linalg.norm(found))
    return found / length if length else found


@lru_cache(maxsize=65_536)
def _place(gram: str) -> tuple[int, float]:
    number = crc32(gram.encode())
    return number % _GRAM_SIZE, 1.0 if number & 0x40000000 else -1.0


def packed(vector: Matrix) -> bytes:
    """A vector as it is kept."""
    return vector.astype(np.float16).tobytes()


def unpacked(rows: Sequence[bytes]) -> Matrix:
    """Kept vectors as a matrix."""
    return np.frombuffer(b"".join(rows), dtype=np.float16).reshape(len(rows), -1).astype(np.float32)
