"""``main.py kb history | export | import | rollback``: the published revisions, in the terminal."""

import argparse
import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from bot.clock import now
from bot.desk.actions import Actor
from bot.errors import UsageError
from bot.knowledge.library import Library
from bot.knowledge.outcomes import Conflicting, Outcome, Published
from bot.knowledge.shelf import Shelf
from bot.knowledge.working import Progress
from bot.settings import Settings
from bot.storage import schema
from bot.storage.database import open_database

T = TypeVar("T")


def run_history(settings: Settings, _: argparse.Namespace) -> int:
    """Print the revisions, newest first."""
    found = _run(settings, lambda library: library.history())
    for each in found:
        what = "、".join(str(change["item"] or change["file"]) for change in each.difference)
        mark = "*" if each.state == "current" else " "
        print(f"{mark}{each.number:>4}  {each.at:%Y-%m-%d %H:%M}Z  {each.author}  {each.note}（{what}）")
    if not found:
        print("还没有发布过修订：现在用的是程序自带的内容。")
    return 0


def run_export(settings: Settings, options: argparse.Namespace) -> int:
    """Write what is in force as YAML files."""
    names = _run(settings, lambda library: library.export(options.folder, replace_all=options.force))
    print(f"写了 {len(names)} 个文件到 {options.folder}")
    return 0


def run_import(settings: Settings, options: argparse.Namespace) -> int:
    """Publish a folder."""
    return _told(_run(settings, lambda library: library.import_folder(options.folder, _actor(), tell=_tell)))


def run_rollback(settings: Settings, options: argparse.Namespace) -> int:
    """Publish an earlier revision again."""
    return _told(_run(settings, lambda library: library.roll_back(options.number, _actor(), tell=_tell)))


def _told(outcome: Outcome) -> int:
    if isinstance(outcome, Published):
        print(f"已发布修订 {outcome.revision.number}，正在运行的程序几秒内启用。")
        return 0
    if isinstance(outcome, Conflicting):
        raise UsageError(f"修订 {outcome.newest} 改了同一处，请再试一次。")
    for problem in outcome.problems:
        print(problem)
    for effect in outcome.effects.lost if outcome.effects else ():
        print(f"答错了：{effect.question}")
    raise UsageError(outcome.text)


def _tell(progress: Progress) -> None:
    print(f"{progress.stage} {progress.share:.0%}", file=sys.stderr)


def _actor() -> Actor:
    try:
        name = getpass.getuser()
    except (KeyError, OSError, ImportError):
        name = "值班人员"
    return Actor("terminal", name[:80], name)


def _run(settings: Settings, do: Callable[[Library], Awaitable[T]]) -> T:
    url = settings.database_url.get_secret_value() if settings.database_url else None
    settings.data.mkdir(parents=True, exist_ok=True)
    database = open_database(url, settings.data)

    async def run() -> T:
        try:
            await schema.ready(database)
            return await do(Library(database, Shelf(database, settings.content, settings.data), now))
        finally:
            await database.close()

    try:
        return asyncio.run(run())
    except (DBAPIError, OSError) as error:
        raise UsageError(f"数据库或文件夹用不了：{type(error).__name__}") from error
