"""Clusters of unanswered questions as an editor works through them, and what he decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.figures.period import Period
from bot.storage.figure_tables import missed, missed_cluster, missed_text
from kb.base import KnowledgeBase
from kb.matcher import Chance

State = Literal["open", "added", "out_of_scope", "dismissed"]
_REASONS = ("unknown", "rejected", "unresolved", "ticket")
_TRIED = 5
_MANY = 500
"""Values in one condition."""
_TOPIC = "oos-"
_LEAST = 0.01


@dataclass(frozen=True, slots=True)
class Cluster:
    """Questions of one meaning. ``text``: the commonest wording, None where all are forgotten; ``wordings``: how many.

    ``asked``: in the period asked for, else ever; ``asked_since``: since it was decided.
    """

    number: int
    state: State
    text: str | None
    asked: int
    wordings: int
    first_at: datetime
    last_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    asked_since: int
    wake_at: int | None
    record: str | None
    revision: int | None
    topic: str | None


@dataclass(frozen=True, slots=True)
class Wording:
    """A question as somebody put it."""

    text: str
    asked: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Whole:
    """A cluster with all there is to know of it. ``reasons`` and ``channels``: how often each."""

    cluster: Cluster
    examples: tuple[Wording, ...]
    reasons: Mapping[str, int]
    channels: Mapping[str, int]
    records: Mapping[str, int]
    """What the bot had answered with, in vain."""
    conversations: tuple[tuple[int, datetime, str], ...]
    """Where it was asked last: conversation, when, channel."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """What a cluster may be about: records and out-of-scope topics, likeliest first."""

    records: tuple[Chance, ...]
    topics: tuple[Chance, ...]


async def listed(
    tx: AsyncConnection,
    state: State | None = "open",
    *,
    period: Period | None = None,
    containing: str = "",
    most: int = 50,
    after: int = 0,
) -> list[Cluster]:
    """Clusters in a state (None: any), most asked first; ``after``: so many are left out."""
    cluster = missed_cluster.c
    asked: Any = cluster.asked
    query: Any = select(missed_cluster)
    if period is not None:
        counts = _asked_in(period)
        asked = counts.c.number
        query = query.join(counts, counts.c.cluster_id == cluster.id)
    query = query.add_columns(asked.label("number"), _wording().label("text"), _wordings().label("wordings"))
    query = query.where(cluster.state == state) if state else query
    if containing:
        like = missed_text.c.text.contains(containing, autoescape=True)
        query = query.where(cluster.id.in_(select(missed_text.c.cluster_id).where(like)))
    query = query.order_by(asked.desc(), cluster.last_at.desc(), cluster.id).limit(most).offset(after)
    return [_cluster(row) for row in await tx.execute(query)]


async def counts(tx: AsyncConnection) -> dict[str, int]:
    """How many clusters there are in each state."""
    rows = await tx.execute(select(missed_cluster.c.state, func.count()).group_by(missed_cluster.c.state))
    return {row[0]: row[1] for row in rows}


async def get(tx: AsyncConnection, number: int, *, most: int = 50) -> Whole | None:
    """One cluster, with its commonest wordings."""
    query = select(missed_cluster, missed_cluster.c.asked.label("number"), _wording().label("text"))
    query = query.add_columns(_wordings().label("wordings")).where(missed_cluster.c.id == number)
    row = (await tx.execute(query)).first()
    if row is None:
        return None
    mine = missed.c.text_id.in_(select(missed_text.c.id).where(missed_text.c.cluster_id == number))
    last = select(missed.c.conversation_id, missed.c.at, missed.c.channel).where(
        mine, missed.c.conversation_id.is_not(None)
    )
    latest = (await tx.execute(last.order_by(missed.c.at.desc(), missed.c.id.desc()).limit(10))).all()
    return Whole(
        _cluster(row),
        tuple(await wordings(tx, number, most)),
        await _by(tx, missed.c.why, mine),
        await _by(tx, missed.c.channel, mine),
        await _by(tx, missed.c.record, mine),
        tuple((each.conversation_id, each.at, each.channel) for each in latest),
    )


async def wordings(tx: AsyncConnection, number: int, most: int = 50) -> list[Wording]:
    """The wordings of a cluster, the commonest first."""
    query = (
        select(missed_text.c.text, missed_text.c.asked, missed_text.c.last_at)
        .where(missed_text.c.cluster_id == number, missed_text.c.text.is_not(None))
        .order_by(missed_text.c.asked.desc(), missed_text.c.id)
        .limit(most)
    )
    return [Wording(row.text, row.asked, row.last_at) for row in await tx.execute(query)]


def suggested(base: KnowledgeBase, examples: Sequence[str], most: int = 4) -> Suggested:
    """What the matcher makes of the commonest wordings, all told. Takes some ten milliseconds a wording."""
    records: dict[str, float] = {}
    topics: dict[str, float] = {}
    tried = examples[:_TRIED]
    for text in tried:
        ranking = base.matcher.rank(text)
        for chances, found in ((records, ranking.records), (topics, ranking.topics)):
            for each in found:
                chances[each.id] = chances.get(each.id, 0.0) + each.chance / len(tried)
    return Suggested(_best(records, most), _best(topics, most))


async def dismiss(tx: AsyncConnection, number: int, *, by: str, now: datetime, again: int | None = 10) -> bool:
    """Leave it, until it was asked ``again`` times more (None: for good). False where there is no such cluster."""
    wake = None if again is None else missed_cluster.c.asked + again
    return await _decide(tx, number, "dismissed", by, now, wake_at=wake)


async def mark_out_of_scope(
    tx: AsyncConnection, number: int, topic: str, revision: int | None = None, *, by: str, now: datetime
) -> bool:
    """It belongs to a topic that no record answers; its wordings were added to that in a revision."""
    return await _decide(tx, number, "out_of_scope", by, now, topic=topic, revision=revision)


async def mark_added(tx: AsyncConnection, number: int, record: str, revision: int, *, by: str, now: datetime) -> bool:
    """Its wordings were added to a record, in a revision."""
    return await _decide(tx, number, "added", by, now, record=record, revision=revision)


async def mark_phrased(
    tx: AsyncConnection, phrased: Mapping[str, str], revision: int, *, by: str, now: datetime
) -> int:
    """Open clusters of which a wording is now a phrasing (text → its record or topic) are decided by that; how many."""
    texts, found = list(phrased), dict[int, str]()
    for start in range(0, len(texts), _MANY):
        query = select(missed_text.c.cluster_id, missed_text.c.text).join(
            missed_cluster, missed_cluster.c.id == missed_text.c.cluster_id
        )
        mine = (missed_cluster.c.state == "open", missed_text.c.text.in_(texts[start : start + _MANY]))
        for row in await tx.execute(query.where(*mine).order_by(missed_text.c.asked, missed_text.c.id.desc())):
            found[row.cluster_id] = phrased[row.text]
    for number, label in found.items():
        mark = mark_out_of_scope if label.startswith(_TOPIC) else mark_added
        await mark(tx, number, label, revision, by=by, now=now)
    return len(found)


async def reopen(tx: AsyncConnection, number: int, *, by: str, now: datetime) -> bool:
    """To be decided anew."""
    return await _decide(tx, number, "open", by, now)


async def reopen_revisions(tx: AsyncConnection, after: int, *, by: str, now: datetime) -> int:
    """What was decided by revisions later than that one, which were rolled back, is open again; how many."""
    query = select(missed_cluster.c.id).where(
        missed_cluster.c.state.in_(("added", "out_of_scope")), missed_cluster.c.revision > after
    )
    numbers = (await tx.execute(query)).scalars().all()
    for number in numbers:
        await reopen(tx, number, by=by, now=now)
    return len(numbers)


async def _decide(tx: AsyncConnection, number: int, state: State, by: str, now: datetime, **values: Any) -> bool:
    empty = {"wake_at": None, "record": None, "revision": None, "topic": None}
    decided = {"state": state, "decided_at": now, "decided_by": by, "asked_then": missed_cluster.c.asked}
    change = update(missed_cluster).where(missed_cluster.c.id == number).values(**(empty | decided | values))
    return bool((await tx.execute(change)).rowcount)


def _asked_in(period: Period) -> Any:
    rows = [*period.moments(missed.c.at), *period.place(missed.c.channel, missed.c.group_key)]
    texts = (
        select(missed.c.text_id, func.count().label("number"))
        .where(*rows, missed.c.text_id.is_not(None))
        .group_by(missed.c.text_id)
        .subquery("texts")
    )
    return (
        select(missed_text.c.cluster_id, func.sum(texts.c.number).label("number"))
        .join_from(texts, missed_text, missed_text.c.id == texts.c.text_id)
        .group_by(missed_text.c.cluster_id)
        .subquery("asked_in")
    )


def _wording() -> Any:
    return (
        select(missed_text.c.text)
        .where(missed_text.c.cluster_id == missed_cluster.c.id, missed_text.c.text.is_not(None))
        .order_by(missed_text.c.asked.desc(), missed_text.c.id)
        .limit(1)
        .correlate(missed_cluster)
        .scalar_subquery()
    )


def _wordings() -> Any:
    return (
        select(func.count())
        .where(missed_text.c.cluster_id == missed_cluster.c.id)
        .correlate(missed_cluster)
        .scalar_subquery()
    )


async def _by(tx: AsyncConnection, column: Any, mine: Any) -> dict[str, int]:
    query = select(column, func.count()).where(mine, column.is_not(None)).group_by(column)
    rows = (await tx.execute(query.order_by(func.count().desc(), column))).all()
    return {row[0]: row[1] for row in rows}


def _best(chances: Mapping[str, float], most: int) -> tuple[Chance, ...]:
    found = sorted(chances.items(), key=lambda item: (-item[1], item[0]))[:most]
    return tuple(Chance(name, chance) for name, chance in found if chance >= _LEAST)


def _cluster(row: Any) -> Cluster:
    return Cluster(
        number=row.id,
        state=row.state,
        text=row.text,
        asked=int(row.number),
        wordings=row.wordings,
        first_at=row.first_at,
        last_at=row.last_at,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        asked_since=row.asked - row.asked_then if row.decided_at else 0,
        wake_at=row.wake_at,
        record=row.record,
        revision=row.revision,
        topic=row.topic,
    )
