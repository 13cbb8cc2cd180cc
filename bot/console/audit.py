"""Who saw and changed what, for administrators."""

from collections import defaultdict
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from nicegui import ui

from bot.accounts.accounts import CHANNEL
from bot.console.audit_file import cells, named, wanted
from bot.console.console import StoppedError, Visit
from bot.console.shell import Page, empty, heading
from bot.storage import audits
from bot.storage.audits import Seen

_AT_ONCE = 50


class AuditPage:
    """One open page. ``chosen``: what it shows; ``last``: the number of the last line that is shown."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.chosen: dict[str, str] = {}
        self.last: int | None = None

    async def render(self) -> None:
        """Build the page."""
        heading("审计", "谁在什么时候看了什么、改了什么；也有被拒绝的。最新的在最上面。")
        with ui.row().classes("w-full items-center gap-2"):
            self._field("who", ui.input("账号或姓名").props("outlined dense clearable debounce=300").classes("w-40"))
            select = ui.select(await self._actions(), label="操作", with_input=True, clearable=True)
            self._field("actions", select.props("outlined dense options-dense").classes("w-40"))
            self._field("ticket", ui.input("工单号").props("outlined dense clearable debounce=300").classes("w-28"))
            for name, label in (("first", "从"), ("last", "到")):
                self._field(name, ui.date_input(label).props("outlined dense clearable").classes("w-40"))
            self._field("refused", ui.checkbox("只看被拒绝的"))
            ui.space()
            ui.button("导出 CSV", icon="download", on_click=self._export).props("outline no-caps")
        self.lines = ui.column().classes("panel gap-0")
        self.more = ui.button("更早的", on_click=self._further).props("flat no-caps")
        await self.show()

    async def _actions(self) -> dict[str, str]:
        """What can be chosen. Things of one name are one choice."""
        async with self.visit.console.database.read() as tx:
            found = await audits.actions(tx)
        same: defaultdict[str, list[str]] = defaultdict(list)
        for action in found:
            same[named(action)].append(action)
        return {",".join(each): name for name, each in sorted(same.items())}

    def _field(self, name: str, field: Any) -> None:
        async def choose(event: Any) -> None:
            self.chosen[name] = "1" if event.value is True else str(event.value or "").strip()
            await self.show()

        field.on_value_change(choose)

    async def show(self) -> None:
        """The newest lines of what is chosen."""
        self.last = None
        self.lines.clear()
        await self._further()

    async def _further(self) -> None:
        try:
            await self.visit.allowed("admin", "audit")
        except StoppedError as error:
            self.lines.clear()
            ui.notify(str(error), type="negative")
            return
        async with self.visit.console.database.read() as tx:
            found = await audits.audited(tx, replace(wanted(self.chosen), before=self.last), _AT_ONCE + 1)
        is_first, shown = self.last is None, found[:_AT_ONCE]
        with self.lines:
            for each in shown:
                self._line(each)
            if is_first and not shown:
                empty("policy", "没有符合条件的记录。", "换个时间，或者去掉几个条件再看。")
        self.last = shown[-1].id if shown else self.last
        self.more.set_visibility(len(found) > _AT_ONCE)

    def _line(self, each: Seen) -> None:
        with ui.element("div").classes("seen"):
            when, channel, account, name, action, ticket, _, detail = cells(each)
            ui.label(when).classes("muted")
            ui.label(name or account).classes("strong").tooltip(f"{account} · {channel}")
            with ui.row().classes("items-center gap-2"):
                ui.label(action)
                if not each.allowed:
                    ui.label("被拒绝").classes("badge late")
            if ticket:
                ui.link(f"#{ticket}", f"/tickets/{ticket}")
            else:
                ui.label("")
            ui.label(" · ".join(filter(None, (channel if each.channel != CHANNEL else "", detail)))).classes(
                "muted detail"
            )

    def _export(self) -> None:
        ui.navigate.to(f"/audit.csv?{urlencode({name: value for name, value in self.chosen.items() if value})}")


async def _render(visit: Visit) -> None:
    await AuditPage(visit).render()


PAGES = (Page("/audit", "审计", "policy", "admin", _render),)
