"""One draft: what can be changed in it, and the way into force."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from nicegui import ui

from bot.console.console import Visit
from bot.console.publishing import Publishing, library_of, nothing_there
from bot.console.shell import Page
from bot.errors import UsageError
from bot.knowledge import editing
from bot.knowledge.content import Content
from bot.knowledge.editing import EditError
from bot.storage.revisions import Draft, Revision

FILES = {
    "contacts.yaml": "电话",
    "places.yaml": "地名",
    "project_types.yaml": "项目类型",
    "lexicon.yaml": "词典",
    "out_of_scope.yaml": "不在范围的话题",
    "intents.yaml": "寒暄和口令",
    "golden.yaml": "检验问题",
    "phrases.yaml": "机器人自己的话",
    "divisions.yaml": "行政区划",
    "editor_notes.yaml": "对原文的备注",
}
_OTHER = "别的文件"


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
                self._files()
        self.publishing = Publishing(self.visit, self.draft, self._published, self._changed)
        await self.publishing.render()

    def _records(self) -> None:
        ui.label("记录").classes("heading")
        titles = {name.removesuffix(".yaml"): self._title(name) for name in self.content.texts if is_record(name)}
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

    def _files(self) -> None:
        ui.label("其他内容").classes("heading")
        ui.label("这些是 YAML 文件，改的时候会检查格式。").classes("muted")
        for name in self.content.texts:
            if not is_record(name):
                ui.link(FILES.get(name, _OTHER) + f"（{name}）", f"/drafts/{self.draft.id}/files/{name}")

    def _title(self, name: str) -> str:
        record_id = name.removesuffix(".yaml")
        try:
            return f"{record_id} {editing.record_of(self.content, record_id).title}"
        except EditError:
            return f"{record_id}（读不出来）"

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

    async def _published(self, _: Revision) -> None:
        ui.navigate.to("/revisions")


def is_record(name: str) -> bool:
    """Whether a file holds a record."""
    return name.startswith(("faq-", "prompt-"))


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
