"""The bot's own sentences: what it says when it does not answer from a record."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from nicegui import ui

from bot.console.forms import fields
from bot.console.forms.kind import Filters, Form, Kind, Row
from bot.knowledge import editing
from bot.knowledge.content import Content
from bot.knowledge.own_words import OwnWords, put_first_screen, put_sentence
from bot.knowledge.parts import Edit, EditError, file_of
from kb.wording import PageGroup, Wording

_FILE, _SCREEN = "phrases.yaml", "starters"
_KEY = re.compile(r"(\w+):")
_FILLED = {
    "number": "工单号或者第几个", "of": "一共几步", "most": "最多多少", "labels": "可以回复的话", "place": "地名", "kinds": "工程类型",
    "known": "用户说过的", "groups": "QQ 群号", "reference": "出错的编号",
}  # fmt: skip
_SHOWN = 24


class SentenceForm:
    """One sentence."""

    def __init__(self, content: Content, key: str) -> None:
        wording = file_of(content, _FILE, Wording)
        sentence = getattr(wording, key) if key in Wording.model_fields else None
        if not isinstance(sentence, str):
            raise EditError(f"没有 {key} 这句话")
        self._key, self.old, self.where = key, sentence, key
        self.title = sentence if len(sentence) <= _SHOWN else f"{sentence[:_SHOWN]}…"
        self._section = sections(content).get(key, "")
        words = OwnWords(content)
        self._filled, self._own = sorted(words.needed(key)), words.own(key)

    def part(self, content: Content) -> Any:
        """The sentence as it stands."""
        return getattr(file_of(content, _FILE, Wording), self._key)

    def render(self, changed: Callable[[], None]) -> None:
        """Draw the field, and what has to stand in it."""
        ui.label(" · ".join(filter(None, (self._section, self._key)))).classes("muted")
        self.sentence = fields.area("机器人说", self.old)
        self.sentence.on_value_change(lambda _: changed())
        if self._filled:
            ui.label("这些由程序填上，一个都不能少：").classes("muted")
            with ui.row().classes("gap-2"):
                for name in self._filled:
                    label = f"{{{name}}} {_FILLED.get(name, '')}".strip()
                    ui.button(label, on_click=partial(self._insert, name)).props(
                        "outline dense no-caps padding='2px 8px'"
                    )
        if self._own and self._own != self.old:
            with ui.row().classes("w-full items-center gap-2"):
                ui.label(f"程序自带的：{self._own}").classes("muted")
                ui.button("换回自带的", on_click=lambda: self.sentence.set_value(self._own)).props("flat dense no-caps")

    def _insert(self, name: str) -> None:
        if f"{{{name}}}" not in fields.text_of(self.sentence):
            self.sentence.value = f"{self.sentence.value or ''}{{{name}}}"

    def edit(self) -> Edit:
        """The sentence. Raises EditError."""
        sentence = fields.text_of(self.sentence)
        if not sentence:
            raise EditError("不能空着。")
        return lambda content: put_sentence(content, self._key, sentence)

    def key(self) -> str:
        """Its name."""
        return self._key

    def deletion(self) -> None:
        """It stays: the program says it."""
        return


class ScreenForm:
    """The questions that are offered before anybody has asked."""

    title, where = "开头给出的问题", "starters"

    def __init__(self, content: Content) -> None:
        wording = file_of(content, _FILE, Wording)
        self._starters, self._groups = wording.starters, wording.page_groups
        self._records = {each: f"{each} {title}" for each, title in editing.titles(content).items()}
        self._forms: list[tuple[ui.input, ui.select]] = []

    def part(self, content: Content) -> Any:
        """Both lists as they stand."""
        wording = file_of(content, _FILE, Wording)
        return {"starters": list(wording.starters), "page_groups": [each.model_dump() for each in wording.page_groups]}

    def render(self, changed: Callable[[], None]) -> None:
        """Draw the fields."""
        self._changed = changed
        self.starters = fields.choices("打招呼时给出的问题", self._records, self._starters, hint="三到六个最常问的")
        self.starters.on_value_change(lambda _: changed())
        ui.label("网页首屏的几组").classes("heading")
        self._column = ui.column().classes("w-full gap-2")
        for group in self._groups:
            self._add(group.title, group.records)
        ui.button("加一组", icon="add", on_click=lambda: self._add("", ())).props(
            "outline dense no-caps padding='xs md'"
        )

    def _add(self, title: str, records: tuple[str, ...]) -> None:
        with self._column, ui.row().classes("w-full gap-2 items-start"):
            name = fields.line("组名（清空就去掉这组）", title).style("flex: 1 1 10rem; width: auto")
            chosen = fields.choices("问题", self._records, records).style(
                "flex: 3 1 16rem; width: auto; min-width: 0; max-width: 100%"
            )
        for field in (name, chosen):
            field.on_value_change(lambda _: self._changed())
        self._forms.append((name, chosen))

    def edit(self) -> Edit:
        """Both lists. Raises EditError."""
        starters = fields.picked(self.starters)
        named = [(fields.text_of(name), fields.picked(chosen)) for name, chosen in self._forms]
        groups = [PageGroup(title=name, records=records) for name, records in named if name and records]
        if not starters or not groups:
            raise EditError("至少留一个问题和一组。")
        return lambda content: put_first_screen(content, starters, groups)

    def key(self) -> str:
        """Where the form is found."""
        return _SCREEN

    def deletion(self) -> None:
        """They stay."""
        return


def sections(content: Content) -> dict[str, str]:
    """Sentence → the heading above it: the comment lines of the file are the editor's own headings."""
    found: dict[str, str] = {}
    heading = ""
    for line in content.texts.get(_FILE, "").splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ").partition("：")[0]
        elif match := _KEY.match(line):
            found[match[1]] = heading
    return found


def _form(content: Content, key: str) -> Form:
    return ScreenForm(content) if key == _SCREEN else SentenceForm(content, key)


def _rows(content: Content) -> list[Row]:
    heads, words = sections(content), OwnWords(content)
    offered = f"打招呼时 {len(file_of(content, _FILE, Wording).starters)} 个，网页首屏几组"
    rows = [Row(_SCREEN, _SCREEN, ScreenForm.title, offered, tags=(heads.get(_SCREEN, ""),))]
    for name, sentence in file_of(content, _FILE, Wording):
        if isinstance(sentence, str):
            filled = " ".join(f"{{{each}}}" for each in sorted(words.needed(name)))
            about = " · ".join(filter(None, (heads.get(name, ""), name)))
            rows.append(Row(name, name, sentence, about, filled, (), (heads.get(name, ""),)))
    return rows


def _filters(content: Content) -> Filters:
    return {heading: heading for heading in dict.fromkeys(sections(content).values()) if heading}


KIND = Kind(
    path="wording", file=_FILE, title="机器人自己的话", icon="chat",
    about="按钮、打招呼、追问、没有答案、转人工时说的话。答案本身在记录里改。",
    rows=_rows, form=_form, filters=_filters,
)  # fmt: skip
