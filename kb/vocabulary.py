"""The field's words in a message: aliases and initials become the term, misheard and misread terms are put right."""

import re
from collections import defaultdict
from collections.abc import Callable
from functools import lru_cache
from itertools import chain

from rapidfuzz.distance import Hamming

from kb.model import Lexicon
from kb.phonetic import fold, syllable

_MIN_MISREAD = 4
"""Characters a term needs before one unlike character may be read as its own."""
_LETTERS = re.compile(r"(?<![a-z0-9])[a-z]{3,8}(?![a-z0-9])")
_HAN_TERM = re.compile(r"[\u3400-\u9fff]{2,}")


class Vocabulary:
    """Rewrites a plain message into the terms that the records use."""

    def __init__(self, lexicon: Lexicon, is_ordinary: Callable[[str], bool]) -> None:
        """``is_ordinary`` says of a string whether it is a word in its own right, which is then left alone."""
        self._is_ordinary = is_ordinary
        self._rewrites = _rewrites(lexicon)
        self._pattern = _alternation(self._rewrites)
        terms = sorted({term.term for term in lexicon.terms} | set(lexicon.words))
        spoken = list(filter(_HAN_TERM.fullmatch, terms))
        self._terms = frozenset(terms)
        self._by_sound: dict[tuple[str, ...], str] = {}
        self._by_half: defaultdict[tuple[int, bool, str], list[str]] = defaultdict(list)
        self._lengths_by_sound: defaultdict[str, set[int]] = defaultdict(set)
        for term in spoken:
            self._by_sound.setdefault(_sounds(term), term)
            self._lengths_by_sound[_sounds(term)[0]].add(len(term))
            if len(term) >= _MIN_MISREAD:
                self._by_half[len(term), True, term[:2]].append(term)
                self._by_half[len(term), False, term[-2:]].append(term)
        self._by_initials = _by_initials(lexicon)
        self._lengths = sorted({len(term) for term in spoken}, reverse=True)

    def rewrite(self, text: str) -> str:
        """The message in the field's own terms."""
        # Twice, since what one alias becomes may be part of another (登入不了, 登录不了, 登录失败).
        for _ in range(2):
            text = self._pattern.sub(lambda found: self._rewrites[found.group()], text)
        text = _LETTERS.sub(lambda found: self._by_initials.get(found.group(), found.group()), text)
        return self.repair(text)

    def repair(self, text: str) -> str:
        """Put right what sounds like a term, or differs from a long one in a single character."""
        sounds = _sounds(text)
        out, place = [], 0
        while place < len(text):
            term = self._term_at(text, sounds, place) if sounds[place] else None
            out.append(term or text[place])
            place += len(term) if term else 1
        return "".join(out)

    def _term_at(self, text: str, sounds: tuple[str, ...], place: int) -> str | None:
        """The term that a stretch beginning at ``place`` was meant to be; it is as long as the stretch."""
        alike = self._lengths_by_sound.get(sounds[place], ())
        for length in self._lengths:
            window = text[place : place + length]
            if len(window) < length:
                continue
            meant = None
            if length in alike:
                if window in self._terms:
                    return window
                meant = self._by_sound.get(sounds[place : place + length])
            meant = meant or self._misread(window)
            if meant and not self._is_ordinary(window) and not self._straddles(text, place, meant):
                return meant
        return None

    def _misread(self, window: str) -> str | None:
        """The long term that differs from the window in one character: then one of its halves is right."""
        size = len(window)
        if size < _MIN_MISREAD:
            return None
        alike = self._by_half.get((size, True, window[:2])) or self._by_half.get((size, False, window[-2:]))
        if alike is None or not _HAN_TERM.fullmatch(window):
            return None
        alike = [*alike, *self._by_half.get((size, False, window[-2:]), ())]
        return next((term for term in alike if Hamming.distance(term, window) == 1), None)

    def _straddles(self, text: str, place: int, meant: str) -> bool:
        """Whether the stretch cuts through an ordinary word that its unlike characters belong to.

        A few syllables that sound like a term are often the end of one word and the start of the next (施工原因).
        """
        if len(meant) >= _MIN_MISREAD:
            return False
        last = place + len(meant) - 1
        before, after = text[max(0, place - 1) : place + 1], text[last : last + 2]
        return any(len(pair) == 2 and self._is_ordinary(pair) for pair in (before, after))


def _by_initials(lexicon: Lexicon) -> dict[str, str]:
    """zgbh → 征管编号: the first letters of longer terms; of two terms with the same letters, the first."""
    found: dict[str, str] = {}
    for term in filter(_HAN_TERM.fullmatch, (entry.term for entry in lexicon.terms)):
        if len(term) >= 3:
            found.setdefault("".join(syllable(char)[:1] for char in term), term)
    return found


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


@lru_cache(maxsize=20_000)
def _sound(char: str) -> str:
    return fold(syllable(char))


def _sounds(word: str) -> tuple[str, ...]:
    return tuple(map(_sound, word))
