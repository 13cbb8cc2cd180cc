"""A content folder that fits on a page, for tests that break one, fit one or save one.

``write`` makes the folder; ``change`` replaces a piece of one of its files. The bot's wording and the sayings of its
buttons are taken from the real content, so that they need not be repeated here.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from kb.load import CONTENT

FILES: Mapping[str, str] = {
    "faq-01.yaml": """\
id: faq-01
title: 修改考勤地址
question: 考勤地址要改，该怎么办？
source: 一、1
answer:
  short: 在平台上提交地址修改申请。
  notes:
    - 核对通过后重新设定。
steps:
  - id: apply
    text: 提交地址修改申请。
  - id: checked
    text: 核对通过了吗？
    options:
      - {label: 通过了, goto: reset, onward: true}
      - {label: 没有, goto: whom}
  - id: reset
    text: 重新设定考勤地址。
    end: solved
  - id: whom
    text: 询问主管单位。
    end: contact
related: [faq-02]
phrasings:
  - 地址填错了
  - 打卡地点要换一个
  - 考勤地址定偏了怎么改
  - {text: 工地的大门搬走了, also: [prompt-01]}
""",
    "faq-02.yaml": """\
id: faq-02
title: 登不上去
question: 登不上宁勤绩，该怎么办？
source: 一、2
answer:
  short: 先看提示。
related: [prompt-01]
fuller: prompt-01
phrasings:
  - 早上登不上去
  - 小程序进不了
  - 点登录没有反应
""",
    "prompt-01.yaml": """\
id: prompt-01
title: 单位不一致
question: 提示单位不一致，怎么处理？
source: 二、1
screen:
  - 就职单位不一致
answer:
  short: 在平台上更新人员信息。
steps:
  - id: update
    text: 更新人员信息。
    next: enter
  - id: enter
    text: 重新进入。
    end: ticket
phrasings:
  - 弹窗讲两个公司对不上
  - 公司名字不一样
  - 提示单位不符
""",
    "contacts.yaml": """\
contacts:
  - {id: contact-housing, name: 房建站, label: 房建工程, phones: ['83270001'], qq_groups: ['123456789']}
  - {id: contact-pukou, name: 浦口区, label: 浦口区, phones: ['58150002'], districts: [浦口区], aliases: [浦口]}
""",
    "places.yaml": """\
districts:
  - {name: 浦口区, aliases: [浦口], contact: contact-pukou, places: [老山], ambiguous: [老山]}
  - {name: 鼓楼区, aliases: [鼓楼], contact: null}
overlaps:
  - {names: [顶山街道, 顶山], contacts: [contact-pukou, contact-housing], why: 两边都管。}
""",
    "divisions.yaml": """\
nanjing:
  浦口区: [汤泉街道]
elsewhere: [徐州市, 徐州]
""",
    "project_types.yaml": """\
project_types:
  - {id: housing, name: 房建工程, contact: contact-housing, words: [住宅]}
""",
    "lexicon.yaml": """\
terms:
  - {term: 考勤地址, aliases: [打卡地点]}
  - {term: 征管编号, aliases: [征管号]}
words: [大门]
vague: [怎么办]
""",
    "out_of_scope.yaml": """\
topics:
  - id: oos-wages
    title: 工资
    near: true
    say: 文件没有讲工资。
    turn_to: none
    phrasings:
      - 工资什么时候发
      - 拖欠工资找谁
      - 加班费怎么算
      - 一天多少钱
  - id: oos-weather
    title: 天气
    near: false
    say: 不讲天气。
    turn_to: none
    phrasings:
      - 明天下雨吗
      - 今天几度
""",
    "golden.yaml": """\
golden:
  - {q: 地址错了, accept: [faq-01], kind: terse}
  - {q: 浦口的电话, contacts: [contact-pukou], kind: routing}
""",
    "editor_notes.yaml": """\
notes:
  - {about: [faq-01], where: 一、1, note: 原文没有写平台的名称。}
""",
}


def write(folder: Path) -> Path:
    """The folder with all files, which load without a problem."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {**FILES, **_bots_own_words()}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def change(folder: Path, name: str, old: str, new: str) -> None:
    """Replace the first ``old`` in a file, which has to be there."""
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text, f"{name} has no {old!r}"
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def line_of(folder: Path, name: str, needle: str) -> int:
    """The line (from 1) on which ``needle`` stands last."""
    lines = (folder / name).read_text(encoding="utf-8").splitlines()
    found = [number for number, line in enumerate(lines, start=1) if needle in line]
    assert found, f"{name} has no line with {needle!r}"
    return found[-1]


@cache
def _bots_own_words() -> Mapping[str, str]:
    groups = [{"title": "常见", "records": ["faq-02"]}]
    phrases = _real("phrases.yaml") | {"starters": ["faq-01"], "page_groups": groups}
    buttons = {text for name, text in phrases.items() if name.startswith("button_")}
    intents = [
        intent | {"phrasings": [text for place, text in enumerate(intent["phrasings"]) if place < 1 or text in buttons]}
        for intent in _real("intents.yaml")["intents"]
        if intent["id"] in ("greeting", "who_to_call") or buttons & set(intent["phrasings"])
    ]
    return {"phrases.yaml": _dump(phrases), "intents.yaml": _dump({"intents": intents})}


def _real(name: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((CONTENT / name).read_text(encoding="utf-8"))
    return data


def _dump(data: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(data), allow_unicode=True, sort_keys=False, width=1_000)
