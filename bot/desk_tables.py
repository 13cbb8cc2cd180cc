"""Tickets as the terminal shows them. What users wrote is cleaned first: it must not steer the terminal."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from bot.desk import overview
from bot.desk.hours import SHANGHAI
from bot.desk.lifecycle import STATUS_NAMES
from bot.storage.conversations import Line
from bot.storage.outbox import Failed
from bot.storage.tickets import Case, File, Happened
from kb.knowledge import Knowledge

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LONGEST_QUESTION = 120
_COLOURS = {"open": "red", "claimed": "yellow", "waiting": "blue", "solved": "green", "closed": "dim"}
_AUTHOR_COLOURS = {"user": "cyan", "bot": "dim", "staff": "green"}
_PURPOSES = {"reply": "机器人的回答", "staff": "工作人员的话", "notice": "工单的通知", "desk": "给客服的消息"}


@dataclass(frozen=True, slots=True)
class Dossier:
    """A ticket with everything that belongs to it."""

    case: Case
    history: Sequence[Happened]
    files: Sequence[File]
    lines: Sequence[Line]


def show(what: Table | Text) -> None:
    """Print it; lines of text are left to the terminal to break, which knows where Chinese may be broken."""
    Console(highlight=False).print(what, soft_wrap=isinstance(what, Text))


def of_tickets(cases: Sequence[Case], now: datetime) -> Table:
    """A row a ticket."""
    table = Table(_narrow("工单"), "状态", _narrow("多久了"), "组 / 谁在办", _broad("问题"), _narrow("渠道"))
    for case in cases:
        status = Text(STATUS_NAMES[case.status], style=_COLOURS[case.status])
        if case.priority == "urgent":
            status.append(" 加急", style="bold red")
        owner = " / ".join(filter(None, (case.team, case.agent)))
        question = " ".join((case.question or "（内容已清除）").split())[:_LONGEST_QUESTION]
        where = channel_name(case.channel) + ("（群里）" if case.group else "")
        opened = overview.age(case.opened_at, now)
        table.add_row(str(case.number), status, opened, _clean(owner), _clean(question), where)
    return table


def of_ticket(dossier: Dossier, knowledge: Knowledge, folder: Path, now: datetime) -> Text:
    """Everything about a ticket. ``folder``: where copies of users' files are kept."""
    parts = [_clean(overview.facts(dossier.case, knowledge, now))]
    parts += [_clean(f"附件：{_named(file, folder)}") for file in dossier.files]
    parts += [_head("经过"), _clean(overview.story(dossier.history, longest=None)), _head("对话")]
    return Text("\n").join((*parts, *_transcript(dossier.lines)))


def of_failed(failed: Sequence[Failed]) -> Table:
    """A row a message."""
    table = Table(_narrow("时间"), "给谁", _narrow("工单"), "是什么", _broad("为什么没送到"))
    for each in failed:
        ticket = str(each.ticket) if each.ticket else ""
        purpose = _PURPOSES.get(each.purpose, each.purpose)
        table.add_row(_when(each.created_at), _clean(_whom(each)), ticket, purpose, _clean(each.error or "原因不明"))
    return table


def channel_name(channel: str) -> str:
    """What staff call a channel."""
    return overview.CHANNEL_NAMES.get(channel, channel)


def _transcript(lines: Sequence[Line]) -> Iterator[Text]:
    for line in lines:
        yield Text(f"{_when(line.at)} {overview.AUTHORS[line.author]}", style=_AUTHOR_COLOURS[line.author])
        yield _clean("\n".join(f"  {part}".rstrip() for part in (line.text or "（内容已清除）").splitlines()))


def _narrow(head: str) -> Column:
    """A column that is never broken."""
    return Column(head, no_wrap=True)


def _broad(head: str) -> Column:
    """The column that has what room is left; it is broken anywhere, for Chinese has no spaces."""
    return Column(head, ratio=1, overflow="fold")


def _head(text: str) -> Text:
    return Text(f"\n{text}", style="bold")


def _named(file: File, folder: Path) -> str:
    return f"{file.kind} {file.name or ''} {folder / file.path if file.path else '（还没有取到）'}"


def _whom(failed: Failed) -> str:
    channel = channel_name(failed.channel)
    if failed.purpose == "desk":
        return f"{channel} 客服群 {failed.address}"
    return f"{channel} {'群里的' if failed.group else ''}用户 {failed.address}"


def _when(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%m-%d %H:%M")


def _clean(text: str) -> Text:
    return Text(_CONTROL.sub("", text))
