"""The tables: made by the migrations, the same as the program's idea of them, and pinned in ``schema.*.txt``."""

from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.errors import UsageError
from bot.storage import schema, upkeep
from bot.storage.database import Database, open_database
from tests.bot.storage.conftest import Run
from tests.bot.storage.pinned import lines_of, pinned_lines
from tests.bot.storage.stores import Kind
from tests.postgres import new_database


@pytest.fixture
def empty(kind: Kind, run: Run, tmp_path: Path) -> Iterator[Database]:
    """A database without any table."""
    if kind == "sqlite":
        opened = open_database(None, tmp_path)
        yield opened
        run(opened.close())
        return
    with new_database() as url:
        opened = open_database(url, tmp_path)
        yield opened
        run(opened.close())


async def mark(database: Database, version: str) -> None:
    async with database.write() as tx:
        await tx.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})


async def shape(database: Database) -> list[str]:
    async with database.read() as tx:
        return await tx.run_sync(lines_of)


def refusal(run: Run, doing: Coroutine[Any, Any, None]) -> str:
    with pytest.raises(UsageError) as refused:
        run(doing)
    return str(refused.value)


def test_an_empty_database_is_brought_to_the_newest_version(empty: Database, run: Run) -> None:
    assert run(schema.version(empty)) is None
    run(schema.upgrade(empty))
    assert run(schema.version(empty)) == schema.head()


def test_upgrading_twice_changes_nothing(empty: Database, run: Run) -> None:
    run(schema.upgrade(empty))
    before = run(shape(empty))
    run(schema.upgrade(empty))
    assert run(shape(empty)) == before
    assert run(schema.version(empty)) == schema.head()


def test_the_tables_are_what_the_program_says(database: Database, run: Run) -> None:
    async def compare() -> list[Any]:
        async with database.read() as tx:
            return await tx.run_sync(upkeep.differences)

    assert run(compare()) == []


def test_the_tables_are_pinned(database: Database, kind: Kind, run: Run) -> None:
    """After a new migration: ``python -m tests.bot.storage.pinned`` writes the files anew, and the diff is read."""
    assert run(shape(database)) == pinned_lines(kind)


def test_newer_tables_are_refused(database: Database, run: Run) -> None:
    run(mark(database, "9999"))
    assert "比程序新" in refusal(run, schema.ready(database))
    assert "比程序新" in refusal(run, schema.upgrade(database))
    assert run(schema.version(database)) == "9999"


def test_a_file_is_brought_up_to_date_at_the_start(tmp_path: Path, run: Run) -> None:
    opened = open_database(None, tmp_path)
    run(schema.ready(opened))
    assert run(schema.version(opened)) == schema.head()
    run(opened.close())


def test_a_shared_database_is_not_changed_by_a_node_that_starts(run: Run) -> None:
    with new_database() as url:
        opened = open_database(url, Path())
        assert "main.py db upgrade" in refusal(run, schema.ready(opened))
        assert run(schema.version(opened)) is None
        run(opened.close())


@pytest.mark.parametrize("kind", ["postgresql"])
def test_older_tables_of_a_shared_database_are_refused(
    database: Database, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    current = schema.head()
    monkeypatch.setattr(schema, "head", lambda: "9999")
    said = refusal(run, schema.ready(database))
    assert current in said
    assert "9999" in said
    assert "main.py db upgrade" in said
