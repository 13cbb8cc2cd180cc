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
        ui.label(f"{self.draft.author} 的草稿，基于{_based(self.draft)}。发布之前，用户看到的什么都不变。").classes(
            "muted"
        )
        with ui.row().classes("w-full gap-4 items-stretch"):
            with ui.column().classes("panel gap-2").style("flex: 1 1 20rem; width: auto"):
                self._records()
            with ui.column().classes("panel gap-2").style("flex: 1 1 20rem; width: auto"):
                self._new_record()
        with ui.column().classes("panel gap-2"):
            self._kinds()
        self.publishing = Publishing(self.visit, self.draft, self._published, self._changed, self._mend)
        await self.publishing.render()

    def _records(self) -> None:
        ui.label("改一条记录").classes("heading")
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

    def _new_record(self) -> None:
        ui.label("写一条新记录").classes("heading")
        title = ui.input("标题，最多 16 个字").props("outlined dense maxlength=16").classes("w-full")

        async def new() -> None:
            name = str(title.value or "").strip()
            if not name:
                raise EditError("先写标题，像“修改考勤地址”。")
            taken = await self.library.files_ever()
            record = editing.next_id(self.content, "faq", taken)

            def made(content: Content) -> Content:
                return editing.new_record(content, title=name, question=name, short="（还没写）", taken=taken)[0]

            await self._change(made)
            self._open(record)

        with ui.row():
            self._button("新写一条", "note_add", new)

    def _kinds(self) -> None:
        ui.label("其他内容").classes("heading")
        with ui.element("div").classes("kinds w-full"):
            for kind in KINDS:
                with opening(kind.list_address(self.draft.id)):
                    ui.icon(kind.icon, size="sm").classes("text-primary")
                    with ui.column().classes("grow gap-0 min-w-0"):
                        ui.label(kind.title).classes("heading")
                        ui.label(kind.about).classes("muted")
                    ui.icon("chevron_right").classes("muted")
        with (
            ui.expansion("原文（YAML 文件，给熟悉格式的人）").classes("w-full").props("dense"),
            ui.column().classes("gap-1"),
        ):
            for name in self.content.texts:
                if not is_record(name):
                    ui.link(f"{FILES.get(name, OTHER)}（{name}）", f"/drafts/{self.draft.id}/files/{name}")

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

    def _mend(self, problem: Problem) -> tuple[str, str]:
        name = FILES.get(problem.file, problem.file.removesuffix(".yaml"))
        address = form_of(problem.file, self.draft.id) or f"/drafts/{self.draft.id}/files/{problem.file}"
        return f"{name}：{problem.hint}", address

    async def _published(self, _: Revision) -> None:
        ui.navigate.to("/revisions")


def _based(draft: Draft) -> str:
    return f"修订 {draft.based_on}" if draft.based_on else "程序自带的内容"


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
