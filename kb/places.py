"""Where a message says the site is: a district of Nanjing, a place on a border of responsibility, or another city."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kb.knowledge import Knowledge
from kb.normalise import plain
from kb.segment import Segmenter

_BESIDE = re.compile(r"^(?:街道|镇|新?区|社区|工地|项目|工程|标段|这边|那边|这里|那里|附近)")
_BEFORE = re.compile(r"(?:在|位于|地点是)$")
_NO_PLACE_AFTER = {"区": "域别间分段", "市": "场政", "六合": "同"}
_ROAD = re.compile(r"^(?:路|街|巷|大道|侧|岸)")
_OURS = "南京"


@dataclass(frozen=True, slots=True)
class Place:
    """What a message tells about where: ``name`` as understood, and the lines that answer for it (may be none).

    ``elsewhere``: not in Nanjing at all.
    """

    name: str
    contacts: tuple[str, ...] = ()
    elsewhere: bool = False


class Gazetteer:
    """Finds place names; the longest name wins, from left to right."""

    def __init__(self, knowledge: Knowledge, segmenter: Segmenter) -> None:
        """``segmenter`` tells words apart: a short name that cuts through one (非常熟悉) is no city."""
        self._segmenter = segmenter
        self._names: dict[str, Place] = {}
        self._ambiguous: set[str] = set()
        for name in knowledge.divisions.elsewhere:
            self._names[plain(name)] = Place(name, elsewhere=True)
        for district in knowledge.districts:
            place = Place(district.name, (district.contact,) if district.contact else ())
            own = (district.name, *district.aliases, *district.typos, *district.places, *_with_ending(district.aliases))
            streets = knowledge.divisions.nanjing.get(district.name, ())
            self._add(place, (*own, *streets), district.ambiguous)
        for overlap in knowledge.overlaps:
            self._add(Place(overlap.names[0], overlap.contacts), overlap.names, overlap.ambiguous)
        self._longest = max(map(len, self._names), default=0)
        self._beginnings = frozenset(name[:2] for name in self._names)

    def _add(self, place: Place, names: Iterable[str], ambiguous: tuple[str, ...]) -> None:
        for name in (*names, *ambiguous):
            self._names[plain(name)] = place
        self._ambiguous |= {plain(name) for name in ambiguous}

    def find(self, text: str) -> Place | None:
        """The place a message is about; the last one named wins, since people correct themselves.

        A district's name behind another city's (徐州鼓楼区) is that city's.
        """
        found: Place | None = None
        for _, _, place in self.spans(text.lower()):
            # Another city only counts while no place of ours was named: the firm may sit there, the site is here.
            if found is None or found.elsewhere or not place.elsewhere:
                found = place
        return found

    def spans(self, text: str) -> Iterator[tuple[int, int, Place]]:
        """Where each place is named in lower-case text: from, to, and the place."""
        start, other_city_ends = 0, -9
        while start < len(text):
            length = self._length_at(text, start)
            name = text[start : start + length]
            if length == 2 and self._names[name].elsewhere and not self._stands_alone(text, start, other_city_ends):
                length = 0
            if not length:
                start += 1
                continue
            place = self._names[name]
            behind_other_city = 0 <= start - other_city_ends <= 1
            if place.elsewhere or behind_other_city:
                other_city_ends = start + length
                place = place if place.elsewhere else Place(name, elsewhere=True)
            yield start, start + length, place
            start += length

    def _stands_alone(self, text: str, start: int, taken: int) -> bool:
        """Whether the two characters at ``start`` are a word, or words, by themselves.

        A single character beside them that makes a word with their nearer half (主桥南通道: 通道) belongs to it.
        """
        end = start + 2
        words = dict(self._segmenter.spans(text))
        ends = {begin + len(word): word for begin, word in words.items()}
        if not (start in words or start in ends) or not (end in words or end in ends or end == len(text)):
            return False
        before = ends.get(start, "") if start != taken else ""
        after = words.get(end, "")
        pairs = [before + text[start]] * (len(before) == 1) + [text[end - 1] + after] * (len(after) == 1)
        return not any(self._segmenter.is_ordinary(pair) for pair in pairs)

    def _length_at(self, text: str, start: int) -> int:
        if text[start : start + 2] not in self._beginnings:
            return 0
        for length in range(min(self._longest, len(text) - start), 1, -1):
            name = text[start : start + length]
            if name in self._names and self._counts(text, start, name):
                return length
        return 0

    def _counts(self, text: str, start: int, name: str) -> bool:
        after = text[start + len(name) :]
        stops = _NO_PLACE_AFTER.get(name, "") + _NO_PLACE_AFTER.get(name[-1], "")
        if after and after[0] in stops:
            return False
        if self._names[name].elsewhere and _ROAD.match(after):
            return False
        if name in self._ambiguous:
            return bool(_BESIDE.match(after) or _BEFORE.search(text[:start]) or text == name)
        return True


def _with_ending(aliases: Iterable[str]) -> list[str]:
    """南京鼓楼 → 南京鼓楼区: people add it to whatever they call a district."""
    return [f"{alias}区" for alias in aliases if alias[-1] not in "区县"]
