"""The addresses of the HTTP API below ``/api/v1``."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, Query, Request, Security
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.security import HTTPBearer
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.exceptions import HTTPException

from bot.api.docs import documentation
from bot.api.door import Door
from bot.api.errors import RefusedError, problem, refusal
from bot.api.keyring import Keyring
from bot.api.limits import Limits
from bot.api.messages import Messages
from bot.api.models import MOST_NAME, Answer, Page, Refusal, Send, Sound
from bot.storage.keys import Key

_PATIENCE = 20.0
_LONGEST_POLL = 30.0
_PING_SECONDS = 15
_SEND_SECONDS = 30.0
"""After this long without reading, whoever listens to a stream is let go."""
_MOST_NUMBER = 2**53 - 1
_DESCRIPTION = """把机器人接到任何别的聊天工具上。说明和例子见项目里的 docs/channels/http.md。

1. 用户说了话：`POST /messages`，答复就在应答里。
2. 之后说的（工作人员的答复、晚到的答复）：`GET /events`（SSE）、`GET /messages?after=` 或者 webhook，选一种。

密钥：管理员用 `main.py api keys add 名字` 生成，放在 `Authorization: Bearer hdk_…` 里。
"""
_REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": Refusal, "description": text}
    for status, text in (
        (400, "正文不是 JSON，或者编号写了两个"),
        (401, "没有密钥，或者密钥不对、已撤销、已过期"),
        (403, "密钥没有这个权限"),
        (408, "正文太慢"),
        (413, "正文太大"),
        (422, "内容不对，或者同一个编号用在了两条消息上"),
        (429, "太多了，过 Retry-After 秒再试"),
        (500, "程序出错，reference 是编号"),
    )
}
_bearer = HTTPBearer(auto_error=False, description="main.py api keys add 给的密钥")

After = Annotated[int | None, Query(ge=0, le=_MOST_NUMBER, description="上次最后一条的 id，只要它之后的")]
Conversation = Annotated[
    Sound | None, Query(min_length=1, max_length=MOST_NAME, description="只要这个私聊或群的；不写是这个密钥的全部")
]
Everything = Annotated[bool, Query(alias="all", description="连 POST 的应答里已经给过的也要")]


def build_api(messages: Messages, keyring: Keyring, limits: Limits, refused: Counter[int]) -> FastAPI:
    """The application that is mounted. ``refused``: counts by status."""
    app = FastAPI(
        title="宁勤绩助手 HTTP 接口",
        version="1",
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=_REFUSALS,
        routes=documentation(),
        exception_handlers={
            RefusedError: _refused,
            HTTPException: _http_error,
            RequestValidationError: _not_valid,
        },
    )
    app.add_middleware(Door, keyring=keyring, limits=limits, refused=refused)

    @app.post(
        "/messages",
        summary="用户说了一句话",
        response_model=Answer,
        responses={202: {"model": Answer, "description": "已经收下，答复之后从别的路来"}},
    )
    async def send(
        body: Send,
        key: Annotated[Key, Depends(_allowed("messages:write"))],
        idempotency_key: Annotated[
            Sound | None,
            Header(min_length=1, max_length=200, description="这条消息的编号；重发时用同一个，就不会答两遍"),
        ] = None,
        wait: Annotated[float, Query(ge=0, le=_PATIENCE, description="最多等答复多少秒")] = _PATIENCE,
    ) -> Response:
        """答复在 replies 里：text 可以直接显示，parts 和 buttons 是同样的内容，给能显示卡片的地方用。

        群里没叫机器人的话（mentioned 是 false）一般没有答复，replies 是空的。同一个编号再发，得到同样的答复。
        """
        if body.id and idempotency_key and body.id != idempotency_key:
            raise RefusedError(400, "正文的 id 和 Idempotency-Key 头不一样，写一个就行。")
        answered = await messages.say(key, body, body.id or idempotency_key, wait)
        pending = answered.replies is None
        content = {
            "id": answered.id,
            "message_id": answered.event_id,
            "pending": pending,
            "replies": answered.replies or [],
        }
        return JSONResponse(content, status_code=202 if pending else 200)

    @app.get("/messages", summary="之后说了什么", response_model=Page)
    async def read(
        key: Annotated[Key, Depends(_allowed("messages:read"))],
        after: After = None,
        conversation: Conversation = None,
        wait: Annotated[float, Query(ge=0, le=_LONGEST_POLL, description="还没有的话，等多少秒")] = 0,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        everything: Everything = False,
    ) -> Response:
        """旧的在前。记住 last，下次当 after。"""
        found = await messages.since(key, after or 0, conversation, most=limit, everything=everything, patience=wait)
        return JSONResponse({"messages": found, "last": found[-1]["id"] if found else after or 0})

    @app.get(
        "/events",
        summary="之后说的话，说了就推（SSE）",
        response_class=EventSourceResponse,
        responses={
            200: {"description": "事件 message，id 是号码，data 是一条消息", "content": {"text/event-stream": {}}}
        },
    )
    async def events(
        key: Annotated[Key, Depends(_allowed("messages:read"))],
        after: After = None,
        conversation: Conversation = None,
        everything: Everything = False,
        last_event_id: Annotated[int | None, Header(ge=0, le=_MOST_NUMBER)] = None,
    ) -> Response:
        """先来一个 start 事件，只有 id；断了以后带着最后的 id（Last-Event-ID）再连，不会漏。不写就从现在开始。"""
        start = last_event_id if last_event_id is not None else after
        if start is None:
            start = await messages.newest()
        stream = messages.stream(key, start, conversation, everything=everything)
        return EventSourceResponse(_events(start, stream), ping=_PING_SECONDS, send_timeout=_SEND_SECONDS)

    return app


def _allowed(scope: str) -> Callable[..., Key]:
    """The request's key, which must have a scope."""

    def key(request: Request, _: Annotated[Any, Security(_bearer)] = None) -> Key:
        found: Key = request.state.key
        if scope not in found.scopes:
            raise RefusedError(403, f"这个接口密钥没有 {scope} 权限。")
        return found

    return key


async def _events(start: int, stream: AsyncIterator[dict[str, Any]]) -> AsyncIterator[ServerSentEvent]:
    """First where it begins: who is cut off before anything was said must know from where to go on."""
    yield ServerSentEvent(json.dumps({"id": start}), event="start", id=str(start))
    async for message in stream:
        yield ServerSentEvent(json.dumps(message, ensure_ascii=False), event="message", id=str(message["id"]))


async def _refused(_: Request, error: Exception) -> Response:
    if not isinstance(error, RefusedError):
        raise error
    return refusal(error.status, str(error), error.headers)


async def _http_error(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    sentences = {400: "正文不是合法的 JSON（要 UTF-8）。", 404: "没有这个地址。", 405: "这个地址不能用这种方法。"}
    return refusal(error.status_code, sentences.get(error.status_code, "请求不对。"), error.headers)


async def _not_valid(_: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    problems = [problem(each) for each in error.errors()]
    if any(each["type"] == "json_invalid" for each in error.errors()):
        return refusal(400, "正文不是合法的 JSON（要 UTF-8）。")
    first = problems[0]
    return refusal(422, f"内容不对：{first['where']} {first['what']}".replace("： ", "："), problems=problems)
