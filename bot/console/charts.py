"""The charts of the figures page: values in, options of an ECharts chart out."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from bot.figures.values import Day, Named, RecordFigures, RevisionFigures, Slot, TicketDay, Within, spell_name

OUTCOMES = (("answered", "答出"), ("chosen", "给选项"), ("escalated", "转人工"), ("unknown", "没答案"))
COLOURS = ("#0b6b5f", "#7cc0b2", "#3b4b9c", "#d08a1d")
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_TEXT = "#45524f"
_FONT = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif'
_MOST_BARS = 62
_MOST_MONTHS = 300
"""Days: of more a date says its year."""
Option = dict[str, Any]


def traffic(days: Sequence[Day]) -> Option:
    """Messages and people by day."""
    lines = [
        _line("消息", [each.messages for each in days]) | {"areaStyle": {"opacity": 0.12}},
        _line("人数", [each.people for each in days]),
    ]
    return _over(_dates([each.day for each in days]), lines)


def outcomes(days: Sequence[Day]) -> Option:
    """How the questions of each day ended."""
    series = [_stacked(label, [getattr(each, field) for each in days]) for field, label in OUTCOMES]
    return _over(_dates([each.day for each in days]), series)


def feedback(days: Sequence[Day]) -> Option:
    """有用 and 没用 by day."""
    series = [
        _stacked("有用", [each.helped for each in days]),
        _stacked("没用", [each.unhelped for each in days]) | {"itemStyle": {"color": COLOURS[3]}},
    ]
    return _over(_dates([each.day for each in days]), series)


def hours(slots: Sequence[Slot], *, stuck: bool) -> Option:
    """A square for each hour of the week: the darker, the more was asked (or, ``stuck``, found no answer)."""
    data = [[each.hour, each.weekday - 1, each.stuck if stuck else each.messages] for each in slots]
    deepest = "#a35a00" if stuck else COLOURS[0]
    names = ", ".join(f"'{name}'" for name in WEEKDAYS)
    return _common() | {
        "grid": {"left": 44, "right": 8, "top": 8, "bottom": 64},
        "tooltip": {":formatter": f"p => [{names}][p.value[1]] + ' ' + p.value[0] + ' 点：' + p.value[2] + ' 条'"},
        "xAxis": {"type": "category", "data": [f"{hour}" for hour in range(24)], **_AXIS, "axisTick": {"show": False}},
        "yAxis": {"type": "category", "data": list(WEEKDAYS), "inverse": True, **_AXIS, "axisTick": {"show": False}},
        "visualMap": {
            "min": 0, "max": max(1, *(each[2] for each in data)), "orient": "horizontal", "left": "center", "bottom": 0,
            "itemHeight": 120, "text": ["多", "少"], "textStyle": {"color": _TEXT},
            "inRange": {"color": ["#f4f7f6", deepest]},
        },
        "series": [{"type": "heatmap", "data": data, "itemStyle": {"borderColor": "#fff", "borderWidth": 1}}],
    }  # fmt: skip


def records(names: Sequence[str], found: Sequence[RecordFigures]) -> Option:
    """How often each record answered; what was said of it stands beside its bar."""
    said = [f"{each.answers:,}（有用 {each.helped} · 没用 {each.unhelped}）" for each in found]
    option = bars(names, [("回答", [each.answers for each in found])], "次", room=130)
    [series] = option["series"]
    series["data"] = [{"value": each.answers, "said": text} for each, text in zip(found, said, strict=True)]
    series["label"][":formatter"] = "p => p.data.said"
    return option


def bars(
    names: Sequence[str], values: Sequence[tuple[str, Sequence[int]]], unit: str, *, widest: int = 130, room: int = 40
) -> Option:
    """Horizontal bars, the first on top; ``values``: a name and its numbers for each kind.

    ``widest``: pixels of a name; ``room``: pixels for the words behind the longest bar.
    """
    several = len(values) > 1
    return _common(unit) | {
        "grid": {"left": 4, "right": room, "top": 32 if several else 8, "bottom": 4, "containLabel": True},
        "legend": {"show": several, "top": 0, "left": 0, "itemWidth": 14, "itemHeight": 10, "textStyle": {"color": _TEXT}},
        "tooltip": {"trigger": "axis", "confine": True, "axisPointer": {"type": "shadow"}, ":valueFormatter": f"v => v + ' {unit}'"},
        "xAxis": {"type": "value", "minInterval": 1, **_AXIS, "axisLabel": {"show": False}, "splitLine": {"show": False}},
        "yAxis": {
            "type": "category", "data": list(names), "inverse": True, "axisTick": {"show": False}, "axisLine": {"show": False},
            "axisLabel": {"width": widest, "overflow": "truncate", "color": _TEXT, "interval": 0},
        },
        "series": [
            {
                "name": name, "type": "bar", "data": list(numbers), "barMaxWidth": 16,
                "label": {"show": True, "position": "right", "color": _TEXT, "fontSize": 11},
            }
            for name, numbers in values
        ],
    }  # fmt: skip


def tickets(days: Sequence[TicketDay]) -> Option:
    """Tickets opened and solved by day."""
    lines = [_line("新开", [each.opened for each in days]), _line("解决", [each.solved for each in days])]
    lines[1] |= {"itemStyle": {"color": COLOURS[2]}, "lineStyle": {"color": COLOURS[2], "width": 2}}
    return _over(_dates([each.day for each in days]), lines, "张")


def spells(within: Sequence[Within]) -> Option:
    """How long first replies and solutions took."""
    series = [
        _column("首次回复", [each.replied for each in within]),
        _column("解决", [each.solved for each in within]) | {"itemStyle": {"color": COLOURS[2]}},
    ]
    option = _over([spell_name(each.seconds) for each in within], series, "张")
    option["xAxis"]["axisLabel"] = {"color": _TEXT, "interval": 0, "rotate": 30, "fontSize": 11}
    return option


def places(named: Sequence[Named], names: Sequence[str]) -> Option:
    """Tickets by district or project type."""
    return bars(
        names,
        [("工单", [each.tickets for each in named]), ("已解决", [each.solved for each in named])],
        "张",
        widest=90,
    )


def quality(revisions: Sequence[RevisionFigures], names: Sequence[str]) -> Option:
    """What each revision made of the questions, and what was said of its answers, in percent."""
    shares = [
        _column(label, [_percent(getattr(each, field), each.questions) for each in revisions])
        | {"stack": "all", "barMaxWidth": 48}
        for field, label in OUTCOMES
    ]
    said = [
        _percent(each.helped, each.helped + each.unhelped) if each.helped + each.unhelped else None
        for each in revisions
    ]
    helpful = {
        "name": "反馈说有用", "type": "line", "data": said, "symbolSize": 9, "lineStyle": {"type": "dashed"},
        "itemStyle": {"color": "#13201d"},
    }  # fmt: skip
    option = _over(names, [*shares, helpful], "%")
    option["yAxis"] |= {"max": 100, "axisLabel": {"formatter": "{value}%", "color": _TEXT}}
    return option


_AXIS: Option = {"axisLabel": {"color": _TEXT}, "axisLine": {"lineStyle": {"color": "#b9c6c2"}}}


def _common(unit: str = "条") -> Option:
    return {
        "aria": {"enabled": True},
        "animationDuration": 300,
        "color": list(COLOURS),
        "textStyle": {"fontFamily": _FONT},
        "tooltip": {"trigger": "axis", "confine": True, ":valueFormatter": f"v => v == null ? '—' : v + ' {unit}'"},
    }


def _over(names: Sequence[str], series: list[Option], unit: str = "条") -> Option:
    """Something over days or steps."""
    return _common(unit) | {
        "grid": {"left": 4, "right": 12, "top": 40, "bottom": 4, "containLabel": True},
        "legend": {"top": 0, "left": 0, "itemWidth": 14, "itemHeight": 10, "textStyle": {"color": _TEXT}},
        "xAxis": {"type": "category", "data": list(names), **_AXIS},
        "yAxis": {"type": "value", "minInterval": 1, **_AXIS, "splitLine": {"lineStyle": {"color": "#e6ecea"}}},
        "series": series,
    }


def _dates(days: Sequence[date]) -> list[str]:
    form = "%y-%m-%d" if len(days) > _MOST_MONTHS else "%m-%d"
    return [day.strftime(form) for day in days]


def _line(name: str, numbers: Sequence[int]) -> Option:
    return {"name": name, "type": "line", "smooth": 0.2, "showSymbol": len(numbers) < 2, "data": list(numbers)}


def _stacked(name: str, numbers: Sequence[int]) -> Option:
    """Bars, and where these would be too thin to be seen, areas."""
    if len(numbers) <= _MOST_BARS:
        return _column(name, numbers) | {"stack": "all"}
    area = {"stack": "all", "areaStyle": {"opacity": 0.85}, "lineStyle": {"width": 0}, "smooth": 0}
    return _line(name, numbers) | area


def _column(name: str, numbers: Sequence[float | None]) -> Option:
    return {"name": name, "type": "bar", "data": list(numbers), "barMaxWidth": 28}


def _percent(part: int, whole: int) -> float:
    return round(100 * part / max(whole, 1), 1)
