"""Figures over a chosen time, channel and group: tiles, charts, and the same as files."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from functools import partial
from typing import Any, TypeVar

from nicegui import ui
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.accounts.roles import may
from bot.console import charts
from bot.console.console import StoppedError, Visit
from bot.console.shell import Page, empty, heading
from bot.console.tiles import show_tiles
from bot.console.unanswered import STATES
from bot.desk.overview import CHANNEL_NAMES
from bot.figures import desk, questions
from bot.figures.export import as_csv, as_excel
from bot.figures.page import figures
from bot.figures.period import Period, last_days
from bot.figures.values import SHEETS, AgentFigures, Names, RecordFigures, RevisionFigures, Slot, sheets
from bot.storage import revisions

T = TypeVar("T")
_SPANS = {7: "7 天", 30: "30 天", 90: "90 天", 365: "一年"}
_LONGEST = 1100
_MOST_BARS = 12
_PARTS = {
    "提问": (
        "每天的消息和人数", "每天的问题怎样结束（条）", "什么时候有人问（星期和钟点）", "什么时候没答上（星期和钟点）",
        "每天的反馈（条）",
    ),
    "知识": ("回答最多的记录（次）", "没答上最多的问题（次）", "每个修订回答得怎样（占问题的百分比）"),
    "工单和客服": (
        "每天新开和解决的工单（张）", "首次回复和解决用了多久（张）", "地区（张）", "项目类型（张）", "客服忙不忙",
    ),
}  # fmt: skip
"""The panels, in the order in which they are filled."""
_ANYWHERE, _PRIVATE = "*", ""
_TALL = "height: 22rem"
_CHART = "width: 100%; height: 17rem"


class FiguresPage:
    """One open page. ``period``: what it shows now."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.period = last_days(30, visit.console.now())

    async def render(self) -> None:
        """Build the page."""
        heading("数据", "所有数都从提问记录和工单里算出来，可以按时间、渠道和群看。")
        places = await self._of(questions.places)
        with ui.row().classes("w-full items-center gap-2"):
            ui.toggle(_SPANS, value=30, on_change=self._span).props(
                "no-caps unelevated toggle-color=primary dense padding='xs md'"
            )
            self.first = self._day("从", self.period.first)
            self.last = self._day("到", self.period.last)
            channels = {_ANYWHERE: "全部渠道"} | {name: CHANNEL_NAMES.get(name, name) for name in places.channels}
            self.channel = ui.select(channels, value=_ANYWHERE, on_change=self._choose)
            keys = sorted({key for _, key in places.groups})
            groups = {_ANYWHERE: "群和私聊", _PRIVATE: "只看私聊"} | {key: f"群 {key}" for key in keys if key}
            self.group = ui.select(groups, value=_ANYWHERE, on_change=self._choose)
            for each in (self.channel, self.group):
                each.props("outlined dense options-dense")
            ui.space()
            with ui.dropdown_button("导出", icon="download", auto_close=True).props("outline no-caps"):
                ui.item("Excel（全部表格）", on_click=self._deed(self._excel))
                for place, name in enumerate(SHEETS):
                    ui.item(f"CSV：{name}", on_click=self._deed(partial(self._csv, place)))
        self.body = ui.column().classes("w-full gap-4 items-stretch")
        await self.show()

    def _day(self, label: str, value: date) -> Any:
        field = ui.date_input(label, value=value.isoformat()).props("outlined dense").classes("w-40")
        field.on_value_change(self._choose)
        return field

    async def _span(self, event: Any) -> None:
        chosen = last_days(int(event.value), self.visit.console.now())
        self.first.value, self.last.value = chosen.first.isoformat(), chosen.last.isoformat()
        await self._choose()

    async def _choose(self, *_: Any) -> None:
        try:
            first, last = date.fromisoformat(self.first.value or ""), date.fromisoformat(self.last.value or "")
        except ValueError:
            # Not yet typed to its end.
            return
        if first > last or (last - first).days >= _LONGEST:
            ui.notify("开始的日期要在结束之前，最多看三年。", type="warning")
            return
        channel, group = self.channel.value, self.group.value
        wanted = Period(first, last, None if channel == _ANYWHERE else channel, None if group == _ANYWHERE else group)
        if wanted != self.period:
            self.period = wanted
            await self.show()

    async def show(self) -> None:
        """Every panel as soon as its figures are there."""
        try:
            await self.visit.allowed("agent", "figures")
        except StoppedError as error:
            self.body.clear()
            with self.body:
                empty("logout", str(error))
            return
        self.body.clear()
        with self.body:
            tiles = ui.row().classes("tiles")
            panels = {part: self._part(part, titles) for part, titles in _PARTS.items()}
        by_day, outcomes, asked, stuck, feedback = panels["提问"]
        records, missed, quality = panels["知识"]
        tickets, spells, districts, types, agents = panels["工单和客服"]

        async def days() -> None:
            found = await self._of(questions.days)
            self._chart(by_day, charts.traffic(found), any(each.messages for each in found))
            self._chart(outcomes, charts.outcomes(found), any(each.messages for each in found))
            self._chart(feedback, charts.feedback(found), any(each.helped + each.unhelped for each in found))

        async def hours() -> None:
            found = await self._of(questions.hours)
            self._hours(asked, found, stuck=False)
            self._hours(stuck, found, stuck=True)

        async def of_tickets() -> None:
            totals, before, found = await asyncio.gather(
                self._of(questions.totals), self._of(questions.totals, self.period.before), self._of(desk.tickets)
            )
            show_tiles(tiles, totals, before, found)
            self._chart(tickets, charts.tickets(found.days), any(each.opened or each.solved for each in found.days))
            self._chart(spells, charts.spells(found.within), any(each.replied or each.solved for each in found.within))
            self._named(districts, found.districts, str)
            self._named(types, found.project_types, self._project_type)

        parts: list[Callable[[], Awaitable[None]]] = [
            of_tickets, days, hours,
            partial(self._records, records), partial(self._missed, missed), partial(self._agents, agents),
            partial(self._quality, quality),
        ]  # fmt: skip
        await asyncio.gather(*(part() for part in parts))

    async def _of(self, reckon: Callable[[AsyncConnection, Period], Awaitable[T]], period: Period | None = None) -> T:
        async with self.visit.console.database.read() as tx:
            return await reckon(tx, period or self.period)

    def _part(self, name: str, titles: Sequence[str]) -> list[ui.column]:
        ui.label(name).classes("part").props("role=heading aria-level=2")
        with ui.element("div").classes("charts"):
            return [self._panel(title) for title in titles]

    def _panel(self, title: str) -> ui.column:
        with ui.column().classes("panel gap-2"):
            ui.label(title).classes("heading")
            inner = ui.column().classes("w-full gap-2").style("min-height: 4rem")
            with inner:
                ui.skeleton().classes("w-full h-24")
        return inner

    def _chart(self, place: ui.column, option: charts.Option, filled: bool, style: str = _CHART) -> None:
        place.clear()
        with place:
            if filled:
                ui.echart(option).style(style)
            else:
                empty("query_stats", "这段时间没有数据。", "换一段时间，或者换个渠道看看。")

    def _hours(self, place: ui.column, slots: Sequence[Slot], *, stuck: bool) -> None:
        filled = any(each.stuck if stuck else each.messages for each in slots)
        self._chart(place, charts.hours(slots, stuck=stuck), filled)

    def _named(self, place: ui.column, named: Sequence[Any], name: Callable[[str], str]) -> None:
        shown = named[:_MOST_BARS]
        names = [name(each.name) if each.name else "未说明" for each in shown]
        self._chart(place, charts.places(shown, names), bool(shown), _TALL)

    async def _records(self, place: ui.column) -> None:
        found: Sequence[RecordFigures] = (await self._of(questions.records))[:_MOST_BARS]
        names = [self._title(each.record) for each in found]
        self._chart(place, charts.records(names, found), bool(found), _TALL)

    async def _missed(self, place: ui.column) -> None:
        found = await self._of(questions.missed_most)
        place.clear()
        with place:
            opens = may(self.visit.session.role, "editor")
            for each in found[:_MOST_BARS]:
                with ui.row().classes("w-full items-center no-wrap gap-3"):
                    ui.label(f"{each.asked:,}").classes("number strong").style("min-width: 2.5rem")
                    text = each.text or "（内容已清除）"
                    shown = ui.link(text, f"/unanswered/{each.cluster}") if opens else ui.label(text)
                    shown.classes("grow ellipsis min-w-0")
                    if each.state != "open":
                        ui.label(STATES[each.state]).classes("badge done")
            if not found:
                empty("task_alt", "这段时间的问题都答上了。")

    async def _agents(self, place: ui.column) -> None:
        found: Sequence[AgentFigures] = await self._of(desk.agents)
        heads = {
            "name": "姓名",
            "claimed": "认领",
            "replies": "回复",
            "notes": "备注",
            "solved": "解决",
            "open_now": "手上未完成",
        }
        columns = [
            {"name": key, "label": label, "field": key, "align": "left" if key == "name" else "right", "sortable": True}
            for key, label in heads.items()
        ]
        rows = [{key: getattr(each, key) for key in heads} | {"id": each.agent_id} for each in found]
        place.clear()
        with place:
            if rows:
                table = ui.table(columns=columns, rows=rows, row_key="id", pagination=10).classes("w-full")
                table.props("flat dense" + ("" if len(rows) > 10 else " hide-pagination"))
            else:
                empty("support_agent", "这段时间没有人处理过工单。")

    async def _quality(self, place: ui.column) -> None:
        found: Sequence[RevisionFigures] = await self._of(questions.revisions)
        async with self.visit.console.database.read() as tx:
            numbers = {each.compiled[:16]: each.number for each in await revisions.history(tx, 200)}
        names = [
            f"修订 {numbers[each.revision[:16]]}" if each.revision[:16] in numbers else f"{each.first:%m-%d} 起"
            for each in found
        ]
        self._chart(place, charts.quality(found, names), bool(found))

    def _title(self, record_id: str) -> str:
        record = self.visit.console.base().knowledge.record.get(record_id)
        return record.title if record else record_id

    def _project_type(self, kind: str) -> str:
        found = self.visit.console.base().knowledge.project_type.get(kind)
        return found.name if found else kind

    def _deed(self, do: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        return self.visit.deed("agent", "figures_export", do)

    async def _sheets(self) -> tuple[Any, ...]:
        names = Names(self._title, lambda name: CHANNEL_NAMES.get(name, name), self._project_type)
        found = sheets(await figures(self.visit.console.database, self.period), names)
        await self.visit.audit("figures_export", detail=self._file_name(""))
        return found

    async def _excel(self) -> None:
        ui.download.content(await asyncio.to_thread(as_excel, await self._sheets()), self._file_name(".xlsx"))

    async def _csv(self, number: int) -> None:
        sheet = (await self._sheets())[number]
        ui.download.content(as_csv(sheet), self._file_name(f"-{sheet.name}.csv"), "text/csv; charset=utf-8")

    def _file_name(self, suffix: str) -> str:
        return f"ningqinji-{self.period.first:%Y%m%d}-{self.period.last:%Y%m%d}{suffix}"


async def _render(visit: Visit) -> None:
    await FiguresPage(visit).render()


PAGES = (Page("/figures", "数据", "insights", "agent", _render),)
