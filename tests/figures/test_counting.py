"""What is counted up at which moment."""

from datetime import date

from sqlalchemy import func, select

from bot.figures import counting, questions
from bot.figures.counting import Counting
from bot.figures.period import Period
from bot.storage.database import Database
from bot.storage.tables import question_log
from tests.bot.storage.conftest import Run
from tests.figures.week import lives_through_it, moment


def test_on_postgresql_what_is_young_waits(database: Database, run: Run) -> None:
    run(lives_through_it(database))
    task = Counting(database, lambda: moment("2026-03-15", "07:31"))
    run(task.catch_up())

    async def left() -> int:
        async with database.read() as tx:
            newest = await tx.scalar(select(func.max(question_log.c.id)))
            return (newest or 0) - await counting.counted(tx)

    assert run(left()) == (0 if database.is_sqlite else 1)

    async def messages() -> int:
        async with database.read() as tx:
            return (await questions.totals(tx, Period(date(2026, 3, 9), date(2026, 3, 15)))).messages

    assert run(messages()) == 10
