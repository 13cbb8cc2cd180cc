"""``main.py desk …``: staff read and answer tickets in the terminal, where no staff channel is set up or beside one.

A process of its own: it writes to the database, and the running server sees to the rest (the page, the Telegram sender).
"""

import argparse
import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import desk_tables
from bot.clock import now
from bot.desk.actions import Action, Actor, Verb
from bot.desk.lifecycle import STATUS_NAMES
from bot.errors import UsageError
from bot.settings import Settings
from bot.staffing import build_desk
from bot.storage import conversations, outbox, schema, tickets
from bot.storage.database import Database, database_file, open_database
from bot.storage.tickets import Case
from kb.knowledge import Knowledge
from kb.load import ContentError, load

T = TypeVar("T")
_CHANNEL = "terminal"
_MOST_TICKETS = 200
_MOST_LINES = 500
_MOST_FAILED = 100
_MOST_DIGITS = 9


def run_list(settings: Settings, options: argparse.Namespace) -> int:
    """Print the tickets that are not done, urgent and old ones first; ``--all``: all, newest first."""
    statuses = tuple(STATUS_NAMES) if options.all else tickets.OPEN

    async def listed(database: Database) -> list[Case]:
        async with database.read() as tx:
            return await tickets.listed(tx, statuses, most=_MOST_TICKETS, newest=options.all)

    cases = _run(settings, listed)
    if not cases:
        print("还没有工单。" if options.all else "现在没有未完成的工单。")
        return 0
    desk_tables.show(desk_tables.of_tickets(cases, now()))
    if len(cases) == _MOST_TICKETS:
        print(f"只列出 {_MOST_TICKETS} 张。")
    return 0


def run_show(settings: Settings, options: argparse.Namespace) -> int:
    """Print one ticket in full: what is known, what happened, what was said."""
    number, knowledge = _number(options.number), _knowledge(settings)

    async def told(database: Database) -> desk_tables.Dossier:
        async with database.read() as tx:
            case = await _existing(tx, number)
            return desk_tables.Dossier(
                case,
                await tickets.history(tx, number),
                await tickets.files(tx, number),
                await conversations.lines(tx, case.conversation_id, _MOST_LINES),
            )

    desk_tables.show(desk_tables.of_ticket(_run(settings, told), knowledge, settings.data / "files", now()))
    return 0


def run_undelivered(settings: Settings, _: argparse.Namespace) -> int:
    """Print the messages that could not be delivered: whom, when, why."""

    async def failed(database: Database) -> list[outbox.Failed]:
        async with database.read() as tx:
            return await outbox.failed(tx, _MOST_FAILED)

    found = _run(settings, failed)
    if found:
        desk_tables.show(desk_tables.of_failed(found))
    else:
        print("没有发不出去的消息。")
    return 0


def run_claim(settings: Settings, options: argparse.Namespace) -> int:
    """Take a ticket."""
    return _plainly(settings, options, "claim")


def run_solve(settings: Settings, options: argparse.Namespace) -> int:
    """Say that a ticket is solved; the user is asked."""
    return _plainly(settings, options, "solve")


def run_close(settings: Settings, options: argparse.Namespace) -> int:
    """Close a ticket."""
    return _plainly(settings, options, "close")


def run_reopen(settings: Settings, options: argparse.Namespace) -> int:
    """Take a solved or closed ticket up again."""
    return _plainly(settings, options, "reopen")


def run_note(settings: Settings, options: argparse.Namespace) -> int:
    """Write something down that only staff see."""
    number = _number(options.number)
    text = _text(settings, number, options.text, "备注", "没有写内容，什么也没记。")
    print(_done(settings, "note", number, text)[1])
    return 0


def run_reply(settings: Settings, options: argparse.Namespace) -> int:
    """Answer the user."""
    number = _number(options.number)
    text = _text(settings, number, options.text, "回复", "没有写内容，什么也没发。")
    case, said = _done(settings, "reply", number, text)
    print(said + _way(case, settings))
    return 0


def _plainly(settings: Settings, options: argparse.Namespace, verb: Verb) -> int:
    """A deed without words."""
    print(_done(settings, verb, _number(options.number))[1])
    return 0


def _way(case: Case, settings: Settings) -> str:
    """How the words get to the user."""
    if case.channel == "web":
        return "他用的是网页：页面开着马上能看到，关了的话下次打开能看到。"
    if case.channel == "telegram" and settings.telegram_token is None:
        return "他用的是 Telegram，可是没有设置 HELPDESK_TELEGRAM_TOKEN：设置好并启动程序以后才会送到。"
    name = desk_tables.channel_name(case.channel)
    return f"他用的是 {name}，由正在运行的程序送出；送不到的会列在 main.py desk undelivered 里。"


def _done(settings: Settings, verb: Verb, number: int, text: str = "") -> tuple[Case, str]:
    """Do it as Telegram's buttons and commands do; the ticket as it was, and a sentence for the agent."""
    knowledge = _knowledge(settings)
    desk = build_desk(settings, lambda: knowledge)
    action = Action(verb, _actor(), "", number, text)

    async def perform(database: Database) -> tuple[Case, str]:
        async with database.write() as tx:
            case = await _existing(tx, number)
            done = await desk.staff.act(tx, action, now())
        if done.refused:
            cure = f"在终端里是：main.py desk reopen {number}" if (verb, case.status) == ("reply", "closed") else ""
            raise UsageError(done.text + cure)
        return case, done.text

    return _run(settings, perform)


async def _existing(tx: AsyncConnection, number: int) -> Case:
    case = await tickets.get(tx, number)
    if case is None:
        raise UsageError(f"没有工单 {number}。现有的工单：main.py desk list")
    return case


def _actor() -> Actor:
    try:
        name = getpass.getuser()
    except (KeyError, OSError, ImportError):
        # A container may run under a user that has no name.
        name = "值班人员"
    return Actor(_CHANNEL, name[:80], name)


def _number(text: str) -> int:
    digits = text.strip().lstrip("#＃")
    if not digits.isdecimal() or len(digits) > _MOST_DIGITS:
        raise UsageError(f"工单号“{text}”看不懂，要写成数字，例如：main.py desk show 1001")
    return int(digits)


def _text(settings: Settings, number: int, given: list[str], what: str, empty: str) -> str:
    """What was typed behind the number, or else stands on standard input."""
    text = " ".join(given)
    if not given:

        async def exists(database: Database) -> None:
            async with database.read() as tx:
                await _existing(tx, number)

        # Nobody should type a long answer to a ticket that is not there.
        _run(settings, exists)
        text = _read(f"{what}工单 {number}（回车结束，Ctrl+D 取消）› ")
    # What the shell could not decode cannot be stored either.
    clean = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\0", "").strip()
    if not clean:
        raise UsageError(empty)
    return clean


def _read(question: str) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.buffer.read().decode("utf-8", "replace").removeprefix("\ufeff")
    from prompt_toolkit import prompt

    try:
        return prompt(question)
    except EOFError:
        return ""


def _knowledge(settings: Settings) -> Knowledge:
    """What the content says, without compiling it."""
    try:
        return load(settings.content)
    except ContentError as error:
        raise UsageError(f"{error}\n知识内容有 {len(error.problems)} 处问题，先改好（main.py kb check）。") from error


def _run(settings: Settings, do: Callable[[Database], Awaitable[T]]) -> T:
    """Do something with the database. Raises UsageError where it cannot be used."""
    url = settings.database_url.get_secret_value() if settings.database_url else None
    database = open_database(url, settings.data)
    path = database_file(database)
    if path and not path.exists():
        raise UsageError(f"还没有数据库 {path}：程序启动过一次就有了。放在别处的话请设置 HELPDESK_DATA。")

    async def run() -> T:
        try:
            current, newest = await schema.version(database), schema.head()
            if current != newest:
                raise UsageError(
                    f"数据库的表是 {current or '空的'}，程序要的是 {newest}。请先运行 main.py db upgrade，或换用对应版本的程序。"
                )
            return await do(database)
        finally:
            await database.close()

    try:
        return asyncio.run(run())
    except (DBAPIError, OSError) as error:
        why = " ".join(str(error.orig if isinstance(error, DBAPIError) else error).split())
        raise UsageError(f"{path or 'HELPDESK_DATABASE_URL 那里的数据库'} 用不了：{why}") from error
