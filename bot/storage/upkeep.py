"""Looking after the database: whether it is in order, and a copy of it."""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import UsageError
from bot.storage import dump, schema
from bot.storage.database import Database, database_file
from bot.storage.tables import ONLY, inbox, metadata, outbox, ticket
from bot.storage.tickets import OPEN

_LATELY = timedelta(days=7)
_MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Queue:
    """What is in inbox or outbox: how much waits, since when, and what failed lately."""

    waiting: int
    oldest: datetime | None
    failed: int


@dataclass(frozen=True, slots=True)
class Checkup:
    """The state of the database. ``problems``: sentences for the person who can act; figures only where the tables are ours."""

    version: str | None
    problems: tuple[str, ...]
    inbox: Queue | None = None
    outbox: Queue | None = None
    open_tickets: int = 0


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy that was made and checked: its size, and the rows of each table in it."""

    path: Path
    size: int
    rows: Mapping[str, int]


async def check(database: Database, now: datetime) -> Checkup:
    """Look at everything; what merely waits is no problem."""
    current, newest = await schema.version(database), schema.head()
    async with database.read() as tx:
        problems = await _damage(tx) if database.is_sqlite else []
        if current != newest:
            problems.append(
                f"表的版本是 {current or '空'}，程序要的是 {newest}：请运行 main.py db upgrade，或换用对应版本的程序"
            )
            return Checkup(current, tuple(problems))
        problems += [f"表和程序说的不一样：{difference}" for difference in await tx.run_sync(_differences)]
        if problems:
            return Checkup(current, tuple(problems))
        return Checkup(
            current,
            (),
            await _queue(tx, inbox, "new", inbox.c.received_at, now),
            await _queue(tx, outbox, "waiting", outbox.c.created_at, now),
            await tx.scalar(select(func.count()).select_from(ticket).where(ticket.c.status.in_(OPEN))) or 0,
        )


async def _damage(tx: AsyncConnection) -> list[str]:
    found = [str(row[0]) for row in await tx.exec_driver_sql(f"PRAGMA integrity_check({_MOST_SHOWN})")]
    broken = [f"文件损坏：{' '.join(line.split())}" for line in found if line != "ok"]
    strays: Sequence[Any] = (await tx.exec_driver_sql("PRAGMA foreign_key_check")).all()
    return broken + [f"{row[0]} 的第 {row[1]} 行指向 {row[2]} 里没有的行" for row in strays[:_MOST_SHOWN]]


def _differences(connection: Connection) -> list[str]:
    return [_told(difference) for difference in differences(connection)]


def differences(connection: Connection) -> list[Any]:
    """Where the tables are not what the program says, as Alembic tells it."""

    def is_here(thing: Any, *_: Any) -> bool:
        return thing.info.get(ONLY, connection.dialect.name) == connection.dialect.name  # type: ignore[no-any-return]  # two words

    told = {"compare_type": True, "compare_server_default": True, "include_object": is_here}
    return list(compare_metadata(MigrationContext.configure(connection, opts=told), metadata))


def _told(difference: Any) -> str:
    """Alembic's tuples: a verb and what it concerns, sometimes in a list of their own."""
    parts: Any = difference[0] if isinstance(difference, list) else difference
    verb, *things = parts
    names = (getattr(thing, "name", thing) for thing in things if isinstance(thing, str) or hasattr(thing, "name"))
    return " ".join((verb, *(str(name) for name in names)))


async def _queue(tx: AsyncConnection, table: Table, state: str, since: Any, now: datetime) -> Queue:
    waiting = await tx.scalar(select(func.count()).where(table.c.state == state)) or 0
    oldest: datetime | None = await tx.scalar(select(func.min(since)).where(table.c.state == state))
    failed = await tx.scalar(select(func.count()).where(table.c.state == "failed", since >= now - _LATELY)) or 0
    return Queue(waiting, oldest, failed)


def backup(database: Database, target: Path, *, force: bool = False) -> Backup:
    """A copy of the database as it is at one moment, made while others use it; nothing is left of one that fails.

    Raises UsageError.
    """
    source = database_file(database)
    _may_write(target, source, force=force)
    with NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as temporary:
        made = Path(temporary.name)
    try:
        rows = _copy(source, made) if source else dump.dump(database.engine.url, made)
        _may_write(target, source, force=force)
        made.replace(target)
    finally:
        made.unlink(missing_ok=True)
    return Backup(target, target.stat().st_size, rows)


def _may_write(target: Path, source: Path | None, *, force: bool) -> None:
    if not target.parent.is_dir():
        raise UsageError(f"没有文件夹 {target.parent}，请先建好。")
    if target.is_dir():
        raise UsageError(f"{target} 是文件夹，要写上备份的文件名。")
    if source and target.exists() and target.samefile(source):
        raise UsageError(f"{target} 就是正在用的数据库，备份要写到别的文件。")
    if target.exists() and not force:
        raise UsageError(f"{target} 已经存在。换个名字，或者加 --force 覆盖。")


def _copy(source: Path, target: Path) -> dict[str, int]:
    """All pages in one step: a reader beside writers. The copy is one file, without a log beside it."""
    try:
        with closing(sqlite3.connect(source)) as reading, closing(sqlite3.connect(target)) as writing:
            reading.backup(writing)
            writing.execute("PRAGMA journal_mode = DELETE")
        return _rows(target)
    except sqlite3.Error as error:
        raise UsageError(f"没有备份成（{error}），什么都没有留下。请运行 main.py db check 看看数据库。") from error


def _rows(path: Path) -> dict[str, int]:
    """Check a file from end to end and count what is in it."""
    with closing(sqlite3.connect(path)) as file:
        found = [row[0] for row in file.execute("PRAGMA integrity_check")]
        if found != ["ok"] or file.execute("PRAGMA foreign_key_check").fetchall():
            raise sqlite3.DatabaseError(found[0])
        names = [row[0] for row in file.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {name: file.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608 - our own tables
