"""A raw message → what can be matched: plain text in the field's terms, its words and its sounds."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kb.knowledge import Knowledge
from kb.normalise import close_up, has_words, plain, without_screen_junk
from kb.phonetic import PinyinReader, fold, split_syllables, syllable
from kb.segment import Segmenter
from kb.vocabulary import Vocabulary

_PIECES = re.compile(r"[a-z]+|\d+|[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Utterance:
    """A message, read. ``plain`` is what was typed, made plain; ``text`` is that in the field's terms."""

    raw: str
    plain: str
    text: str
    words: tuple[str, ...]
    sounds: tuple[str, ...]

    @property
    def empty(self) -> bool:
        """Nothing in it could carry meaning."""
        return not has_words(self.plain)


class Reader:
    """Reads messages the same way when the matcher is fitted and when it answers."""

    def __init__(self, knowledge: Knowledge, word_counts: Mapping[str, int] | None = None) -> None:
        """``word_counts``: how often each word stands in the phrasings; counted afresh where not given."""
        lexicon = knowledge.lexicon
        self.segmenter = Segmenter([*(term.term for term in lexicon.terms), *lexicon.words])
        self._vocabulary = Vocabulary(lexicon, self.segmenter.is_ordinary)
        self._names = _names(knowledge)
        self.word_counts = dict(word_counts or self._count(phrasing_texts(knowledge)))
        self._pinyin = PinyinReader(self.word_counts)

    def read(self, raw: str) -> Utterance:
        """Read one message; never fails, whatever is in it."""
        typed = plain(raw)
        shown = close_up(without_screen_junk(typed))
        spelt = self._vocabulary.rewrite(shown)
        spoken = self._pinyin.read(spelt)
        text = close_up(spelt if spoken == spelt else self._vocabulary.rewrite(spoken))
        return Utterance(raw, typed, text, tuple(self.segmenter.cut(text)), tuple(_sounds(text)))

    def _count(self, texts: Iterable[str]) -> Mapping[str, int]:
        words: Counter[str] = Counter(self._names)
        for text in texts:
            words.update(self.segmenter.cut(self._vocabulary.rewrite(plain(text))))
        return words


def phrasing_texts(knowledge: Knowledge) -> Iterable[str]:
    """Everything that people are known to say: of records, topics and intents."""
    for record in knowledge.records:
        yield from (phrasing.text for phrasing in record.phrasings)
        yield record.question
    for _, phrasings in knowledge.sayings:
        yield from phrasings


def _names(knowledge: Knowledge) -> set[str]:
    """Terms, places and kinds of works: said too seldom to be counted, and typed in pinyin all the same."""
    names = {term.term for term in knowledge.lexicon.terms} | set(knowledge.lexicon.words)
    for district in knowledge.districts:
        names |= {district.name, *district.aliases, *district.places}
    for kind in knowledge.project_types:
        names |= {kind.name, *kind.words}
    return names


def _sounds(text: str) -> Iterable[str]:
    for piece in _PIECES.findall(text):
        if piece[0].isascii():
            yield from map(fold, split_syllables(piece) or (piece,))
        else:
            yield fold(syllable(piece)) or piece
