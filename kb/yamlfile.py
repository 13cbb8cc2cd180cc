"""YAML with line numbers: an editor is told the file, the line and the field of every mistake."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from yaml.reader import ReaderError

Path_ = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)

_FOLD = re.compile(r"(?<=[\u2014-\u201f\u3000-\u9fff\uff00-\uffef]) (?=[\u2014-\u201f\u3000-\u9fff\uff00-\uffef])")
_HINTS = {
    "extra_forbidden": "这个键不认识，请检查拼写（见 docs/content.md）",
    "missing": "缺少这一项，请补上",
    "string_too_long": "太长了，请缩短到 {max_length} 个字以内",
    "string_too_short": "这里不能为空",
    "string_type": "这里要写文字；数字和开头是符号的文字请加引号",
    "string_pattern_mismatch": "写法不符合 {pattern}",
    "literal_error": "只能是 {expected} 之一",
    "tuple_type": "这里要写成列表，每项前面加 “- ”",
    "model_type": "这里要写成 “键: 值” 的形式",
    "model_attributes_type": "这里要写成 “键: 值” 的形式",
    "dict_type": "这里要写成 “键: 值” 的形式",
    "bool_parsing": "这里只能写 true 或 false",
    "too_short": "这里至少要写 {min_length} 项",
    "bool_type": "这里只能写 true 或 false",
}


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in the content, for the person who edits it. ``line`` counts from 1."""

    file: str
    line: int
    where: str
    hint: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}"
        return f"{place}: {self.where}: {self.hint}" if self.where else f"{place}: {self.hint}"


@dataclass(frozen=True, slots=True)
class YamlFile:
    """A parsed file: plain data, and the line on which each value stands."""

    name: str
    data: Any
    lines: dict[Path_, int] = field(repr=False)
    problems: tuple[Problem, ...] = ()

    def line(self, path: Path_) -> int:
        """The line of the value at ``path``, or of the closest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def problem(self, path: Path_, hint: str) -> Problem:
        """A problem with the value at ``path``."""
        return Problem(self.name, self.line(path), ".".join(str(part) for part in path), hint)

    def read(self, model: type[Model]) -> tuple[Model | None, list[Problem]]:
        """The file as ``model``, or None and every problem that keeps it from being one."""
        problems = list(self.problems)
        if self.data is None:
            return None, problems or [self.problem((), "文件是空的")]
        try:
            value = model.model_validate(self.data)
        except ValidationError as error:
            return None, problems + [self._describe(dict(item)) for item in _first_causes(error)]
        return (None if problems else value), problems

    def _describe(self, error: dict[str, Any]) -> Problem:
        hint = _HINTS.get(error["type"], error["msg"])
        return self.problem(tuple(error["loc"]), hint.format(**error.get("ctx", {})))


def _first_causes(error: ValidationError) -> list[Any]:
    """What went wrong, without the lists that are too short only because their items are wrong."""
    items = error.errors()
    places = [item["loc"] for item in items]
    return [
        item
        for item in items
        if item["type"] != "too_short"
        or not any(len(loc) > len(item["loc"]) and loc[: len(item["loc"])] == item["loc"] for loc in places)
    ]


class _Loader(yaml.SafeLoader):
    """SafeLoader that joins the folded lines of Chinese text without the space that English wants."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """A value that is none (a date of month 13, a number of 5,000 digits) is the editor's to mend."""
        try:
            return super().construct_object(node, deep)
        except (ValueError, KeyError, OverflowError) as error:
            raise yaml.MarkedYAMLError(problem="这个值不对，文字请加引号", problem_mark=node.start_mark) from error

    def construct_scalar(self, node: yaml.ScalarNode | yaml.MappingNode) -> Any:
        value = super().construct_scalar(node)
        folded = isinstance(node, yaml.ScalarNode) and node.style == ">"
        return _FOLD.sub("", value) if folded and isinstance(value, str) else value


def parse(name: str, text: str) -> YamlFile:
    """Parse one YAML document; whatever is wrong with it becomes a problem, never an exception."""
    try:
        return _parse(name, text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        hint = f"YAML 写法有误（{error.problem}），请检查缩进、引号和冒号"
        return YamlFile(name, None, {}, (Problem(name, mark.line + 1 if mark else 1, "", hint),))
    except ReaderError as error:
        line = text.count("\n", 0, int(error.position)) + 1
        return YamlFile(name, None, {}, (Problem(name, line, "", "这一行有不能用的控制字符，请删掉"),))
    except (yaml.YAMLError, RecursionError) as error:
        hint = "这里嵌套得太深，或者绕回了自己" if isinstance(error, RecursionError) else f"YAML 写法有误（{error}）"
        return YamlFile(name, None, {}, (Problem(name, 1, "", hint),))


def _parse(name: str, text: str) -> YamlFile:
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return YamlFile(name, None, {})
        lines = dict(_lines(node, ()))
        doubled = tuple(Problem(name, line, key, "同一个键写了两次，请合并") for key, line in _doubled_keys(node))
        return YamlFile(name, loader.construct_document(node), lines, doubled)
    finally:
        loader.dispose()


def parse_file(path: Path) -> YamlFile:
    """Read and parse a file; one that is not UTF-8 becomes a problem."""
    try:
        return parse(path.name, path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        return YamlFile(path.name, None, {}, (Problem(path.name, 1, "", "不是 UTF-8 编码，请另存为 UTF-8"),))
    except OSError as error:
        return YamlFile(path.name, None, {}, (Problem(path.name, 1, "", f"读不出来：{error.strerror}"),))


def _lines(node: yaml.Node, path: Path_) -> Iterator[tuple[Path_, int]]:
    yield path, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _lines(value, (*path, str(key.value)))
            # The key's own line is where an editor looks for it, also when the value starts further down.
            yield (*path, str(key.value)), key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _lines(value, (*path, index))


def _doubled_keys(node: yaml.Node) -> Iterator[tuple[str, int]]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if str(key.value) in seen:
                yield str(key.value), key.start_mark.line + 1
            seen.add(str(key.value))
            yield from _doubled_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _doubled_keys(value)
