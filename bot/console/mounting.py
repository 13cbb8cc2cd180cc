"""Puts the console beside the web chat."""

from typing import Any

from nicegui import ui
from starlette.applications import Starlette

from bot.accounts.accounts import Accounts
from bot.console.console import Console
from bot.console.gate import PREFIX, Gate
from bot.console.pages import PAGES
from bot.console.shell import install
from bot.node import Node


def console_of(node: Node) -> Console:
    """The services of this node that the pages use."""
    accounts = Accounts(node.database, node.now)
    return Console(
        node.settings,
        node.database,
        node.desk.staff,
        lambda: node.base,
        node.live,
        node.now,
        node.said,
        node.pipeline.finished,
        accounts,
    )


async def mount(app: Starlette, console: Console) -> None:
    """Mount it; once a process, since NiceGUI is the process's."""
    install(console, PAGES)
    secret = await console.accounts.secret("console")
    cookie = {"path": PREFIX, "session_cookie": "helpdesk_console_page"}
    parent: Any = app
    ui.run_with(
        parent,
        mount_path=PREFIX,
        title="宁勤绩 · 控制台",
        language="zh-CN",
        storage_secret=secret,
        session_middleware_kwargs=cookie,
        show_welcome_message=False,
    )
    app.add_middleware(Gate, accounts=console.accounts)
