"""The charts of the figures page: values in, options of an ECharts chart out."""

from collections.abc import Sequence
from typing import Any

from bot.figures.values import Day, Named, RevisionFigures, Slot, TicketDay

OUTCOMES = (("answered", "答出"), ("chosen", "给选项"), ("escalated", "转人工"), ("unknown", "没答案"))
COLOURS = ("#0b6b5f", "#6ab3a5", "#3b4b9c", "#d08a1d")
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
Option = dict[str, Any]


def traffic(days: Sequence[Day]) -> Option:
    """Messages and people by day."""
    names = [f"{each.day:%m-%d}" for each in days]
    return _over(
        names,
        [
            _line("消息", [each.messages for each in days]) | {"areaStyle": {"opacity": 0.12}},
            _line("人数", [each.people for each in days]),
        ],
    )


def outcomes(days: Sequence[Day]) -> Option:
    """How the questions of each day ended."""
    names = [f"{each.day:%m-%d}" for each in days]
    return _over(
        names,
        [
            {"name": label, "type": "bar", "stack": "all", "data": [getattr(each, field) for each in days]}
            for field, label in OUTCOMES
        ],
    )


def feedback(days: Sequence[Day]) -> Option:
    """有用 and 没用 by day."""
    names = [f"{each.day:%m-%d}" for each in days]
    return _over(
        names,
        [
            {"name": "有用", "type": "bar", "stack": "all", "data": [each.helped for each in days]},
            {"name": "没用", "type": "bar", "stack": "all", "data": [each.unhelped for each in days]},
        ],
    )


def hours(slots: Sequence[Slot], *, stuck: bool) -> Option:
    """A square for each hour of the week: the darker, the more was asked (or, ``stuck``, found no answer)."""
    data = [[each.hour, each.weekday - 1, each.stuck if stuck else each.messages] for each in slots]
    deepest = "#a86400" if stuck else COLOURS[0]
    return {
        "aria": {"enabled": True},
        "grid": {"left": 48, "right": 12, "top": 12, "bottom": 56},
        "tooltip": {},
        "xAxis": {"type": "category", "data": [str(hour) for hour in range(24)], "name": "点", "splitArea": {"show": True}},
        "yAxis": {"type": "category", "data": list(WEEKDAYS), "inverse": True},
        "visualMap": {
            "min": 0, "max": max(1, *(each[2] for each in data)), "calculable": True, "orient": "horizontal",
            "left": "center", "bottom": 0, "inRange": {"color": ["#f1f5f3", deepest]},
        },
        "series": [{"type": "heatmap", "name": "没答上" if stuck else "消息", "data": data}],
    }  # fmt: skip


def bars(names: Sequence[str], values: Sequence[tuple[str, Sequence[int]]]) -> Option:
    """Horizontal bars, the first on top; ``values``: a name and its numbers for each kind."""
    return {
        "aria": {"enabled": True},
        "color": list(COLOURS),
        "grid": {"left": 8, "right": 24, "top": 32 if len(values) > 1 else 8, "bottom": 8, "containLabel": True},
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "legend": {"show": len(values) > 1, "top": 0},
        "xAxis": {"type": "value", "minInterval": 1},
        "yAxis": {
            "type": "category", "data": list(names), "inverse": True,
            "axisLabel": {"width": 150, "overflow": "truncate"},
        },
        "series": [{"name": name, "type": "bar", "data": list(numbers), "barMaxWidth": 18} for name, numbers in values],
    }  # fmt: skip


def tickets(days: Sequence[TicketDay]) -> Option:
    """Tickets opened and solved by day."""
    names = [f"{each.day:%m-%d}" for each in days]
    return _over(names, [_line("新开", [each.opened for each in days]), _line("解决", [each.solved for each in days])])


def places(named: Sequence[Named], names: Sequence[str]) -> Option:
    """Tickets by district or project type."""
    return bars(names, [("工单", [each.tickets for each in named]), ("已解决", [each.solved for each in named])])


def quality(revisions: Sequence[RevisionFigures], names: Sequence[str]) -> Option:
    """What each revision made of the questions, in percent."""
    series = [
        {
            "name": label,
            "type": "bar",
            "stack": "all",
            "barMaxWidth": 48,
            "data": [round(100 * getattr(each, field) / max(each.questions, 1), 1) for each in revisions],
        }
        for field, label in OUTCOMES
    ]
    option = _over(names, series)
    option["yAxis"] = {"type": "value", "max": 100, "axisLabel": {"formatter": "{value}%"}}
    return option


def _over(names: Sequence[str], series: list[Option]) -> Option:
    return {
        "aria": {"enabled": True},
        "color": list(COLOURS),
        "grid": {"left": 8, "right": 12, "top": 36, "bottom": 8, "containLabel": True},
        "tooltip": {"trigger": "axis"},
        "legend": {"top": 0},
        "xAxis": {"type": "category", "data": list(names)},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": series,
    }


def _line(name: str, numbers: Sequence[int]) -> Option:
    return {"name": name, "type": "line", "smooth": True, "showSymbol": len(numbers) < 2, "data": list(numbers)}
