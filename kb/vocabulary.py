"""The field's words in a message: aliases and initials become the term, misheard and misread terms are put right."""

import re
from collections.abc import Callable, Iterator
from itertools import chain

from kb.model import Lexicon
from kb.phonetic import fold, syllable

_MIN_MASKED = 4
"""Characters a term needs before one unlike character may be read as its own."""
_HAN_TERM = re.compile(r"[\u3400-\u9fff]{2,}")


class Vocabulary:
    """Rewrites a plain message into the terms that the records use."""

    def __init__(self, lexicon: Lexicon, is_ordinary: Callable[[str], bool]) -> None:
        """``is_ordinary`` says of a string whether it is a word in its own right, which is then left alone."""
        self._is_ordinary = is_ordinary
        self._rewrites = _rewrites(lexicon)
        self._pattern = _alternation(self._rewrites)
        terms = sorted({term.term for term in lexicon.terms} | set(lexicon.words))
        self._terms = frozenset(terms)
        self._by_sound: dict[tuple[str, ...], str] = {}
        self._by_mask: dict[str, str] = {}
        self._by_initials: dict[str, str] = {}
        for term in filter(_HAN_TERM.fullmatch, terms):
            self._by_sound.setdefault(_sounds(term), term)
            if len(term) >= _MIN_MASKED:
                self._by_mask |= {mask: term for mask in _masks(term)}
        for term in filter(_HAN_TERM.fullmatch, (term.term for term in lexicon.terms)):
            if len(term) >= 3:
                self._by_initials.setdefault("".join(syllable(char)[:1] for char in term), term)
        self._lengths = sorted({len(sounds) for sounds in self._by_sound}, reverse=True)

    def rewrite(self, text: str) -> str:
        """The message in the field's own terms."""
        text = self._pattern.sub(lambda found: self._rewrites[found.group()], text) if self._rewrites else text
        text = re.sub(r"(?<![a-z0-9])[a-z]{3,8}(?![a-z0-9])", self._initials, text)
        return self.repair(text)

    def repair(self, text: str) -> str:
        """Put right what sounds like a term, or differs from a long one in a single character."""
        out, place = [], 0
        while place < len(text):
            term = self._term_at(text, place)
            out.append(term or text[place])
            place += len(term) if term else 1
        return "".join(out)

    def _term_at(self, text: str, place: int) -> str | None:
        """The term that a stretch beginning at ``place`` was meant to be; it is as long as the stretch."""
        for length in self._lengths:
            window = text[place : place + length]
            if len(window) < length or not _HAN_TERM.fullmatch(window):
                continue
            if window in self._terms:
                return window
            if self._is_ordinary(window):
                continue
            meant = self._by_sound.get(_sounds(window)) or self._unmask(window)
            if meant and not self._straddles(text, place, meant):
                return meant
        return None

    def _unmask(self, window: str) -> str | None:
        if len(window) < _MIN_MASKED:
            return None
        return next((self._by_mask[mask] for mask in _masks(window) if mask in self._by_mask), None)

    def _straddles(self, text: str, place: int, meant: str) -> bool:
        """Whether the stretch cuts through an ordinary word that its unlike characters belong to.

        Two short syllables that sound like a term are often the end of one word and the start of the next.
        """
        if len(meant) > 2:
            return False
        before, after = text[max(0, place - 1) : place + 1], text[place + 1 : place + 3]
        return any(len(pair) == 2 and self._is_ordinary(pair) for pair in (before, after))

    def _initials(self, found: re.Match[str]) -> str:
        return self._by_initials.get(found.group(), found.group())


def _rewrites(lexicon: Lexicon) -> dict[str, str]:
    """Alias → term; an alias that another entry has as its term is that term's own."""
    terms = {entry.term for entry in lexicon.terms}
    pairs = chain.from_iterable(((alias, entry.term) for alias in entry.aliases) for entry in lexicon.terms)
    aliases = {alias.lower(): term for alias, term in pairs if alias not in terms}
    # A term that contains its own alias must swallow it, or it would be written twice.
    return dict(lexicon.confusions) | aliases | {term.lower(): term for term in terms}


def _alternation(rewrites: dict[str, str]) -> re.Pattern[str]:
    def guarded(word: str) -> str:
        left = r"(?<![a-z0-9])" if word[0].isascii() and word[0].isalnum() else ""
        right = r"(?![a-z0-9])" if word[-1].isascii() and word[-1].isalnum() else ""
        return f"{left}{re.escape(word)}{right}"

    return re.compile("|".join(map(guarded, sorted(rewrites, key=lambda word: (-len(word), word)))) or "(?!)")


def _sounds(word: str) -> tuple[str, ...]:
    return tuple(fold(syllable(char)) for char in word)


def _masks(word: str) -> Iterator[str]:
    return (f"{word[:place]}\0{word[place + 1 :]}" for place in range(len(word)))
