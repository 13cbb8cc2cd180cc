"""The arguments of ``main.py console`` and of the revisions of ``main.py kb``; apart from what runs."""

import argparse
from collections.abc import Callable
from pathlib import Path

from bot.accounts.roles import ROLES
from bot.settings import Settings

Runs = Callable[[str], Callable[[Settings, argparse.Namespace], int]]


def console_parser(parser: argparse.ArgumentParser, run: Runs) -> None:
    """``run``: what runs a command, by its name."""
    groups = parser.add_subparsers(title="命令", metavar="命令", required=True)
    users = groups.add_parser("users", help="控制台的账号：建立、列出、改密码、改角色、停用")
    commands = users.add_subparsers(title="命令", metavar="命令", required=True)
    add = commands.add_parser("add", help="建立账号；密码在终端里输入，或从标准输入读一行")
    add.add_argument("username", metavar="USERNAME")
    add.add_argument("--name", metavar="NAME", help="姓名，同事看得到；不写就是用户名")
    add.add_argument("--role", choices=ROLES, default="agent", help="agent 客服、editor 编辑、admin 管理员")
    commands.add_parser("list", help="列出全部账号")
    password = commands.add_parser("password", help="改密码，所有设备都要重新登录")
    role = commands.add_parser("role", help="改角色")
    disable = commands.add_parser("disable", help="停用账号，马上退出；--undo 再启用")
    for command in (password, role, disable):
        command.add_argument("username", metavar="USERNAME")
    role.add_argument("role", choices=ROLES)
    disable.add_argument("--undo", action="store_true", help="再启用")
    commands.add_parser("link", help="打印一个一次性链接，用它建立管理员")
    for name, command in commands.choices.items():
        command.set_defaults(run=run(name))


def revisions_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", run: Runs) -> None:
    """The commands about published revisions, beside the others of ``kb``."""
    commands.add_parser("history", help="列出发布过的修订，* 是现在用的").set_defaults(run=run("history"))
    export = commands.add_parser("export", help="把现在用的知识写成 YAML 文件")
    export.add_argument("folder", type=Path, metavar="FOLDER")
    export.add_argument("--force", action="store_true", help="文件夹里已有的 YAML 文件也覆盖")
    export.set_defaults(run=run("export"))
    folder = commands.add_parser("import", help="检查一个文件夹里的知识，发布为新的修订")
    folder.add_argument("folder", type=Path, metavar="FOLDER")
    folder.set_defaults(run=run("import"))
    rollback = commands.add_parser("rollback", help="退回到一个修订（0 是程序自带的内容），另存为新的修订")
    rollback.add_argument("number", type=int, metavar="N")
    rollback.set_defaults(run=run("rollback"))
