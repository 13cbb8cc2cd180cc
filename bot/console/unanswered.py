"""The questions that found no answer, in clusters of one meaning, the most asked first."""

from functools import partial
from typing import Any, get_args

from nicegui import ui

from bot.console.console import StoppedError, Visit
from bot.console.shell import Page, empty, heading, opening, tabs
from bot.desk.hours import SHANGHAI
from bot.figures.period import Period, last_days
from bot.unanswered import clusters
from bot.unanswered.clusters import Cluster, State

STATES: dict[str, str] = {
    "open": "待处理",
    "added": "已加入知识",
    "out_of_scope": "不在范围",
    "dismissed": "先不管",
}
_ALL = "all"
_SPANS = {0: "不限时间", 7: "最近 7 天", 30: "最近 30 天", 90: "最近 90 天"}
_AT_ONCE = 50


class ClusterList:
    """One open list."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.state: str = "open"
        self.days = 0
        self.words = ""
        self.shown = _AT_ONCE

    async def render(self) -> None:
        """Build the page."""
        hint = "没答案、选项都不对、说没用或没解决、最后转人工的问题。意思相同的放在一起，问得最多的在最上面。"
        heading("没答上的问题", hint)
        self.states = ui.row()
        with ui.row().classes("w-full items-center gap-2"):
            span = ui.select(_SPANS, value=0, on_change=lambda event: self._choose("days", event.value))
            span.props("outlined dense options-dense").classes("w-36")
            search = ui.input(
                placeholder="问题里的字", on_change=lambda event: self._choose("words", event.value or "")
            )
            search.props("outlined dense clearable debounce=300").classes("grow")
            with search.add_slot("prepend"):
                ui.icon("search")
        self.list = ui.column().classes("panel gap-0")
        self.more = ui.button("再看一些", on_click=self._further).props("flat no-caps")
        await self.refresh()

    async def _choose(self, name: str, value: Any) -> None:
        setattr(self, name, value)
        self.shown = _AT_ONCE
        await self.refresh()

    async def _further(self) -> None:
        self.shown += _AT_ONCE
        await self.refresh()

    async def refresh(self) -> None:
        """Show what is chosen."""
        try:
            await self.visit.allowed("editor", "unanswered")
        except StoppedError as error:
            self.list.clear()
            with self.list:
                empty("logout", str(error))
            return
        period: Period | None = last_days(self.days, self.visit.console.now()) if self.days else None
        state: State | None = next((each for each in get_args(State) if each == self.state), None)
        async with self.visit.console.database.read() as tx:
            counts = await clusters.counts(tx)
            found = await clusters.listed(tx, state, period=period, containing=self.words.strip(), most=self.shown + 1)
        names = {name: f"{label} {counts.get(name, 0):,}" for name, label in STATES.items()}
        names[_ALL] = f"全部 {sum(counts.values()):,}"
        tabs(self.states, names, self.state, partial(self._choose, "state"))
        self.more.set_visibility(len(found) > self.shown)
        self.list.clear()
        with self.list:
            for each in found[: self.shown]:
                self._row(each)
            if not found and (self.words or self.days):
                empty("filter_alt_off", "没有符合条件的问题。", "换个时间，或者换个字再找。")
            elif not found:
                empty("task_alt", "这里没有问题。", "用户问了答不上来的，几分钟后就会出现在“待处理”里。")

    def _row(self, each: Cluster) -> None:
        with opening(f"/unanswered/{each.number}"):
            with ui.column().classes("gap-0 items-end").style("min-width: 3rem"):
                ui.label(f"{each.asked:,}").classes("title text-primary")
                ui.label("次").classes("muted small")
            with ui.column().classes("grow gap-1 min-w-0"):
                ui.label(each.text or "（内容已按规定清除）").classes("ellipsis w-full strong")
                last = each.last_at.astimezone(SHANGHAI)
                parts = (f"{each.wordings} 种问法", f"最近 {last:%m-%d %H:%M}", decided(each))
                ui.label(" · ".join(filter(None, parts))).classes("muted")
            if each.state != "open":
                ui.label(STATES[each.state]).classes("badge done")


def decided(each: Cluster) -> str:
    """What was decided about a cluster, and whether it is still asked."""
    parts = [
        f"加到 {each.record}（修订 {each.revision}）" if each.record else "",
        f"归到 {each.topic}" if each.topic else "",
        f"之后又问了 {each.asked_since} 次" if each.asked_since else "",
    ]
    return " · ".join(filter(None, parts))


async def _render(visit: Visit) -> None:
    await ClusterList(visit).render()


PAGES = (Page("/unanswered", "没答上的", "help_center", "editor", _render),)
