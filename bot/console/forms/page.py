"""The page of one thing: its fields, what is wrong with it, saving and deleting. And the pages of a kind."""

import asyncio
from collections.abc import Sequence

from nicegui import ui

from bot.console.console import Visit
from bot.console.forms.kind import Form, Kind, is_at
from bot.console.forms.listing import Listing, heading, problem_place, show_problems
from bot.console.publishing import library_of, nothing_there
from bot.console.saving import Saving
from bot.console.shell import Page
from bot.errors import UsageError
from bot.knowledge.content import Content
from bot.storage.revisions import Draft
from kb.yamlfile import Problem

_SAVED, _JUST_SAVED = "已保存到草稿", "saved"


class FormPage:
    """One open form."""

    def __init__(self, visit: Visit, kind: Kind, draft: Draft, content: Content, form: Form) -> None:
        self.visit, self.kind, self.form = visit, kind, form
        self.key = visit.request.query_params.get("item", "")
        self._began = (draft, content)

    def render(self) -> None:
        """Build the page."""
        draft, content = self._began
        heading(self.kind, draft, self.form.title)
        with ui.column().classes("panel gap-4") as panel:
            self.trouble = problem_place()
            self.form.render(self._changed)
            self.saving = Saving(
                self.visit, draft, content, self.form.part, lambda draft: self.kind.address(draft.id, self.form.key())
            )
            with ui.row().classes("actions w-full items-center gap-2"):
                save = self.visit.deed("editor", "draft save", self._save)
                ui.button("保存到草稿", icon="save", on_click=save).props(
                    "unelevated no-caps title=Ctrl+S aria-keyshortcuts=Control+S"
                )
                told = _SAVED if _JUST_SAVED in self.visit.request.query_params else ""
                self.state = ui.label(told).classes("muted grow").props("aria-live=polite")
                if self.form.where and self.form.deletion():
                    drop = self.visit.deed("editor", "draft save", self._delete)
                    ui.button("删除", icon="delete", on_click=drop).props("flat no-caps color=negative")
        panel.on("keydown.ctrl.s.prevent", save)
        with ui.row().classes("w-full items-center gap-3"):
            ui.link("到草稿页看看会改变什么，然后发布 →", f"/drafts/{draft.id}").classes("muted")
        if draft.overlay:  # The program's own content has been checked.
            ui.timer(0.1, self._check, once=True)

    def _changed(self) -> None:
        self.state.text = "有改动还没保存"

    async def _save(self) -> None:
        await self.saving.save(self.form.edit())
        self.state.text = _SAVED
        if self.kind.anew or self.form.key() != self.key:
            ui.navigate.to(f"{self.kind.address(self.saving.draft.id, self.form.key())}&{_JUST_SAVED}=1")
            return
        left = await self._check()
        if left:
            ui.notify(f"已保存到草稿。整份草稿还有 {left} 处要改好才能发布。", type="warning")
        else:
            ui.notify("已保存到草稿，检查没有问题。", type="positive")

    async def _delete(self) -> None:
        doomed = self.form.deletion()
        if doomed is None:
            return
        text, edit = doomed
        with ui.dialog() as dialog, ui.card():
            ui.label(text).classes("plain")
            with ui.row().classes("w-full justify-end"):
                ui.button("不删", on_click=lambda: dialog.submit(None)).props("flat no-caps")
                ui.button("删除", on_click=lambda: dialog.submit(True)).props("unelevated no-caps color=negative")
        if await dialog:
            await self.saving.save(edit)
            ui.navigate.to(self.kind.list_address(self.saving.draft.id))

    async def _check(self) -> int:
        """Show what is wrong with this thing; how much is wrong with the draft."""
        checked = await self.saving.check()
        here: Sequence[Problem] = [
            each for each in checked.problems if each.file == self.kind.file and is_at(each.where, self.form.where)
        ]
        show_problems(self.trouble, [each.hint for each in here])
        return len(checked.problems)


def page_of(kind: Kind) -> Page:
    """The list of a kind, and with ``?item=`` in the address the form of one."""

    async def render(visit: Visit) -> None:
        library = library_of(visit.console)
        key = visit.request.query_params.get("item")
        try:
            draft = await library.draft(visit.number)
            content = await library.draft_content(draft)
            if key is None:
                rows = await asyncio.to_thread(kind.rows, content)
            else:
                form = await asyncio.to_thread(kind.form, content, key)
        except UsageError as error:
            nothing_there(str(error))
            if kind.file in str(error):
                ui.link(f"到原文里改好 {kind.file}", kind.source_address(visit.number)).classes("self-center")
            return
        if key is None:
            await Listing(visit, kind, draft, content, rows).render()
        else:
            FormPage(visit, kind, draft, content, form).render()

    return Page(f"/drafts/{{number}}/{kind.path}", kind.title, kind.icon, "editor", render, menu=False)
