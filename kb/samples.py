"""The labelled sentences that the matcher learns from: everything the content says people say."""

from collections.abc import Iterator
from dataclasses import dataclass

from kb.knowledge import Knowledge


@dataclass(frozen=True, slots=True)
class Sample:
    """A sentence, what it means (a record, topic or intent id), and the other records that answer it as well."""

    text: str
    label: str
    also: tuple[str, ...] = ()


def samples(knowledge: Knowledge) -> tuple[Sample, ...]:
    """Every sentence once for each meaning, in the order of the content."""
    return tuple(dict.fromkeys(_samples(knowledge)))


def _samples(knowledge: Knowledge) -> Iterator[Sample]:
    for record in knowledge.records:
        for phrasing in record.phrasings:
            yield Sample(phrasing.text, record.id, phrasing.also)
        for text in (record.question, record.title, *record.screen):
            yield Sample(text, record.id)
    for label, phrasings in knowledge.sayings:
        for text in phrasings:
            yield Sample(text, label)
