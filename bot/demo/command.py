"""``main.py demo``: fills an empty data folder."""

import argparse
import asyncio
from datetime import datetime
from random import Random

from rich.console import Console
from rich.progress import Progress
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import now
from bot.demo.editor import work
from bot.demo.month import Month
from bot.demo.office import furnish
from bot.errors import UsageError
from bot.figures.counting import Counting
from bot.knowledge.library import Library
from bot.knowledge.shelf import Shelf
from bot.opening import open_knowledge
from bot.settings import Settings
from bot.storage import schema
from bot.storage.database import Database, open_database
from bot.storage.tables import conversation, inbox, question_log, ticket
from bot.unanswered.gathering import Gathering
from kb.meaning import SentenceEncoder, available


def run_demo(settings: Settings, options: argparse.Namespace) -> int:
    """Make a month up. Raises UsageError where anything is in the folder already."""
    settings.data.mkdir(parents=True, exist_ok=True)
    url = settings.database_url.get_secret_value() if settings.database_url else None
    database = open_database(url, settings.data)

    async def run() -> None:
        try:
            await fill(database, settings, seed=options.seed, until=now())
        finally:
            await database.close()

    # PostgreSQL's driver works with this kind of loop on every system.
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        runner.run(run())
    print(f"演示数据已写入 {settings.data}。启动程序就能在每一页看到数据；不要在这个文件夹里接入真实用户。")
    return 0


async def fill(database: Database, settings: Settings, *, seed: int, until: datetime) -> None:
    """Refuse, or fill the tables, gather and count."""
    await refuse_unless_empty(database)
    base = open_knowledge(settings.content, settings.data)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        asking = bar.add_task("和机器人对话", total=None)
        month = Month(base, until, seed)
        rows = await asyncio.to_thread(month.make, lambda done, of: bar.update(asking, completed=done, total=of))
        writing = bar.add_task("写入", total=len(rows))
        async with database.write() as tx:
            # Whoever else filled it meanwhile was first.
            await _refuse(tx)
            await rows.write(tx, lambda number: bar.advance(writing, number))
        gathering = bar.add_task("整理没答上的问题", total=None)
        encoder = SentenceEncoder() if available() else None
        await Gathering(database, lambda: base, encoder).catch_up(lambda number: bar.advance(gathering, number))
        await Counting(database, lambda: until).catch_up()
        async with database.write() as tx:
            await furnish(tx, settings.data / "files", Random(seed), until)  # noqa: S311 - the same seed, the same month
        editing = bar.add_task("编辑整理知识", total=1.0)
        library = Library(database, Shelf(database, settings.content, settings.data), lambda: until)
        await work(database, base, library, until, lambda done: bar.update(editing, completed=done.share))


async def refuse_unless_empty(database: Database) -> None:
    """Raises UsageError where anybody's data are in it."""
    if await schema.version(database) is not None:
        async with database.read() as tx:
            await _refuse(tx)
    await schema.upgrade(database)


async def _refuse(tx: AsyncConnection) -> None:
    for table in (conversation, question_log, ticket, inbox):
        if (await tx.execute(select(table).limit(1))).first() is not None:
            raise UsageError("这里已经有数据了。演示数据只写进空的地方：请把 HELPDESK_DATA 指到一个新的空文件夹。")
