"""Space given back after a lot was taken out, and with it what taking out leaves behind in files."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import text

from bot.storage.database import Database, database_file
from bot.storage.tables import metadata

_BUSY_SECONDS = 15.0
_SMALL = 512 * 1024 * 1024
"""Bytes of a file that is rewritten in a few seconds: a server beside it can wait that long before it writes."""


@dataclass(frozen=True, slots=True)
class Space:
    """Bytes of the file and its log before and after. ``rewritten``: whole and anew; ``clean``: nothing of before is in its log."""

    before: int
    after: int
    rewritten: bool
    clean: bool


async def give_back(database: Database, lock: Path) -> Space | None:
    """Rewrite an SQLite file without its gaps, if no server has to wait for long; PostgreSQL does its own way.

    ``lock``: the file that a running server holds.
    """
    path = database_file(database)
    if path is None:
        async with database.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text("VACUUM (ANALYZE) " + ", ".join(f'"{name}"' for name in metadata.tables)))
        return None
    try:
        with FileLock(lock, timeout=0):
            return _rewrite(path)
    except Timeout:
        return _rewrite(path) if _size(path) <= _SMALL else _emptied(path, _size(path), rewritten=False)


def _rewrite(path: Path) -> Space:
    before = _size(path)
    with closing(sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)) as file:
        file.execute("VACUUM")
    return _emptied(path, before, rewritten=True)


def _emptied(path: Path, before: int, *, rewritten: bool) -> Space:
    """Everything out of the write-ahead log and into the file; readers are waited for a while."""
    with closing(sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)) as file:
        busy = file.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    return Space(before, _size(path), rewritten, clean=not busy)


def _size(path: Path) -> int:
    """Of the file and of its log."""
    return sum(each.stat().st_size for each in (path, path.with_name(f"{path.name}-wal")) if each.exists())
