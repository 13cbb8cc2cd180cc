"""The command line: ``main.py`` alone serves; ``ask``, ``chat``, ``kb``, ``db``, ``desk`` and the rest do one thing each."""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from bot.api_parser import api_parser
from bot.console_parser import Runs, console_parser, revisions_parser
from bot.errors import UsageError
from bot.settings import Settings, SettingsError, read_settings


def main(arguments: Sequence[str]) -> int:
    """Run one command; 0 where it worked, 1 with one clear sentence on stderr where it did not."""
    _speak_utf8()
    # A message is too small to share out: threads that wait for each other cost more than they save.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    options = _parser().parse_args(arguments)
    try:
        settings = read_settings(os.environ)
        logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
        # These write whole addresses into the log, and a bot's token is part of its address.
        for chatty in ("httpx", "httpcore", "telegram", "alembic"):
            logging.getLogger(chatty).setLevel(logging.WARNING)
        run: Callable[[Settings, argparse.Namespace], int] = options.run
        return run(settings, options)
    except (SettingsError, UsageError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has enough; nothing is left to say, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="main.py", description="“宁勤绩”考勤问答机器人。不带参数：启动网页对话。")
    parser.set_defaults(run=_serve)
    commands = parser.add_subparsers(title="命令", metavar="命令")
    ask = commands.add_parser("ask", help="问一句，答一句；--jsonl 按行读写 JSON")
    ask.add_argument("question", nargs="*", help="问题")
    ask.add_argument("--jsonl", action="store_true", help="从标准输入逐行读 JSON，逐行写 JSON")
    ask.set_defaults(run=_ask)
    commands.add_parser("chat", help="在终端里对话").set_defaults(run=_chat)
    _kb_parser(commands.add_parser("kb", help="知识库：检查、查看、检索、评测、编译"))
    _db_parser(commands.add_parser("db", help="数据库：升级、备份、检查、清除旧的个人信息"))
    _desk_parser(commands.add_parser("desk", help="工单：查看、回复、关闭、认领（给工作人员用）"))
    api_parser(commands.add_parser("api", help="HTTP 接口：密钥"), _of("api_commands"))
    console_parser(commands.add_parser("console", help="控制台：账号"), _of("account_commands"))
    demo = commands.add_parser("demo", help="在空的数据文件夹里填一个月的示例数据，给后台和图表试用")
    demo.add_argument("--seed", type=int, default=1, metavar="N", help="换一个数，数据就不一样")
    demo.set_defaults(run=_demo)
    return parser


def _kb_parser(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(title="命令", metavar="命令", required=True)
    commands.add_parser("check", help="检查全部知识内容").set_defaults(run=_of("kb_commands")("check"))
    show = commands.add_parser("show", help="完整显示一条记录")
    show.add_argument("id", help="faq-01 … prompt-08、contact-…")
    show.set_defaults(run=_of("kb_commands")("show"))
    search = commands.add_parser("search", help="看一句话会匹配到什么")
    search.add_argument("text")
    search.add_argument("--explain", action="store_true", help="列出各视图的分数和共同的词")
    search.set_defaults(run=_of("kb_commands")("search"))
    evaluation = commands.add_parser("eval", help="用评测集打分")
    evaluation.add_argument("files", nargs="+", type=Path, metavar="FILE")
    evaluation.add_argument("--html", type=Path, metavar="FILE", help="另写一页带图表的 HTML")
    evaluation.set_defaults(run=_of("kb_commands")("eval"))
    picture = commands.add_parser("picture", help="把步骤的配图放进知识文件夹，打印写进步骤的名字")
    picture.add_argument("files", nargs="+", type=Path, metavar="FILE")
    picture.set_defaults(run=_of("picture_commands")("picture"))
    commands.add_parser("build", help="编译知识库并拟合").set_defaults(run=_of("kb_commands")("build"))
    revisions_parser(commands, _of("revision_commands"))


def _db_parser(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(title="命令", metavar="命令", required=True)
    commands.add_parser("upgrade", help="把数据库的表升到这个程序要的版本").set_defaults(
        run=_of("db_commands")("upgrade")
    )
    backup = commands.add_parser("backup", help="备份数据库，程序不用停")
    backup.add_argument("file", type=Path, metavar="FILE")
    backup.add_argument("--force", action="store_true", help="FILE 已经有了也覆盖")
    backup.set_defaults(run=_of("db_commands")("backup"))
    commands.add_parser("check", help="检查数据库，看有什么在等、什么失败了").set_defaults(
        run=_of("db_commands")("check")
    )
    prune = commands.add_parser("prune", help="清除旧的个人信息，统计数字留下")
    prune.add_argument(
        "--older-than", required=True, metavar="180d", help="多久以前的：数字加 d（天）、w（周）、m（月）、y（年）"
    )
    prune.add_argument("--dry-run", action="store_true", help="只数一数，什么都不改")
    prune.set_defaults(run=_of("db_commands")("prune"))


def _desk_parser(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(title="命令", metavar="命令", required=True)
    listing = commands.add_parser("list", help="未完成的工单，加急的、等得久的在前")
    listing.add_argument("--all", action="store_true", help="连解决和关闭了的，新的在前")
    listing.set_defaults(run=_of("desk_commands")("list"))
    for verb, what in (
        ("show", "完整显示一张工单：问题、经过、对话、机器人答过什么"),
        ("claim", "认领：由你来办，用户会知道有人接手了"),
        ("reply", "回复用户"),
        ("note", "加备注，用户看不到"),
        ("solve", "标为解决，并问用户好没好"),
        ("close", "关闭"),
        ("reopen", "重新打开"),
    ):
        command = commands.add_parser(verb, help=what)
        command.add_argument("number", metavar="N", help="工单号")
        if verb in ("reply", "note"):
            command.add_argument("text", nargs="*", metavar="TEXT", help="内容；不写就从标准输入读")
        command.set_defaults(run=_of("desk_commands")(verb))
    commands.add_parser("undelivered", help="没有送到的消息：给谁、什么时候、为什么").set_defaults(
        run=_of("desk_commands")("undelivered")
    )


# Each command imports what it needs when it runs: a question in the terminal should not wait for the web server's code.


def _of(module: str) -> Runs:
    """What runs the commands of a module, by their names."""

    def named(command: str) -> Callable[[Settings, argparse.Namespace], int]:
        def run(settings: Settings, options: argparse.Namespace) -> int:
            return int(getattr(import_module(f"bot.{module}"), f"run_{command}")(settings, options))

        return run

    return named


def _demo(settings: Settings, options: argparse.Namespace) -> int:
    from bot.demo.command import run_demo

    return run_demo(settings, options)


def _ask(settings: Settings, options: argparse.Namespace) -> int:
    from bot.ask import Line, Session, answer_line, stream
    from bot.kb_commands import open_checked

    if not options.jsonl and not options.question:
        raise UsageError('要问什么？例如：main.py ask "考勤地址怎么改"')
    session = Session(open_checked(settings))
    if not options.jsonl:
        print(answer_line(Line(q=" ".join(options.question)), session)["text"])
        return 0
    for line in stream(sys.stdin.buffer, session):
        print(line, flush=True)
    return 0


def _chat(settings: Settings, _: argparse.Namespace) -> int:
    from bot.kb_commands import open_checked
    from bot.terminal import chat

    return chat(open_checked(settings), settings)


def _serve(settings: Settings, _: argparse.Namespace) -> int:
    from bot.kb_commands import open_checked
    from bot.serving import serve

    return serve(lambda: open_checked(settings), settings)


def _speak_utf8() -> None:
    """Pipes are UTF-8 on every system, whatever its locale."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="replace")
