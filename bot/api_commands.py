"""``main.py api keys …``: keys of the HTTP API are made, listed and revoked in the terminal.

A process of its own: it writes to the database, and a running server sees it with the next request.
"""

import argparse
import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar

import httpx
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy.exc import DBAPIError

from bot.clock import now
from bot.desk.hours import SHANGHAI
from bot.errors import UsageError
from bot.settings import Settings
from bot.storage import keys, schema
from bot.storage.database import Database, database_file, open_database
from bot.storage.keys import SCOPES, Key, Made

T = TypeVar("T")
_MOST_PER_MINUTE = 100_000
_PORTS = 65536
_PERIOD = re.compile(r"([1-9]\d{0,3})([dwmy])", re.ASCII)
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
_URL = re.compile(r"https?://[^\s/?#@]+(/[^\s#]*)?", re.IGNORECASE)
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,80}")


def run_add(settings: Settings, options: argparse.Namespace) -> int:
    """Make a key and show it, this once."""
    moment = now()
    name = options.name.strip()
    if not _NAME.fullmatch(name):
        raise UsageError("名字要写 1 到 80 个字。")
    if not 1 <= options.per_minute <= _MOST_PER_MINUTE:
        raise UsageError(f"--per-minute 要在 1 到 {_MOST_PER_MINUTE} 之间。")
    if options.webhook and not _is_address(options.webhook):
        raise UsageError("--webhook 要写完整的网址，例如 https://bridge.example.com/hook，不能带用户名密码。")
    strange = [scope for scope in options.scope or () if scope not in SCOPES]
    if strange:
        raise UsageError(f"没有“{strange[0]}”这个权限，可以写：{'、'.join(SCOPES)}")
    expires = moment + _period(options.expires) if options.expires else None

    async def make(database: Database) -> Made:
        async with database.write() as tx:
            return await keys.add(
                tx,
                name,
                tuple(dict.fromkeys(options.scope or SCOPES)),
                moment,
                per_minute=options.per_minute,
                expires_at=expires,
                webhook_url=options.webhook,
            )

    made = _run(settings, make)
    print(f"密钥 {made.id}（{name}）：\n{made.token}")
    if made.secret:
        print(f"webhook 签名用的密钥：\n{made.secret}")
    print("请现在就存好，以后不会再显示。")
    return 0


def run_list(settings: Settings, _: argparse.Namespace) -> int:
    """Print all keys, never a secret."""

    async def found(database: Database) -> list[Key]:
        async with database.read() as tx:
            return await keys.listed(tx)

    rows = _run(settings, found)
    if not rows:
        print("还没有接口密钥。生成一个：main.py api keys add 名字")
        return 0
    table = Table("编号", "名字", "开头", "权限", "每分钟", "状态", "最近用过", "webhook")
    moment = now()
    for key in rows:
        cells = (
            str(key.id),
            key.name,
            f"{key.prefix}…",
            " ".join(key.scopes),
            str(key.per_minute),
            _state(key, moment),
        )
        table.add_row(*map(escape, (*cells, _when(key.used_at), key.webhook_url or "")))
    Console(highlight=False).print(table)
    return 0


def run_revoke(settings: Settings, options: argparse.Namespace) -> int:
    """Let nobody use a key any more."""
    if not re.fullmatch(r"\d{1,9}", options.number, re.ASCII):
        raise UsageError(f"“{options.number}”不是密钥的编号，编号见 main.py api keys list。")

    async def do(database: Database) -> bool:
        async with database.write() as tx:
            return await keys.revoke(tx, int(options.number), now())

    if not _run(settings, do):
        raise UsageError(f"没有编号 {options.number} 的密钥，或者早就撤销了。")
    print(f"密钥 {options.number} 已经撤销。")
    return 0


def _is_address(url: str) -> bool:
    """Whether something can be posted there at all; whether anybody is there shows later."""
    try:
        address = httpx.URL(url)
        host, port = address.host, address.port
    except (httpx.InvalidURL, ValueError):
        return False
    return bool(_URL.fullmatch(url) and host) and (port is None or 0 < port < _PORTS)


def _state(key: Key, moment: datetime) -> str:
    if key.revoked_at:
        return "已撤销"
    if not key.is_good(moment):
        return "已过期"
    return f"到 {_when(key.expires_at)}" if key.expires_at else "有效"


def _when(moment: datetime | None) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if moment else ""


def _period(text: str) -> timedelta:
    found = _PERIOD.fullmatch(text)
    if not found:
        raise UsageError(f"--expires {text} 看不懂，要写成 90d、12w、6m 或 1y。")
    return timedelta(days=int(found[1]) * _DAYS[found[2]])


def _run(settings: Settings, do: Callable[[Database], Awaitable[T]]) -> T:
    """Do something with the database; on SQLite it is made where there is none. Raises UsageError."""
    url = settings.database_url.get_secret_value() if settings.database_url else None
    settings.data.mkdir(parents=True, exist_ok=True)
    database = open_database(url, settings.data)

    async def run() -> T:
        try:
            await schema.ready(database)
            return await do(database)
        finally:
            await database.close()

    try:
        return asyncio.run(run())
    except (DBAPIError, OSError) as error:
        why = " ".join(str(error.orig if isinstance(error, DBAPIError) else error).split())
        raise UsageError(f"{database_file(database) or 'HELPDESK_DATABASE_URL 那里的数据库'} 用不了：{why}") from error
