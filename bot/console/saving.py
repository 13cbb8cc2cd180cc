"""From a form into its draft: nothing that was typed is lost where the draft was changed meanwhile, or is gone."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from difflib import unified_diff
from typing import Any

from nicegui import ui

from bot.console.console import Visit
from bot.console.publishing import library_of
from bot.knowledge.content import Content
from bot.knowledge.outcomes import Checked, NoSuchError, StaleDraftError
from bot.knowledge.parts import Edit, EditError
from bot.knowledge.splicing import written
from bot.storage.revisions import Draft

Part = Callable[[Content], Any]


class UnsavedError(EditError):
    """It was not saved, and what can be done about it stands beside the form."""


class Saving:
    """The draft that one form writes to.

    ``part`` gives what the form changes, as plain data, or raises EditError where it is not there; two windows that change
    different parts of a draft do not hinder each other. ``address`` gives the form's own page in a draft.
    """

    def __init__(
        self, visit: Visit, draft: Draft, content: Content, part: Part, address: Callable[[Draft], str]
    ) -> None:
        self.draft, self.content = draft, content
        self._visit, self._part, self._address = visit, part, address
        self._library = library_of(visit.console)
        self._told = ui.column().classes("w-full gap-2").props("aria-live=polite")
        self._told.set_visibility(False)

    async def save(self, edit: Edit) -> None:
        """Apply the edit. Raises EditError; UnsavedError where the answer stands on the page."""
        self._told.clear()
        self._told.set_visibility(False)
        try:
            await self._still()
            await self._apply(edit)
        except StaleDraftError:
            await self._again(edit)
        except NoSuchError as error:
            self._offer_new(edit)
            raise UnsavedError(f"没有保存：{error}。你填的都还在。") from error

    async def check(self) -> Checked:
        """What is wrong with the whole draft."""
        return await self._library.check(self.draft)

    async def _apply(self, edit: Edit) -> None:
        self.draft = await self._library.edit(self.draft, self._visit.actor, edit)
        self.content = await self._library.draft_content(self.draft)

    async def _still(self) -> None:
        """Raises NoSuchError where the draft is gone, also where SQLite has given its number to another one."""
        if (await self._library.draft(self.draft.id)).created_at != self.draft.created_at:
            raise NoSuchError(f"草稿 {self.draft.id} 已经发布或者丢弃了")

    async def _again(self, edit: Edit) -> None:
        """The draft was changed in another window: elsewhere, or just here."""
        newest = await self._library.draft(self.draft.id)
        content = await self._library.draft_content(newest)
        mine, theirs = await asyncio.to_thread(lambda: (_of(self._part, self.content), _of(self._part, content)))
        if mine != theirs:
            self._offer_both(edit, newest, content, _changes(mine, theirs))
            raise UnsavedError("没有保存：别的窗口刚改过同一处。你填的都还在，请选留下哪个。")
        self.draft, self.content = newest, content
        await self._apply(edit)
        ui.notify("这份草稿在别的窗口里也改过，两边的改动都在。", type="info")

    def _offer_both(self, edit: Edit, newest: Draft, content: Content, changes: Sequence[str]) -> None:
        async def mine() -> None:
            self.draft, self.content = newest, content
            await self._apply(edit)
            self._arrive("已保存你填的。")

        self._told.set_visibility(True)
        with self._told, ui.column().classes("panel gap-2").props("role=alert"):
            ui.label("别的窗口刚改过同一处").classes("badge late")
            ui.label("那边改了：").classes("muted")
            with ui.column().classes("gap-0"):
                for line in changes:
                    colour = "text-positive" if line.startswith("+") else "text-negative"
                    ui.label(line).classes(f"plain text-xs font-mono {colour}")
            with ui.row().classes("gap-2"):
                self._button("用我填的", mine)
                ui.button("用那边的，丢掉我填的", on_click=lambda: ui.navigate.to(self._address(newest))).props(
                    "flat no-caps"
                )
        self._bring_into_view()

    def _offer_new(self, edit: Edit) -> None:
        async def another() -> None:
            draft = await self._library.begin_draft(self._visit.actor, self.draft.title)
            self.draft = draft
            await self._apply(edit)
            self._arrive(f"已存进新草稿 {draft.id}。")

        self._told.set_visibility(True)
        with self._told, ui.column().classes("panel gap-2").props("role=alert"):
            ui.label(f"草稿 {self.draft.id} 已经发布或者丢弃了").classes("badge late")
            ui.label("你填的都还在。可以存进一份新草稿，接着改。").classes("muted")
            with ui.row():
                self._button("存进新草稿", another)
        self._bring_into_view()

    def _bring_into_view(self) -> None:
        ui.run_javascript(f"getHtmlElement({self._told.id}).scrollIntoView({{block: 'center'}})")

    def _arrive(self, text: str) -> None:
        # Not cleared: the button that was pressed is in it.
        self._told.set_visibility(False)
        ui.notify(text, type="positive")
        ui.navigate.to(self._address(self.draft))

    def _button(self, label: str, do: Callable[[], Awaitable[None]]) -> None:
        ui.button(label, on_click=self._visit.deed("editor", "draft save", do)).props("unelevated no-caps")


def _of(part: Part, content: Content) -> Any:
    """The part; None where it is not there."""
    try:
        return part(content)
    except EditError:
        return None


def _changes(mine: Any, theirs: Any) -> list[str]:
    """The lines that somebody else has taken out and put in since this form was opened."""
    if theirs is None:
        return ["-（删除了）"]
    before, now = ((each if isinstance(each, str) else written(each)).splitlines() for each in (mine or "", theirs))
    lines = unified_diff(before, now, n=0, lineterm="")
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]
