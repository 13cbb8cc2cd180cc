"""What every request passes before it is looked at: who it is, how often, how much; and what happens if it fails."""

import asyncio
import logging
import secrets
import time
from collections import Counter
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.api.errors import RefusedError, refusal
from bot.api.keyring import Keyring
from bot.api.limits import Limits

MOST_BYTES = 6 * 1024 * 1024
_BODY_SECONDS = 30.0
_LOG_EVERY = 60.0
_OPEN = ("/docs", "/openapi.json")
_STREAM = "/events"
log = logging.getLogger(__name__)


class Door:
    """ASGI middleware. The key is in ``request.state.key`` behind it."""

    def __init__(self, app: ASGIApp, keyring: Keyring, limits: Limits, refused: Counter[int]) -> None:
        self._app = app
        self._keyring = keyring
        self._limits = limits
        self._refused = refused
        self._logged = float("-inf")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or say why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._enter(scope, receive, sending)
        except RefusedError as error:
            self._count(error, scope)
            await refusal(error.status, str(error), error.headers)(scope, receive, send)
        except ClientDisconnect:
            return
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("api request failed, reference %s: %s %s", reference, scope["method"], scope["path"])
            if started:
                raise
            text = f"程序出了点问题，这次没有办成，可以稍后原样再发。一直不行请把编号 {reference} 告诉管理员。"
            await refusal(500, text, reference=reference)(scope, receive, send)

    async def _enter(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if path in _OPEN or path.startswith("/docs/"):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        key = await self._keyring.key(request.headers.get("authorization", ""))
        self._limits.hit(key, time.time())
        with self._limits.slot(key, stream=path == _STREAM):
            scope.setdefault("state", {})["key"] = key
            body = await _body(request) if scope["method"] in ("POST", "PUT", "PATCH", "DELETE") else b""
            await self._app(scope, _again(body, receive), send)

    def _count(self, error: RefusedError, scope: Scope) -> None:
        """One line a minute, however many there are."""
        self._refused[error.status] += 1
        if time.monotonic() - self._logged >= _LOG_EVERY:
            self._logged = time.monotonic()
            client = (scope.get("client") or ("?",))[0]
            log.warning("api: %d refused (%s), so far %s", error.status, client, dict(self._refused))


async def _body(request: Request) -> bytes:
    """All of it, within limits. Raises RefusedError."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > MOST_BYTES:
        raise RefusedError(413, f"内容太大了，最多 {MOST_BYTES // 1024 // 1024} MB。")
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise RefusedError(413, f"内容太大了，最多 {MOST_BYTES // 1024 // 1024} MB。")
    except TimeoutError as error:
        raise RefusedError(408, f"{_BODY_SECONDS:.0f} 秒还没有发完，请重发。") from error
    return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """The body that was read already; after it whatever comes."""
    messages: list[Any] = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> Message:
        return messages.pop() if messages else await receive()

    return next_message
