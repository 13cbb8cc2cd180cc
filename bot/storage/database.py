"""One database behind the program: an SQLite file, or PostgreSQL where several nodes share it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy import Connection, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import UsageError

_FILE = "helpdesk.sqlite"
_PATIENCE = 15.0
"""Seconds a writer waits for another process (``main.py desk …`` beside the server)."""
_BUSY_MS = 250
"""How long SQLite itself waits: while it does, nobody can tell it to stop."""
_CONNECTION = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""A server that has gone silent is given up; by itself the system waits for hours. What the URL says goes before."""
_PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    # What is taken out must not stay behind in the gaps of the file; some builds of SQLite do not see to it by themselves.
    "secure_delete = ON",
    f"busy_timeout = {_BUSY_MS}",
)
_WRITES = "helpdesk_writes"


class Database:
    """Reading and writing transactions.

    SQLite has one writer at a time: writers of this process queue up here instead of failing as “locked”, and take the
    write lock when they begin, so that nothing they have read can change under them.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._writer = asyncio.Lock()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection that sees one state of the database."""
        async with self.engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction: all of it is committed at the end, or nothing."""
        if not self.is_sqlite:
            async with self.engine.begin() as connection:
                yield connection
            return
        async with self._writer, self.engine.connect() as connection:
            await connection.execution_options(**{_WRITES: True})
            async with connection.begin():
                yield connection

    async def close(self) -> None:
        """Let go of all connections."""
        await self.engine.dispose()


def open_database(url: str | None, data: Path) -> Database:
    """The database at ``url``, or the SQLite file in ``data``. Nothing is read or written yet. Raises UsageError."""
    address = database_url(url, data)
    if address.get_backend_name() != "sqlite":
        ours = {name: value for name, value in _CONNECTION.items() if name not in address.query}
        return Database(
            create_async_engine(address, hide_parameters=True, connect_args=ours, pool_size=20, pool_pre_ping=True)
        )
    engine = create_async_engine(
        address, hide_parameters=True, connect_args={"timeout": _PATIENCE}, pool_size=12, max_overflow=50
    )
    event.listen(engine.sync_engine, "connect", _on_connect)
    event.listen(engine.sync_engine, "begin", _on_begin)
    return Database(engine)


def database_url(url: str | None, data: Path) -> URL:
    """The address with the driver we use; UsageError where it is none of ours."""
    if not url:
        return URL.create("sqlite+aiosqlite", database=str(data.resolve() / _FILE))
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise UsageError("HELPDESK_DATABASE_URL 看不懂，要写成 postgresql://用户:密码@主机/库名") from error
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
    backend = address.drivername.partition("+")[0]
    if backend not in drivers:
        raise UsageError(f"HELPDESK_DATABASE_URL 只支持 postgresql:// 和 sqlite:///，现在是 {backend}://")
    return address.set(drivername=drivers[backend])


def database_file(database: Database) -> Path | None:
    """The file of an SQLite database; None of PostgreSQL."""
    return Path(database.engine.url.database or "") if database.is_sqlite else None


def _on_connect(connection: Any, _: object) -> None:
    """Our settings; and transactions begin when we say so, not when the driver thinks so."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    if not connection.get_execution_options().get(_WRITES):
        connection.exec_driver_sql("BEGIN")
        return
    deadline = monotonic() + _PATIENCE
    while True:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except OperationalError as error:
            if "locked" not in str(error.orig) or monotonic() > deadline:
                raise
        else:
            return
