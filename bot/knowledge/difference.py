"""What is different between two contents, by record, topic, contact and so on; and how two people's changes come together."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from difflib import unified_diff
from typing import Any, Literal

from bot.knowledge.splicing import name_of, same, spliced, written
from kb.yamlfile import parse

Side = Literal["mine", "theirs"]
_MOST_LINES = 200
_GONE = object()


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is different. ``item``: its id or name, empty where the whole file is meant; ``what``: added, changed
    or removed; ``fields``: which of its fields; ``lines``: a unified difference, cut where it is very long.
    """

    file: str
    item: str
    title: str
    what: str
    fields: tuple[str, ...]
    lines: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self) | {"fields": list(self.fields), "lines": list(self.lines)}


@dataclass(frozen=True, slots=True)
class Conflict:
    """What two people changed at once, each in another way: the text before, and both texts (empty where taken out)."""

    file: str
    item: str
    before: str
    mine: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Merged:
    """Two people's changes together. Where there are conflicts, ``texts`` has the others' side of them."""

    texts: Mapping[str, str]
    conflicts: tuple[Conflict, ...]


def difference(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[Change, ...]:
    """What is different, file by file."""
    names = sorted(set(old) | set(new))
    return tuple(change for name in names if old.get(name) != new.get(name) for change in _file(name, old, new))


def _file(name: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Change]:
    before, after = _read(old.get(name)), _read(new.get(name))
    if _is_record(name) or not isinstance(before, dict) or not isinstance(after, dict):
        yield _change(
            name,
            name.removesuffix(".yaml") if _is_record(name) else "",
            before,
            after,
            old.get(name, ""),
            new.get(name, ""),
        )
        return
    found = False
    for item, was, now in _parts(before, after):
        found = True
        yield _change(name, item, was, now, _text(was), _text(now))
    if not found:
        yield _change(name, "", before, after, old[name], new[name])


def _parts(before: dict[str, Any], after: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """(item, value before, value after) of everything in a list file that is different."""
    for key in dict.fromkeys((*before, *after)):
        was, now = before.get(key, _GONE), after.get(key, _GONE)
        mine, theirs = _by_name(was), _by_name(now)
        if mine is None or theirs is None:
            if not same(was, now):
                yield key, was, now
            continue
        for name in dict.fromkeys((*mine, *theirs)):
            if not same(mine.get(name, _GONE), theirs.get(name, _GONE)):
                yield name, mine.get(name, _GONE), theirs.get(name, _GONE)


def _by_name(value: Any) -> dict[str, Any] | None:
    """The items of a list of mappings by their names; None where it is no such list, or two have one name."""
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        return None
    names = [name_of(item) for item in value]
    if None in names or len(set(names)) < len(names):
        return None
    return {str(name): item for name, item in zip(names, value, strict=True)}


def _change(file: str, item: str, before: Any, after: Any, old: str, new: str) -> Change:
    what = "added" if before in (None, _GONE) else "removed" if after in (None, _GONE) else "changed"
    fields: tuple[str, ...] = ()
    if isinstance(before, dict) and isinstance(after, dict):
        keys = dict.fromkeys((*before, *after))
        fields = tuple(key for key in keys if not same(before.get(key, _GONE), after.get(key, _GONE)))
    lines = [line.rstrip("\n") for line in unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=1)][2:]
    if len(lines) > _MOST_LINES:
        lines = [*lines[:_MOST_LINES], "…"]
    shown = after if isinstance(after, dict) else before
    title = str(shown.get("title") or shown.get("label") or "") if isinstance(shown, dict) else ""
    return Change(file, item, title, what, fields, tuple(lines))


def merge(
    ancestor: Mapping[str, str],
    mine: Mapping[str, str],
    theirs: Mapping[str, str],
    keep: Mapping[tuple[str, str], Side] | None = None,
) -> Merged:
    """Both sides' changes since ``ancestor``: whole records, and single items of the files that hold lists.

    ``keep``: (file, item) of a conflict → whose text is to stay.
    """
    texts = dict(theirs)
    conflicts = _Conflicts(keep or {})
    for name in sorted(set(ancestor) | set(mine) | set(theirs)):
        before, own, other = ancestor.get(name), mine.get(name), theirs.get(name)
        if own in (before, other):
            continue
        if other == before:
            texts.pop(name, None)
            texts |= {name: own} if own is not None else {}
            continue
        merged = None if _is_record(name) else _merge_file(name, (before, own, other), conflicts)
        if merged is None:
            merged = conflicts.settle(name, name.removesuffix(".yaml"), (before, own, other))
        texts.pop(name, None)
        texts |= {name: merged} if merged is not None else {}
    return Merged(texts, tuple(conflicts.open))


class _Conflicts:
    """Collects what only a person can decide, and does as he has decided."""

    def __init__(self, keep: Mapping[tuple[str, str], Side]) -> None:
        self._keep = keep
        self.open: list[Conflict] = []

    def settle(self, file: str, item: str, values: tuple[Any, ...]) -> Any:
        """The value to stay; the others' where nobody has decided."""
        side = self._keep.get((file, item))
        if side is None:
            self.open.append(Conflict(file, item, *(_text(value) for value in values)))
        return values[1] if side == "mine" else values[2]


def _merge_file(name: str, three: tuple[str | None, str | None, str | None], conflicts: _Conflicts) -> str | None:
    before, own, other = (_read(text) for text in three)
    if not isinstance(before, dict) or not isinstance(own, dict) or not isinstance(other, dict):
        return None
    result: dict[str, Any] = {}
    for key in dict.fromkeys((*other, *own)):
        values = tuple(side.get(key, _GONE) for side in (before, own, other))
        value = _merge_value(name, key, values, conflicts)
        if value is not _GONE:
            result[key] = value
    return spliced(three[2] or "", result)


def _merge_value(name: str, key: str, values: tuple[Any, ...], conflicts: _Conflicts) -> Any:
    before, own, other = values
    if same(own, before) or same(own, other):
        return other
    if same(other, before):
        return own
    named = tuple(_by_name(side) for side in values)
    if all(side is not None for side in named):
        return _merge_items(name, named, conflicts)
    if all(isinstance(side, dict) for side in values):
        keys = dict.fromkeys((*other, *own))
        each = {one: tuple(side.get(one, _GONE) for side in values) for one in keys}
        merged = {one: _merge_value(name, f"{key}.{one}", three, conflicts) for one, three in each.items()}
        return {one: value for one, value in merged.items() if value is not _GONE}
    if all(isinstance(side, list) and all(isinstance(item, str) for item in side) for side in values):
        gone = set(before) - set(own)
        return [item for item in other if item not in gone] + [
            item for item in own if item not in before and item not in other
        ]
    return conflicts.settle(name, key, values)


def _merge_items(name: str, named: tuple[Any, ...], conflicts: _Conflicts) -> list[Any]:
    before, own, other = named
    result: dict[str, Any] = dict(other)
    for item in dict.fromkeys((*before, *own)):
        was, mine, theirs = (side.get(item, _GONE) for side in (before, own, other))
        if same(mine, was) or same(mine, theirs):
            continue
        if not same(theirs, was):
            mine = conflicts.settle(name, item, (was, mine, theirs))
        if mine is _GONE:
            result.pop(item, None)
        else:
            result[item] = mine
    return list(result.values())


def _is_record(name: str) -> bool:
    return name.startswith(("faq-", "prompt-"))


def _read(text: str | None) -> Any:
    if text is None:
        return None
    file = parse("", text)
    return None if file.problems else file.data


def _text(value: Any) -> str:
    return "" if value is _GONE or value is None else written(value) if isinstance(value, dict | list) else str(value)
