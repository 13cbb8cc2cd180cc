"""Serves until told to stop: the web chat, and every channel that is set up."""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from filelock import FileLock, Timeout

from bot.clock import now
from bot.console.door import Door
from bot.console.mounting import console_of, mount
from bot.errors import UsageError
from bot.knowledge.live import begin
from bot.knowledge.shelf import Shelf
from bot.node import Node
from bot.settings import Settings
from bot.storage.database import Database, open_database
from bot.storage.schema import ready
from bot.web.app import build_app
from bot.web.visits import Visits
from kb.base import KnowledgeBase

_STOP_WITHIN = 2
"""Seconds that open requests are given; what they asked for is in the inbox and not lost."""
log = logging.getLogger(__name__)


class WithoutQuery(logging.Filter):
    """Addresses of WebSockets may carry a token (``?access_token=``), which is nobody's to read in a log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let it pass, without what follows the question mark."""
        if isinstance(record.args, tuple):
            record.args = tuple(arg.partition("?")[0] if isinstance(arg, str) else arg for arg in record.args)
        return True


class Server(uvicorn.Server):
    """Told to stop, it only stops serving: the node still has to finish what it has in hand."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the signals, and do not raise them again at the end."""
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def serve(content: Callable[[], KnowledgeBase], settings: Settings) -> int:
    """Serve on the configured address. ``content`` opens the program's own knowledge, if nothing was published. Raises UsageError where it is taken or the database cannot be used."""
    url = settings.database_url.get_secret_value() if settings.database_url else None
    settings.data.mkdir(parents=True, exist_ok=True)
    database = open_database(url, settings.data)
    lock = FileLock(settings.data / "server.lock")
    try:
        # Two servers on one SQLite file would do the same work twice.
        if database.is_sqlite:
            lock.acquire(timeout=0)
        listener = _listen(settings)
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(_serve(content, settings, database, listener))
    except Timeout as error:
        raise UsageError(
            f"已经有一个程序在用 {settings.data.resolve()}。先停掉它，或者换一个文件夹：HELPDESK_DATA=…"
        ) from error
    finally:
        lock.release()
    return 0


def new_loop() -> asyncio.AbstractEventLoop:
    """The quickest loop there is for this system; on Windows the one that PostgreSQL's driver works with."""
    if sys.platform == "win32":
        return asyncio.SelectorEventLoop()
    import uvloop

    return uvloop.new_event_loop()


async def _serve(
    content: Callable[[], KnowledgeBase], settings: Settings, database: Database, listener: socket.socket
) -> None:
    await ready(database)
    base, number = await begin(Shelf(database, settings.content, settings.data), content, now)
    node = Node(settings, database, base, now, number)
    visits = Visits(database, node.pipeline, node.said)
    console = console_of(node)
    app = build_app(lambda: node.base, visits, node.state, [*node.routes(), *Door(console).routes()])
    await mount(app, console)
    config = uvicorn.Config(
        app,
        log_level=settings.log_level.lower(),
        access_log=False,
        timeout_graceful_shutdown=_STOP_WITHIN,
    )
    logging.getLogger("uvicorn.error").addFilter(WithoutQuery())
    await node.start()
    host, port = listener.getsockname()[:2]
    print(f"网页对话已就绪：http://{_named(host)}:{port}/  （按 Ctrl+C 停止）", flush=True)
    if await console.accounts.needs_first():
        link = f"http://{_named(host)}:{port}/console/first?token={await console.accounts.link()}"
        print(f"控制台还没有管理员，24 小时内打开这个链接建立第一个：{link}", flush=True)
    try:
        await Server(config).serve(sockets=[listener])
    finally:
        await node.stop()


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        where = f"{settings.host}:{settings.port}"
        raise UsageError(f"打不开 {where}（{error.strerror}）。换一个端口：HELPDESK_PORT=8081 make run") from error
    return listener


def _named(host: str) -> str:
    return "localhost" if host in ("127.0.0.1", "0.0.0.0", "::1", "::") else host  # noqa: S104 - only for the printed address
