from pathlib import Path

import pytest

from kb.load import ContentError, load
from tests.kb.small import change, line_of, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "content")


def problems(folder: Path) -> list[tuple[str, int, str, str]]:
    with pytest.raises(ContentError) as raised:
        load(folder)
    return [(problem.file, problem.line, problem.where, problem.hint) for problem in raised.value.problems]


TOPIC, PLACES, TYPES = "out_of_scope.yaml", "places.yaml", "project_types.yaml"
HOUSING = "  - {id: contact-housing, name: 房建站, label: 房建工程, phones: ['83270001'], qq_groups: ['123456789']}\n"
TWICE, NO_CONTACT = "用了两次，请换一个", "这个联系方式"


@pytest.mark.parametrize(
    ("name", "old", "new", "at", "where", "hint"),
    [
        # ids
        ("contacts.yaml", HOUSING, HOUSING + HOUSING, "房建站", "contacts.1", TWICE),
        (TOPIC, "oos-weather", "oos-wages", "oos-wages", "topics.1", TWICE),
        (PLACES, "name: 鼓楼区, aliases: [鼓楼]", "name: 浦口区", "contact: null", "districts.1", TWICE),
        ("prompt-01.yaml", "id: prompt-01", "id: prompt-02", "id: prompt-02", "id", "这个文件应该叫 prompt-02.yaml"),
        # the same phrasing twice
        ("faq-01.yaml", "打卡地点要换一个", "地址填错了", "地址填错了", "phrasings.1", "“地址填错了” 在这条记录里已经有了"),
        ("faq-02.yaml", "小程序进不了", "地址填错了", "地址填错了", "phrasings.1", "“地址填错了” 在faq-01 里已经有了"),
        ("faq-02.yaml", "小程序进不了", "地址填錯了", "地址填錯了", "phrasings.1", "“地址填错了” 在faq-01 里已经有了"),
        (TOPIC, "今天几度", "小程序进不了", "小程序进不了", "topics.1.phrasings.1", "“小程序进不了” 在faq-02 里已经有了"),
        ("intents.yaml", "- 你好", "- 今天几度", "今天几度", "intents.0.phrasings.0", "“今天几度” 在oos-weather 里已经有了"),
        # links
        ("faq-01.yaml", "related: [faq-02]", "related: [faq-02, faq-99]", "faq-99", "related.1", "没有 faq-99 这条记录"),
        ("faq-01.yaml", "related: [faq-02]", "related: [faq-01]", "related", "related.0", "（也不能指向自己）"),
        ("faq-02.yaml", "fuller: prompt-01", "fuller: prompt-09", "fuller", "fuller", "没有 prompt-09 这条记录"),
        ("faq-01.yaml", "also: [prompt-01]", "also: [prompt-09]", "prompt-09", "phrasings.3", "also 里的 prompt-09 不存在"),
        (PLACES, "contact: contact-pukou", "contact: contact-nobody", "老山", "districts.0", NO_CONTACT),
        (PLACES, "contacts: [contact-pukou,", "contacts: [contact-nobody,", "两边", "overlaps.0", NO_CONTACT),
        (TYPES, "contact: contact-housing", "contact: contact-nobody", "住宅", "project_types.0", NO_CONTACT),
        ("golden.yaml", "accept: [faq-01]", "accept: [faq-09]", "地址错了", "golden.0", "没有 faq-09"),
        ("golden.yaml", "[contact-pukou]", "[contact-nobody]", "浦口的电话", "golden.1", "没有 contact-nobody"),
        ("golden.yaml", "accept: [faq-01], ", "", "地址错了", "golden.0", "要写 accept 或 contacts"),
        ("phrases.yaml", "- faq-01", "- faq-09", "starters", "starters", "没有 faq-09 这条记录"),
        ("phrases.yaml", "  - faq-02", "  - faq-09", "title: 常见", "page_groups.0", "没有 faq-09 这条记录"),
        # procedures
        ("faq-01.yaml", "goto: whom", "goto: who", "- id: checked", "steps.1", "指向的 who 不存在"),
        ("prompt-01.yaml", "next: enter", "next: entre", "- id: update", "steps.0", "指向的 entre 不存在"),
        ("faq-01.yaml", "goto: whom", "goto: faq-02", "- id: checked", "steps.1", "（或那条记录没有步骤）"),
        ("faq-01.yaml", "    text: 提交地址修改申请。", "    text: 提交。\n    end: solved", "- id: checked", "steps.1", "走不到步骤 checked"),
        ("prompt-01.yaml", "    end: ticket\n", "", "- id: enter", "steps.1", "最后一步要写明 end"),
        ("prompt-01.yaml", "    next: enter", "    next: enter\n    end: solved", "- id: update", "steps.0", "只能写一个"),
        ("faq-01.yaml", "      - {label: 没有, goto: whom}\n", "", "options", "steps.1.options", "options 要有两到四个"),
        (
            "faq-01.yaml",
            "      - {label: 没有, goto: whom}\n",
            "".join(f"      - {{label: 没有{number}, goto: whom}}\n" for number in range(4)),
            "options",
            "steps.1.options",
            "options 要有两到四个",
        ),
        ("faq-01.yaml", "- id: whom", "- id: reset", "steps", "steps", "有两个步骤用了同一个 id"),
        # telephone numbers stand in contacts.yaml alone
        ("faq-01.yaml", "在平台上提交", "打 83270001 后提交", "83270001", "answer.short", "号码 83270001 只能写在 contacts.yaml 里"),
        ("faq-01.yaml", "核对通过后重新设定。", "打８３２７０００９", "８３２７０００９", "answer.notes.0", "只能写在 contacts.yaml 里"),
        (TOPIC, "say: 不讲天气。", "say: 打 02512345", "02512345", "topics.1.say", "只能写在 contacts.yaml 里"),
        ("phrases.yaml", "button_walk:", "chat_thanks: 打 1234567\nbutton_walk:", "1234567", "chat_thanks", "只能写在"),
        ("contacts.yaml", "'58150002'", "'5815-0002'", "5815-0002", "contacts.1.phones", "5815-0002 不像电话号码"),
        # whatever a button does can be typed
        ("phrases.yaml", "button_next: 下一步", "button_next: 往前飞", "往前飞", "button_next", "打字“往前飞”听不懂"),
    ],
)  # fmt: skip
def test_a_mistake(name: str, old: str, new: str, at: str, where: str, hint: str, folder: Path) -> None:
    if new.startswith("chat_thanks"):
        _drop_line(folder, name, "chat_thanks")
    change(folder, name, old, new)
    found = [(line, field, text) for file, line, field, text in problems(folder) if file == name]
    assert (line_of(folder, name, at), where) in [(line, field) for line, field, _ in found]
    assert any(hint in text for _, field, text in found if field == where)


def _drop_line(folder: Path, name: str, key: str) -> None:
    lines = (folder / name).read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / name).write_text("".join(line for line in lines if not line.startswith(f"{key}:")), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("faq-01.yaml", "在平台上提交", "在QQ群 123456789 里"),  # a QQ group of contacts.yaml
        ("faq-01.yaml", "地址填错了", "打 83270001 没人接"),  # people type numbers
        ("faq-01.yaml", "在平台上提交", "宁建规字[20250001]号"),
        ("faq-01.yaml", "在平台上提交", "在 2026 年 123456 前"),
        ("faq-01.yaml", "goto: whom", "goto: prompt-01"),  # another record's procedure; step whom has to go
        ("golden.yaml", "accept: [faq-01]", "accept: []"),
        ("faq-02.yaml", "fuller: prompt-01\n", ""),
    ],
)
def test_no_mistake(name: str, old: str, new: str, folder: Path) -> None:
    change(folder, name, old, new)
    if new == "goto: prompt-01":
        change(folder, name, "  - id: whom\n    text: 询问主管单位。\n    end: contact\n", "")
    assert load(folder)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        # a project type that does not exist wins
        (TYPES, "project_types:", "overrides: [{when: [楼], over: [housing], wins: nobody}]\nproject_types:"),
        # two records each name the other as the fuller one
        ("prompt-01.yaml", "answer:", "fuller: faq-02\nanswer:"),
        # a procedure goes round in circles
        ("prompt-01.yaml", "    end: ticket", "    next: update"),
        # a telephone number with a space in it
        ("faq-01.yaml", "在平台上提交", "打 8327 0001 后提交"),
        # a misspelt placeholder
        ("phrases.yaml", "{number}", "{nmuber}"),
        # a note about no record
        ("editor_notes.yaml", "about: [faq-01]", "about: [faq-99]"),
        # streets of a district that places.yaml does not know
        ("divisions.yaml", "  浦口区:", "  浦囗区:"),
        # a word under two kinds of works
        (TYPES, "words: [住宅]}", "words: [住宅]}\n  - {id: rail, name: 轨道, contact: contact-housing, words: [住宅]}"),
    ],
)  # fmt: skip
def test_a_mistake_in_how_files_hang_together(name: str, old: str, new: str, folder: Path) -> None:
    change(folder, name, old, new)
    assert name in [file for file, *_ in problems(folder)]


def test_all_mistakes_are_told_at_once(folder: Path) -> None:
    change(folder, "faq-01.yaml", "related: [faq-02]", "related: [faq-99]")
    change(folder, "faq-01.yaml", "goto: whom", "goto: who")
    change(folder, "prompt-01.yaml", "    end: ticket\n", "")
    change(folder, "out_of_scope.yaml", "今天几度", "地址填错了")
    assert [(file, line, where) for file, line, where, _ in problems(folder)] == [
        ("faq-01.yaml", line_of(folder, "faq-01.yaml", "- id: checked"), "steps.1"),
        ("faq-01.yaml", line_of(folder, "faq-01.yaml", "- id: whom"), "steps.3"),
        ("faq-01.yaml", line_of(folder, "faq-01.yaml", "related"), "related.0"),
        ("out_of_scope.yaml", line_of(folder, "out_of_scope.yaml", "地址填错了"), "topics.1.phrasings.1"),
        ("prompt-01.yaml", line_of(folder, "prompt-01.yaml", "- id: enter"), "steps.1"),
    ]
