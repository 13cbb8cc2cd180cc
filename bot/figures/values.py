"""What the figures are: frozen values, ready for a chart or a table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

Cell = str | int | float | date | datetime | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table to export: its name, its headings, its rows."""

    name: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Day:
    """One day: messages, the people who wrote them, how they ended, and what people said of answers."""

    day: date
    messages: int = 0
    people: int = 0
    answered: int = 0
    chosen: int = 0
    unknown: int = 0
    escalated: int = 0
    other: int = 0
    helped: int = 0
    unhelped: int = 0


@dataclass(frozen=True, slots=True)
class Totals:
    """The whole period. Shares are of the questions: messages but for small talk and what was met with silence."""

    messages: int = 0
    people: int = 0
    answered: int = 0
    chosen: int = 0
    unknown: int = 0
    escalated: int = 0
    other: int = 0
    helped: int = 0
    unhelped: int = 0

    @property
    def questions(self) -> int:
        """Messages that wanted an answer."""
        return self.answered + self.chosen + self.unknown + self.escalated

    def share(self, number: int) -> float:
        """A number as a part of the questions."""
        return number / self.questions if self.questions else 0.0

    @property
    def helpful(self) -> float | None:
        """The part of the feedback that was good; None where there is none."""
        said = self.helped + self.unhelped
        return self.helped / said if said else None


@dataclass(frozen=True, slots=True)
class RecordFigures:
    """A record: how often it answered, and what was said of it."""

    record: str
    answers: int
    helped: int
    unhelped: int


@dataclass(frozen=True, slots=True)
class Slot:
    """An hour of a weekday (1: Monday): messages, and those that found no answer."""

    weekday: int
    hour: int
    messages: int
    stuck: int


@dataclass(frozen=True, slots=True)
class Named:
    """A number of tickets by name (a district, a project type)."""

    name: str | None
    tickets: int
    solved: int


@dataclass(frozen=True, slots=True)
class Spell:
    """How long something took, in seconds: the median and the time within which nine of ten were done."""

    number: int = 0
    median: float | None = None
    ninety: float | None = None


@dataclass(frozen=True, slots=True)
class Within:
    """Tickets whose first reply, or whose solving, took less than so many seconds, and no less than the step before (None: no end)."""

    seconds: int | None
    replied: int
    solved: int


@dataclass(frozen=True, slots=True)
class TicketDay:
    """Tickets opened and solved on a day."""

    day: date
    opened: int = 0
    solved: int = 0


@dataclass(frozen=True, slots=True)
class TicketFigures:
    """Tickets opened in the period. ``open_now``: those of them that nobody has solved yet."""

    opened: int
    solved: int
    open_now: int
    reopened: int
    first_reply: Spell
    solving: Spell
    within: tuple[Within, ...]
    days: tuple[TicketDay, ...]
    districts: tuple[Named, ...]
    project_types: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class AgentFigures:
    """An agent's deeds in the period; ``open_now``: the tickets in his hands."""

    agent_id: int
    name: str
    channel: str
    claimed: int
    replies: int
    notes: int
    solved: int
    tickets: int
    open_now: int


@dataclass(frozen=True, slots=True)
class RevisionFigures:
    """What a revision of the knowledge made of the questions. ``revision``: the name of its compiled file."""

    revision: str
    first: date
    last: date
    questions: int
    answered: int
    chosen: int
    unknown: int
    escalated: int
    helped: int
    unhelped: int


@dataclass(frozen=True, slots=True)
class ClusterFigures:
    """A cluster of unanswered questions: how often asked in the period, and its commonest wording (None: forgotten)."""

    cluster: int
    text: str | None
    state: str
    asked: int


@dataclass(frozen=True, slots=True)
class Places:
    """What can be chosen: channels, and the groups of each."""

    channels: tuple[str, ...]
    groups: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything of a period."""

    totals: Totals
    days: tuple[Day, ...]
    records: tuple[RecordFigures, ...]
    hours: tuple[Slot, ...]
    tickets: TicketFigures
    agents: tuple[AgentFigures, ...]
    revisions: tuple[RevisionFigures, ...]
    clusters: tuple[ClusterFigures, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """How ids are shown to people."""

    record: Callable[[str], str] = field(default=str)
    channel: Callable[[str], str] = field(default=str)
    project_type: Callable[[str], str] = field(default=str)


_WEEKDAYS = "一二三四五六日"
_STATES = {"open": "待处理", "added": "已加入知识库", "out_of_scope": "不在范围", "dismissed": "已忽略"}


SHEETS = (
    "每天", "回答最多的记录", "时段", "工单", "用时", "每天的工单", "地区", "项目类型", "客服", "知识库版本", "没答上的问题",
)  # fmt: skip
"""The tables to export, in their order."""


def sheets(figures: Figures, names: Names) -> tuple[Sheet, ...]:
    """Everything as tables to export."""
    ticket = figures.tickets
    return (
        _days(figures.days),
        Sheet(
            "回答最多的记录",
            ("编号", "标题", "回答次数", "有用", "没用"),
            _rows(
                figures.records,
                lambda each: (each.record, names.record(each.record), each.answers, each.helped, each.unhelped),
            ),
        ),
        Sheet(
            "时段",
            ("星期", "钟点", "消息", "没答上"),
            _rows(
                figures.hours, lambda each: (f"周{_WEEKDAYS[each.weekday - 1]}", each.hour, each.messages, each.stuck)
            ),
        ),
        Sheet("工单", ("指标", "数值"), _ticket_rows(ticket)),
        Sheet(
            "用时",
            ("用时", "首次回复", "解决"),
            _rows(ticket.within, lambda each: (spell_name(each.seconds), each.replied, each.solved)),
        ),
        Sheet(
            "每天的工单",
            ("日期", "新开", "解决"),
            _rows(ticket.days, lambda each: (each.day, each.opened, each.solved)),
        ),
        Sheet(
            "地区",
            ("地区", "工单", "已解决"),
            _rows(ticket.districts, lambda each: (each.name or "未说明", each.tickets, each.solved)),
        ),
        Sheet(
            "项目类型",
            ("项目类型", "工单", "已解决"),
            _rows(
                ticket.project_types,
                lambda each: (names.project_type(each.name) if each.name else "未说明", each.tickets, each.solved),
            ),
        ),
        Sheet(
            "客服",
            ("姓名", "渠道", "认领", "回复", "备注", "解决", "经手工单", "手上未完成"),
            _rows(
                figures.agents,
                lambda each: (
                    each.name,
                    names.channel(each.channel),
                    each.claimed,
                    each.replies,
                    each.notes,
                    each.solved,
                    each.tickets,
                    each.open_now,
                ),
            ),
        ),
        Sheet(
            "知识库版本",
            ("版本", "从", "到", "问题", "答出", "给选项", "没答案", "转人工", "有用", "没用"),
            _rows(
                figures.revisions,
                lambda each: (
                    each.revision,
                    each.first,
                    each.last,
                    each.questions,
                    each.answered,
                    each.chosen,
                    each.unknown,
                    each.escalated,
                    each.helped,
                    each.unhelped,
                ),
            ),
        ),
        Sheet(
            "没答上的问题",
            ("编号", "问题", "状态", "次数"),
            _rows(
                figures.clusters,
                lambda each: (
                    each.cluster,
                    each.text or "（内容已清除）",
                    _STATES.get(each.state, each.state),
                    each.asked,
                ),
            ),
        ),
    )


def spell_name(seconds: int | None) -> str:
    """A step of ``Within``, as people say it."""
    if seconds is None:
        return "更久"
    for unit, name in ((86_400, "天"), (3_600, "小时"), (60, "分钟")):
        if seconds >= unit:
            return f"{seconds // unit} {name}内"
    return f"{seconds} 秒内"


def _days(days: Sequence[Day]) -> Sheet:
    headings = ("日期", "消息", "人数", "答出", "给选项", "没答案", "转人工", "其他", "有用", "没用")
    return Sheet(
        "每天",
        headings,
        _rows(
            days,
            lambda each: (
                each.day,
                each.messages,
                each.people,
                each.answered,
                each.chosen,
                each.unknown,
                each.escalated,
                each.other,
                each.helped,
                each.unhelped,
            ),
        ),
    )


def _ticket_rows(ticket: TicketFigures) -> tuple[tuple[Cell, ...], ...]:
    return (
        ("新开", ticket.opened),
        ("已解决", ticket.solved),
        ("未完成", ticket.open_now),
        ("重新打开过", ticket.reopened),
        ("首次回复：中位数（分钟）", _minutes(ticket.first_reply.median)),
        ("首次回复：九成以内（分钟）", _minutes(ticket.first_reply.ninety)),
        ("解决：中位数（分钟）", _minutes(ticket.solving.median)),
        ("解决：九成以内（分钟）", _minutes(ticket.solving.ninety)),
    )


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / 60, 1)


def _rows(values: Sequence[Any], row: Callable[[Any], tuple[Cell, ...]]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(row(value) for value in values)
