"""A whole node, really served: uvicorn on a free port in a thread of the tests, an SQLite file in a folder of its own."""

import asyncio
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from bot.clock import now
from bot.node import Node
from bot.settings import DeskHours, Settings
from bot.storage.database import open_database
from bot.storage.schema import ready
from bot.web.app import build_app
from bot.web.visits import Visits
from kb.base import KnowledgeBase

_PATIENCE = 90
ALWAYS = DeskHours(days=(1, 2, 3, 4, 5, 6, 7), opens="00:00", closes="23:59")
"""The desk is staffed."""


@dataclass(slots=True)
class Running:
    """What the thread tells the test."""

    node: Node | None = None
    failed: BaseException | None = None


@contextmanager
def serving(base: KnowledgeBase, data: Path | None = None, **settings: Any) -> Iterator[str]:
    """The address of a server that runs as long as the block does. ``data``: its folder, a new one where none is given."""
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.bind(("127.0.0.1", 0))
        chosen = Settings(**{"data": data or Path(folder), "desk_hours": ALWAYS, **settings})
        started, running = threading.Event(), Running()
        server: list[uvicorn.Server] = []

        async def serve() -> None:
            url = chosen.database_url.get_secret_value() if chosen.database_url else None
            database = open_database(url, chosen.data)
            await ready(database)
            node = running.node = Node(chosen, database, base, now)
            app = build_app(lambda: node.base, Visits(database, node.pipeline, node.said), node.state, node.routes())
            config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1)
            server.append(uvicorn.Server(config))
            await node.start()
            task = asyncio.create_task(server[0].serve(sockets=[listener]))
            while not server[0].started and not task.done():
                await asyncio.sleep(0.01)
            started.set()
            await task
            await node.stop()

        def run() -> None:
            try:
                asyncio.run(serve())
            except BaseException as error:
                running.failed = error
                raise
            finally:
                started.set()

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        started.wait(_PATIENCE)
        if running.failed or not server:
            raise RuntimeError("the server did not start") from running.failed
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server[0].should_exit = True
            thread.join(_PATIENCE)
