"""Figures of questions: how many, by whom, when, how they ended, which records answered, and what was missed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, Subquery, Table, case, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.desk.hours import SHANGHAI
from bot.figures.counting import counted, fresh
from bot.figures.period import Period, local_day, weekday
from bot.figures.values import ClusterFigures, Day, Places, RecordFigures, RevisionFigures, Slot, Totals
from bot.storage.figure_tables import (
    figure_day,
    figure_hour,
    figure_person,
    figure_record,
    missed,
    missed_cluster,
    missed_text,
)
from bot.storage.tables import conversation, feedback, question_log

_KINDS = {
    "answered": ("answer", "steps", "contact"),
    "chosen": ("choices",),
    "unknown": ("unknown",),
    "escalated": ("escalate",),
    "other": ("ask", "smalltalk", "silent"),
}


async def days(tx: AsyncConnection, period: Period) -> tuple[Day, ...]:
    """Every day of the period, also those on which nobody wrote."""
    log = await _rolled(tx, period, figure_day)
    found: dict[Any, dict[str, int]] = {}
    people = await _people_by_day(tx, period)
    for query in (_outcomes(log, log.c.day), *people, _feedback(period, local_day(feedback.c.at).label("day"))):
        for row in (await tx.execute(query)).mappings():
            found.setdefault(row["day"], {}).update({name: int(row[name]) for name in row if name != "day"})
    return tuple(Day(day, **found.get(day, {})) for day in period.days)


async def _people_by_day(tx: AsyncConnection, period: Period) -> list[Select[Any]]:
    """Days on which all is counted are read in the order in which they lie; only the others are put together first."""
    first = await tx.scalar(select(func.min(question_log.c.at)).where(question_log.c.id > await counted(tx)))
    day = first.astimezone(SHANGHAI).date() if first else period.last + timedelta(days=1)
    found: list[Select[Any]] = []
    if period.first < day:
        done = replace(period, last=min(period.last, day - timedelta(days=1)))
        people = func.count(figure_person.c.person.distinct()).label("people")
        found.append(select(figure_person.c.day, people).where(*done.rows(figure_person)).group_by(figure_person.c.day))
    if day <= period.last:
        who = await _rolled(tx, replace(period, first=max(period.first, day)), figure_person)
        found.append(select(who.c.day, func.count(who.c.person.distinct()).label("people")).group_by(who.c.day))
    return found


async def totals(tx: AsyncConnection, period: Period) -> Totals:
    """The period as a whole; whoever wrote on several days is one person."""
    log = await _rolled(tx, period, figure_day)
    who = await _rolled(tx, period, figure_person)
    everything = literal(1).label("all")
    found: dict[str, int] = {"people": await tx.scalar(select(func.count(who.c.person.distinct()))) or 0}
    for query in (_outcomes(log, everything), _feedback(period, everything)):
        for row in (await tx.execute(query)).mappings():
            found |= {name: int(row[name] or 0) for name in row if name != "all"}
    return Totals(**found)


async def records(tx: AsyncConnection, period: Period, most: int = 50) -> tuple[RecordFigures, ...]:
    """The records that answered most often."""
    log = await _rolled(tx, period, figure_record)
    answers = func.sum(log.c.number).label("answers")
    query = select(log.c.record, answers).group_by(log.c.record).order_by(answers.desc(), log.c.record).limit(most)
    said = {row.record: row for row in await tx.execute(_feedback(period, feedback.c.record))}
    return tuple(
        RecordFigures(
            row.record,
            int(row.answers),
            said[row.record].helped if row.record in said else 0,
            said[row.record].unhelped if row.record in said else 0,
        )
        for row in await tx.execute(query)
    )


async def hours(tx: AsyncConnection, period: Period) -> tuple[Slot, ...]:
    """By weekday and hour: when people write, and when they are stuck. All 168 slots."""
    log = await _rolled(tx, period, figure_hour)
    # By day first: a weekday is cheap to tell of a day, and dear of every row.
    by_day = (
        select(log.c.day, log.c.hour, func.sum(log.c.number).label("messages"), func.sum(log.c.stuck).label("stuck"))
        .group_by(log.c.day, log.c.hour)
        .subquery("by_day")
    )
    which = weekday(by_day.c.day).label("weekday")
    query = select(which, by_day.c.hour, func.sum(by_day.c.messages), func.sum(by_day.c.stuck))
    rows = await tx.execute(query.group_by(which, by_day.c.hour))
    found = {(row[0], row[1]): (int(row[2]), int(row[3])) for row in rows}
    return tuple(Slot(day, hour, *found.get((day, hour), (0, 0))) for day in range(1, 8) for hour in range(24))


async def revisions(tx: AsyncConnection, period: Period, most: int = 30) -> tuple[RevisionFigures, ...]:
    """What each revision of the knowledge made of the questions, in the order in which they came into force."""
    log = await _rolled(tx, period, figure_day)
    query = _outcomes(log, log.c.revision).add_columns(
        func.min(log.c.day).label("first"), func.max(log.c.day).label("last")
    )
    rows = (await tx.execute(query.order_by(func.max(log.c.day).desc(), func.min(log.c.day).desc()).limit(most))).all()
    said = {row.revision: row for row in await tx.execute(_feedback(period, feedback.c.revision))}
    return tuple(
        RevisionFigures(
            row.revision,
            row.first,
            row.last,
            int(row.answered + row.chosen + row.unknown + row.escalated),
            int(row.answered),
            int(row.chosen),
            int(row.unknown),
            int(row.escalated),
            helped=said[row.revision].helped if row.revision in said else 0,
            unhelped=said[row.revision].unhelped if row.revision in said else 0,
        )
        for row in reversed(rows)
    )


async def missed_most(tx: AsyncConnection, period: Period, most: int = 20) -> tuple[ClusterFigures, ...]:
    """The clusters of unanswered questions that were asked most in the period, whatever was decided about them since."""
    rows = [*period.moments(missed.c.at), *period.place(missed.c.channel, missed.c.group_key)]
    by_text = (
        select(missed.c.text_id, func.count().label("number"))
        .where(*rows, missed.c.text_id.is_not(None))
        .group_by(missed.c.text_id)
        .subquery("by_text")
    )
    asked = func.sum(by_text.c.number).label("asked")
    top = (
        select(missed_text.c.cluster_id, asked)
        .join_from(by_text, missed_text, missed_text.c.id == by_text.c.text_id)
        .group_by(missed_text.c.cluster_id)
        .order_by(asked.desc(), missed_text.c.cluster_id)
        .limit(most)
        .subquery("top")
    )
    title = wording(top.c.cluster_id)
    query = select(top.c.cluster_id, title.label("text"), missed_cluster.c.state, top.c.asked)
    found = await tx.execute(
        query.join_from(top, missed_cluster, missed_cluster.c.id == top.c.cluster_id).order_by(
            top.c.asked.desc(), top.c.cluster_id
        )
    )
    return tuple(ClusterFigures(row.cluster_id, row.text, row.state, int(row.asked)) for row in found)


def wording(cluster: Any) -> Any:
    """The commonest wording of a cluster; none where all were forgotten."""
    return (
        select(missed_text.c.text)
        .where(missed_text.c.cluster_id == cluster, missed_text.c.text.is_not(None))
        .order_by(missed_text.c.asked.desc(), missed_text.c.id)
        .limit(1)
        .scalar_subquery()
    )


async def places(tx: AsyncConnection, period: Period) -> Places:
    """The channels and groups in which anything was said."""
    log = await _rolled(tx, Period(period.first, period.last), figure_day)
    rows = (await tx.execute(select(log.c.channel, log.c.group_key).distinct())).all()
    groups = sorted({(row.channel, row.group_key) for row in rows if row.group_key})
    return Places(tuple(sorted({row.channel for row in rows})), tuple(groups))


async def _rolled(tx: AsyncConnection, period: Period, table: Table) -> Subquery:
    """A table of counts, together with what is not counted up yet."""
    late = fresh(table, await counted(tx), tx.dialect.name).subquery("late")
    parts: Sequence[Select[Any]] = (
        select(*(table.c[column.name] for column in table.c)).where(*period.rows(table)),
        select(*(late.c[column.name] for column in table.c)).where(
            late.c.day.between(period.first, period.last), *period.place(late.c.channel, late.c.group_key)
        ),
    )
    return union_all(*parts).subquery("rolled")


def _outcomes(log: Subquery, by: Any) -> Select[Any]:
    sums = [
        func.sum(case((log.c.outcome.in_(outcomes), log.c.number), else_=0)).label(name)
        for name, outcomes in _KINDS.items()
    ]
    return select(by, func.sum(log.c.number).label("messages"), *sums).group_by(by)


def _feedback(period: Period, by: Any) -> Select[Any]:
    helped = func.sum(case((feedback.c.helped, 1), else_=0)).label("helped")
    unhelped = func.sum(case((feedback.c.helped, 0), else_=1)).label("unhelped")
    query = select(by, helped, unhelped).where(*period.moments(feedback.c.at)).group_by(by)
    if period.anywhere:
        return query
    return query.join(conversation, conversation.c.id == feedback.c.conversation_id).where(
        *period.place(conversation.c.channel, conversation.c.group_key)
    )
