"""Which kinds of works a message is about, told by everyday words (住宅楼, 马路, 地铁, 精装修)."""

import re
from collections.abc import Iterable, Iterator

from kb.knowledge import Knowledge
from kb.model import ProjectType, TypeOverride

_LONGEST = 12


class Works:
    """Finds project types by their words; a longer word wins over a shorter one inside it."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._words = {
            word.lower(): kind.id
            for kind in knowledge.project_types
            for word in (kind.name, *kind.words, *kind.typos, *_built(kind, knowledge.verbs))
        }
        self._beginnings = frozenset(word[:2] for word in self._words)
        self._objects = {thing: kind.id for kind in knowledge.project_types for thing in kind.objects}
        self._counted = _counted(knowledge.verbs, self._objects)
        self._overrides = knowledge.overrides

    def find(self, text: str) -> tuple[str, ...]:
        """Ids of the project types named, in the order named; where the content says which of two wins, that one."""
        text = text.lower()
        found = tuple(dict.fromkeys(kind for _, _, kind in self.spans(text)))
        for override in self._overrides:
            if _fits(override, text, found):
                kept = [kind for kind in found if kind not in override.over and kind != override.wins]
                return (override.wins, *kept)
        return found

    def _length_at(self, text: str, start: int) -> int:
        if text[start : start + 2] not in self._beginnings:
            return 0
        sizes = range(min(_LONGEST, len(text) - start), 1, -1)
        return next((size for size in sizes if text[start : start + size] in self._words), 0)

    def spans(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Where each word of a project type stands in lower-case text: from, to, and the type's id."""
        start = 0
        while start < len(text):
            length = self._length_at(text, start)
            counted = None if length else self._counted.match(text, start)
            if length:
                yield start, start + length, self._words[text[start : start + length]]
            elif counted:
                length = len(counted.group())
                yield start, start + length, self._objects[counted["object"]]
            start += length or 1


def _counted(verbs: Iterable[str], objects: Iterable[str]) -> re.Pattern[str]:
    """造一座跨河桥, 盖两栋楼, 修一条乡村路: a verb of building, a number of pieces, and what they are."""
    verb, thing = ("|".join(map(re.escape, sorted(words))) or "(?!)" for words in (verbs, objects))
    return re.compile(
        rf"(?:{verb})了?[一两几二三四五六七八九十\d]*[座条栋幢段处][^,，。？?!！]{{0,4}}?(?P<object>{thing})"
    )


def _built(kind: ProjectType, verbs: tuple[str, ...]) -> list[str]:
    """修桥, 架桥, 铺路, 路面翻修 …: every verb of building before and after everything this kind builds."""
    return [words for verb in verbs for thing in kind.objects for words in (f"{verb}{thing}", f"{thing}{verb}")]


def _fits(override: TypeOverride, text: str, found: tuple[str, ...]) -> bool:
    return any(kind in override.over for kind in found) and any(word.lower() in text for word in override.when)
