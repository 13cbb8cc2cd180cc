"""From what is known of a site to the telephone lines that answer for it, or to what still has to be asked."""

from dataclasses import dataclass, replace

from kb.knowledge import Knowledge
from kb.model import Asking
from kb.places import Gazetteer, Place
from kb.reader import Utterance
from kb.works import Works

_STATION = "地铁站"


@dataclass(frozen=True, slots=True)
class Site:
    """What a person has told about the site so far."""

    place: Place | None = None
    types: tuple[str, ...] = ()

    def corrected(self, heard: "Site") -> "Site":
        """This site with what was heard since; a new place or kind of works replaces the old one."""
        return replace(self, place=heard.place or self.place, types=heard.types or self.types)

    @property
    def known(self) -> bool:
        """Whether anything is known."""
        return self.place is not None or bool(self.types)


@dataclass(frozen=True, slots=True)
class Route:
    """Contacts to offer, the district's first; or what to ask for. Neither: the site is not in Nanjing."""

    contacts: tuple[str, ...] = ()
    ask: Asking | None = None
    elsewhere: bool = False


class Router:
    """Hears sites in messages and knows whose they are."""

    def __init__(self, knowledge: Knowledge, gazetteer: Gazetteer, works: Works) -> None:
        self._knowledge = knowledge
        self._gazetteer = gazetteer
        self._works = works
        self._names = {
            name: contact.id
            for contact in knowledge.contacts
            if not contact.districts
            for name in (contact.name, *contact.aliases)
        }

    def hear(self, utterance: Utterance) -> Site:
        """What one message says about the site; what was typed counts before what it was taken to mean."""
        typed = self._heard(utterance.plain)
        if utterance.text == utterance.plain or (typed.place and typed.types):
            return typed
        meant = self._heard(utterance.text)
        return Site(typed.place or meant.place, typed.types or meant.types)

    def _heard(self, text: str) -> Site:
        return Site(self._gazetteer.find(text), self._works.find(self._without_places(text)))

    def _without_places(self, text: str) -> str:
        """The text with its place names blotted out: 福建路 builds no road. A metro station is one wherever it is."""
        for start, end, _ in self._gazetteer.spans(text):
            name = text[start:end].removesuffix(_STATION)
            text = f"{text[:start]}{chr(0) * len(name)}{text[start + len(name) :]}"
        return text

    def in_plain_names(self, utterance: Utterance) -> str:
        """The message with its places and works under their official names (桠溪 → 高淳区, 修马路 → 市政工程).

        What is asked of a site does not depend on which site it is.
        """
        text = utterance.plain
        names = [(start, end, place.name) for start, end, place in self._gazetteer.spans(text) if not place.elsewhere]
        taken = {at for start, end, _ in names for at in range(start, end)}
        kinds = self._knowledge.project_type
        names += [
            (start, end, kinds[kind].name)
            for start, end, kind in self._works.spans(text)
            if not taken & set(range(start, end))
        ]
        for start, end, name in sorted(names, reverse=True):
            # 桠溪慢城 names the district twice; said once is enough.
            after = text[end:].removeprefix(name)
            text = f"{text[:start]}{name}{after}"
        return text

    def named(self, utterance: Utterance) -> tuple[str, ...]:
        """Contacts that the message asks for by their own name."""
        said = {contact for name, contact in self._names.items() if name in utterance.plain or name in utterance.text}
        return tuple(contact.id for contact in self._knowledge.contacts if contact.id in said)

    def route(self, site: Site) -> Route:
        """Whom to call about the site: one thing known that leads to a number is enough."""
        if site.place and site.place.elsewhere:
            return Route(elsewhere=True)
        of_place = site.place.contacts if site.place else ()
        of_types = tuple(self._knowledge.project_type[kind].contact for kind in site.types)
        contacts = tuple(dict.fromkeys((*of_place, *of_types)))
        if contacts:
            return Route(contacts)
        return Route(ask="project_type" if site.place else "either")
