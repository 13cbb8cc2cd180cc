"""The numbers on top of the figures page, each beside that of the time before."""

from nicegui import ui

from bot.console.charts import OUTCOMES
from bot.figures.values import TicketFigures, Totals


def show_tiles(place: ui.row, totals: Totals, before: Totals, tickets: TicketFigures) -> None:
    """Fill the row."""
    said = totals.helped + totals.unhelped
    with place:
        _tile("消息", f"{totals.messages:,}", _grown(totals.messages, before.messages))
        _tile("人数", f"{totals.people:,}", _grown(totals.people, before.people))
        for field, label in OUTCOMES:
            now, then = totals.share(getattr(totals, field)), before.share(getattr(before, field))
            _tile(label, f"{now:.0%}", f"前一段 {then:.0%}" if before.questions else "")
        _tile("有用", "—" if totals.helpful is None else f"{totals.helpful:.0%}", f"{said} 条反馈")
        _tile("首次回复", _spell(tickets.first_reply.median), f"九成在 {_spell(tickets.first_reply.ninety)}内")
        _tile("解决用时", _spell(tickets.solving.median), f"未完成 {tickets.open_now} 张")


def _tile(label: str, value: str, small: str) -> None:
    with ui.column().classes("panel gap-0"):
        ui.label(label).classes("muted")
        ui.label(value).classes("big")
        ui.label(small or "\u00a0").classes("muted")


def _grown(now: int, before: int) -> str:
    return f"比前一段 {(now - before) / before:+.0%}" if before else ""


def _spell(seconds: float | None) -> str:
    if seconds is None:
        return "—"
    return f"{seconds / 60:.0f} 分钟" if seconds < 3600 else f"{seconds / 3600:.1f} 小时"
