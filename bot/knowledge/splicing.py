"""Changes the values in a YAML text and nothing else: untouched lines stay byte for byte, with comments, order and style.

Libraries that write a whole document anew fold its long Chinese lines and lists differently; an editor could not see in a
difference what was changed. Here only the lines of what changed are written anew, and the result is read again: what does
not read as wanted is written whole, without comments.
"""

import json
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from io import StringIO
from typing import Any, TypeGuard

import yaml

from kb.yamlfile import parse

_WIDE = 1 << 30
_FULL_ROW = 100
_ROW = 100
"""Characters of a short list or mapping on one line."""
_BLOCK = frozenset(("phrasings", "notes", "warnings", "steps", "causes", "screen", "golden", "contacts", "topics"))
_NAMES = ("id", "name", "term", "q", "text", "label", "title")


class _HardError(Exception):
    """This part cannot be changed line by line: whoever holds it writes it anew."""


class _Dumper(yaml.SafeDumper):
    """Lists stand further right than their key, as in the content folder."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - PyYAML's signature
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's signature
        """Equal values are written out each time."""
        return True


def spliced(text: str, wanted: Any) -> str:
    """``text`` changed so that it reads as ``wanted``."""
    old = parse("", text)
    if not old.problems and same(old.data, wanted):
        return text
    root = yaml.compose(text, Loader=yaml.SafeLoader) if not old.problems and "\r" not in text else None
    if root is not None:
        try:
            lines = text.splitlines(keepends=True)
            if lines and not lines[-1].endswith("\n"):
                lines[-1] += "\n"
            result = "".join(_Splice(lines).value(root, old.data, wanted, 0, len(lines)))
        except _HardError:
            pass
        else:
            if _reads_as(result, wanted):
                return result
    return written(wanted)


def written(value: Any) -> str:
    """A document of its own."""
    return _dump(value)


def same(one: Any, other: Any) -> bool:
    """Equal, and of the same kinds: 1 is not true."""
    return _key(one) == _key(other)


def name_of(item: Any) -> str | None:
    """What an item of a list is known by."""
    if isinstance(item, str):
        return item
    if isinstance(item, dict):
        found = next((item[key] for key in _NAMES if isinstance(item.get(key), str)), None)
        names = item.get("names") or item.get("when") or item.get("about")
        return found or (_key(names) if names else None)
    return None


def _reads_as(text: str, wanted: Any) -> bool:
    read = parse("", text)
    return not read.problems and same(read.data, wanted)


def _key(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, default=repr)
    except TypeError:
        return repr(value)


class _Splice:
    """Gives the lines of a node with the wanted value in place of the old one."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines

    def value(self, node: yaml.Node, old: Any, new: Any, first: int, end: int) -> list[str]:
        """The lines ``first`` to ``end``, which hold the node and nothing else but comments."""
        if isinstance(node, yaml.MappingNode) and isinstance(new, dict) and new and not node.flow_style:
            return self._mapping(node, old, new, first, end)
        if isinstance(node, yaml.SequenceNode) and isinstance(new, list) and new and not node.flow_style:
            return self._sequence(node, old, new, first, end)
        raise _HardError

    def _mapping(self, node: yaml.MappingNode, old: Any, new: dict[str, Any], first: int, end: int) -> list[str]:
        if not node.value:
            raise _HardError
        column = node.value[0][0].start_mark.column
        starts = [key.start_mark.line for key, _ in node.value]
        keys = [key.value for key, _ in node.value]
        if len(set(starts)) < len(starts) or len(set(keys)) < len(keys) or set(old) != set(keys):
            raise _HardError
        if keys[0] not in new and self.lines[starts[0]][:column].strip():
            raise _HardError  # It stands behind the dash of a list.
        written: dict[str, list[str]] = {}
        for place, (key, value) in enumerate(node.value):
            stop = starts[place + 1] if place + 1 < len(starts) else end
            written[key.value] = self._entry(key, value, old, new, (starts[place], stop, column))
        out = self.lines[first : starts[0]]
        return out + [
            line
            for name in _ordered(keys, list(new))
            for line in written.get(name) or _lines({name: new[name]}, column)
        ]

    def _entry(
        self, key: yaml.Node, value: yaml.Node, old: Any, new: dict[str, Any], place: tuple[int, int, int]
    ) -> list[str]:
        """The lines of one key, of which nothing may be left but its comments."""
        start, stop, column = place
        name = key.value
        body = self._body(start, stop)
        rest = self.lines[body:stop]
        if name not in new:
            return rest or [""]
        if same(old[name], new[name]):
            return self.lines[start:stop]
        if value.start_mark.line > start:
            try:
                return self.lines[start : start + 1] + self.value(value, old[name], new[name], start + 1, stop)
            except _HardError:
                pass
        if _is_row(value) and isinstance(new[name], list) and new[name]:
            return self._row(value, old[name], new[name], column) + self.lines[value.end_mark.line + 1 : stop]
        fresh = _lines({name: new[name]}, column)
        fresh[0] = self.lines[start][:column] + fresh[0][column:]
        return fresh + rest

    def _row(self, node: yaml.SequenceNode, old: list[Any], new: list[Any], column: int) -> list[str]:
        """A list in brackets: what stays keeps its place on its line."""
        lines, text = self.lines, "".join(self.lines)
        ends = [(item.start_mark.index, item.end_mark.index) for item in node.value]
        out = lines[node.start_mark.line][: node.start_mark.column] + text[node.start_mark.index : ends[0][0]]
        before: int | None = None
        matches = SequenceMatcher(None, [_key(item) for item in old], [_key(item) for item in new], autojunk=False)
        for kind, i1, i2, j1, j2 in matches.get_opcodes():
            for place in range(i1, i2) if kind == "equal" else range(0):
                follows = before is not None and before == place - 1
                gap = text[ends[place - 1][1] : ends[place][0]] if follows else "" if before is None else ", "
                out += gap + text[slice(*ends[place])]
                before = place
            for item in new[j1:j2] if kind != "equal" else ():
                full = len(out) - out.rfind("\n") > _FULL_ROW
                gap = "" if before is None else f",\n{' ' * (column + 2)}" if full else ", "
                out += gap + _flow([item])[1:-1]
                before = -2
        out += text[ends[-1][1] : node.end_mark.index] + lines[node.end_mark.line][node.end_mark.column :]
        return out.splitlines(keepends=True)

    def _sequence(self, node: yaml.SequenceNode, old: list[Any], new: list[Any], first: int, end: int) -> list[str]:
        column = node.start_mark.column
        starts = [self._dash(item, column) for item in node.value]
        stops = [*starts[1:], end]
        flow = bool(node.value) and all(getattr(item, "flow_style", False) for item in node.value)
        out = self.lines[first : starts[0]] if starts else []
        moved = {_key(value): place for place, value in enumerate(old)}
        items = _Items(self, node.value, starts, stops, column, flow)
        a, b = [_key(value) for value in old], [_key(value) for value in new]
        for kind, i1, i2, j1, j2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
            if kind == "equal":
                out += self.lines[starts[i1] : stops[i2 - 1]]
                continue
            pairs = _pairs(old[i1:i2], new[j1:j2])
            for place in range(j1, j2):
                partner = pairs.get(place - j1)
                if partner is not None:
                    out += items.changed(i1 + partner, old[i1 + partner], new[place])
                elif b[place] in moved:
                    out += items.kept(moved[b[place]])
                else:
                    out += items.fresh(new[place])
            gone = set(range(i2 - i1)) - set(pairs.values())
            out += [line for place in sorted(gone) for line in items.remains(i1 + place)]
        return out

    def _dash(self, item: yaml.Node, column: int) -> int:
        line = item.start_mark.line
        if self.lines[line][column : item.start_mark.column].strip() != "-":
            raise _HardError
        return line

    def _body(self, start: int, stop: int) -> int:
        """Where the lines of a value end and the comments and gaps behind it begin."""
        while stop > start + 1 and (not self.lines[stop - 1].strip() or self.lines[stop - 1].lstrip().startswith("#")):
            stop -= 1
        return stop


class _Items:
    """The items of one list, as lines."""

    def __init__(
        self, splice: _Splice, nodes: list[yaml.Node], starts: list[int], stops: list[int], column: int, flow: bool
    ) -> None:
        self._splice, self._nodes, self._starts, self._stops = splice, nodes, starts, stops
        self._column, self._flow = column, flow

    def kept(self, place: int) -> list[str]:
        """As it stands, without the comments behind it."""
        return self._splice.lines[self._starts[place] : self._splice._body(self._starts[place], self._stops[place])]

    def remains(self, place: int) -> list[str]:
        """What stays of an item that is gone: comments, which are about the next one."""
        rest = self._splice.lines[self._splice._body(self._starts[place], self._stops[place]) : self._stops[place]]
        return rest if any(line.strip() for line in rest) else []

    def changed(self, place: int, old: Any, new: Any) -> list[str]:
        """With another value."""
        start, stop = self._starts[place], self._stops[place]
        try:
            return self._splice.value(self._nodes[place], old, new, start, stop)
        except _HardError:
            return self.fresh(new) + self._splice.lines[self._splice._body(start, stop) : stop]

    def fresh(self, value: Any) -> list[str]:
        """A new item, in the style of the others."""
        if self._flow and not isinstance(value, str):
            return [f"{' ' * self._column}- {_flow(value)}\n"]
        return _lines([value], self._column)


def _ordered(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    """Keys as they stand, the gone ones too (for their comments), and each new one behind the one it follows."""
    order = list(old)
    before: str | None = None
    for name in new:
        if name not in order:
            order.insert(order.index(before) + 1 if before in order else len(order), name)
        before = name
    yield from order


def _pairs(old: Sequence[Any], new: Sequence[Any]) -> dict[int, int]:
    """New place → old place of the items that are the same thing with another value."""
    names = {name: place for place, item in enumerate(old) if (name := name_of(item)) is not None}
    if len(old) == len(new) == 1:
        return {0: 0}
    found: dict[int, int] = {}
    latest = -1
    for place, item in enumerate(new):
        partner = names.get(name_of(item) or "", -1)
        if partner > latest:
            found[place] = latest = partner
    return found


def _is_row(node: yaml.Node) -> TypeGuard[yaml.SequenceNode]:
    """Whether it is a list in brackets, of plain values and with something in it."""
    if not isinstance(node, yaml.SequenceNode) or not node.flow_style or not node.value:
        return False
    return all(isinstance(item, yaml.ScalarNode) for item in node.value)


def _flow(value: Any) -> str:
    text: str = yaml.dump(
        value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_WIDE, default_flow_style=True
    )
    return text.removesuffix("\n").removesuffix("...").rstrip()


def _lines(value: Any, column: int) -> list[str]:
    space = " " * column
    return [f"{space}{line}\n" if line else "\n" for line in _dump(value).rstrip("\n").split("\n")]


def _dump(value: Any) -> str:
    node = _styled(value, "")
    if value and isinstance(node, yaml.CollectionNode):
        node.flow_style = False
    return yaml.serialize(node, Dumper=_Dumper, allow_unicode=True, width=_WIDE)


def _styled(value: Any, key: str) -> yaml.Node:
    """The value as nodes: short lists and small mappings on one line, the rest in lines of its own."""
    if isinstance(value, dict):
        pairs = [(_styled(name, ""), _styled(item, str(name))) for name, item in value.items()]
        flow = not value or (bool(key) and key not in _BLOCK and _is_short(value))
        return yaml.MappingNode("tag:yaml.org,2002:map", pairs, flow_style=flow)
    if isinstance(value, list | tuple):
        within = "options" if key == "options" else ""
        items = [_styled(item, within) for item in value]
        flow = not value or (key not in _BLOCK and _is_short(value))
        return yaml.SequenceNode("tag:yaml.org,2002:seq", items, flow_style=flow)
    return _scalar(value)


def _is_short(value: Any) -> bool:
    items = list(value.values()) if isinstance(value, dict) else list(value)
    return not any(isinstance(item, dict | list | tuple) for item in items) and len(_key(value)) <= _ROW


def _scalar(value: Any) -> yaml.Node:
    return _Dumper(StringIO()).represent_data(value)
