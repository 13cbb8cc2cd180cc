"""The list of tickets: filters, search, saved views; it is up to date by itself."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from typing import Any

from nicegui import ui

from bot.console.console import StoppedError, Visit
from bot.console.shell import Page, empty, opening
from bot.desk.lifecycle import STATUS_NAMES
from bot.desk.overview import CHANNEL_NAMES, age
from bot.storage import tickets, workbench
from bot.storage.tickets import Case
from bot.storage.workbench import Filter

_EVERY_SECONDS = 2.0
_STATES = {
    "open+": ("未完成", tickets.OPEN),
    **{status: (name, (status,)) for status, name in STATUS_NAMES.items()},
    "all": ("全部", ()),
}


class TicketList:
    """One open list. ``wanted``: what it shows now."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.wanted: dict[str, Any] = {"state": "open+"}
        self.mark: object = None

    def filter(self) -> Filter:
        """What is chosen, as a filter."""
        more = {name: value for name, value in self.wanted.items() if name != "state" and value}
        return Filter(statuses=_STATES[self.wanted.get("state", "open+")][1], **more)

    async def render(self) -> None:
        """Build the page."""
        async with self.visit.console.database.read() as tx:
            teams, channels, districts, agents = await workbench.choices(tx)
        ui.label("工单").classes("title")
        with ui.row().classes("w-full items-center gap-2"):
            search = ui.input(placeholder="工单号、问题、对话、项目、称呼").props(
                "outlined dense clearable debounce=300"
            )
            search.classes("grow").on_value_change(lambda event: self._choose("words", event.value))
            self._select("状态", "state", {key: value[0] for key, value in _STATES.items()}, "open+")
            self._select("组", "team", {name: name for name in teams})
            self._select("客服", "agent_id", agents)
            self._select("渠道", "channel", {name: CHANNEL_NAMES.get(name, name) for name in channels})
            self._select("地区", "district", {name: name for name in districts})
            ui.checkbox("只看加急", on_change=lambda event: self._choose("urgent", event.value))
        self.views = ui.row().classes("w-full items-center gap-2")
        await self._show_views()
        self.list = ui.column().classes("panel gap-0")
        await self.refresh()
        self.timer = ui.timer(_EVERY_SECONDS, self.refresh)

    def _select(self, label: str, name: str, options: dict[Any, str], value: Any = None) -> None:
        select = ui.select(options, label=label, value=value, clearable=value is None)
        select.props("outlined dense options-dense").classes("min-w-28")
        select.on_value_change(lambda event: self._choose(name, event.value))

    async def _choose(self, name: str, value: Any) -> None:
        self.wanted[name] = value
        self.mark = None
        await self.refresh()

    async def refresh(self) -> None:
        """Show what has changed; a session that has ended sees nothing more."""
        console = self.visit.console
        try:
            await self.visit.allowed("agent", "list", in_use=False)
        except StoppedError as error:
            self.timer.cancel()
            self.list.clear()
            with self.list:
                empty("logout", str(error))
            return
        async with console.database.read() as tx:
            mark = (await workbench.mark(tx), console.now().minute)
            if mark == self.mark:
                return
            found = await workbench.found(tx, self.filter())
        self.mark = mark
        self.list.clear()
        with self.list:
            for case in found:
                self._row(case)
            if not found:
                empty("inbox", "这里没有工单。", "用户转人工以后，工单会自己出现在这里。")

    def _row(self, case: Case) -> None:
        with opening(f"/tickets/{case.number}"):
            with ui.column().classes("grow gap-1 min-w-0"):
                ui.label(case.question or "（内容已清除）").classes("ellipsis w-full")
                who = case.agent or "无人认领"
                parts = (
                    f"#{case.number}",
                    CHANNEL_NAMES.get(case.channel, case.channel),
                    case.team,
                    case.district,
                    who,
                )
                ui.label(" · ".join(filter(None, parts))).classes("muted")
            with ui.column().classes("items-end gap-1"):
                if case.priority == "urgent":
                    ui.label("加急").classes("badge late")
                ui.label(STATUS_NAMES[case.status]).classes("badge" if case.status in tickets.OPEN else "badge done")
                ui.label(age(case.opened_at, self.visit.console.now())).classes(f"badge {self._colour(case)}")

    def _colour(self, case: Case) -> str:
        if case.first_reply_at or case.status not in ("open", "claimed"):
            return "done"
        waited = self.visit.console.now() - case.opened_at
        limit = timedelta(minutes=self.visit.console.settings.remind_minutes)
        return "late" if waited >= limit else "soon" if waited >= limit / 2 else ""

    async def _show_views(self) -> None:
        async with self.visit.console.database.read() as tx:
            views = await workbench.views(tx, self.visit.session.account_id)
        self.views.clear()
        with self.views:
            for name, wanted in views.items():
                chip = ui.chip(name, icon="bookmark", removable=True, on_click=partial(self._open, wanted))
                chip.on("remove", self.visit.deed("agent", "view_drop", partial(self._drop, name)))
            field = ui.input(placeholder="视图的名字").props("dense outlined maxlength=40")
            save = self.visit.deed("agent", "view_save", lambda: self._save(str(field.value or "").strip()))
            ui.button("存为视图", on_click=save).props("flat dense")

    async def _open(self, wanted: Mapping[str, Any]) -> None:
        self.wanted = {name: value for name, value in wanted.items() if name == "state" or name in asdict(Filter())}
        self.mark = None
        await self.refresh()

    async def _save(self, name: str) -> None:
        if not name:
            ui.notify("先写视图的名字。")
            return
        async with self.visit.console.database.write() as tx:
            await workbench.save_view(tx, self.visit.session.account_id, name[:40], self.wanted)
        await self._show_views()

    async def _drop(self, name: str) -> None:
        async with self.visit.console.database.write() as tx:
            await workbench.drop_view(tx, self.visit.session.account_id, name)


async def _render(visit: Visit) -> None:
    await TicketList(visit).render()


PAGES = (Page("/", "工单", "confirmation_number", "agent", _render),)
