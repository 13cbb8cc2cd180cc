"""Revisions of the knowledge, their compiled files, drafts, and the questions people ask most."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.knowledge_tables import knowledge_compiled, knowledge_draft, knowledge_revision
from bot.storage.tables import question_log

Overlay = Mapping[str, str | None]
COMPILED_KEPT = 5
"""Compiled files in the database: the newest, and some to go back to without compiling."""
_PACKING = 1
"""More effort saves 2 % of the size and takes twice as long."""
_LONGEST = 600
_MARKS = " \t\r\n?？!！。.…~～，,"


@dataclass(frozen=True, slots=True)
class Revision:
    """A published state of the knowledge. ``overlay``: what differs from the program's own content.

    ``bases``: for each file of the overlay the digest of the program's file it was made over. ``difference``: the changes
    from the revision before. ``state``: ``current`` or ``past``. Without ``overlay`` where only the history was asked for.
    """

    number: int
    at: datetime
    author: str
    note: str
    kind: str
    based_on: int
    bases: Mapping[str, str]
    difference: tuple[Mapping[str, Any], ...]
    golden: Mapping[str, int] | None
    compiled: str
    state: str
    overlay: Overlay | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What an editor is working on. ``version`` counts the changes."""

    id: int
    author: str
    title: str
    based_on: int
    overlay: Overlay
    created_at: datetime
    changed_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Frequent:
    """A question as it was asked, and how often (without regard to case, spaces and marks around it)."""

    text: str
    count: int


async def newest(tx: AsyncConnection) -> int:
    """The number of the newest revision; 0 where nothing was published: the program's own content is in force."""
    return await tx.scalar(select(func.max(knowledge_revision.c.number))) or 0


async def revision(tx: AsyncConnection, number: int) -> Revision | None:
    """One revision, with its overlay."""
    row = (await tx.execute(select(knowledge_revision).where(knowledge_revision.c.number == number))).first()
    return _revision(row, await newest(tx), overlay=True) if row else None


async def history(tx: AsyncConnection, most: int, before: int | None = None) -> list[Revision]:
    """The newest revisions first, without their overlays. ``before``: only those with a smaller number."""
    columns = [column for column in knowledge_revision.c if column.name != "overlay"]
    query = select(*columns).order_by(knowledge_revision.c.number.desc()).limit(most)
    if before is not None:
        query = query.where(knowledge_revision.c.number < before)
    current = await newest(tx)
    return [_revision(row, current) for row in (await tx.execute(query)).all()]


async def files_ever(tx: AsyncConnection) -> frozenset[str]:
    """Every file that any revision has changed, made or taken out."""
    rows = (await tx.execute(select(knowledge_revision.c.bases))).scalars()
    return frozenset(name for bases in rows for name in bases)


async def add(tx: AsyncConnection, values: Mapping[str, Any]) -> bool:
    """Publish; False where the number is taken by now."""
    build = postgresql.insert if tx.dialect.name == "postgresql" else sqlite.insert
    query = (
        build(knowledge_revision)
        .values(**values)
        .on_conflict_do_nothing(index_elements=["number"])
        .returning(knowledge_revision.c.number)
    )
    return (await tx.execute(query)).first() is not None


def pack(raw: bytes) -> bytes:
    """A compiled file as the database keeps it. Takes a third of a second: not for the event loop."""
    return zlib.compress(raw, _PACKING)


def unpack(packed: bytes) -> bytes:
    """The file again. Raises ValueError where it is damaged."""
    try:
        return zlib.decompress(packed)
    except zlib.error as error:
        raise ValueError(f"a packed knowledge base is damaged: {error}") from error


async def keep_compiled(tx: AsyncConnection, name: str, number: int, packed: bytes, now: datetime) -> None:
    """Keep a compiled file, and only the last few of them."""
    build = postgresql.insert if tx.dialect.name == "postgresql" else sqlite.insert
    values = {"revision": number, "at": now, "size": len(packed), "data": packed}
    await tx.execute(
        build(knowledge_compiled)
        .values(name=name, **values)
        .on_conflict_do_update(index_elements=["name"], set_=values)
    )
    kept = (
        select(knowledge_compiled.c.name)
        .order_by(knowledge_compiled.c.revision.desc(), knowledge_compiled.c.at.desc())
        .limit(COMPILED_KEPT)
    )
    names = (await tx.execute(kept)).scalars().all()
    await tx.execute(delete(knowledge_compiled).where(knowledge_compiled.c.name.not_in(names)))


async def drop_compiled(tx: AsyncConnection, name: str) -> None:
    """A compiled file that cannot be read goes."""
    await tx.execute(delete(knowledge_compiled).where(knowledge_compiled.c.name == name))


async def has_compiled(tx: AsyncConnection, name: str) -> bool:
    """Whether a compiled file of this name is kept."""
    return bool(await tx.scalar(select(knowledge_compiled.c.name).where(knowledge_compiled.c.name == name)))


async def compiled(tx: AsyncConnection, name: str) -> bytes | None:
    """A compiled file, packed."""
    return await tx.scalar(select(knowledge_compiled.c.data).where(knowledge_compiled.c.name == name))


async def compiled_otherwise(tx: AsyncConnection, number: int) -> tuple[str, bytes] | None:
    """The compiled file that any program made of a revision, with its name."""
    query = (
        select(knowledge_compiled.c.name, knowledge_compiled.c.data)
        .where(knowledge_compiled.c.revision == number)
        .order_by(knowledge_compiled.c.at.desc())
        .limit(1)
    )
    row = (await tx.execute(query)).first()
    return (row.name, row.data) if row else None


async def new_draft(
    tx: AsyncConnection, author: str, title: str, based_on: int, overlay: Overlay, now: datetime
) -> Draft:
    """Begin a draft."""
    values = {"author": author, "title": title, "based_on": based_on, "overlay": dict(overlay)}
    query = (
        insert(knowledge_draft)
        .values(**values, created_at=now, changed_at=now, version=1)
        .returning(knowledge_draft.c.id)
    )
    number = (await tx.execute(query)).scalar_one()
    return Draft(number, author, title, based_on, overlay, now, now, 1)


async def draft(tx: AsyncConnection, number: int) -> Draft | None:
    """One draft."""
    row = (await tx.execute(select(knowledge_draft).where(knowledge_draft.c.id == number))).first()
    return Draft(**row._mapping) if row else None


async def drafts(tx: AsyncConnection, author: str | None = None) -> list[Draft]:
    """All drafts, or those of one editor; the last changed first."""
    query = select(knowledge_draft).order_by(knowledge_draft.c.changed_at.desc(), knowledge_draft.c.id.desc())
    if author is not None:
        query = query.where(knowledge_draft.c.author == author)
    return [Draft(**row._mapping) for row in (await tx.execute(query)).all()]


async def change_draft(tx: AsyncConnection, seen: Draft, now: datetime, **values: Any) -> bool:
    """Change a draft that nobody has changed since it was ``seen``; False where somebody has."""
    done = await tx.execute(
        update(knowledge_draft).where(*_as(seen)).values(**values, changed_at=now, version=seen.version + 1)
    )
    return done.rowcount == 1


async def drop_draft(tx: AsyncConnection, seen: Draft) -> bool:
    """Throw a draft away that nobody has changed since it was ``seen``; False where somebody has."""
    return (await tx.execute(delete(knowledge_draft).where(*_as(seen)))).rowcount == 1


def _as(seen: Draft) -> tuple[ColumnElement[bool], ...]:
    """SQLite gives a number again when the draft that had it is gone: what tells them apart is when they were begun."""
    draft = knowledge_draft.c
    return draft.id == seen.id, draft.version == seen.version, draft.created_at == seen.created_at


async def frequent_questions(tx: AsyncConnection, since: datetime, most: int) -> tuple[list[Frequent], int]:
    """The questions asked most since then, and how many were asked in all (texts that are still there)."""
    asked = (question_log.c.at >= since, question_log.c.text.is_not(None))
    plain = func.ltrim(func.rtrim(func.lower(question_log.c.text), _MARKS), _MARKS)
    count = func.count()
    query = (
        select(func.min(question_log.c.text).label("text"), count.label("count"))
        .where(*asked, func.length(question_log.c.text) <= _LONGEST)
        .group_by(plain)
        .order_by(count.desc(), func.min(question_log.c.text))
        .limit(most)
    )
    rows = (await tx.execute(query)).all()
    total = await tx.scalar(select(func.count()).select_from(question_log).where(*asked)) or 0
    return [Frequent(row.text, row[1]) for row in rows], total


def _revision(row: Any, current: int, *, overlay: bool = False) -> Revision:
    return Revision(
        row.number,
        row.at,
        row.author,
        row.note,
        row.kind,
        row.based_on,
        row.bases,
        tuple(row.difference),
        row.golden,
        row.compiled,
        "current" if row.number == current else "past",
        row.overlay if overlay else None,
    )
