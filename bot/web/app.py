"""The web chat: one page, four addresses behind it; the state of the program; and where platforms post to us."""

import json
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.web.visits import Visits
from kb.base import KnowledgeBase

STATIC = Path(__file__).parent / "static"
COOKIE = "helpdesk_session"
SESSION = "X-Helpdesk-Session"
"""The header that stands for the cookie in a frame on another site."""
_FRAMED = "helpdesk_framed"
"""The cookie of a frame whose browser lets it store nothing but that: one for each site that shows it."""
POLICY = "default-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'self'"
POLICY_OF_PART = "helpdesk.policy"
"""Where a part of the site with a policy of its own says so, in the request's scope."""
_MOST_BYTES = 512 * 1024
_PING_SECONDS = 15
_MOST_DIGITS = 18
_COOKIE_AGE = 30 * 24 * 3600
log = logging.getLogger(__name__)


class Sent(BaseModel):
    """What the page sends."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    text: str
    label: str | None = Field(None, max_length=100)
    id: str = Field(min_length=8, max_length=64, pattern=r"^[^\x00]+$")


class RefusedError(Exception):
    """A request that is not answered; the text is for the person at the page."""

    def __init__(self, status: int, text: str) -> None:
        self.status = status
        super().__init__(text)


def build_app(
    base: Callable[[], KnowledgeBase],
    visits: Visits,
    state: Callable[[], dict[str, Any]],
    routes: Sequence[BaseRoute] = (),
) -> Starlette:
    """The application. ``base``: the knowledge in force; ``state``: how the node is doing; ``routes``: of channels whose platforms post to us."""

    async def page(_: Request) -> Response:
        return FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})

    async def start(request: Request) -> Response:
        # Before anything is said: a first message that has to be sent again must come from the same visitor.
        response = JSONResponse(first_screen(base()))
        _remember(request, response, visits.enter(_session(request)))
        return response

    async def history(request: Request) -> Response:
        messages, last = await visits.history(_session(request))
        return JSONResponse({"messages": messages, "last": last})

    async def send(request: Request) -> Response:
        sent = await _read(request)
        cookie = visits.enter(_session(request))
        answer = await visits.say(cookie, sent.id, sent.text, sent.label)
        body = {"replies": answer.replies, "last": answer.last, "pending": answer.pending}
        response = JSONResponse(body, status_code=202 if answer.pending else 200)
        _remember(request, response, cookie)
        return response

    async def events(request: Request) -> Response:
        cookie = _session(request)
        if not cookie or not await visits.is_known(cookie):
            # 204 tells an EventSource to stop asking.
            return Response(status_code=204)
        after = request.headers.get("last-event-id") or request.query_params.get("after", "0")
        return EventSourceResponse(_stream(visits, cookie, _number(after)), ping=_PING_SECONDS)

    async def health(_: Request) -> Response:
        return JSONResponse(health_of(base()) | state())

    async def ready(_: Request) -> Response:
        able = await visits.database_answers()
        return JSONResponse({"status": "ok" if able else "no database"}, status_code=200 if able else 503)

    return Starlette(
        routes=[
            Route("/", page),
            Route("/chat/start", start),
            Route("/chat/history", history),
            Route("/chat/send", send, methods=["POST"]),
            Route("/chat/events", events),
            Route("/healthz", health),
            Route("/readyz", ready),
            *routes,
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        middleware=[Middleware(BaseHTTPMiddleware, dispatch=_guard)],
        exception_handlers={RefusedError: _refused},
    )


def _session(request: Request) -> str | None:
    """The visitor's secret. A page in a frame on another site sends the header, and its secret in it where it may store one."""
    named = request.headers.get(SESSION)
    return request.cookies.get(COOKIE) if named is None else named or request.cookies.get(_FRAMED)


def _remember(request: Request, response: Response, secret: str) -> None:
    """Tell the page its secret the way it came; without the header nobody else's page can use a frame's cookie."""
    if SESSION in request.headers:
        response.headers[SESSION] = secret
        # By hand: Python knows Partitioned from 3.14 on.
        framed = f"{_FRAMED}={secret}; Max-Age={_COOKIE_AGE}; Path=/chat; HttpOnly; Secure; SameSite=None; Partitioned"
        response.headers.append("Set-Cookie", framed)
        return
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, secret, max_age=_COOKIE_AGE, httponly=True, samesite="lax", secure=secure)


async def _stream(visits: Visits, cookie: str, after: int) -> AsyncIterator[ServerSentEvent]:
    async for unasked in visits.unasked(cookie, after):
        data = json.dumps({"from": unasked.author, "reply": unasked.reply}, ensure_ascii=False)
        yield ServerSentEvent(data, event="reply", id=str(unasked.number))


def _number(text: str) -> int:
    """The number of a message; 0, before the first, where it is none that a database could have given."""
    return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else 0


def first_screen(base: KnowledgeBase) -> dict[str, Any]:
    """What one can ask, in groups."""
    words = base.knowledge.wording
    record = base.knowledge.record
    groups = [
        {
            "title": group.title,
            "items": [{"label": record[name].title, "send": f"{record[name].title} #{name}"} for name in group.records],
        }
        for group in words.page_groups
    ]
    ways = [
        {"label": label, "send": label}
        for label in (words.button_contact, words.button_all_contacts, words.button_person)
    ]
    groups.append({"title": words.page_ways, "items": ways})
    return {"title": words.page_title, "greeting": words.page_greeting, "hint": words.page_hint, "groups": groups}


def health_of(base: KnowledgeBase) -> dict[str, Any]:
    """Which knowledge and which fit this node answers with."""
    return {
        "status": "ok",
        "revision": base.revision,
        "fit": "meaning" if base.matcher.uses_meaning else "lexical",
        "records": len(base.knowledge.records),
        "starlette": version("starlette"),
    }


async def _read(request: Request) -> Sent:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BYTES:
            raise RefusedError(413, "内容太长了，请删短一些再发。")
    try:
        # Half a character cannot be sent back, so it does not come in either.
        whole = bytes(body).decode("utf-8", errors="replace")
        data = json.loads(whole)
        return Sent.model_validate(json.loads(json.dumps(data, ensure_ascii=False).encode("utf-8", errors="replace")))
    except (ValidationError, ValueError, RecursionError) as error:
        raise RefusedError(400, "这条消息发送的格式不对，请刷新页面再试。") from error


async def _refused(_: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, RefusedError) else 500
    return JSONResponse({"error": str(error), "reference": None}, status_code=status)


async def _guard(request: Request, call: Callable[[Request], Awaitable[Response]]) -> Response:
    """Security headers on everything; a failure becomes a reference number for the page and a traceback for the log."""
    try:
        response = await call(request)
    except ClientDisconnect:
        return Response(status_code=499)
    except Exception:
        reference = secrets.token_hex(4)
        log.exception("request failed, reference %s: %s %s", reference, request.method, request.url.path)
        text = f"出了点问题，没能回答。请稍后再发一次；一直不行请把编号 {reference} 告诉工作人员。"
        response = JSONResponse({"error": text, "reference": reference}, status_code=500)
    response.headers.setdefault("Content-Security-Policy", request.scope.get(POLICY_OF_PART, POLICY))
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    if request.url.path.startswith("/static/"):
        response.headers["Cache-Control"] = "no-cache"
    return response
