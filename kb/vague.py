"""Messages that name one thing and ask nothing (“登录失败”, “征管编号有问题”): several records are about that thing."""

from collections.abc import Iterable

import numpy as np

from kb.bands import MOST_CHOICES
from kb.labels import RECORD, Speakers, label_kinds
from kb.reader import Utterance
from kb.views import Phrasings

_NEARLY_AS_MUCH = 0.45
"""Share of the first record's mentions that makes another record as likely to be meant."""
_LEAST_MENTIONS = 2


class Vagueness:
    """Tells a bare word by how many records' phrasings speak of it."""

    def __init__(self, phrasings: Phrasings, speakers: Speakers, vague_words: Iterable[str]) -> None:
        """``vague_words`` say that something is wrong, and not what."""
        self._phrasings = phrasings
        self._speakers = speakers
        self._vague = frozenset(vague_words)
        self._is_record = label_kinds(phrasings.label_names) == RECORD

    def meant(self, utterance: Utterance) -> tuple[str, ...]:
        """Ids of the records that a bare word may mean, most spoken of first; () where the message says more."""
        telling = [word for word in dict.fromkeys(utterance.words) if word not in self._vague]
        view = self._phrasings.kernel.views["words"]
        column = view.vocabulary.get(telling[0]) if len(telling) == 1 else None
        if column is None:
            return ()
        rows = view.rows[view.starts[column] : view.starts[column + 1]]
        mentions = np.bincount(self._phrasings.labels[rows], minlength=len(self._is_record)) * self._is_record
        by_speaker: dict[int, int] = {}
        for label in np.flatnonzero(mentions):
            speaker = self._speakers[int(label)]
            # Twins say the same things twice, so the one that speaks more of it counts for both.
            by_speaker[speaker] = max(by_speaker.get(speaker, 0), int(mentions[label]))
        least = max(_LEAST_MENTIONS, _NEARLY_AS_MUCH * max(by_speaker.values(), default=0))
        often = sorted((-count, speaker) for speaker, count in by_speaker.items() if count >= least)
        if len(often) < 2:
            return ()
        return tuple(self._phrasings.label_names[speaker] for _, speaker in often[:MOST_CHOICES])
