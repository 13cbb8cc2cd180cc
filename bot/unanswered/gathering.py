"""Gathers new unanswered questions into clusters, beside everything else that goes on."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

import numpy as np
from sqlalchemy import bindparam, case, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.figure_tables import missed, missed_cluster, missed_text
from bot.unanswered.grouping import Groups, together
from bot.unanswered.space import Matrix, Space, packed, unpacked
from kb.base import KnowledgeBase
from kb.meaning import Encoder

log = logging.getLogger(__name__)
_BATCH = 500
_EVERY = 2.0
_AGAIN = 500
"""Vectors that are made again in one go after the way of reckoning has changed."""
_MANY = 500
"""Values in one condition."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A missed question that was read."""

    id: int
    at: datetime
    text: str
    key: str


@dataclass(frozen=True, slots=True)
class _Known:
    """A wording that is there already."""

    id: int
    cluster: int


@dataclass
class Gathering:
    """``encoder``: tells sentence meaning, where it is installed. One node gathers at a time."""

    database: Database
    base: Callable[[], KnowledgeBase]
    encoder: Encoder | None
    _groups: Groups | None = field(default=None, init=False)
    _newest: tuple[int, int] = field(default=(0, 0), init=False)

    async def run(self) -> None:
        """Gather, for ever."""
        while True:
            await self.catch_up()
            await asyncio.sleep(_EVERY)

    async def catch_up(self, progress: Callable[[int], None] = lambda _rows: None) -> int:
        """Gather all that waits; how many questions that was."""
        total = 0
        while number := await self._batch():
            total += number
            progress(number)
        return total

    async def _batch(self) -> int:
        query = select(missed.c.id, missed.c.at, missed.c.text).where(~missed.c.gathered).order_by(missed.c.id)
        async with self.database.read() as tx:
            waiting = (await tx.execute(query.limit(_BATCH))).all()
        if not waiting:
            return 0
        space = Space(self.base().matcher, self.encoder)
        rows = await asyncio.to_thread(_read, waiting, self.base(), space)
        async with self.database.read() as tx:
            known = await _known(tx, {row.key for row in rows})
        fresh = [key for key in dict.fromkeys(row.key for row in rows) if key not in known]
        groups = await self._centres(space) if fresh else None
        vectors = await asyncio.to_thread(space.vectors, fresh)
        placed = await asyncio.to_thread(groups.place, vectors) if groups else []
        async with self.database.write() as tx:
            known |= await self._keep_texts(tx, rows, fresh, vectors, placed, space.name)
            await _count(tx, rows, known)
            await _finish(tx, [row.id for row in waiting], rows, known)
            self._newest = await _state(tx)
        return len(waiting)

    async def _centres(self, space: Space) -> Groups:
        """The clusters that there are. They are read anew after a change that is not ours (another node, forgetting)."""
        await self._again(space)
        async with self.database.read() as tx:
            newest = await _state(tx)
            if self._groups is not None and self._newest == newest:
                return self._groups
            query = select(missed_text.c.cluster_id, missed_text.c.vector).where(
                missed_text.c.vector.is_not(None), missed_text.c.space == space.name
            )
            rows = (await tx.execute(query)).all()
        vectors = unpacked([row.vector for row in rows]) if rows else np.zeros((0, 0), dtype=np.float32)
        self._groups = await asyncio.to_thread(Groups.of, space.same, [row.cluster_id for row in rows], vectors)
        return self._groups

    async def _again(self, space: Space) -> None:
        """Make the vectors anew that were reckoned another way; which cluster a text is in stays as it is."""
        query = select(missed_text.c.id, missed_text.c.text).where(
            missed_text.c.text.is_not(None), missed_text.c.space != space.name
        )
        while True:
            async with self.database.read() as tx:
                rows = (await tx.execute(query.limit(_AGAIN))).all()
            if not rows:
                return
            self._groups = None
            keys = [space.key(row.text) for row in rows]
            vectors = await asyncio.to_thread(space.vectors, keys)
            values = [{"row": row.id, "new": packed(vector)} for row, vector in zip(rows, vectors, strict=True)]
            async with self.database.write() as tx:
                # Whoever is forgotten in between stays forgotten.
                mine = (missed_text.c.id == bindparam("row"), missed_text.c.text.is_not(None))
                await tx.execute(
                    update(missed_text).where(*mine).values(vector=bindparam("new"), space=space.name), values
                )

    async def _keep_texts(
        self,
        tx: AsyncConnection,
        rows: Sequence[_Row],
        fresh: Sequence[str],
        vectors: Matrix,
        placed: Sequence[int | None],
        space: str,
    ) -> dict[str, _Known]:
        """Write down new wordings, in their clusters; clusters that are new get their numbers here."""
        if not fresh or self._groups is None:
            return {}
        first = {row.key: row for row in reversed(rows)}
        clusters: list[int | None] = list(placed)
        alone = [place for place, number in enumerate(clusters) if number is None]
        for part in await asyncio.to_thread(together, vectors[alone], self._groups.same) if alone else ():
            members = [alone[place] for place in part.tolist()]
            oldest = min(first[fresh[place]].at for place in members)
            made_now = await _new_cluster(tx, oldest)
            for place in members:
                clusters[place] = made_now
            self._groups.add(made_now, vectors[members])
        found: dict[str, _Known] = {}
        for place, (key, number) in enumerate(zip(fresh, clusters, strict=True)):
            if number is None:
                raise ValueError("a question is in no cluster")
            if placed[place] is not None:
                self._groups.add(number, vectors[place][None])
            row = first[key]
            values = {"key": _digest(key), "text": row.text, "cluster_id": number, "asked": 0, "last_at": row.at}
            made = insert(missed_text).values(**values, space=space, vector=packed(vectors[place]))
            found[key] = _Known((await tx.execute(made.returning(missed_text.c.id))).scalar_one(), number)
        return found


def _read(waiting: Sequence[Any], base: KnowledgeBase, space: Space) -> list[_Row]:
    """The questions among what waits: not what was said to the bot itself (转人工), nor what was forgotten."""
    found = []
    for row in waiting:
        if not row.text or base.sayings.whole(row.text) or base.sayings.nothing_else(row.text):
            continue
        key = space.key(row.text)
        if len(key) > 1 and "#" not in row.text:
            found.append(_Row(row.id, row.at, row.text, key))
    return found


async def _known(tx: AsyncConnection, keys: set[str]) -> dict[str, _Known]:
    names = {_digest(key): key for key in keys}
    digests, found = list(names), {}
    for start in range(0, len(digests), _MANY):
        query = select(missed_text.c.id, missed_text.c.key, missed_text.c.cluster_id)
        for row in await tx.execute(query.where(missed_text.c.key.in_(digests[start : start + _MANY]))):
            found[names[row.key]] = _Known(row.id, row.cluster_id)
    return found


async def _new_cluster(tx: AsyncConnection, first: datetime) -> int:
    made = insert(missed_cluster).values(first_at=first, last_at=first).returning(missed_cluster.c.id)
    return int((await tx.execute(made)).scalar_one())


async def _count(tx: AsyncConnection, rows: Sequence[_Row], known: Mapping[str, _Known]) -> None:
    """How often each was asked, and when last. A dismissed cluster that was asked often enough again opens by itself."""
    texts = Counter(known[row.key].id for row in rows)
    clusters = Counter(known[row.key].cluster for row in rows)
    last: dict[int, datetime] = {}
    last_of: dict[int, datetime] = {}
    for row in rows:
        mine = known[row.key]
        last[mine.id] = max(row.at, last.get(mine.id, row.at))
        last_of[mine.cluster] = max(row.at, last_of.get(mine.cluster, row.at))
    for table, counts, latest in ((missed_text, texts, last), (missed_cluster, clusters, last_of)):
        values = [{"row": key, "more": number, "latest": latest[key]} for key, number in counts.items()]
        at = table.c.last_at
        newer = bindparam("latest", type_=at.type)
        change = update(table).where(table.c.id == bindparam("row"))
        if values:
            await tx.execute(
                change.values(asked=table.c.asked + bindparam("more"), last_at=case((at > newer, at), else_=newer)),
                values,
            )
    awake = (missed_cluster.c.state == "dismissed", missed_cluster.c.asked >= missed_cluster.c.wake_at)
    await tx.execute(update(missed_cluster).where(*awake).values(state="open", wake_at=None))


async def _finish(
    tx: AsyncConnection, waiting: Sequence[int], rows: Sequence[_Row], known: Mapping[str, _Known]
) -> None:
    for start in range(0, len(waiting), _MANY):
        part = waiting[start : start + _MANY]
        await tx.execute(update(missed).where(missed.c.id.in_(part)).values(gathered=True))
    values = [{"row": row.id, "wording": known[row.key].id} for row in rows]
    if values:
        await tx.execute(
            update(missed).where(missed.c.id == bindparam("row")).values(text_id=bindparam("wording")), values
        )


async def _state(tx: AsyncConnection) -> tuple[int, int]:
    """Changes whenever texts come or are forgotten."""
    row = (await tx.execute(select(func.max(missed_text.c.id), func.count(missed_text.c.text)))).one()
    return row[0] or 0, row[1]


def _digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()
