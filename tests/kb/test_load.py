from pathlib import Path
from shutil import copytree

import pytest

from kb.knowledge import Knowledge
from kb.load import CONTENT, ContentError, content_files, digest, load, read_folder
from tests.kb.small import change, line_of, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "content")


def problems(folder: Path) -> list[tuple[str, int, str, str]]:
    """What loading finds wrong, by the error that it raises."""
    with pytest.raises(ContentError) as raised:
        load(folder)
    assert str(raised.value) == "\n".join(map(str, raised.value.problems))
    return [(problem.file, problem.line, problem.where, problem.hint) for problem in raised.value.problems]


def test_the_small_folder_loads(folder: Path) -> None:
    knowledge = load(folder)
    assert list(knowledge.record) == ["faq-01", "faq-02", "prompt-01"]
    assert list(knowledge.contact) == ["contact-housing", "contact-pukou"]
    assert list(knowledge.topic) == ["oos-wages", "oos-weather"]
    assert list(knowledge.district) == ["浦口区", "鼓楼区"]
    assert list(knowledge.project_type) == ["housing"]
    assert knowledge.fuller == {"faq-02": "prompt-01"}
    assert knowledge.record["faq-01"].phrasings[0].text == "地址填错了"
    assert knowledge.record["faq-01"].phrasings[3].also == ("prompt-01",)
    assert knowledge.intent["next"].kind == "command"


def test_our_content_loads(knowledge: Knowledge) -> None:
    assert len(knowledge.records) == 36
    assert len(knowledge.contacts) == 11
    assert read_folder(CONTENT).problems == ()


UNKNOWN, MISSING = "这个键不认识，请检查拼写（见 docs/content.md）", "缺少这一项，请补上"
LIST, TEXT, MAPPING = (
    "这里要写成列表，每项前面加 “- ”",
    "这里要写文字；数字和开头是符号的文字请加引号",
    "这里要写成 “键: 值” 的形式",
)


@pytest.mark.parametrize(
    ("name", "old", "new", "at", "where", "hint"),
    [
        # unknown keys
        ("faq-01.yaml", "related:", "color: red\nrelated:", "color", "color", UNKNOWN),
        ("faq-01.yaml", "    end: solved", "    end: solved\n    ende: x", "ende", "steps.2.ende", UNKNOWN),
        ("contacts.yaml", "label: 浦口区,", "label: 浦口区, fax: x,", "fax", "contacts.1.fax", UNKNOWN),
        ("phrases.yaml", "button_walk:", "button_fly: 飞\nbutton_walk:", "button_fly", "button_fly", UNKNOWN),
        # missing keys
        ("faq-01.yaml", "title: 修改考勤地址\n", "", "id: faq-01", "title", MISSING),
        ("faq-01.yaml", "    text: 重新设定考勤地址。\n", "", "- id: reset", "steps.2.text", MISSING),
        ("out_of_scope.yaml", "    say: 不讲天气。\n", "", "id: oos-weather", "topics.1.say", MISSING),
        # doubled keys
        ("faq-01.yaml", "source: 一、1", "source: 一、1\nsource: 一、2", "一、2", "source", "同一个键写了两次，请合并"),
        # wrong types
        ("faq-01.yaml", "related: [faq-02]", "related: faq-02", "related", "related", LIST),
        ("faq-01.yaml", "title: 修改考勤地址", "title: 12", "title: 12", "title", TEXT),
        ("faq-01.yaml", "title: 修改考勤地址", "title: 2026-01-01", "title", "title", TEXT),
        ("faq-01.yaml", "  - 地址填错了", "  - 12", "- 12", "phrasings.0", MAPPING),
        ("faq-01.yaml", "  short: 在平台上提交地址修改申请。", "  short: [a]", "short", "answer.short", TEXT),
        ("faq-02.yaml", "answer:\n  short: 先看提示。", "answer: 先看提示。", "answer", "answer", MAPPING),
        ("contacts.yaml", "['123456789']", "[123456789]", "123456789", "contacts.0.qq_groups.0", TEXT),
        ("contacts.yaml", "['83270001']", "[83270001]", "83270001", "contacts.0.phones.0", TEXT),
        ("contacts.yaml", "['83270001']", "[]", "phones: []", "contacts.0.phones", "这里"),
        ("out_of_scope.yaml", "near: true", "near: 是", "near: 是", "topics.0.near", "这里只能写 true 或 false"),
        # wrong values
        (
            "faq-01.yaml",
            "title: 修改考勤地址",
            "title: 一二三四五六七八九十一二三四五六七",
            "title",
            "title",
            "太长了，请缩短到 16 个字以内",
        ),
        ("faq-01.yaml", "title: 修改考勤地址", "title: ''", "title", "title", "这里不能为空"),
        ("faq-01.yaml", "title: 修改考勤地址", "title: '  '", "title", "title", "这里不能为空"),
        (
            "faq-01.yaml",
            "end: contact",
            "end: done",
            "end: done",
            "steps.3.end",
            "只能是 'solved', 'contact' or 'ticket' 之一",
        ),
        ("faq-01.yaml", "id: faq-01", "id: faq-1", "id: faq-1", "id", r"写法不符合 ^(faq|prompt)-\d\d+$"),
        # bad YAML
        ("faq-01.yaml", "title: 修改考勤地址", "title: 修改: 地址", "title", "", "YAML 写法有误"),
        ("faq-01.yaml", "  short:", "\tshort:", "short", "", "YAML 写法有误"),
        ("lexicon.yaml", "words: [大门]", "words: [大门", "vague", "", "YAML 写法有误"),
    ],
)
def test_a_broken_file(name: str, old: str, new: str, at: str, where: str, hint: str, folder: Path) -> None:
    change(folder, name, old, new)
    ((file, line, field, text),) = problems(folder)
    assert (file, line, field) == (name, line_of(folder, name, at), where)
    assert text.startswith(hint)


@pytest.mark.parametrize(
    ("name", "content", "hint"),
    [
        ("faq-01.yaml", "标题".encode("gbk"), "不是 UTF-8 编码，请另存为 UTF-8"),
        ("faq-01.yaml", b"", "文件是空的"),
        ("lexicon.yaml", b"# nothing\n", "文件是空的"),
        ("golden.yaml", None, "缺少这个文件"),
        ("notes.yaml", b"a: 1", "不认识这个文件名：记录叫 faq-NN.yaml 或 prompt-NN.yaml"),
        ("fqa-03.yaml", b"id: faq-03", "不认识这个文件名：记录叫 faq-NN.yaml 或 prompt-NN.yaml"),
    ],
)
def test_a_file_that_is_not_what_it_should_be(name: str, content: bytes | None, hint: str, folder: Path) -> None:
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    assert problems(folder) == [(name, 1, "", hint)]


def test_several_problems_are_all_told_at_once(folder: Path) -> None:
    change(folder, "faq-01.yaml", "title: 修改考勤地址", "titel: 12")
    change(folder, "faq-02.yaml", "related: [prompt-01]", "related: prompt-01")
    change(folder, "prompt-01.yaml", "end: ticket", "end: 'x")
    (folder / "golden.yaml").unlink()
    found = problems(folder)
    assert [(file, where) for file, _, where, _ in found] == [
        ("faq-01.yaml", "title"),
        ("faq-01.yaml", "titel"),
        ("faq-02.yaml", "related"),
        ("golden.yaml", ""),
        ("prompt-01.yaml", ""),
    ]
    assert all(hint for *_, hint in found)


def test_our_content_broken_in_several_places(tmp_path: Path) -> None:
    folder = copytree(CONTENT, tmp_path / "content")
    change(folder, "faq-13.yaml", "title:", "titel:")
    change(folder, "prompt-05.yaml", "end: solved", "end: done")
    (folder / "extra.yaml").write_text("a: 1", encoding="utf-8")
    assert [(file, where) for file, _, where, _ in problems(folder)] == [
        ("extra.yaml", ""),
        ("faq-13.yaml", "title"),
        ("faq-13.yaml", "titel"),
        ("prompt-05.yaml", f"steps.{_index_of_done(folder)}.end"),
    ]


def _index_of_done(folder: Path) -> int:
    before = (folder / "prompt-05.yaml").read_text(encoding="utf-8").split("end: done")[0]
    return before.count("\n  - id: ") - 1


def test_an_empty_folder_misses_every_file(tmp_path: Path) -> None:
    found = problems(tmp_path)
    assert {hint for *_, hint in found} == {"缺少这个文件"}
    assert len(found) == 10


def test_what_else_lies_in_the_folder_does_no_harm(folder: Path) -> None:
    (folder / "faq-01.yaml~").write_text("?", encoding="utf-8")
    (folder / "readme.md").write_text("?", encoding="utf-8")
    assert read_folder(folder).problems == ()
    assert [path.name for path in content_files(folder)] == sorted(read_folder(folder).files)


def test_digest_names_exactly_this_content(folder: Path, tmp_path: Path) -> None:
    before = digest(folder)
    assert digest(write(tmp_path / "copy")) == before
    change(folder, "faq-01.yaml", "地址填错了", "地址填错啦")
    changed = digest(folder)
    (folder / "golden.yaml").rename(folder / "golden2.yaml")
    assert len({before, changed, digest(folder)}) == 3
