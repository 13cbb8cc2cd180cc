"""All things of one kind in a draft: found by their words, some at a time, those with problems marked."""

import asyncio
from collections.abc import Sequence

from nicegui import ui

from bot.console.console import Visit
from bot.console.forms.kind import Kind, Row, is_at
from bot.console.publishing import library_of
from bot.console.shell import empty, opening
from bot.knowledge.content import Content
from bot.storage.revisions import Draft
from kb.yamlfile import Problem

_AT_ONCE = 30
_MOST_HITS = 6


class Listing:
    """One open list."""

    def __init__(self, visit: Visit, kind: Kind, draft: Draft, content: Content, rows: Sequence[Row]) -> None:
        self.visit, self.kind, self.draft, self.content, self.rows = visit, kind, draft, content, rows
        self.problems: Sequence[Problem] = ()
        self.words, self.tag, self.shown = "", "", _AT_ONCE

    async def render(self) -> None:
        """Build the page."""
        heading(self.kind, self.draft)
        with ui.row().classes("w-full items-center gap-2"):
            search = ui.input(placeholder="搜索", on_change=lambda event: self._choose("words", event.value))
            search.props("outlined dense clearable debounce=250 bg-color=white aria-label=搜索").style(
                "flex: 1 1 12rem"
            )
            with search.add_slot("prepend"):
                ui.icon("search")
            if self.kind.filters:
                options = {"": "全部", **await asyncio.to_thread(self.kind.filters, self.content)}
                chosen = ui.select(
                    options, value="", label="只看", on_change=lambda event: self._choose("tag", event.value)
                )
                chosen.props("outlined dense options-dense bg-color=white").style("flex: 1 1 10rem; max-width: 22rem")
            for label, key in self.kind.new.items():
                target = self.kind.address(self.draft.id, key)
                ui.button(label, icon="add", on_click=lambda target=target: ui.navigate.to(target)).props(
                    "unelevated no-caps"
                )
        self.trouble = problem_place()
        self.list = ui.column().classes("panel gap-0")
        self.more = ui.button(on_click=self._further).props("flat no-caps").classes("self-center")
        self._show()
        if self.draft.overlay:  # The program's own content has been checked.
            ui.timer(0.1, self._check, once=True)

    def _choose(self, name: str, value: str | None) -> None:
        setattr(self, name, value or "")
        self.shown = _AT_ONCE
        self._show()

    def _further(self) -> None:
        self.shown += _AT_ONCE
        self._show()

    async def _check(self) -> None:
        checked = await library_of(self.visit.console).check(self.draft)
        self.problems = [each for each in checked.problems if each.file == self.kind.file]
        elsewhere = [each for each in self.problems if not any(is_at(each.where, row.where) for row in self.rows)]
        show_problems(self.trouble, [each.hint for each in elsewhere])
        if self.problems and not self.list.is_deleted:
            self._show()

    def _show(self) -> None:
        wanted = self.words.strip().lower()
        found = [
            row for row in self.rows if (not self.tag or self.tag in row.tags) and (not wanted or wanted in _whole(row))
        ]
        # What has to be mended comes first; the rest keeps its order.
        found.sort(key=lambda row: not self._troubles(row))
        self.list.clear()
        with self.list:
            for row in found[: self.shown]:
                self._row(row, wanted)
            if not found and self.rows:
                empty("search_off", "没有找到。", "换个说法，或者清掉上面的条件。")
            elif not found:
                empty(self.kind.icon, "这里还没有内容。", "点上面的按钮添加第一条。" if self.kind.new else "")
        left = len(found) - self.shown
        self.more.set_visibility(left > 0)
        self.more.text = f"再看 {min(left, _AT_ONCE)} 条（还有 {left} 条）"

    def _row(self, row: Row, wanted: str) -> None:
        with opening(self.kind.address(self.draft.id, row.key)):
            with ui.column().classes("grow gap-1 min-w-0"):
                ui.label(row.title).classes("heading")
                if row.about:
                    ui.label(row.about).classes("muted two-lines")
                hits = [word for word in row.words if wanted and wanted in word.lower()]
                if hits and wanted not in row.title.lower():
                    more = f" 等 {len(hits)} 个" if len(hits) > _MOST_HITS else ""
                    ui.label(f"有：{'、'.join(hits[:_MOST_HITS])}{more}").classes("text-primary text-sm")
                for problem in self._troubles(row):
                    ui.label(problem.hint).classes("badge late wrapped")
                if row.badge:
                    ui.label(row.badge).classes("badge done wrapped lt-sm self-start")
            if row.badge:
                ui.label(row.badge).classes("badge done gt-xs")
            ui.icon("chevron_right").classes("muted")

    def _troubles(self, row: Row) -> list[Problem]:
        return [each for each in self.problems if is_at(each.where, row.where)]


def heading(kind: Kind, draft: Draft, title: str = "") -> None:
    """The way back, and what this page is: all of a kind, or one of it (``title``)."""
    with ui.row().classes("w-full items-center gap-2"):
        ui.link(f"← 草稿 {draft.id}", f"/drafts/{draft.id}").classes("muted")
        if title:
            ui.label("/").classes("muted")
            ui.link(kind.title, kind.list_address(draft.id)).classes("muted")
        ui.space()
        ui.link("原文", kind.source_address(draft.id)).classes("muted").tooltip("整个 YAML 文件，给熟悉格式的人")
    with ui.column().classes("gap-1"):
        ui.label(title or kind.title).classes("title")
        if not title:
            ui.label(kind.about).classes("muted")


def problem_place() -> ui.column:
    """Where ``show_problems`` puts them; takes no room while there are none."""
    place = ui.column().classes("w-full gap-1").props("aria-live=polite")
    place.set_visibility(False)
    return place


def show_problems(place: ui.column, hints: Sequence[str]) -> None:
    """What has to be mended, a line each."""
    if place.is_deleted:
        return  # The check takes a second or two, and the page may be gone.
    place.clear()
    place.set_visibility(bool(hints))
    with place:
        for hint in hints:
            ui.label(hint).classes("badge late wrapped")


def _whole(row: Row) -> str:
    return "\n".join((row.key, row.title, row.about, *row.words)).lower()
