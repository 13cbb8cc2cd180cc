from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from kb.model import Frozen
from kb.yamlfile import Problem, YamlFile, parse, parse_file


class Item(Frozen):
    name: str
    tags: tuple[str, ...] = ()


class Sheet(Frozen):
    items: tuple[Item, ...]


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("", None),
        ("# nothing", None),
        ("a: 1", {"a": 1}),
        ("a: [b, c]", {"a": ["b", "c"]}),
        ("a: >-\n  先登录，\n  再打卡。", {"a": "先登录，再打卡。"}),  # Chinese lines join without a space
        ("a: >-\n  打开 app\n  再 open\n  it", {"a": "打开 app 再 open it"}),
        ("a: |\n  一\n  二\n", {"a": "一\n二\n"}),
        ("a: 先 后", {"a": "先 后"}),
    ],
)
def test_data(text: str, data: object) -> None:
    file = parse("x.yaml", text)
    assert file.data == data
    assert file.problems == ()


TEXT = """\
# a comment
title: 一
items:
  - name: 甲
    tags: [红,
      绿]
  - {name: 乙}
long: >-
  一
  二
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 2),
        (("title",), 2),
        (("items",), 3),  # the key's line, not that of the first item
        (("items", 0), 4),
        (("items", 0, "name"), 4),
        (("items", 0, "tags"), 5),
        (("items", 0, "tags", 1), 6),
        (("items", 1), 7),
        (("long",), 8),
        (("items", 0, "missing"), 4),  # the closest thing around it
        (("items", 9), 3),
        (("nothing", "at", "all"), 2),
    ],
)
def test_line(path: tuple[str | int, ...], line: int) -> None:
    assert parse("x.yaml", TEXT).line(path) == line


@pytest.mark.parametrize(
    ("text", "line", "where"),
    [
        ("a: 1\nb: 2\na: 3", 3, "a"),
        ("x:\n  - a: 1\n    a: 2", 3, "a"),
        ("a: {b: 1, b: 2}", 1, "b"),
    ],
)
def test_a_doubled_key(text: str, line: int, where: str) -> None:
    assert parse("x.yaml", text).problems == (Problem("x.yaml", line, where, "同一个键写了两次，请合并"),)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: c: d", 2),
        ("a: 1\n\tb: 2", 2),
        ("a: 'open\n", 2),
        ("a:\n  - b\n c", 3),
        ("---\na: 1\n---\nb: 2", 3),
        ("a: 1\n? [1]\n: 2", 2),
        ("a: 1\nb: *nobody", 2),
        ("a: !!python/object:os.system x", 1),
        ("a: \x00", 1),
        ("a: \ud800", 1),
        ("a: 1\nb: 2024-13-45", 2),
        ("b: 0x_", 1),
        (f"b: {'9' * 5_000}", 1),
        ("b: !!bool maybe", 1),
        ("a: &x [*x]", 1),
        ("[" * 2_000, 1),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_syntax_error(text: str, line: int) -> None:
    file = parse("x.yaml", text)
    assert file.data is None
    (problem,) = file.problems
    assert (problem.file, problem.line) == ("x.yaml", line)
    assert problem.hint


YAML_LIKE = st.text(alphabet="ab:- \n[]{}'\"#&*!|>?%,0.一", max_size=40)


@given(YAML_LIKE)
def test_parse_never_fails(text: str) -> None:
    file = parse("x.yaml", text)
    lines = text.count("\n") + 1
    assert all(1 <= line <= lines for line in file.lines.values())
    assert all(1 <= problem.line <= lines + 1 for problem in file.problems)


@given(st.text())
@example("\x00")
def test_parse_never_fails_on_any_text(text: str) -> None:
    assert parse("x.yaml", text).name == "x.yaml"


PLAIN = st.text(alphabet="abc一二三", min_size=1, max_size=8)


@given(st.lists(st.tuples(PLAIN, st.integers(0, 3)), min_size=1, max_size=8))
def test_lines_are_right(entries: list[tuple[str, int]]) -> None:
    """A list with any number of empty lines and comments between its items."""
    text, lines = "items:\n", []
    for word, gap in entries:
        text += "\n" * (gap // 2) + "# comment\n" * (gap % 2)
        lines.append(text.count("\n") + 1)
        text += f"  - name: '{word}'\n"
    file = parse("x.yaml", text)
    assert [file.line(("items", number, "name")) for number in range(len(entries))] == lines
    assert file.data == {"items": [{"name": word} for word, _ in entries]}


@given(
    st.recursive(PLAIN | st.integers() | st.booleans(), lambda inner: st.lists(inner) | st.dictionaries(PLAIN, inner))
)
def test_whatever_yaml_can_write_is_read(data: object) -> None:
    file = parse("x.yaml", yaml.safe_dump(data, allow_unicode=True))
    assert file.data == data
    assert file.problems == ()


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("items: [{name: a}]", []),
        ("", ["x.yaml:1: 文件是空的"]),
        ("items: []\nitem: 1", ["x.yaml:2: item: 这个键不认识，请检查拼写（见 docs/content.md）"]),
        ("items:\n  - tags: [a]", ["x.yaml:2: items.0.name: 缺少这一项，请补上"]),
        ("items:\n  - name: a\n    tags: b", ["x.yaml:3: items.0.tags: 这里要写成列表，每项前面加 “- ”"]),
        ("items:\n  - name: 12", ["x.yaml:2: items.0.name: 这里要写文字；数字和开头是符号的文字请加引号"]),
        ("items:\n  - name: ''", ["x.yaml:2: items.0.name: 这里不能为空"]),
        ("- a", ["x.yaml:1: 这里要写成 “键: 值” 的形式"]),
        (
            "items:\n  - name: 1\n  - nam: b\n",
            [
                "x.yaml:2: items.0.name: 这里要写文字；数字和开头是符号的文字请加引号",
                "x.yaml:3: items.1.name: 缺少这一项，请补上",
                "x.yaml:3: items.1.nam: 这个键不认识，请检查拼写（见 docs/content.md）",
            ],
        ),
        ("items: [{name: a, name: b}]", ["x.yaml:1: name: 同一个键写了两次，请合并"]),
    ],
)
def test_read(text: str, problems: list[str]) -> None:
    value, found = parse("x.yaml", text).read(Sheet)
    assert list(map(str, found)) == problems
    assert (value is None) is bool(problems)


@pytest.mark.parametrize(
    ("content", "data"),
    [("a: 一".encode(), {"a": "一"}), (b"\xef\xbb\xbfa: 1", {"a": 1}), (b"a: 1\r\nb: 2\r\n", {"a": 1, "b": 2})],
)
def test_parse_file(content: bytes, data: object, tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(content)
    assert parse_file(path) == YamlFile("x.yaml", data, parse_file(path).lines)


@pytest.mark.parametrize(
    ("content", "hint"), [("名".encode("gbk"), "不是 UTF-8 编码，请另存为 UTF-8"), (None, "读不出来")]
)
def test_a_file_that_cannot_be_read(content: bytes | None, hint: str, tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    (problem,) = parse_file(path).problems
    assert str(problem).startswith(f"x.yaml:1: {hint}")
