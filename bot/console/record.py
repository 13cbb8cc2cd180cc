"""One record of a draft: its fields, steps and phrasings, and beside them what people will see."""

from typing import Any

from nicegui import ui
from pydantic import ValidationError

from bot.console.console import Visit
from bot.console.picture_form import keeper
from bot.console.preview import show_graph, show_preview
from bot.console.publishing import library_of, nothing_there
from bot.console.shell import Page
from bot.console.steps_form import StepsForm
from bot.errors import UsageError
from bot.knowledge import editing
from bot.knowledge.editing import EditError
from bot.storage.revisions import Draft
from kb.model import Answer, Phrasing, Record

_LINES = {"screen": "屏幕上的提示文字", "causes": "可能的原因"}


class RecordPage:
    """One open record."""

    def __init__(self, visit: Visit, draft: Draft, record: Record, titles: dict[str, str]) -> None:
        self.visit = visit
        self.draft = draft
        self.record = record
        self.titles = titles
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
        with ui.row().classes("w-full gap-4 items-start"):
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
            self.related = ui.select(self.titles, value=list(record.related), multiple=True, label="相关的记录")
            self.related.props("outlined dense use-chips").classes("w-full").on_value_change(lambda _: self._look())
        with ui.column().classes("panel gap-2"):
            ui.label("步骤（按住左边的点可以拖动）").classes("heading")
            self.steps = StepsForm(record.steps, self._look, keeper(self.visit, record.id))
        with ui.column().classes("panel gap-2"):
            ui.label(f"问法（{len(record.phrasings)} 种，一行一种）").classes("heading")
            self.phrasings = self._area("", "\n".join(each.text for each in record.phrasings))

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
        old = {each.text: each for each in self.record.phrasings}
        texts = dict.fromkeys(_lines(self.phrasings))
        values = self.record.model_dump() | {
            "title": str(self.title.value or ""),
            "question": str(self.question.value or ""),
            "source": str(self.source.value or ""),
            "related": tuple(self.related.value or ()),
            "steps": self.steps.values(),
            "phrasings": tuple(old.get(text) or Phrasing(text=text) for text in texts),
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
        library = library_of(self.visit.console)
        self.draft = await library.edit(
            self.draft, self.visit.actor, lambda content: editing.put_record(content, record)
        )
        self.dirty = False
        self.state.text = "已保存"
        ui.notify("已保存到草稿。到草稿页看看会改变什么，再发布。", type="positive")


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
    titles = {each.id: f"{each.id} {each.title}" for each in visit.console.base().knowledge.records}
    titles |= {name: name for name in record.related if name not in titles}
    RecordPage(visit, draft, record, titles).render()


PAGES = (Page("/drafts/{number}/records/{record}", "改记录", "menu_book", "editor", _render, menu=False),)
