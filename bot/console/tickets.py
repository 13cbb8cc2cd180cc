"""The list of tickets: filters, search, saved views; it is up to date by itself."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import timedelta
from functools import partial
from typing import Any

from nicegui import ui

from bot.console.console import StoppedError, Visit
from bot.console.shell import Page, empty, heading, opening, tabs
from bot.desk.lifecycle import STATUS_NAMES
from bot.desk.overview import CHANNEL_NAMES, age
from bot.storage import ticket_list, tickets, workbench
from bot.storage.ticket_list import Filter
from bot.storage.tickets import Case

_EVERY_SECONDS = 2.0
_AT_ONCE = 50
_OPEN, _ALL = "open+", "all"
_STATES = {
    _OPEN: ("未完成", tickets.OPEN),
    **{status: (name, (status,)) for status, name in STATUS_NAMES.items()},
    _ALL: ("全部", ()),
}
_NOBODY = 0
_FIELDS = frozenset(("state", *(each.name for each in fields(Filter) if each.name != "statuses")))


class TicketList:
    """One open list. ``wanted``: what it shows now; ``shown``: how many at most."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.wanted: dict[str, Any] = {"state": _OPEN}
        self.controls: dict[str, Any] = {}
        self.shown = _AT_ONCE
        self.mark: object = None

    def filter(self) -> Filter:
        """What is chosen, as a filter."""
        nothing = (None, "", False)
        more = {
            name: value
            for name, value in self.wanted.items()
            # Nobody has the number 0, which is not the same as no choice.
            if name != "state" and not any(value is each for each in nothing)
        }
        return Filter(statuses=_STATES[self.wanted.get("state", _OPEN)][1], **more)

    async def render(self) -> None:
        """Build the page."""
        async with self.visit.console.database.read() as tx:
            teams, channels, districts, agents = await ticket_list.choices(tx)
        heading("工单", "用户转人工的问题。没有回复的时间越长，颜色越深。")
        self.states = ui.row()
        with ui.row().classes("w-full items-center gap-2"):
            search = ui.input(placeholder="工单号、问题、对话里的话、项目、称呼、电话")
            search.props("outlined dense clearable debounce=300").classes("grow").style("min-width: 14rem")
            with search.add_slot("prepend"):
                ui.icon("search")
            self._control("words", search)
            self._select("客服", "agent_id", {_NOBODY: "无人认领", **agents})
            if teams:
                self._select("组", "team", {name: name for name in teams})
            self._select("渠道", "channel", {name: CHANNEL_NAMES.get(name, name) for name in channels})
            self._select("地区", "district", {name: name for name in districts})
            self._control("urgent", ui.checkbox("只看加急"))
        self.views = ui.row().classes("w-full items-center gap-2")
        await self._show_views()
        self.list = ui.column().classes("panel gap-0")
        self.more = ui.button("再看一些", on_click=self._further).props("flat no-caps")
        self.timer = ui.timer(_EVERY_SECONDS, self.refresh, immediate=False)
        await self.refresh()

    def _select(self, label: str, name: str, options: dict[Any, str]) -> None:
        select = ui.select(options, label=label, clearable=True).props("outlined dense options-dense")
        self._control(name, select.classes("w-32"))

    def _control(self, name: str, control: Any) -> None:
        self.controls[name] = control
        control.on_value_change(lambda event: self._choose(name, event.value))

    async def _choose(self, name: str, value: Any) -> None:
        if self.wanted.get(name) == value:
            return
        self.wanted[name] = value
        self.shown, self.mark = _AT_ONCE, None
        await self.refresh()

    async def _further(self) -> None:
        self.shown += _AT_ONCE
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
            mark = (await ticket_list.mark(tx), console.now().minute)
            if mark == self.mark:
                return
            found = await ticket_list.found(tx, self.filter(), self.shown + 1)
            counts = await tickets.count_by_status(tx)
        self.mark = mark
        self._show_states(counts)
        self.more.set_visibility(len(found) > self.shown)
        self.list.clear()
        with self.list:
            for case in found[: self.shown]:
                self._row(case)
            if not found:
                self._none()

    def _show_states(self, counts: Mapping[str, int]) -> None:
        names = {
            key: f"{name} {sum(counts.get(status, 0) for status in statuses or counts):,}"
            for key, (name, statuses) in _STATES.items()
        }
        tabs(self.states, names, self.wanted["state"], partial(self._choose, "state"))

    def _none(self) -> None:
        if self.filter() == Filter():
            empty("inbox", "这里没有工单。", "用户转人工以后，工单会自己出现在这里。")
        else:
            empty("filter_alt_off", "没有符合条件的工单。", "换个状态，或者去掉几个条件再看。")
            ui.button("清除条件", on_click=partial(self._open, {"state": _ALL})).props("outline no-caps").classes(
                "self-center"
            )

    def _row(self, case: Case) -> None:
        late = self._lateness(case)
        with opening(f"/tickets/{case.number}"):
            with ui.column().classes("grow gap-1 min-w-0"):
                ui.label(case.question or "（内容已清除）").classes("ellipsis w-full strong")
                channel = CHANNEL_NAMES.get(case.channel, case.channel)
                parts = (f"#{case.number}", channel, case.team, case.district, case.project, case.agent or "无人认领")
                ui.label(" · ".join(filter(None, parts))).classes("muted")
            with ui.column().classes("items-end gap-1"):
                with ui.row().classes("gap-1 no-wrap"):
                    if case.priority == "urgent":
                        ui.label("加急").classes("badge late")
                    is_open = case.status in tickets.OPEN
                    ui.label(STATUS_NAMES[case.status]).classes("badge" if is_open else "badge done")
                since = age(case.opened_at, self.visit.console.now())
                ui.label(f"等了 {since}" if late is not None else f"{since}前").classes(f"badge {late or 'done'}")

    def _lateness(self, case: Case) -> str | None:
        """The colour of a ticket that nobody has replied to; None where there is nothing to wait for."""
        if case.status not in ("open", "claimed") or not case.is_unanswered:
            return None
        since = case.reminded_at if case.first_reply_at and case.reminded_at else case.opened_at
        waited = self.visit.console.now() - since
        limit = timedelta(minutes=self.visit.console.settings.remind_minutes)
        return "late" if waited >= limit else "soon" if waited >= limit / 2 else "fresh"

    async def _show_views(self) -> None:
        async with self.visit.console.database.read() as tx:
            views = await workbench.views(tx, self.visit.session.account_id)
            me = await workbench.agent_at(tx, self.visit.session.username)
        self.views.clear()
        with self.views:
            if me:
                ui.chip("我手上的", icon="person", on_click=partial(self._open, {"agent_id": me[0]})).props("outline")
            ui.chip("还没人认领", icon="front_hand", on_click=partial(self._open, {"agent_id": _NOBODY})).props(
                "outline"
            )
            for name, wanted in views.items():
                chip = ui.chip(name, icon="bookmark", removable=True, on_click=partial(self._open, wanted))
                chip.on("remove", self.visit.deed("agent", "view_drop", partial(self._drop, name)))
            with ui.button("存为视图", icon="bookmark_add").props("flat dense no-caps"):
                self._saving()

    def _saving(self) -> None:
        with ui.menu() as menu, ui.column().classes("p-3 gap-2"):
            ui.label("把现在的条件存下来，以后一点就到。").classes("muted")
            field = ui.input("视图的名字").props("dense outlined maxlength=40")

            async def save() -> None:
                await self._save(str(field.value or "").strip())
                menu.close()

            ui.button("存下", on_click=self.visit.deed("agent", "view_save", save)).props("unelevated no-caps")

    async def _open(self, wanted: Mapping[str, Any]) -> None:
        """Show a view, and let the fields say what it is."""
        self.wanted = {"state": _OPEN} | {name: value for name, value in wanted.items() if name in _FIELDS}
        self.shown, self.mark = _AT_ONCE, None
        for name, control in self.controls.items():
            value = self.wanted.get(name)
            known = name not in ("agent_id", "team", "channel", "district") or value in control.options
            control.value = value if known else None
            self.wanted[name] = control.value
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
