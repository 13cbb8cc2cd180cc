"""The knowledge as one frozen value, with the look-ups that everybody needs."""

from collections.abc import Iterator, Mapping
from functools import cached_property

from kb.model import (
    Contact,
    District,
    Divisions,
    EditorNote,
    Frozen,
    Golden,
    Intent,
    Lexicon,
    Overlap,
    ProjectType,
    Record,
    Topic,
    TypeOverride,
)
from kb.wording import Wording


class Knowledge(Frozen):
    """Everything that ``kb/content`` says, in the order in which it says it."""

    records: tuple[Record, ...]
    contacts: tuple[Contact, ...]
    districts: tuple[District, ...]
    overlaps: tuple[Overlap, ...]
    divisions: Divisions
    project_types: tuple[ProjectType, ...]
    overrides: tuple[TypeOverride, ...]
    verbs: tuple[str, ...]
    lexicon: Lexicon
    topics: tuple[Topic, ...]
    intents: tuple[Intent, ...]
    golden: tuple[Golden, ...]
    notes: tuple[EditorNote, ...]
    wording: Wording

    @property
    def sayings(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """What people say beside asking for a record: (topic or intent id, phrasings)."""
        yield from ((topic.id, topic.phrasings) for topic in self.topics)
        yield from ((intent.id, intent.phrasings) for intent in self.intents)

    @cached_property
    def record(self) -> Mapping[str, Record]:
        """Records by id."""
        return {record.id: record for record in self.records}

    @cached_property
    def fuller(self) -> Mapping[str, str]:
        """Record id → the twin that answers the same question more fully."""
        return {record.id: record.fuller for record in self.records if record.fuller}

    @cached_property
    def contact(self) -> Mapping[str, Contact]:
        """Contacts by id."""
        return {contact.id: contact for contact in self.contacts}

    @cached_property
    def topic(self) -> Mapping[str, Topic]:
        """Out-of-scope topics by id."""
        return {topic.id: topic for topic in self.topics}

    @cached_property
    def intent(self) -> Mapping[str, Intent]:
        """Intents by id."""
        return {intent.id: intent for intent in self.intents}

    @cached_property
    def project_type(self) -> Mapping[str, ProjectType]:
        """Project types by id."""
        return {kind.id: kind for kind in self.project_types}

    @cached_property
    def district(self) -> Mapping[str, District]:
        """Districts by name."""
        return {district.name: district for district in self.districts}
