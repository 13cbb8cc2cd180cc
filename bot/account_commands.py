"""``main.py console users …``: accounts of the console are made and changed in the terminal.

A process of its own: a running server sees the change with the next click.
"""

import argparse
import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy.exc import DBAPIError

from bot.accounts.accounts import AccountError, Accounts
from bot.accounts.roles import ROLE_NAMES
from bot.clock import now
from bot.errors import UsageError
from bot.settings import Settings
from bot.storage import schema
from bot.storage.database import open_database

T = TypeVar("T")
_BY = "terminal"


def run_add(settings: Settings, options: argparse.Namespace) -> int:
    """Make an account; the password is asked for, never an argument."""
    password = _password()
    name = options.name or options.username
    _run(settings, lambda accounts: accounts.add(options.username, name, options.role, password, by=_BY))
    print(f"账号 {options.username} 建好了，角色：{ROLE_NAMES[options.role]}。")
    return 0


def run_list(settings: Settings, _: argparse.Namespace) -> int:
    """Print all accounts."""
    found = _run(settings, lambda accounts: accounts.listed())
    if not found:
        print("还没有账号。建立第一个管理员：main.py console users link")
        return 0
    table = Table("用户名", "姓名", "角色", "状态")
    for each in found:
        state = "已停用" if each.disabled else "有效"
        table.add_row(*map(escape, (each.username, each.name, ROLE_NAMES.get(each.role, each.role), state)))
    Console(highlight=False).print(table)
    return 0


def run_password(settings: Settings, options: argparse.Namespace) -> int:
    """Give somebody a new password."""
    password = _password()
    _run(settings, lambda accounts: accounts.set_password(options.username, password, by=_BY))
    print("密码改好了，这个账号在所有设备上都要重新登录。")
    return 0


def run_role(settings: Settings, options: argparse.Namespace) -> int:
    """Give somebody another role."""
    _run(settings, lambda accounts: accounts.set_role(options.username, options.role, by=_BY))
    print(f"{options.username} 现在是{ROLE_NAMES[options.role]}，要重新登录。")
    return 0


def run_disable(settings: Settings, options: argparse.Namespace) -> int:
    """Let somebody in no more, or (``--undo``) again."""
    _run(settings, lambda accounts: accounts.disable(options.username, by=_BY, disabled=not options.undo))
    print(f"{options.username} {'又可以登录了' if options.undo else '已停用，登录都失效了'}。")
    return 0


def run_link(settings: Settings, _: argparse.Namespace) -> int:
    """Print a new link that makes an administrator."""
    token = _run(settings, lambda accounts: accounts.link())
    print(f"24 小时内打开，用一次就失效：http://{settings.host}:{settings.port}/console/first?token={token}")
    return 0


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("密码：")
    if first != getpass.getpass("再输一次："):
        raise UsageError("两次输入的密码不一样。")
    return first


def _run(settings: Settings, do: Callable[[Accounts], Awaitable[T]]) -> T:
    url = settings.database_url.get_secret_value() if settings.database_url else None
    settings.data.mkdir(parents=True, exist_ok=True)
    database = open_database(url, settings.data)

    async def run() -> T:
        try:
            await schema.ready(database)
            return await do(Accounts(database, now))
        finally:
            await database.close()

    try:
        return asyncio.run(run())
    except AccountError as error:
        raise UsageError(str(error)) from error
    except (DBAPIError, OSError) as error:
        raise UsageError("数据库用不了，先看看：main.py db check") from error
