"""The arguments of ``main.py api``; apart from what runs, which takes longer to import."""

import argparse
from collections.abc import Callable

from bot.settings import Settings

_PER_MINUTE = 300


def api_parser(
    parser: argparse.ArgumentParser, run: Callable[[str], Callable[[Settings, argparse.Namespace], int]]
) -> None:
    """``run``: what runs a command, by its name."""
    groups = parser.add_subparsers(title="命令", metavar="命令", required=True)
    keys = groups.add_parser("keys", help="接口密钥：生成、列出、撤销")
    commands = keys.add_subparsers(title="命令", metavar="命令", required=True)
    add = commands.add_parser("add", help="生成一个密钥，只显示这一次")
    add.add_argument("name", metavar="NAME", help="给谁用的，例如：钉钉桥")
    add.add_argument(
        "--scope", action="append", metavar="SCOPE", help="权限：messages:write、messages:read，可以写几次；不写是全部"
    )
    add.add_argument(
        "--expires", metavar="90d", help="多久以后失效：数字加 d（天）、w（周）、m（月）、y（年）；不写一直有效"
    )
    add.add_argument(
        "--per-minute", type=int, default=_PER_MINUTE, metavar="N", help=f"每分钟最多几次请求，默认 {_PER_MINUTE}"
    )
    add.add_argument("--webhook", metavar="URL", help="之后说的话往这里 POST；内网和本机地址也行")
    add.set_defaults(run=run("add"))
    commands.add_parser("list", help="列出全部密钥").set_defaults(run=run("list"))
    revoke = commands.add_parser("revoke", help="撤销一个密钥，马上生效")
    revoke.add_argument("number", metavar="N", help="密钥的编号，见 list")
    revoke.set_defaults(run=run("revoke"))
