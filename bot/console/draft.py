"""One draft: what can be changed in it, and the way into force."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from nicegui import ui

from bot.console.console import Visit
from bot.console.forms.kinds import KINDS
from bot.console.publishing import Publishing, library_of, nothing_there
from bot.console.shell import Page, opening
from bot.console.source import FILES, OTHER, form_of, is_record
from bot.errors import UsageError
from bot.knowledge import editing
from bot.knowledge.content import Content
from bot.knowledge.editing import EditError
from bot.storage.revisions import Draft, Revision
from kb.yamlfile import Problem


class DraftPage:
    """One open draft."""

    def __init__(self, visit: Visit, draft: Draft, content: Content) -> None:
        self.visit = visit
        self.draft = draft
        self.content = content
        self.library = library_of(visit.console)

    async def render(self) -> None:
        """Build the page."""
        ui.link("← 知识", "/knowledge").classes("muted")
        ui.label(f"草稿 {self.draft.id} {self.draft.title}").classes("title")
        ui.label(
            f"{self.draft.author} 的草稿，基于修订 {self.draft.based_on}。发布之前，用户看到的什么都不变。"
        ).classes("muted")
        with ui.row().classes("w-full gap-4 items-stretch"):
            with ui.column().classes("panel gap-2").style("flex: 1 1 20rem"):
                self._records()
            with ui.column().classes("panel gap-2").style("flex: 1 1 20rem"):
                self._kinds()
        self.publishing = Publishing(self.visit, self.draft, self._published, self._changed, self._mend)
        await self.publishing.render()

    def _records(self) -> None:
        ui.label("记录").classes("heading")
        titles = {each: f"{each} {title}" for each, title in editing.titles(self.content).items()}
        chosen = (
            ui.select(titles, with_input=True, label="选一条").props("outlined dense options-dense").classes("w-full")
        )

        async def drop() -> None:
            if not chosen.value:
                raise EditError("先选一条记录。")
            await self._change(partial(editing.delete_record, record_id=chosen.value))

        with ui.row().classes("gap-2"):
            ui.button("改这条", icon="edit", on_click=lambda: self._open(chosen.value)).props("unelevated no-caps")
            self._button("删除这条", "delete", drop)
        title = ui.input("新记录的标题").props("outlined dense maxlength=16").classes("w-full")

        async def new() -> None:
            taken = await self.library.files_ever()
            name = str(title.value or "").strip()
            record = editing.next_id(self.content, "faq", taken)

            def made(content: Content) -> Content:
                return editing.new_record(content, title=name, question=name, short="（还没写）", taken=taken)[0]

            await self._change(made)
            self._open(record)

        self._button("新写一条", "note_add", new)

    def _kinds(self) -> None:
        ui.label("其他内容").classes("heading")
        with ui.column().classes("w-full gap-0"):
            for kind in KINDS:
                with opening(kind.list_address(self.draft.id)):
                    ui.icon(kind.icon, size="sm").classes("text-primary")
                    with ui.column().classes("grow gap-0 min-w-0"):
                        ui.label(kind.title).classes("heading")
                        ui.label(kind.about).classes("muted")
                    ui.icon("chevron_right").classes("muted")
        with ui.expansion("原文（YAML 文件，给熟悉格式的人）").classes("w-full").props("dense"):
            for name in self.content.texts:
                if not is_record(name):
                    ui.link(f"{FILES.get(name, OTHER)}（{name}）", f"/drafts/{self.draft.id}/files/{name}").classes(
                        "block"
                    )

    def _open(self, record_id: Any) -> None:
        if record_id:
            ui.navigate.to(f"/drafts/{self.draft.id}/records/{record_id}")

    def _button(self, label: str, icon: str, do: Callable[[], Awaitable[None]]) -> None:
        ui.button(label, icon=icon, on_click=self.visit.deed("editor", "draft save", do)).props("outline no-caps")

    async def _change(self, change: Callable[[Content], Content]) -> None:
        self.draft = await self.library.edit(self.draft, self.visit.actor, change)
        self.content = await self.library.draft_content(self.draft)
        await self.publishing.refresh(self.draft)

    async def _changed(self, draft: Draft) -> None:
        self.draft = draft
        self.content = await self.library.draft_content(draft)

    def _mend(self, problem: Problem) -> str:
        return form_of(problem.file, self.draft.id) or f"/drafts/{self.draft.id}/files/{problem.file}"

    async def _published(self, _: Revision) -> None:
        ui.navigate.to("/revisions")


async def _render(visit: Visit) -> None:
    library = library_of(visit.console)
    try:
        draft = await library.draft(visit.number)
        content = await library.draft_content(draft)
    except UsageError as error:
        nothing_there(str(error))
        return
    await DraftPage(visit, draft, content).render()


PAGES = (Page("/drafts/{number}", "草稿", "edit_note", "editor", _render, menu=False),)
