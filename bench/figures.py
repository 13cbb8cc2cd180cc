"""How long the console's pages wait for their data: ``python -m bench.figures [--questions 1000000] [--tickets 100000]``.

Makes a file with so many questions and tickets of a year, counts them up, and times every page's queries on it. ``--data``
keeps the file in a folder, for ``bench.clicks``.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from bench.million import DAYS, GROUP, LAST, seed
from bench.pages import PAGES, PLAIN, Pages
from bot.figures import desk, questions
from bot.figures.counting import Counting
from bot.figures.export import as_csv, as_excel
from bot.figures.page import figures
from bot.figures.period import Period, last_days
from bot.figures.values import Names, sheets
from bot.storage import schema
from bot.storage.database import Database, open_database

NOW = datetime.combine(LAST, datetime.max.time(), UTC)
_TIMES = 3
_TITLE = f"milliseconds until the data are there, the slowest of {_TIMES} (those of the processor)"
Reckoned = Callable[[Period], Awaitable[Any]]


def main() -> None:
    """Make the file, time the queries, draw the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=1_000_000)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--data", type=Path, help="keep the file here; what is there already is used as it is")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure(options.data or Path(folder), options.questions, options.tickets))


async def _measure(folder: Path, asked: int, tickets: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "helpdesk.sqlite"
    is_new = not path.exists()
    database = open_database(None, folder)
    await schema.upgrade(database)
    began = time.perf_counter()
    if is_new:
        seed(path, asked, tickets)
    seeded = time.perf_counter() - began
    began = time.perf_counter()
    await Counting(database, lambda: NOW).catch_up()
    counted = time.perf_counter() - began
    console = Console()
    size = path.stat().st_size / 1e6
    made = f"made in {seeded:.0f} s, counted in {counted:.0f} s" if is_new else "made before"
    console.print(f"{asked:,} questions, {tickets:,} tickets: {size:,.0f} MB; {made}")
    console.print(await _other_pages(database))
    console.print(await _figures(database))
    await database.close()


async def _other_pages(database: Database) -> Table:
    table = Table("page", "what", "ms", title=_TITLE)
    pages = Pages(database, NOW)
    for page, what, do in PAGES:
        table.add_row(page, what, await _took(partial(_without_period, do, pages), _periods()[0][1]))
    return table


async def _without_period(do: Callable[[Pages], Awaitable[None]], pages: Pages, _: Period) -> None:
    await do(pages)


async def _figures(database: Database) -> Table:
    table = Table("figures", *(name for name, _ in _periods()), title=_TITLE)
    rows: list[tuple[str, Reckoned]] = [(name, _reading(database, query)) for name, query in _QUERIES]
    rows.append(("the whole page", lambda period: figures(database, period)))
    rows.append(("the whole page, with the time before", lambda period: _with_before(database, period)))
    rows.append(("export as CSV", lambda period: _exported(database, period, excel=False)))
    rows.append(("export as Excel", lambda period: _exported(database, period, excel=True)))
    for name, do in rows:
        table.add_row(name, *[await _took(do, period) for _, period in _periods()])
    table.add_section()
    for name, statement in PLAIN:
        took = [
            await _took(_reading(database, statement), period) if period.anywhere else "" for _, period in _periods()
        ]
        table.add_row(f"for comparison: {name}", *took)
    return table


def _periods() -> list[tuple[str, Period]]:
    return [
        *((f"{days} days", last_days(days, NOW)) for days in (7, 30, DAYS)),
        *((f"a year, {name}", last_days(DAYS, NOW, *place)) for name, place in _PLACES),
    ]


_PLACES = (
    ("QQ", ("onebot", None)),
    ("web", ("web", None)),
    ("a group", ("onebot", GROUP)),
    ("private", (None, "")),
)
_QUERIES: list[tuple[str, Callable[[AsyncConnection, Period], Awaitable[Any]]]] = [
    ("totals", questions.totals),
    ("by day", questions.days),
    ("top records", questions.records),
    ("hours and weekdays", questions.hours),
    ("revisions", questions.revisions),
    ("top missed clusters", questions.missed_most),
    ("channels and groups", questions.places),
    ("tickets", desk.tickets),
    ("agents", desk.agents),
]


async def _with_before(database: Database, period: Period) -> None:
    async def before() -> None:
        async with database.read() as tx:
            await questions.totals(tx, period.before)

    await asyncio.gather(figures(database, period), before())


async def _exported(database: Database, period: Period, *, excel: bool) -> bytes:
    found = sheets(await figures(database, period), Names())
    return await asyncio.to_thread(as_excel, found) if excel else as_csv(found[0])


def _reading(database: Database, query: Callable[[AsyncConnection, Period], Awaitable[Any]]) -> Reckoned:
    async def read(period: Period) -> Any:
        async with database.read() as tx:
            return await query(tx, period)

    return read


async def _took(do: Reckoned, period: Period) -> str:
    """Milliseconds, the slowest time; in brackets those of the processor, which others on the machine do not lengthen."""
    waited, worked = [], []
    for _ in range(_TIMES):
        began, busy = time.perf_counter(), time.process_time()
        await do(period)
        waited.append(time.perf_counter() - began)
        worked.append(time.process_time() - busy)
    return f"{max(waited) * 1000:.0f} ({max(worked) * 1000:.0f})"


if __name__ == "__main__":
    main()
