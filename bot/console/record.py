"""One record of a draft: its fields, steps and phrasings, and beside them what people will see."""

from typing import Any

from nicegui import ui
from pydantic import ValidationError

from bot.console.console import Visit
from bot.console.forms import fields
from bot.console.forms.listing import problem_place, show_problems
from bot.console.phrasings_form import PhrasingsForm
from bot.console.picture_form import keeper
from bot.console.preview import show_graph, show_preview
from bot.console.publishing import library_of, nothing_there
from bot.console.saving import Saving
from bot.console.shell import Page
from bot.console.steps_form import StepsForm
from bot.errors import UsageError
from bot.knowledge import editing
from bot.knowledge.content import Content
from bot.knowledge.editing import EditError
from bot.knowledge.plain import plain
from bot.storage.revisions import Draft
from kb.model import Answer, Record
from kb.yamlfile import Problem

_NONE = ""
_PLACES = {
    "title": "标题", "question": "标准问法", "answer": "回答", "screen": "屏幕上的提示文字", "causes": "可能的原因",
    "related": "相关的记录", "fuller": "说得更全的那条",
}  # fmt: skip
_LINES = {"screen": "屏幕上的提示文字", "causes": "可能的原因"}


class RecordPage:
    """One open record."""

    def __init__(self, visit: Visit, draft: Draft, content: Content, record: Record) -> None:
        self.visit = visit
        self.draft = draft
        self.content = content
        self.record = record
        self.titles = {each: f"{each} {title}" for each, title in editing.titles(content).items() if each != record.id}
        self.dirty = False

    def render(self) -> None:
        """Build the page."""
        record = self.record
        with ui.row().classes("w-full items-center gap-2"):
            ui.link(f"← 草稿 {self.draft.id}", f"/drafts/{self.draft.id}").classes("muted")
            ui.label(f"{record.id} {record.title}").classes("title grow")
            self.state = ui.label().classes("muted").props("aria-live=polite")
            save = ui.button("保存到草稿", icon="save", on_click=self.visit.deed("editor", "draft save", self._save))
            save.props("unelevated no-caps")
        self.saving = Saving(
            self.visit, self.draft, self.content, lambda now: plain(editing.record_of(now, record.id)),
            lambda draft: f"/drafts/{draft.id}/records/{record.id}",
        )  # fmt: skip
        self.trouble = problem_place()
        with ui.row().classes("w-full gap-4 items-start") as whole:
            whole.on("keydown.ctrl.s.prevent", self.visit.deed("editor", "draft save", self._save))
            with ui.column().classes("gap-3").style("flex: 3 1 24rem"):
                self._fields()
            with ui.column().classes("gap-3").style("flex: 2 1 18rem; position: sticky; top: 4.5rem"):
                with ui.column().classes("panel gap-2"):
                    ui.label("用户会看到").classes("heading")
                    self.preview = ui.column().classes("w-full")
                with ui.column().classes("panel gap-2"):
                    ui.label("步骤怎么走").classes("heading")
                    self.graph = ui.column().classes("w-full")
        self._look(changed=False)
        if self.draft.overlay:  # The program's own content has been checked.
            ui.timer(0.1, self._check, once=True)

    def _fields(self) -> None:
        record = self.record
        with ui.column().classes("panel gap-2"):
            self.title = self._input("标题（最多 16 个字）", record.title)
            self.question = self._input("标准问法", record.question)
            self.source = self._input("依据", record.source)
            self.short = self._area("回答：先写结论", record.answer.short)
            self.notes = self._area("补充，一行一条", "\n".join(record.answer.notes))
            self.warnings = self._area("提醒，一行一条", "\n".join(record.answer.warnings))
            self.lists = {
                name: self._area(f"{label}，一行一条", "\n".join(getattr(record, name)))
                for name, label in _LINES.items()
            }
            self.related = fields.choices("相关的记录", self.titles, record.related)
            self.related.on_value_change(lambda _: self._look())
            twins = {_NONE: "没有", **self.titles}
            hint = "两条答同一个问题时，只给用户看更全的那条"
            self.fuller = fields.choice("哪条记录把这个问题说得更全", twins, record.fuller or _NONE, hint=hint)
            self.fuller.on_value_change(lambda _: self._look())
        with ui.column().classes("panel gap-2"):
            ui.label("步骤（按住左边的点可以拖动）").classes("heading")
            onward = {each.id for each in self.visit.console.base().knowledge.records if each.steps}
            records = {each: name for each, name in self.titles.items() if each in onward}
            self.steps = StepsForm(record.steps, self._look, keeper(self.visit, record.id), records=records)
        with ui.column().classes("panel gap-2"):
            ui.label(f"用户怎么问（现在 {len(record.phrasings)} 种）").classes("heading")
            self.phrasings = PhrasingsForm(record.phrasings, self.titles, self._look)

    def _input(self, label: str, value: str) -> Any:
        field = ui.input(label, value=value).props("outlined dense debounce=400").classes("w-full")
        field.on_value_change(lambda _: self._look())
        return field

    def _area(self, label: str, value: str) -> Any:
        field = ui.textarea(label, value=value).props("outlined dense autogrow debounce=400").classes("w-full")
        field.on_value_change(lambda _: self._look())
        return field

    def value(self) -> Record:
        """What was typed. Raises EditError."""
        values = self.record.model_dump() | {
            "title": str(self.title.value or ""),
            "question": str(self.question.value or ""),
            "source": str(self.source.value or ""),
            "related": tuple(self.related.value or ()),
            "steps": self.steps.values(),
            "fuller": self.fuller.value or None,
            "phrasings": self.phrasings.values(),
            **{name: tuple(_lines(field)) for name, field in self.lists.items()},
        }
        try:
            short = str(self.short.value or "")
            values["answer"] = Answer(
                short=short, notes=tuple(_lines(self.notes)), warnings=tuple(_lines(self.warnings))
            )
            return Record.model_validate(values)
        except ValidationError as error:
            names = "、".join(sorted({str(each["loc"][0]) for each in error.errors() if each["loc"]}))
            raise EditError(f"填得不对或者空着：{names}。标题最多 16 个字，标题、问法、依据、回答都不能空。") from error

    def _look(self, *, changed: bool = True) -> None:
        self.dirty = self.dirty or changed
        try:
            record = self.value()
        except EditError as error:
            self.state.text = str(error)
            return
        self.state.text = "有改动还没保存" if self.dirty else ""
        self.preview.clear()
        with self.preview:
            show_preview(record, self.visit.console.base().knowledge.wording)
        self.graph.clear()
        with self.graph:
            show_graph(record)

    async def _save(self) -> None:
        record = self.value()
        await self.saving.save(lambda content: editing.put_record(content, record))
        self.dirty = False
        self.state.text = "已保存"
        left = await self._check()
        if left:
            ui.notify(f"已保存到草稿。整份草稿还有 {left} 处要改好才能发布。", type="warning")
        else:
            ui.notify("已保存到草稿。到草稿页看看会改变什么，再发布。", type="positive")

    async def _check(self) -> int:
        """Show what is wrong with the record; how much is wrong with the draft."""
        checked = await self.saving.check()
        here = [each for each in checked.problems if each.file == f"{self.record.id}.yaml"]
        show_problems(self.trouble, [_told(each) for each in here])
        return len(checked.problems)


def _told(problem: Problem) -> str:
    """A problem, and where it is on this page."""
    part, _, rest = problem.where.partition(".")
    number = rest.partition(".")[0]
    where = f"第 {int(number) + 1} 步" if part == "steps" and number.isdecimal() else _PLACES.get(part, "")
    return f"{where}：{problem.hint}" if where else problem.hint


def _lines(field: Any) -> list[str]:
    return [line.strip() for line in str(field.value or "").splitlines() if line.strip()]


async def _render(visit: Visit) -> None:
    library = library_of(visit.console)
    try:
        draft = await library.draft(visit.number)
        content = await library.draft_content(draft)
        record = editing.record_of(content, str(visit.request.path_params["record"]))
    except UsageError as error:
        nothing_there(str(error))
        return
    RecordPage(visit, draft, content, record).render()


PAGES = (Page("/drafts/{number}/records/{record}", "改记录", "menu_book", "editor", _render, menu=False),)
