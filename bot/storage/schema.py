"""The version of the tables: by itself on SQLite, by ``main.py db upgrade`` where several nodes share a database."""

import logging
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select

from bot.errors import UsageError
from bot.storage.database import Database

_MIGRATIONS = Path(__file__).parent / "migrations"
log = logging.getLogger(__name__)


async def ready(database: Database) -> None:
    """Bring an SQLite file up to date; on PostgreSQL refuse to start on tables of another version."""
    if database.is_sqlite:
        await upgrade(database)
        return
    current, newest = await version(database), head()
    if current != newest:
        raise UsageError(
            f"数据库{'里还没有表' if current is None else f'的表是 {current} 版'}，程序要 {newest} 版。"
            "请先运行 main.py db upgrade，再启动。"
            if current is None or _known(current)
            else f"数据库的表（{current}）比程序新。请换用新版程序。"
        )


async def upgrade(database: Database) -> None:
    """Bring the tables to the newest version."""
    async with database.write() as connection:
        await connection.run_sync(_upgrade)


async def version(database: Database) -> str | None:
    """The version of the tables; None where there are none."""
    async with database.read() as connection:
        return await connection.run_sync(_current)


def head() -> str:
    """The version this program works with."""
    return ScriptDirectory(str(_MIGRATIONS)).get_current_head() or ""


def _known(revision: str) -> bool:
    return any(script.revision == revision for script in ScriptDirectory(str(_MIGRATIONS)).walk_revisions())


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        # Whoever is told so at the same time waits, and finds it done.
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext("helpdesk upgrade"))))
    current = _current(connection)
    if current and not _known(current):
        raise UsageError(f"数据库的表（{current}）比程序新。请换用新版程序。")
    if current == head():
        return
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    log.info("tables brought from %s to %s", current, head())
