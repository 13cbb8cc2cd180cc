"""Nothing of the console is reached without a session, and no WebSocket from another site's page."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.accounts.accounts import Accounts
from bot.web.app import POLICY_OF_PART

COOKIE = "helpdesk_console"
PREFIX = "/console"
_OPEN = (f"{PREFIX}/login", f"{PREFIX}/first")
_MOST_BYTES, _MOST_BYTES_OPEN = 64 * 1024 * 1024, 16 * 1024
"""What a request may bring: with a session, a whole knowledge with its pictures; without one, a name and a password."""
_MOST_DIGITS = 9
_FOREIGN = "不能从这里访问，请重新登录。"
_SOCKET = f"{PREFIX}/_nicegui_ws/"
_ASSETS = f"{PREFIX}/_nicegui/"
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
        sending = _safely(send, secure=scope.get("scheme") == "https")
        refused = await self._refused(scope, path)
        if scope["type"] == "websocket" and refused:
            await send({"type": "websocket.close", "code": 4403})
        elif refused:
            await refused(scope, receive, sending)
        else:
            await self._app(scope, receive, sending)

    async def _refused(self, scope: Scope, path: str) -> Response | None:
        """What is said to those who do not get in; None to those who do."""
        headers, socket = Headers(scope=scope), path.startswith(_SOCKET)
        writes = scope["type"] == "websocket" or scope.get("method") not in ("GET", "HEAD")
        # A browser tells the origin of whatever another site has it send, and of its sockets whoever sends.
        mute = socket and scope["type"] == "http" and "origin" not in headers
        if (writes or (socket and "origin" in headers)) and not mute and not is_ours(headers):
            return PlainTextResponse(_FOREIGN, 403)
        opened = path in _OPEN or (path.startswith(_ASSETS) and not writes)
        if not opened and await self._accounts.who(cookie_of(headers)) is None:
            return PlainTextResponse(_FOREIGN, 403) if socket or writes else RedirectResponse(f"{PREFIX}/login", 303)
        return _too_much(headers, path) if writes else None


def _too_much(headers: Headers, path: str) -> Response | None:
    """A body is bounded before any of it is read: what is behind the gate keeps all of it in memory."""
    length = headers.get("content-length", "0")
    if "transfer-encoding" in headers or not (length.isascii() and length.isdecimal()):
        return PlainTextResponse("要先说明内容有多长。", 411)
    most = _MOST_BYTES_OPEN if path in _OPEN else _MOST_BYTES
    # However long the number itself is.
    return PlainTextResponse("内容太大了。", 413) if len(length) > _MOST_DIGITS or int(length) > most else None


def is_ours(headers: Headers) -> bool:
    """Whether the request comes from a page of this very address."""
    try:
        place = urlsplit(headers.get("origin", "")).netloc.lower()
    except ValueError:
        return False
    return bool(place) and place == headers.get("host", "").lower()


def cookie_of(headers: Headers) -> str | None:
    """The token in the cookie, read as the pages behind the gate read it."""
    return cookie_parser(headers.get("cookie", "")).get(COOKIE)


def _safely(send: Send, *, secure: bool) -> Send:
    """Answers with the headers that everything of the console has; ``secure``: cookies only over https."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("Content-Security-Policy", POLICY)
            headers["X-Frame-Options"] = "DENY"
            headers["X-Content-Type-Options"] = "nosniff"
            headers["Cross-Origin-Opener-Policy"] = headers["Cross-Origin-Resource-Policy"] = "same-origin"
            if "cache-control" not in headers:
                headers["Cache-Control"] = "no-store"
            if secure:
                message["headers"] = [_secured(*each) for each in message["headers"]]
        await send(message)

    return sending


def _secured(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    mine = name.lower() == b"set-cookie" and b"secure" not in value.lower().split(b"; ")
    return name, value + b"; Secure" if mine else value
