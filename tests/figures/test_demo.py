"""The demo's month: the same every time, whole, and never over real data."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.demo import month
from bot.demo.command import refuse_unless_empty
from bot.demo.month import Month
from bot.errors import UsageError
from bot.storage.database import Database
from bot.storage.tables import conversation, message, question_log, ticket, ticket_event
from kb.base import KnowledgeBase
from tests.bot.storage.conftest import Run
from tests.bot.storage.stores import NOON, somebody


@pytest.fixture
def small(base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> Month:
    monkeypatch.setattr(month, "_SCENES", 40)
    monkeypatch.setattr(month, "_A_DAY", 12)
    return Month(base, NOON)


def test_the_same_seed_makes_the_same_month(small: Month, base: KnowledgeBase) -> None:
    one, other = small.make(lambda *_: None), Month(base, NOON).make(lambda *_: None)
    for table in (conversation, message, question_log, ticket, ticket_event):
        assert one.of(table) == other.of(table)
        assert one.of(table)


def test_what_is_made_fits_into_the_tables(small: Month, database: Database, run: Run) -> None:
    rows = small.make(lambda *_: None)

    async def story() -> list[Any]:
        async with database.write() as tx:
            await rows.write(tx, lambda _: None)
        await somebody(database, "a new one")
        async with database.read() as tx:
            late = select(func.count()).select_from(ticket_event).where(ticket_event.c.at > NOON)
            return [await tx.scalar(select(func.count()).select_from(question_log)), await tx.scalar(late)]

    assert run(story()) == [len(rows.of(question_log)), 0]


def test_a_folder_with_data_is_refused(database: Database, run: Run, tmp_path: Path) -> None:
    run(refuse_unless_empty(database))
    run(somebody(database))
    with pytest.raises(UsageError, match="已经有数据"):
        run(refuse_unless_empty(database))
