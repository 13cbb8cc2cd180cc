"""How Chinese sounds: toneless pinyin, the sounds that people mix up, and pinyin typed instead of characters."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import log

from pypinyin import Style, lazy_pinyin
from pypinyin.contrib.tone_convert import to_normal as normal_style
from pypinyin.pinyin_dict import pinyin_dict

_LATIN_RUN = re.compile(r"[a-z]+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))
_NO_SYLLABLES = frozenset(("m", "n", "ng", "hm", "hng"))
_MAX_WORD = 8
"""Syllables in the longest word that typed pinyin is turned into."""


@lru_cache(maxsize=20_000)
def syllable(char: str) -> str:
    """The usual toneless reading of one ideograph, or "" for anything else."""
    if not _HAN.match(char):
        return ""
    reading: str = lazy_pinyin(char, style=Style.NORMAL, errors="ignore")[0] if ord(char) in pinyin_dict else ""
    return _as_typed(reading)


def _as_typed(sound: str) -> str:
    """Keyboards have v for ü, and lue and nue where the book has lüe and nüe."""
    return sound.replace("ü", "v").replace("ve", "ue")


@lru_cache(maxsize=2_000)
def fold(sound: str) -> str:
    """A syllable without the distinctions that Nanjing speech and hasty typing lose (zh/z, n/l, -ng/-n).

    >>> fold("zheng"), fold("nan"), fold("lang")
    ('zen', 'lan', 'lan')
    """
    for written, heard in _INITIALS:
        if sound.startswith(written):
            sound = heard + sound[len(written) :]
            break
    return sound[:-1] if sound.endswith("ng") else sound


@lru_cache(maxsize=1)
def syllables() -> frozenset[str]:
    """Every toneless syllable of Mandarin, as pypinyin's table has them."""
    readings = {readings.partition(",")[0] for code, readings in pinyin_dict.items() if 0x4E00 <= code <= 0x9FFF}
    found = {_as_typed(normal_style(reading)) for reading in readings}
    return frozenset(sound for sound in found if sound.isascii() and sound.isalpha()) - _NO_SYLLABLES


@lru_cache(maxsize=4_096)
def split_syllables(run: str) -> tuple[str, ...] | None:
    """A run of Latin letters as syllables, the fewest possible; None where it is no pinyin.

    >>> split_syllables("yaoqingma"), split_syllables("excel")
    (('yao', 'qing', 'ma'), None)
    """
    run = run.replace("lve", "lue").replace("nve", "nue")
    best: list[tuple[str, ...] | None] = [()] + [None] * len(run)
    known = syllables()
    for end in range(1, len(run) + 1):
        for start in range(max(0, end - 6), end):
            before = best[start]
            piece = run[start:end]
            if before is not None and piece in known:
                here = best[end]
                if here is None or len(before) + 1 < len(here):
                    best[end] = (*before, piece)
    return best[-1]


_MISSPELT = 3.0
"""What a word costs more that is spelt with a sound people mix up (gongchen for gongcheng)."""


class PinyinReader:
    """Turns typed pinyin back into the words of the field, by the most likely segmentation."""

    def __init__(self, words: Mapping[str, int]) -> None:
        """``words``: how often each word stands in the phrasings."""
        total = sum(words.values()) or 1
        self._words: dict[tuple[str, ...], tuple[float, str]] = {}
        self._alike: dict[tuple[str, ...], tuple[float, str]] = {}
        for word, count in sorted(words.items()):
            key = tuple(map(syllable, word))
            if all(key) and len(key) <= _MAX_WORD:
                # A long word explains more syllables at once, so each word pays once for itself.
                score = log(count / total)
                if key not in self._words or score > self._words[key][0]:
                    self._words[key] = (score, word)
                heard = tuple(map(fold, key))
                if len(key) > 1 and (heard not in self._alike or score - _MISSPELT > self._alike[heard][0]):
                    self._alike[heard] = (score - _MISSPELT, word)

    def read(self, text: str) -> str:
        """The text with its runs of pinyin as ideographs; what is no pinyin, and what no word fits, stays.

        A message that is nearly all ideographs keeps its Latin words: they are names such as PM or WiFi.
        """
        runs = [(found, split_syllables(found.group())) for found in _LATIN_RUN.finditer(text)]
        spoken = [(found, parts) for found, parts in runs if parts]
        if sum(len(parts) for _, parts in spoken) < 2 or all(len(found.group()) < 3 for found, _ in spoken):
            return text
        out, place = [], 0
        for group in _adjoining(spoken, text):
            start, end = group[0][0].start(), group[-1][0].end()
            out += [text[place:start], self._decode([s for _, parts in group for s in parts])]
            place = end
        return "".join([*out, text[place:]])

    def _decode(self, sounds: list[str]) -> str:
        best: list[tuple[float, str]] = [(0.0, "")]
        for end in range(1, len(sounds) + 1):
            # An unread syllable costs more than any word, so that words are found wherever there are some.
            score, text = best[end - 1]
            options = [(score - 25.0, f"{text} {sounds[end - 1]} ")]
            for start in range(max(0, end - _MAX_WORD), end):
                spelt = tuple(sounds[start:end])
                found = self._words.get(spelt) or self._alike.get(tuple(map(fold, spelt)))
                if found:
                    options.append((best[start][0] + found[0], best[start][1] + found[1]))
            best.append(max(options))
        return best[-1][1]


def _adjoining(
    runs: Iterable[tuple[re.Match[str], tuple[str, ...]]], text: str
) -> list[list[tuple[re.Match[str], tuple[str, ...]]]]:
    """Group runs with nothing but a space between them: “zenme ban” is one thing said."""
    groups: list[list[tuple[re.Match[str], tuple[str, ...]]]] = []
    for run in runs:
        if groups and not text[groups[-1][-1][0].end() : run[0].start()].strip():
            groups[-1].append(run)
        else:
            groups.append([run])
    return groups
