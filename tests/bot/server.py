"""The web chat, really served: uvicorn on a free port, in a thread of the tests."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import uvicorn

from bot.desk import Desk
from bot.rooms import Rooms
from bot.web.app import build_app
from kb.base import KnowledgeBase

NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)
_PATIENCE = 10


def no_note() -> str | None:
    """The desk is open."""
    return None


@contextmanager
def serving(base: KnowledgeBase, desk_note: Callable[[], str | None] = no_note) -> Iterator[str]:
    """The address of a server that runs as long as the block does."""
    rooms = Rooms(base, Desk(), lambda: NOON, desk_note)
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            build_app(base, rooms),
            log_config=None,
            access_log=False,
            ws="none",
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        give_up = time.monotonic() + _PATIENCE
        while not server.started:
            if time.monotonic() > give_up or not thread.is_alive():
                raise TimeoutError("the server did not start")
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(_PATIENCE)
