"""Who saw and changed what, for administrators."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from nicegui import ui

from bot.console.console import Console, StoppedError, Visit
from bot.console.gate import PREFIX
from bot.console.shell import Page
from bot.desk.hours import SHANGHAI
from bot.figures.export import as_csv
from bot.figures.values import Sheet
from bot.storage import workbench
from bot.storage.workbench import Seen

_HEADS = ("时间", "渠道", "账号", "姓名", "操作", "工单", "结果", "说明")
_SHOWN, _EXPORTED = 200, 100_000


async def exported(console: Console, wanted: Mapping[str, str]) -> bytes:
    """The audit for a spreadsheet."""
    return as_csv(Sheet("审计", _HEADS, tuple(_cells(seen) for seen in await _found(console, wanted, _EXPORTED))))


async def _found(console: Console, wanted: Mapping[str, str], most: int) -> list[Seen]:
    number = wanted.get("ticket", "")
    async with console.database.read() as tx:
        return list(
            await workbench.audited(
                tx,
                account=wanted.get("account", ""),
                action=wanted.get("action", ""),
                ticket=int(number) if number.isdecimal() and len(number) <= 9 else None,
                refused=wanted.get("refused") == "1",
                most=most,
            )
        )


def _cells(seen: Seen) -> tuple[str, ...]:
    when = seen.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    result = "成功" if seen.allowed else "拒绝"
    ticket = str(seen.ticket or "")
    return (when, seen.channel, seen.account, seen.name or "", seen.action, ticket, result, seen.detail or "")


async def _render(visit: Visit) -> None:
    ui.label("审计").classes("title")
    wanted: dict[str, str] = {}
    columns: list[dict[str, Any]] = [
        {"name": str(place), "label": head, "field": str(place), "align": "left"} for place, head in enumerate(_HEADS)
    ]

    async def show() -> None:
        try:
            await visit.allowed("admin", "audit")
        except StoppedError as error:
            table.rows = []
            ui.notify(str(error), type="negative")
            return
        found = await _found(visit.console, wanted, _SHOWN)
        table.rows = [
            {str(place): cell for place, cell in enumerate(_cells(seen))} | {"id": n} for n, seen in enumerate(found)
        ]

    async def choose(name: str, value: Any) -> None:
        wanted[name] = "1" if value is True else str(value or "").strip()
        await show()

    with ui.row().classes("w-full items-center gap-2"):
        for name, label in (("account", "账号"), ("action", "操作"), ("ticket", "工单")):
            field = ui.input(label).props("outlined dense clearable debounce=300")
            field.on_value_change(lambda event, name=name: choose(name, event.value))
        ui.checkbox("只看被拒绝的", on_change=lambda event: choose("refused", event.value))
        export = f"{PREFIX}/audit.csv"
        ui.button(
            "导出 CSV", icon="download", on_click=lambda: ui.navigate.to(f"{export[len(PREFIX) :]}?{urlencode(wanted)}")
        )
    table = ui.table(columns=columns, rows=[], row_key="id", pagination=25).classes("w-full")
    await show()


PAGES = (Page("/audit", "审计", "policy", "admin", _render),)
