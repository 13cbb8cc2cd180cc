"""Everybody's templates for replies, for editors."""

from functools import partial

from nicegui import ui

from bot.console.console import Visit
from bot.console.shell import Page, empty, heading
from bot.storage import workbench

_PLACES = {"person": "称呼", "project": "项目", "phone": "电话", "number": "工单号", "name": "客服姓名"}


class TemplatesPage:
    """One open page."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit

    async def render(self) -> None:
        """Build the page."""
        heading("回复模板", "常说的话存在这里，回工单时一点就插进去。")
        with ui.column().classes("panel gap-2"):
            self.title = ui.input("标题").props("outlined dense maxlength=80").classes("w-full")
            self.text = ui.textarea("内容").props("outlined dense autogrow").classes("w-full")
            with ui.row().classes("w-full items-center gap-2"):
                ui.label("插入时会换成这张工单的：").classes("muted")
                for name, label in _PLACES.items():
                    ui.chip(label, on_click=partial(self._put, name)).props("outline dense color=primary")
            with ui.row().classes("gap-2"):
                save = self.visit.deed("editor", "template", self._save)
                ui.button("保存", icon="save", on_click=save).props("unelevated no-caps")
                drop = self.visit.deed("editor", "template", self._drop)
                ui.button("删除", on_click=drop).props("flat no-caps color=negative")
        self.found = ui.column().classes("panel gap-0")
        await self._show()

    def _put(self, name: str) -> None:
        self.text.value = f"{self.text.value or ''}{{{name}}}"

    async def _save(self) -> None:
        if not str(self.text.value or "").strip():
            ui.notify("先写内容。", type="warning")
            return
        await self._write(str(self.text.value or "").strip())

    async def _drop(self) -> None:
        await self._write("")

    async def _write(self, text: str) -> None:
        title = str(self.title.value or "").strip()[:80]
        if not title:
            ui.notify("先写标题，或者在下面点一条。", type="warning")
            return
        console = self.visit.console
        async with console.database.write() as tx:
            await workbench.save_template(tx, title, text, self.visit.session.username, console.now())
        await self.visit.audit("template", detail=title)
        self.title.value = self.text.value = ""
        await self._show()
        ui.notify("存好了。" if text else "删掉了。", type="positive")

    async def _show(self) -> None:
        async with self.visit.console.database.read() as tx:
            rows = await workbench.templates(tx)
        self.found.clear()
        with self.found:
            for name, words in rows:
                row = ui.column().classes("listed gap-1").props("tabindex=0 role=button")
                for event in ("click", "keydown.enter"):
                    row.on(event, partial(self._edit, name, words))
                with row:
                    ui.label(name).classes("strong")
                    ui.label(words).classes("plain muted")
            if not rows:
                empty("quickreply", "还没有模板。", "在上面写标题和内容，保存后就能在工单里插入。")

    def _edit(self, name: str, words: str) -> None:
        self.title.value, self.text.value = name, words


async def _render(visit: Visit) -> None:
    await TemplatesPage(visit).render()


PAGES = (Page("/templates", "回复模板", "quickreply", "editor", _render),)
