"""Databases for tests, either kind, with the tables made and nothing in them.

A file is a copy of one that was brought to the newest version once. On PostgreSQL all tests share one database, emptied
before each: to copy it would take longer than the test.
"""

import asyncio
import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

import psycopg

from bot.storage import conversations
from bot.storage.database import Database, open_database
from bot.storage.schema import head, upgrade
from bot.storage.tables import metadata
from handlers.conversation import Conversation
from tests.postgres import new_database, psycopg_url, server

Kind = Literal["sqlite", "postgresql"]
FILE = "helpdesk.sqlite"
NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
"""The moment at which stories begin; twelve o'clock in Nanjing."""


def at(minutes: float) -> datetime:
    """So many minutes later."""
    return NOON + timedelta(minutes=minutes)


@contextmanager
def store(kind: Kind, folder: Path) -> Iterator[str | None]:
    """Its URL; None where it is the usual file in ``folder``."""
    if kind == "sqlite":
        shutil.copy(_migrated_file(), folder / FILE)
        yield None
        return
    server()
    url = _migrated_url()
    with psycopg.connect(psycopg_url(url), options="-c lock_timeout=5s") as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(f'DELETE FROM "{table.name}"'.encode())
        connection.execute("UPDATE alembic_version SET version_num = %s", [head()])
    yield url


async def somebody(database: Database, key: str = "k", channel: str = "web") -> int:
    """A conversation; its number."""
    async with database.write() as tx:
        return await conversations.save(tx, channel, key, key, None, Conversation(), NOON)


@cache
def _migrated_file() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-sqlite-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _make(None, folder)
    return folder / FILE


@cache
def _migrated_url() -> str:
    stack = ExitStack()
    url = stack.enter_context(new_database())
    atexit.register(stack.close)
    _make(url, Path())
    return url


def _make(url: str | None, folder: Path) -> None:
    async def make() -> None:
        database = open_database(url, folder)
        await upgrade(database)
        await database.close()

    asyncio.run(make())
