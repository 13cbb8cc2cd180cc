"""``main.py db …``: upgrade, backup, check and prune. None of them needs the knowledge, or the server stopped."""

import argparse
import asyncio
import re
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.progress import Progress
from sqlalchemy.exc import DBAPIError

from bot.clock import now
from bot.desk.hours import SHANGHAI
from bot.desk.overview import age
from bot.errors import UsageError
from bot.settings import Settings
from bot.storage import pruning, schema, space, upkeep
from bot.storage.database import Database, database_file, open_database
from bot.storage.upkeep import Checkup, Queue
from handlers.handoff import REOPEN_WITHIN

T = TypeVar("T")
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
_PERIOD = re.compile(r"([1-9]\d{0,4})([dwmy])", re.ASCII)
_WORTH_A_BAR = 2_000
_KB, _MB = 1024, 1024 * 1024


def run_upgrade(settings: Settings, _: argparse.Namespace) -> int:
    """Bring the tables to the version this program works with."""
    settings.data.mkdir(parents=True, exist_ok=True)
    before, after = _run(settings, _upgraded, must_exist=False)
    print(
        f"数据库的表已经是最新的（{after}）。" if before == after else f"数据库的表已升级：{before or '空'} → {after}。"
    )
    return 0


async def _upgraded(database: Database) -> tuple[str | None, str | None]:
    before = await schema.version(database)
    await schema.upgrade(database)
    return before, await schema.version(database)


def run_backup(settings: Settings, options: argparse.Namespace) -> int:
    """Copy the database into a file and check the copy."""

    async def copied(database: Database) -> upkeep.Backup:
        return upkeep.backup(database, options.file, force=options.force)

    made = _run(settings, copied)
    rows = "，".join(f"{name} {number}" for name, number in sorted(made.rows.items()) if number)
    print(f"已备份并检查过：{made.path}（{_size(made.size)}）")
    print(f"各表行数：{rows or '都是空的'}")
    print(f"用户发来的图片和文件不在里面，要另外备份这个文件夹：{_files(settings).resolve()}")
    return 0


def run_check(settings: Settings, _: argparse.Namespace) -> int:
    """Say what is wrong, what waits and what failed; 1 if anything is wrong."""

    async def checked(database: Database) -> Checkup:
        return await upkeep.check(database, now())

    found = _run(settings, checked)
    print(f"表的版本：{found.version or '空'}")
    for name, queue in (("收件箱", found.inbox), ("发件箱", found.outbox)):
        if queue:
            print(f"{name}：{_told(queue, now())}")
    if found.inbox:
        print(f"未完成的工单：{found.open_tickets} 张")
    for problem in found.problems:
        print(problem)
    print(f"{len(found.problems)} 处问题", file=sys.stderr) if found.problems else print("没有问题。")
    return 1 if found.problems else 0


def _told(queue: Queue, at: datetime) -> str:
    waited = f"，最早的一条等了 {age(queue.oldest, at)}" if queue.oldest else ""
    return f"{queue.waiting} 条在等{waited}；近 7 天失败 {queue.failed} 条"


def run_prune(settings: Settings, options: argparse.Namespace) -> int:
    """Take out what people said and who they were; figures stay."""
    before = _moment(options.older_than)
    counted = _run(settings, lambda database: _ready_to_prune(database, before))
    day = before.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    if options.dry_run:
        print(f"{day} 以前的内容可以清除：{_listed(counted)}。这次只数，什么都没有改。")
        return 0
    changed, freed = _run(settings, lambda database: _pruned(database, settings, before, sum(counted.values())))
    print(f"已清除 {day} 以前的：{_listed(changed)}。统计数字都留着；没处理完的工单和它们的对话没有动。")
    print(_freed(freed))
    print("以前做的备份里还有这些内容，请按同样的期限删除旧备份。")
    return 0


async def _ready_to_prune(database: Database, before: datetime) -> dict[str, int]:
    current, newest = await schema.version(database), schema.head()
    if current != newest:
        raise UsageError(f"数据库的表是 {current or '空的'}，程序要的是 {newest}。请先运行 main.py db upgrade。")
    return await pruning.count(database, before)


async def _pruned(
    database: Database, settings: Settings, before: datetime, rows: int
) -> tuple[dict[str, int], space.Space | None]:
    console = Console(stderr=True)
    hidden = rows < _WORTH_A_BAR or not console.is_terminal
    with Progress(console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task("清除", total=rows)
        changed = await pruning.prune(database, before, _files(settings), lambda done: bar.advance(task, done))
        bar.add_task("整理文件", total=None)
        return changed, await space.give_back(database, settings.data / "server.lock")


def _freed(freed: space.Space | None) -> str:
    if freed is None:
        return "PostgreSQL 会重复使用空出来的地方；要把旧内容从磁盘上彻底抹掉，请在没人用的时候运行 VACUUM FULL。"
    if not freed.rewritten:
        return f"文件 {_size(freed.before)}，程序正在用它，没有重写。停掉程序后再运行一次，空间才会还给系统。"
    if not freed.clean:
        return "文件已重写，但日志（-wal）正被别的程序读着，里面还有旧内容。过一会儿再运行一次。"
    return f"文件已重写：{_size(freed.before)} → {_size(freed.after)}。"


def _run(settings: Settings, do: Callable[[Database], Awaitable[T]], *, must_exist: bool = True) -> T:
    """Do something with the database. Raises UsageError where it cannot be used."""
    url = settings.database_url.get_secret_value() if settings.database_url else None
    database = open_database(url, settings.data)
    path = database_file(database)
    if must_exist and path and not path.exists():
        raise UsageError(f"还没有数据库 {path}：程序启动过一次就有了，或者运行 main.py db upgrade。")

    async def run() -> T:
        try:
            return await do(database)
        finally:
            await database.close()

    # PostgreSQL's driver works with this kind of loop on every system.
    with _usable(path), asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        return runner.run(run())


@contextmanager
def _usable(path: Path | None) -> Iterator[None]:
    try:
        yield
    except (DBAPIError, sqlite3.Error, OSError) as error:
        why = " ".join(str(error.orig if isinstance(error, DBAPIError) else error).split())
        where = f"文件 {path}" if path else "HELPDESK_DATABASE_URL 那里的数据库"
        raise UsageError(f"{where} 用不了：{why}") from error


def _moment(period: str) -> datetime:
    """The moment that long ago."""
    found = _PERIOD.fullmatch(period.strip().lower())
    if not found:
        raise UsageError(f"--older-than {period} 看不懂，要写成 180d、26w、6m 或 1y。")
    days = int(found[1]) * _DAYS[found[2]]
    if days < REOPEN_WITHIN.days:
        raise UsageError(
            f"--older-than {period} 太近了，至少 {REOPEN_WITHIN.days}d：那以前的工单用户才不会再重新打开。"
        )
    try:
        return now() - timedelta(days=days)
    except OverflowError as error:
        raise UsageError(f"--older-than {period} 太久了，那时还没有数据。") from error


def _listed(counts: Mapping[str, int]) -> str:
    return "，".join(f"{name} {number} 条" for name, number in counts.items() if number) or "没有什么可清除的"


def _files(settings: Settings) -> Path:
    return settings.data / "files"


def _size(size: int) -> str:
    return f"{size / _MB:.1f} MB" if size >= _MB else f"{size / _KB:.0f} KB"
