"""Nothing of the console is reached without a session, and no WebSocket from another site's page."""

from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.accounts.accounts import Accounts
from bot.web.app import POLICY_OF_PART

COOKIE = "helpdesk_console"
PREFIX = "/console"
_OPEN = (f"{PREFIX}/login", f"{PREFIX}/first")
_SOCKET = f"{PREFIX}/_nicegui_ws"
_ASSETS = f"{PREFIX}/_nicegui/"
_MOST_BYTES = 64 * 1024 * 1024
"""Of one request: a whole knowledge with its pictures."""
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
)


class Gate:
    """Stands before everything below /console; lets all else pass."""

    def __init__(self, app: ASGIApp, accounts: Accounts) -> None:
        self._app = app
        self._accounts = accounts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, send to the door, or let in."""
        path = scope.get("path", "")
        if scope["type"] not in ("http", "websocket") or not (path == PREFIX or path.startswith(f"{PREFIX}/")):
            await self._app(scope, receive, send)
            return
        scope[POLICY_OF_PART] = POLICY
        headers = Headers(scope=scope)
        socket = path.startswith(_SOCKET)
        writes = scope["type"] == "websocket" or scope.get("method") not in ("GET", "HEAD")
        if writes and not is_ours(headers) and not (socket and scope["type"] == "http" and "origin" not in headers):
            await _refuse(scope, receive, send)
            return
        if writes and _length(headers) > _MOST_BYTES:
            await PlainTextResponse("内容太大了。", 413)(scope, receive, send)
            return
        # Uploads go to an address below that of the assets.
        if path in _OPEN or (path.startswith(_ASSETS) and not writes):
            await self._app(scope, receive, _safely(send))
            return
        if await self._accounts.who(cookie_of(headers)) is None:
            if socket or scope["type"] == "websocket" or writes:
                await _refuse(scope, receive, send)
            else:
                await RedirectResponse(f"{PREFIX}/login", 303)(scope, receive, send)
            return
        await self._app(scope, receive, _safely(send))


def is_ours(headers: Headers) -> bool:
    """Whether the request comes from a page of this very address."""
    origin = headers.get("origin")
    return bool(origin) and urlsplit(origin or "").netloc.lower() == headers.get("host", "").lower()


def _length(headers: Headers) -> int:
    """Bytes of the body, which a browser always names; more than is allowed where nobody says."""
    length = headers.get("content-length", "")
    if length.isdecimal():
        return int(length[:20])
    return _MOST_BYTES + 1 if "transfer-encoding" in headers else 0


def cookie_of(headers: Headers) -> str | None:
    """The token in the cookie."""
    return _morsel(headers.getlist("cookie"))


def _morsel(lines: Iterable[str]) -> str | None:
    for line in lines:
        try:
            found = SimpleCookie(line).get(COOKIE)
        except CookieError:
            continue
        if found:
            return found.value
    return None


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 4403})
        return
    await PlainTextResponse("不能从这里访问，请重新登录。", 403)(scope, receive, send)


def _safely(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("Content-Security-Policy", POLICY)
            headers["X-Frame-Options"] = "DENY"
            if "cache-control" not in headers:
                headers["Cache-Control"] = "no-store"
        await send(message)

    return sending
