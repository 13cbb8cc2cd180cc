"""Words of a Chinese sentence: jieba with a tokenizer of our own, so that nobody else's words get in."""

import logging
from collections.abc import Iterable, Iterator

import jieba

_STRONG = 200_000
"""Frequency given to the field's words; above that of any ordinary word that begins or ends inside them."""


class Segmenter:
    """Cuts text into words, keeping the field's words whole."""

    def __init__(self, words: Iterable[str]) -> None:
        jieba.setLogLevel(logging.WARNING)
        self._tokenizer = jieba.Tokenizer()
        self._tokenizer.initialize()
        for word in sorted(set(words)):
            self._tokenizer.add_word(word, _STRONG)

    def cut(self, text: str) -> list[str]:
        """The words and letters of the text, without spaces and punctuation."""
        return [word for word in self._tokenizer.lcut(text, HMM=False) if any(map(str.isalnum, word))]

    def spans(self, text: str) -> Iterator[tuple[int, str]]:
        """Every piece of the text, words and all else, and where it begins."""
        place = 0
        for piece in self._tokenizer.lcut(text, HMM=False):
            yield place, piece
            place += len(piece)

    def is_ordinary(self, word: str) -> bool:
        """Whether people write this word in sentences of any kind."""
        return int(self._tokenizer.FREQ.get(word) or 0) > 2
