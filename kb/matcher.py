"""Ranks what a message may mean, each meaning with a probability and the reasons."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.bands import LEAST_CHANCE, MOST_CHOICES, Bands
from kb.features import features
from kb.knowledge import Knowledge
from kb.labels import INTENT, TOPIC, label_kinds, pool, speakers_of
from kb.meaning import Encoder
from kb.reader import Reader, Utterance
from kb.vague import Vagueness
from kb.views import Fit, Likeness, Phrasings, judge, likeness


@dataclass(frozen=True, slots=True)
class Chance:
    """A record, topic or intent id and how likely it is meant (0 to 1)."""

    id: str
    chance: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """What a message may mean, likeliest first. Records that answer the same question have pooled their chances."""

    utterance: Utterance
    records: tuple[Chance, ...]
    topics: tuple[Chance, ...]
    intents: tuple[Chance, ...]
    none: float
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

    @property
    def outside(self) -> float:
        """How likely the message is about something that no record answers (intents left aside)."""
        return self.none + sum(found.chance for found in self.topics)

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


class Matcher:
    """Answers “what does this message mean?” from the fitted numbers; holds no state between messages."""

    def __init__(
        self, reader: Reader, phrasings: Phrasings, fit: Fit, encoder: Encoder | None, knowledge: Knowledge
    ) -> None:
        self.reader = reader
        self._phrasings = phrasings
        self._fit = fit
        self._encoder = encoder
        self._names = phrasings.label_names
        self._speakers = speakers_of(self._names, knowledge.fuller)
        self._speaking = [self._names[column] for column in sorted(set(self._speakers.values()))]
        self._vagueness = Vagueness(phrasings, self._speakers, knowledge.lexicon.vague)
        self._kinds = label_kinds(self._names)
        self._starts = phrasings.starts

    @property
    def uses_meaning(self) -> bool:
        """Whether sentence meaning is one of the views."""
        return "meaning" in self._fit.names

    def rank(self, raw: str) -> Ranking:
        """Rank all meanings of a message."""
        utterance = self.reader.read(raw)
        chances = self._chances(self._views(utterance)[1])
        return self._ranking(utterance, chances)

    def explain(self, raw: str, most: int = 8) -> tuple[Ranking, tuple[Reason, ...]]:
        """The ranking, and the reasons for its likeliest labels (before twins pool)."""
        utterance = self.reader.read(raw)
        like, views = self._views(utterance)
        chances = self._chances(views)
        best = np.argsort(-chances[:-1])[:most]
        reasons = tuple(self._reason(utterance, like, views, chances, int(label)) for label in best)
        return self._ranking(utterance, chances), reasons

    def _views(self, utterance: Utterance) -> tuple[Likeness, NDArray[np.float32]]:
        embedding = self._encoder.encode([utterance.text])[0] if self._encoder and self.uses_meaning else None
        like = likeness(self._phrasings, features(utterance), embedding)
        return like, judge(self._phrasings, self._fit, utterance.text, like, self._starts)

    def _chances(self, views: NDArray[np.float32]) -> NDArray[np.float64]:
        return self._fit.combiner.probabilities(views[None].astype(np.float64), self._kinds)[0]

    def _ranking(self, utterance: Utterance, chances: NDArray[np.float64]) -> Ranking:
        def kind(which: int) -> dict[str, float]:
            return {self._names[label]: float(chances[label]) for label in np.flatnonzero(self._kinds == which)}

        records = dict(zip(self._speaking, pool(chances[:-1], self._speakers).tolist(), strict=True))
        none = 1.0 if utterance.empty else float(chances[-1])
        share = 0.0 if utterance.empty else 1.0
        return Ranking(
            utterance, _sorted(records, share), _sorted(kind(TOPIC), share),
            _sorted(kind(INTENT), share), none, self._fit.bands, self._vagueness.meant(utterance),
        )

    def _reason(
        self, utterance: Utterance, like: Likeness, views: NDArray[np.float32], chances: NDArray[np.float64], label: int
    ) -> Reason:
        own = np.flatnonzero(self._phrasings.labels == label)
        nearest = int(own[np.argmax(like.together[own])])
        known = set(self.reader.segmenter.cut(self._phrasings.texts[nearest]))
        scores = {name: float(score) for name, score in zip(self._fit.names, views[label], strict=True)}
        common = tuple(word for word in dict.fromkeys(utterance.words) if word in known)
        return Reason(self._names[label], float(chances[label]), scores, self._phrasings.raw[nearest], common)


def _sorted(chances: Mapping[str, float], share: float) -> tuple[Chance, ...]:
    ordered = sorted(chances.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Chance(name, chance * share) for name, chance in ordered)
