"""Ranks what a message may mean, each meaning with a probability and the reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kb.bands import LEAST_CHANCE, MOST_CHOICES, Bands
from kb.features import features
from kb.knowledge import Knowledge
from kb.labels import INTENT, TOPIC, label_kinds, pool, speakers_of
from kb.meaning import Encoder
from kb.reader import Reader, Utterance
from kb.vague import Vagueness
from kb.views import Fit, Likeness, Phrasings, judge, likeness, with_meaning

_NO_DOUBT = 0.95
"""A label this likely by the words alone needs no second opinion."""
_TOPICS = 3


@dataclass(frozen=True, slots=True)
class Chance:
    """A record, topic or intent id and how likely it is meant (0 to 1)."""

    id: str
    chance: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """What a message may mean, likeliest first. Records that answer the same question have pooled their chances.

    ``outside``: how likely it is about something that no record answers (intents left aside). ``vague``: the records
    that a message of one bare word may mean.
    """

    utterance: Utterance
    records: tuple[Chance, ...]
    topics: tuple[Chance, ...]
    intents: tuple[Chance, ...]
    outside: float
    bands: Bands
    vague: tuple[str, ...] = ()

    @property
    def confidence(self) -> float:
        """How likely the best record is the right one."""
        return self.records[0].chance if self.records else 0.0

    @property
    def band(self) -> str:
        """answer, choices or unknown."""
        if self.vague:
            return "choices"
        if self.confidence >= self.bands.answer:
            return "answer"
        return "choices" if sum(found.chance for found in self.choices) >= self.bands.choices else "unknown"

    @property
    def choices(self) -> tuple[Chance, ...]:
        """The records worth a line in a list, at most four; those a vague message may mean, where it is one."""
        if self.vague:
            return tuple(found for found in self.records if found.id in self.vague)
        return tuple(found for found in self.records[:MOST_CHOICES] if found.chance >= LEAST_CHANCE)

    def topic(self, name: str) -> float:
        """How likely the message is about this out-of-scope topic (0 where others are likelier)."""
        return next((found.chance for found in self.topics if found.id == name), 0.0)

    def intent(self, name: str) -> float:
        """How likely the message says this to the bot itself."""
        return next((found.chance for found in self.intents if found.id == name), 0.0)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a label stands where it does: each view's score, the closest phrasing, and the words in common."""

    id: str
    chance: float
    views: Mapping[str, float]
    phrasing: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Judged:
    """What one fit makes of a message: likeness to the phrasings, (labels, views), and each label's chance (none last)."""

    fit: Fit
    like: Likeness
    views: NDArray[np.float32]
    chances: NDArray[np.float64]


class Matcher:
    """Answers “what does this message mean?” from the fitted numbers; holds no state between messages."""

    def __init__(
        self,
        reader: Reader,
        phrasings: Phrasings,
        fits: Mapping[str, Fit],
        encoder: Encoder | None,
        knowledge: Knowledge,
    ) -> None:
        """``fits``: ``lexical`` always; ``meaning`` is used where there is an encoder to go with it."""
        self.reader = reader
        self._remembered = lru_cache(maxsize=128)(self._rank)
        self._phrasings = phrasings
        self._lexical = fits["lexical"]
        self._full = fits["meaning"] if encoder and "meaning" in fits else None
        self._encoder = encoder
        self._names = phrasings.label_names
        self._speakers = speakers_of(self._names, knowledge.fuller)
        self._speaking = [self._names[column] for column in sorted(set(self._speakers.values()))]
        self._vagueness = Vagueness(phrasings, self._speakers, knowledge.lexicon.vague)
        self._kinds = label_kinds(self._names)
        self._of_kind = {kind: np.flatnonzero(self._kinds == kind).tolist() for kind in (TOPIC, INTENT)}
        self._starts = phrasings.starts

    @property
    def uses_meaning(self) -> bool:
        """Whether sentence meaning is one of the views."""
        return self._full is not None

    def rank(self, raw: str) -> Ranking:
        """Rank all meanings of a message. One turn may ask for the same words twice, so the last ones are kept."""
        return self._remembered(raw)

    def rank_by_words(self, raw: str) -> Ranking:
        """Rank by the words alone: quick, and good enough for a part of a message."""
        utterance = self.reader.read(raw)
        like = likeness(self._phrasings, features(utterance))
        return self._ranking(utterance, self._by(self._lexical, utterance, like))

    def _rank(self, raw: str) -> Ranking:
        utterance = self.reader.read(raw)
        return self._ranking(utterance, self._judge(utterance))

    def explain(self, raw: str, most: int = 8) -> tuple[Ranking, tuple[Reason, ...]]:
        """The ranking, and the reasons for its likeliest labels (before twins pool)."""
        utterance = self.reader.read(raw)
        judged = self._judge(utterance)
        best = np.argsort(-judged.chances[:-1])[:most]
        reasons = tuple(self._reason(utterance, judged, int(label)) for label in best)
        return self._ranking(utterance, judged), reasons

    def _judge(self, utterance: Utterance) -> _Judged:
        """By the words alone where they leave no doubt, else with sentence meaning, which takes longer than all the rest."""
        like = likeness(self._phrasings, features(utterance))
        judged = self._by(self._lexical, utterance, like)
        if self._full is None or self._encoder is None or judged.chances.max() >= _NO_DOUBT:
            return judged
        embedding = self._encoder.encode([utterance.text])[0]
        return self._by(self._full, utterance, with_meaning(self._phrasings, like, embedding))

    def _by(self, fit: Fit, utterance: Utterance, like: Likeness) -> _Judged:
        views = judge(self._phrasings, fit, utterance.text, like, self._starts)
        chances = fit.combiner.probabilities(views[None].astype(np.float64), self._kinds)[0]
        return _Judged(fit, like, views, chances)

    def _ranking(self, utterance: Utterance, judged: _Judged) -> Ranking:
        chances = judged.chances

        def kind(which: int) -> dict[str, float]:
            return {self._names[label]: values[label] for label in self._of_kind[which]}

        values = chances.tolist()
        records = dict(zip(self._speaking, self._pool(chances), strict=True))
        if utterance.empty:
            return Ranking(utterance, (), (), (), 1.0, judged.fit.bands)
        outside = values[-1] + sum(values[label] for label in self._of_kind[TOPIC])
        topics, intents = _sorted(kind(TOPIC))[:_TOPICS], _sorted(kind(INTENT))
        return Ranking(
            utterance,
            _chances(_sorted(records)),
            _chances(topics),
            _chances(intents),
            outside,
            judged.fit.bands,
            self._vagueness.meant(utterance),
        )

    def _pool(self, chances: NDArray[np.float64]) -> list[float]:
        pooled: list[float] = pool(chances[:-1], self._speakers).tolist()
        return pooled

    def _reason(self, utterance: Utterance, judged: _Judged, label: int) -> Reason:
        own = np.flatnonzero(self._phrasings.labels == label)
        nearest = int(own[np.argmax(judged.like.together[own])])
        known = set(self.reader.segmenter.cut(self._phrasings.texts[nearest]))
        scores = {name: float(score) for name, score in zip(judged.fit.names, judged.views[label], strict=True)}
        common = tuple(word for word in dict.fromkeys(utterance.words) if word in known)
        return Reason(self._names[label], float(judged.chances[label]), scores, self._phrasings.raw[nearest], common)


def _sorted(chances: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(chances.items(), key=lambda item: (-item[1], item[0]))


def _chances(items: Sequence[tuple[str, float]]) -> tuple[Chance, ...]:
    return tuple(Chance(name, chance) for name, chance in items)
