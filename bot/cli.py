"""The command line: ``main.py`` alone serves; ``ask``, ``chat`` and ``kb`` do one thing each."""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

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
    return parser


def _kb_parser(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(title="命令", metavar="命令", required=True)
    commands.add_parser("check", help="检查全部知识内容").set_defaults(run=_kb("check"))
    show = commands.add_parser("show", help="完整显示一条记录")
    show.add_argument("id", help="faq-01 … prompt-08、contact-…")
    show.set_defaults(run=_kb("show"))
    search = commands.add_parser("search", help="看一句话会匹配到什么")
    search.add_argument("text")
    search.add_argument("--explain", action="store_true", help="列出各视图的分数和共同的词")
    search.set_defaults(run=_kb("search"))
    evaluation = commands.add_parser("eval", help="用评测集打分")
    evaluation.add_argument("files", nargs="+", type=Path, metavar="FILE")
    evaluation.add_argument("--html", type=Path, metavar="FILE", help="另写一页带图表的 HTML")
    evaluation.set_defaults(run=_kb("eval"))
    commands.add_parser("build", help="编译知识库并拟合").set_defaults(run=_kb("build"))


# Each command imports what it needs when it runs: a question in the terminal should not wait for the web server's code.


def _kb(command: str) -> Callable[[Settings, argparse.Namespace], int]:
    def run(settings: Settings, options: argparse.Namespace) -> int:
        from bot import kb_commands

        return int(getattr(kb_commands, f"run_{command}")(settings, options))

    return run


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

    return serve(open_checked(settings), settings)


def _speak_utf8() -> None:
    """Pipes are UTF-8 on every system, whatever its locale."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="replace")
