"""Everything the bot knows: browsed, searched as the bot searches; and the drafts that would change it."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from nicegui import run, ui

from bot.console.console import Visit
from bot.console.drafting import open_in_draft
from bot.console.forms.kind import Kind
from bot.console.forms.kinds import KINDS
from bot.console.publishing import OUTCOMES, library_of
from bot.console.shell import Page, empty
from bot.desk.hours import SHANGHAI
from bot.storage.revisions import Draft
from kb.matcher import Ranking, Reason
from kb.model import Record


class KnowledgePage:
    """One open page."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.library = library_of(visit.console)

    async def render(self) -> None:
        """Build the page."""
        live = self.visit.console.live
        with ui.row().classes("w-full items-center gap-2"):
            ui.label("知识").classes("title")
            ui.label(f"修订 {live.number}" if live.number else "程序自带的内容").classes("badge")
            if live.trouble:
                ui.label(live.trouble).classes("badge late")
            ui.space()
            ui.button("修订历史", icon="history", on_click=lambda: ui.navigate.to("/revisions")).props(
                "outline no-caps"
            )
            begin = self.visit.deed("editor", "draft begin", self._begin)
            ui.button("新草稿", icon="edit_note", on_click=begin).props("unelevated no-caps")
        self.drafts = ui.column().classes("panel gap-0")
        await self._show_drafts()
        with ui.column().classes("panel gap-2"):
            ui.label("记录以外的内容").classes("heading")
            with ui.row().classes("gap-2"):
                for kind in KINDS:
                    go = self.visit.deed("editor", "draft begin", partial(self._edit_kind, kind))
                    button = ui.button(kind.title, icon=kind.icon, on_click=go).props(
                        "outline dense no-caps padding='xs md'"
                    )
                    button.tooltip(kind.about)
        search = ui.input(placeholder="像用户那样问一句，看会答什么；或者输入标题里的字").classes("w-full")
        search.props("outlined clearable debounce=300 bg-color=white")
        search.on_value_change(lambda event: self._searching(event.value or "")())
        self.found = ui.column().classes("panel gap-0")
        self._show_all("")

    async def _show_drafts(self) -> None:
        drafts = await self.library.drafts()
        self.drafts.clear()
        with self.drafts:
            ui.label("草稿").classes("heading")
            for draft in drafts:
                self._draft(draft)
            if not drafts:
                ui.label("没有草稿。要改知识，就点“新草稿”，或者在下面的记录上点“改”。").classes("muted")

    def _draft(self, draft: Draft) -> None:
        when = draft.changed_at.astimezone(SHANGHAI)
        with ui.row().classes("listed items-center gap-3"):
            ui.link(f"草稿 {draft.id} {draft.title}", f"/drafts/{draft.id}").classes("grow")
            ui.label(f"{draft.author} · {when:%m-%d %H:%M} · 基于修订 {draft.based_on}").classes("muted")
            drop = self.visit.deed("editor", "draft discard", partial(self._discard, draft))
            ui.button("丢弃", on_click=drop).props("flat dense no-caps color=negative")

    async def _begin(self) -> None:
        draft = await self.library.begin_draft(self.visit.actor)
        ui.navigate.to(f"/drafts/{draft.id}")

    async def _discard(self, draft: Draft) -> None:
        with ui.dialog() as dialog, ui.card():
            ui.label(f"丢弃草稿 {draft.id}？里面的改动找不回来。")
            with ui.row().classes("w-full justify-end"):
                ui.button("不丢", on_click=lambda: dialog.submit(None)).props("flat no-caps")
                ui.button("丢弃", on_click=lambda: dialog.submit(True)).props("unelevated no-caps color=negative")
        if await dialog:
            # It may have stood open for hours.
            await self.visit.allowed("editor", "draft discard")
            await self.library.discard(draft, self.visit.actor)
            await self._show_drafts()

    def _searching(self, text: str) -> Callable[[], Awaitable[None]]:
        return self.visit.deed("editor", "knowledge search", partial(self._search, text))

    async def _search(self, text: str) -> None:
        if not text.strip():
            self._show_all("")
            return
        matcher = self.visit.console.base().matcher
        explained = await run.io_bound(matcher.explain, text.strip()[:200])
        if explained is None:
            return
        self.found.clear()
        with self.found:
            self._explain(*explained)
        self._show_all(text.strip(), keep=True)

    def _explain(self, ranking: Ranking, reasons: tuple[Reason, ...]) -> None:
        knowledge = self.visit.console.base().knowledge
        words = " / ".join(ranking.utterance.words)
        ui.label(f"读作：{ranking.utterance.text}（{words}）。结果：{OUTCOMES[ranking.band]}。").classes("muted")
        titles = {record.id: record.title for record in knowledge.records} | {
            each.id: each.title for each in knowledge.topics
        }
        columns: list[dict[str, Any]] = [
            {"name": name, "label": label, "field": name, "align": "left"}
            for name, label in (("chance", "把握"), ("id", "编号"), ("title", "标题"), ("phrasing", "最像的问法"), ("words", "相同的词"), ("views", "各方面的分"))
        ]  # fmt: skip
        rows = [
            {
                "chance": f"{each.chance:.1%}", "id": each.id, "title": titles.get(each.id, ""),
                "phrasing": each.phrasing, "words": " ".join(each.words),
                "views": " ".join(f"{name} {score:.2f}" for name, score in each.views.items()),
            }
            for each in reasons
        ]  # fmt: skip
        ui.table(columns=columns, rows=rows, row_key="id").classes("w-full").props("flat dense wrap-cells")

    def _show_all(self, words: str, *, keep: bool = False) -> None:
        records = self.visit.console.base().knowledge.records
        found = [each for each in records if words in f"{each.id} {each.title} {each.question} {each.answer.short}"]
        if not keep:
            self.found.clear()
        with self.found:
            if not keep or found:
                ui.label(f"记录 {len(found)} 条").classes("heading")
            for record in found:
                self._record(record)
            if not found and not keep:
                empty("menu_book", "还没有记录。")

    def _record(self, record: Record) -> None:
        with ui.row().classes("listed items-center gap-3 no-wrap"):
            with ui.column().classes("grow gap-1 min-w-0"):
                ui.label(f"{record.id} {record.title}").classes("heading")
                ui.label(record.answer.short).classes("muted")
            steps = f" · {len(record.steps)} 步" if record.steps else ""
            ui.label(f"{len(record.phrasings)} 种问法{steps}").classes("muted number gt-xs shrink-0")
            edit = self.visit.deed("editor", "draft begin", partial(self._edit, record))
            ui.button("改", icon="edit", on_click=edit).props("outline dense no-caps padding='xs sm'").classes(
                "shrink-0"
            )

    async def _edit(self, record: Record) -> None:
        title = f"改 {record.id} {record.title}"
        await open_in_draft(self.visit, title, lambda draft: f"/drafts/{draft.id}/records/{record.id}")

    async def _edit_kind(self, kind: Kind) -> None:
        await open_in_draft(self.visit, f"改{kind.title}", lambda draft: kind.list_address(draft.id))


async def _render(visit: Visit) -> None:
    await KnowledgePage(visit).render()


PAGES = (Page("/knowledge", "知识", "menu_book", "editor", _render),)
