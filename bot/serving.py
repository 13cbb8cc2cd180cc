"""Serves the web chat until told to stop."""

import logging
import socket
from datetime import UTC, datetime

import uvicorn

from bot.desk import Desk, hours_note
from bot.errors import UsageError
from bot.rooms import Rooms
from bot.settings import Settings
from bot.web.app import build_app
from kb.base import KnowledgeBase

_STOP_WITHIN = 10
log = logging.getLogger(__name__)


def serve(base: KnowledgeBase, settings: Settings) -> int:
    """Serve on the configured address. Raises UsageError where it is taken."""

    def now() -> datetime:
        return datetime.now(UTC)

    rooms = Rooms(base, Desk(), now, lambda: hours_note(settings.desk_hours, now()))
    listener = _listen(settings)
    host, port = listener.getsockname()[:2]
    print(f"网页对话已就绪：http://{_named(host)}:{port}/  （按 Ctrl+C 停止）", flush=True)
    config = uvicorn.Config(
        build_app(base, rooms),
        log_level=settings.log_level.lower(),
        access_log=False,
        timeout_graceful_shutdown=_STOP_WITHIN,
    )
    uvicorn.Server(config).run(sockets=[listener])
    return 0


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
