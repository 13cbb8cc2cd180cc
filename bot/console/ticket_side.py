"""Beside a ticket's conversation: who and where, what the bot tried, what may help, files, other tickets, the story."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from nicegui import ui

from bot.console.console import Visit
from bot.console.door import is_picture
from bot.console.gate import PREFIX
from bot.desk.hours import SHANGHAI
from bot.desk.lifecycle import STATUS_NAMES
from bot.desk.overview import CHANNEL_NAMES, OUTCOME_NAMES
from bot.storage.tickets import Case
from bot.storage.workbench import Tried
from handlers.answer import card
from handlers.contacts import line
from handlers.message import Reply
from handlers.plain import plain_text
from kb.base import KnowledgeBase
from kb.matcher import Chance
from kb.model import Record
from kb.routing import Site

_SUGGESTED = 3
_LEAST = 0.02
_SURE = ("answer", "choices")
"""Outcomes in which a record was likely so or so; a step follows from the one before, and who knows nothing is not sure of it."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """Records that may answer the ticket's question, likeliest first, and the telephone lines of its site."""

    records: tuple[Chance, ...] = ()
    contacts: tuple[str, ...] = ()


def suggested(base: KnowledgeBase, case: Case) -> Suggested:
    """What may help. Takes some ten milliseconds."""
    ranking = base.matcher.rank(case.question or "")
    # An editor may have taken a kind of works out since.
    kinds = tuple(each for each in case.project_types if each in base.knowledge.project_type)
    site = Site(types=kinds).corrected(base.router.hear(ranking.utterance))
    contacts = case.contacts or (base.router.route(site).contacts if site.known else ())
    return Suggested(tuple(each for each in ranking.records[:_SUGGESTED] if each.chance >= _LEAST), contacts)


def words_of(record: Record, base: KnowledgeBase) -> str:
    """A record as an agent sends it."""
    return plain_text(Reply("answer", (card(record),)), base.knowledge.wording)


class Side:
    """The panels. ``put``: adds to what the agent writes; ``merge``: makes this ticket part of another."""

    def __init__(
        self,
        visit: Visit,
        place: ui.column,
        guess: Suggested,
        put: Callable[[str], None],
        merge: Callable[[int], Awaitable[None]],
    ) -> None:
        self._visit, self._guess, self._put, self._merge = visit, guess, put, merge
        with place:
            self._facts, self._tried, self._help, self._files, self._same, self._story = (
                ui.column().classes("panel gap-2") for _ in range(6)
            )
            self.foot = ui.row().classes("w-full")
        self._show_help()

    def show(self, case: Case, files: Sequence[Any], tried: Sequence[Tried], same: Sequence[Case], story: str) -> None:
        """Everything as it is now."""
        for panel in (self._facts, self._tried, self._files, self._same, self._story):
            panel.clear()
        self._show_facts(case)
        self._show_tried(case, tried)
        self._show_files(files)
        self._show_same(same)
        with self._story:
            ui.label("经过").classes("heading")
            for each in story.splitlines():
                ui.label(each).classes("muted")

    def hide(self) -> None:
        """Nothing any more."""
        for panel in (self._facts, self._tried, self._help, self._files, self._same, self._story):
            panel.clear()
            panel.set_visibility(False)

    def _show_facts(self, case: Case) -> None:
        types = self._visit.console.base().knowledge.project_type
        kinds = "、".join(types[each].name if each in types else each for each in case.project_types)
        where = CHANNEL_NAMES.get(case.channel, case.channel)
        pairs = (
            ("渠道", f"{where}（群里）" if case.group else where), ("称呼", case.person), ("电话", case.phone),
            ("项目", case.project), ("类型", kinds), ("地区", case.district),
        )  # fmt: skip
        with self._facts:
            ui.label("用户和工地").classes("heading")
            ui.label(case.question or "（内容已清除）").classes("plain")
            with ui.element("dl").classes("pairs"):
                for label, value in pairs:
                    with ui.element("dt"):
                        ui.label(label)
                    with ui.element("dd"):
                        ui.label(value or "没说").classes("" if value else "muted")

    def _show_tried(self, case: Case, tried: Sequence[Tried]) -> None:
        record = self._visit.console.base().knowledge.record

        def titles(ids: Sequence[str]) -> str:
            return "、".join(record[name].title for name in ids if name in record)

        with self._tried:
            ui.label("机器人试过").classes("heading")
            for each in tried:
                with ui.column().classes("w-full gap-0"):
                    when = each.at.astimezone(SHANGHAI)
                    # A button's words are followed by what it points to.
                    words = (each.text or "（内容已清除）").partition(" #")[0]
                    ui.label(f"“{words}”").classes("ellipsis w-full")
                    walked = f"带着做了 {each.steps} 步" if each.steps else ""
                    name = "" if each.outcome == "steps" else OUTCOME_NAMES[each.outcome]
                    parts = (f"{when:%H:%M}", name, titles(each.records), walked)
                    with ui.row().classes("w-full no-wrap items-baseline gap-2"):
                        ui.label(" · ".join(filter(None, parts))).classes("muted grow")
                        if each.outcome in _SURE:
                            ui.label(f"把握 {each.confidence:.0%}").classes("muted number")
            if not tried:
                earlier = titles(case.tried)
                ui.label(f"答过：{earlier}" if earlier else "什么也没试，用户直接要了人工。").classes("muted")

    def _show_help(self) -> None:
        base = self._visit.console.base()
        with self._help:
            ui.label("可能用得上").classes("heading")
            for each in self._guess.records:
                record = base.knowledge.record[each.id]
                self._offer(record.title, f"{each.chance:.0%}", record.answer.short, words_of(record, base))
            for name in self._guess.contacts:
                if name in base.knowledge.contact:
                    found = line(base.knowledge.contact[name])
                    phones = "、".join(found.phones)
                    self._offer(found.label, "对口电话", phones, f"{found.label}：{phones}")
            if not self._guess.records and not self._guess.contacts:
                ui.label("没有相近的知识。解决以后，可以请编辑把它写成一条。").classes("muted")

    def _offer(self, title: str, mark: str, text: str, words: str) -> None:
        with ui.row().classes("w-full no-wrap items-center gap-2 offer"):
            with ui.column().classes("grow gap-0 min-w-0"):
                ui.label(f"{title} · {mark}")
                ui.label(text).classes("muted ellipsis w-full")
            insert = ui.button("插入", on_click=partial(self._put, words)).props("outline dense no-caps")
            insert.props(f'aria-label="插入：{title}"')

    def _show_files(self, files: Sequence[Any]) -> None:
        self._files.set_visibility(bool(files))
        with self._files:
            ui.label("图片和文件").classes("heading")
            with ui.row().classes("w-full gap-2"):
                for row in files:
                    self._file(row)

    def _file(self, row: Any) -> None:
        name, address = row.name or row.kind, f"/file/{row.id}"
        if not row.path:
            ui.label(f"{name}（没有取来）").classes("muted")
            return
        link = ui.link("" if is_picture(row.path) else name, address, new_tab=True).props("rel=noopener")
        if is_picture(row.path):
            with link:
                shown = ui.element("img").classes("thumb").props("loading=lazy")
                shown.props["src"], shown.props["alt"] = f"{PREFIX}{address}", name

    def _show_same(self, same: Sequence[Case]) -> None:
        self._same.set_visibility(bool(same))
        with self._same:
            ui.label("这位用户的其他工单").classes("heading")
            for each in same:
                with ui.row().classes("w-full no-wrap items-center gap-2"):
                    with ui.column().classes("grow gap-0 min-w-0"):
                        ui.link(f"工单 {each.number} · {STATUS_NAMES[each.status]}", f"/tickets/{each.number}")
                        ui.label(each.question or "（内容已清除）").classes("muted ellipsis w-full")
                    join = ui.button("并入", on_click=partial(self._merge, each.number)).props("outline dense no-caps")
                    join.props(f'aria-label="并入工单 {each.number}"')
