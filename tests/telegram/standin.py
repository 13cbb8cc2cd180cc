"""The stand-in on the wire: a server on a port, in a thread of the tests, and what its callers send read."""

import asyncio
import contextlib
import json
import random
import re
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, cast
from urllib.parse import parse_qsl

import httpx
import uvicorn
from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.telegram.faults import Fault, Faults, Refusal, bad_request
from tests.telegram.world import Json, Pending, Webhook, World, units

_PATIENCE = 60
_AT_ONCE = 200
_PORTS = range(18_000, 32_000)
"""Below those that the system gives to callers: a port that is closed for a while stays ours."""
_TAGS = {
    **{"b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline"},
    **{"s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler"},
    **{"span": "spoiler", "code": "code", "pre": "pre", "a": "text_link", "blockquote": "blockquote"},
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([a-zA-Z]+));?")
_TAG = re.compile(r"""<(/?)([^\s>]*)((?:[^>"']|"[^"]*"|'[^']*')*)>""")
_ATTRIBUTE = re.compile(r"""([^\s=/"']+)\s*(?:=\s*("[^"]*"|'[^']*'|[\w.-]+))?""")


def _unescape(text: str) -> str:
    """Only four entities have names here; what is none of them is left as it is."""

    def character(found: re.Match[str]) -> str:
        sixteen, ten, name = found.groups()
        if name:
            return _NAMED.get(name, found.group())
        number = int(sixteen, 16) if sixteen else int(ten)
        return chr(number) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else found.group()

    return _REFERENCE.sub(character, text)


def _entity(name: str, inside: str, offset: int) -> Json | None:
    """The entity that a start tag opens: all of it but its place."""
    attributes = {key.lower(): _unescape(value.strip("\"'")) for key, value in _ATTRIBUTE.findall(inside)}
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise ValueError(f'Tag "span" must have class "tg-spoiler" at byte offset {offset}')
    if name == "a":
        href = attributes.get("href", "")
        return {"type": "text_link", "url": href} if re.match(r"(https?|tg|mailto|tel):", href) else None
    return {"type": "expandable_blockquote" if name == "blockquote" and "expandable" in attributes else _TAGS[name]}


def parse_html(source: str) -> tuple[str, list[Json]]:
    """A text and its entities; what Telegram cannot read is a ``ValueError`` in its words."""
    text, entities, at = "", list[Json](), 0
    still_open: list[tuple[str, Json | None, int]] = []
    while (start := source.find("<", at)) >= 0:
        text += _unescape(source[at:start])
        offset, found = len(source[:start].encode()), _TAG.match(source, start)
        if found is None:
            kind = "end" if source.startswith("</", start) else "start"
            raise ValueError(f"Unclosed {kind} tag at byte offset {offset}")
        slash, name, inside = found[1], found[2].lower(), found[3]
        if slash and not still_open:
            raise ValueError(f"Unexpected end tag at byte offset {offset}")
        if slash:
            expected, entity, begin = still_open.pop()
            if name not in ("", expected):
                wrong = f'expected "</{expected}>", found "</{name}>"'
                raise ValueError(f"Unmatched end tag at byte offset {offset}, {wrong}")
            if entity is not None and units(text) > begin:
                entities.append({**entity, "offset": begin, "length": units(text) - begin})
        elif name not in _TAGS:
            raise ValueError(f'Unsupported start tag "{name}" at byte offset {offset}')
        else:
            still_open.append((name, _entity(name, inside, offset), units(text)))
        at = found.end()
    if still_open:
        raise ValueError(f'Can\'t find end tag corresponding to start tag "{still_open[-1][0]}"')
    return text + _unescape(source[at:]), sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Without space at its ends: that is how a text arrives."""
    before, short = units(text) - units(text.lstrip()), text.strip()
    kept = []
    for entity in entities:
        first = max(entity["offset"] - before, 0)
        last = min(entity["offset"] + entity["length"] - before, units(short))
        if last > first:
            kept.append({**entity, "offset": first, "length": last - first})
    return short, kept


class Upload(NamedTuple):
    """A file that came with a call."""

    name: str
    content: bytes


_AS_WRITTEN = frozenset(
    (
        *("text", "caption", "name", "title", "description", "url", "secret_token", "callback_query_id", "parse_mode"),
        *("file_id", "action", "language_code"),
    )
)
"""Parameters that are never JSON, whatever they look like."""


class Params(dict[str, Any]):
    """What came with a call; where a client wrote JSON into a form, that has been read."""

    @classmethod
    def of(cls, given: list[tuple[str, Any]]) -> "Params":
        """The parameters of a form."""
        return cls((name, _read(value) if name not in _AS_WRITTEN else value) for name, value in given)

    def number(self, name: str, default: int = 0) -> int:
        """A whole number."""
        value = self.get(name)
        return int(value) if isinstance(value, (int, float)) else default

    def flag(self, name: str) -> bool:
        """Yes or no."""
        return str(self.get(name)).lower() in ("true", "1", "yes")

    def words(self, name: str) -> str:
        """A text."""
        value = self.get(name)
        return "" if value is None else str(value)

    def table(self, name: str) -> Json:
        """An object; none is an empty one."""
        return cast(Json, self._made_of(name, dict) or {})

    def rows(self, name: str) -> list[Any]:
        """An array; none is an empty one."""
        return cast(list[Any], self._made_of(name, list) or [])

    def written(self, name: str, most: int) -> Json:
        """A text or a caption and its entities, as they stand in a message; nothing if there is none."""
        place = "entities" if name == "text" else "caption_entities"
        text, entities, mode = self.words(name), self.rows(place), self.words("parse_mode").lower()
        if mode not in ("", "html"):
            raise bad_request("unsupported parse_mode")
        if mode:
            try:
                text, entities = parse_html(text)
            except ValueError as wrong:
                raise bad_request(f"can't parse entities: {wrong}") from None
        text, entities = trimmed(text, entities)
        if units(text) > most:
            raise bad_request("message is too long" if name == "text" else "message caption is too long")
        return ({name: text} if text else {}) | ({place: entities} if entities else {})

    def _made_of(self, name: str, kind: type) -> Any:
        value = self.get(name)
        if value is not None and value != "" and not isinstance(value, kind):
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object")
        return value


def _read(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


async def _params(request: Request) -> Params:
    body, kind = await request.body(), request.headers.get("content-type", "")
    given: list[tuple[str, Any]] = list(request.query_params.multi_items())
    try:
        if kind.startswith("application/json") and body:
            given += dict(json.loads(body)).items()
        elif kind.startswith("multipart/form-data"):
            given += _parts(body, kind)
        else:
            given += parse_qsl(body.decode(), keep_blank_values=True)
    except (ValueError, TypeError):
        raise bad_request("can't parse the body of the request") from None
    return Params.of(given)


def _parts(body: bytes, kind: str) -> list[tuple[str, Any]]:
    boundary = re.search(r'boundary="?([^";]+)', kind)
    parts: list[tuple[str, Any]] = []
    for part in body.split(b"--" + (boundary[1] if boundary else "").encode())[1:-1]:
        head, _, content = part.removesuffix(b"\r\n").partition(b"\r\n\r\n")
        name, file = (re.search(key, head.decode()) for key in (r'[ ;]name="([^"]*)"', r'filename="([^"]*)"'))
        if name:
            parts.append((name[1], Upload(file[1], content) if file else content.decode()))
    return parts


@dataclass
class Call:
    """One call as it came, ``at`` seconds of ``time.time()``; ``status`` is missing while, or if, it has no answer."""

    method: str
    params: Params
    at: float
    status: int | None = None


class Server:
    """Serves the world on a port for as long as it is started; it can be stopped and started again."""

    def __init__(
        self, world: World, faults: Faults, answer: Callable[[str, Params], Any], token: str, port: int
    ) -> None:
        self.world, self.faults, self.token, self.port = world, faults, token, port or _free_port()
        self.calls: list[Call] = []
        self.stopping = False
        self._answer = answer
        self._limiter = CapacityLimiter(_AT_ONCE)
        self._server: _Uvicorn | None = None
        self._threads: list[threading.Thread] = []
        paths = {"/file/bot{token}/{path:path}": self._file, "/bot{token}/{method}": self._call}
        routes = [Route(path, endpoint, methods=["GET", "POST"]) for path, endpoint in paths.items()]
        self._app = Starlette(routes=routes, exception_handlers={404: _refused, Refusal: _refused})

    def start(self) -> None:
        """Opens the port."""
        self.stopping = False
        listener = socket.create_server(("127.0.0.1", self.port), backlog=128)
        config = uvicorn.Config(
            _Cuttable(self._app), log_config=None, access_log=False, ws="none", lifespan="off", timeout_keep_alive=75
        )
        self._server = server = _Uvicorn(config)
        serving = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        self._threads = [serving, threading.Thread(target=self._deliver, daemon=True)]
        for thread in self._threads:
            thread.start()
        give_up = time.monotonic() + _PATIENCE
        while not server.started:
            if time.monotonic() > give_up or not serving.is_alive():
                raise TimeoutError("the server did not start")
            time.sleep(0.01)

    def stop(self) -> None:
        """Closes the port and all connections; nobody who waits gets an answer."""
        with self.world.changed:
            self.stopping = True
            self.world.changed.notify_all()
        if self._server is not None:
            self._server.should_exit = True
        for thread in self._threads:
            thread.join(_PATIENCE)
        self._server, self._threads = None, []

    async def _file(self, request: Request) -> Response:
        self._admit(request)
        with self.world.changed:
            path = request.path_params["path"]
            found = next((file for file in self.world.files.values() if file.path == path), None)
        if found is None:
            raise Refusal(404, "Not Found")
        return Response(found.content, media_type="application/octet-stream")

    async def _call(self, request: Request) -> Response:
        method = request.path_params["method"]
        params = await _params(request)
        call = Call(method, params, time.time())
        with self.world.changed:
            self.calls.append(call)
            self.world.changed.notify_all()
        try:
            self._admit(request)
            response = await self._spoilt(self.faults.take(method, params), request, call)
        except Refusal as refusal:
            response = JSONResponse(refusal.body, refusal.status)
        if self.stopping:
            response = None
        with self.world.changed:
            call.status = response.status_code if response else None
            self.world.changed.notify_all()
        return response or await _cut(request)

    def _admit(self, request: Request) -> None:
        token = request.path_params["token"]
        if not re.fullmatch(r"\d+:[\w-]+", token, re.ASCII):
            raise Refusal(404, "Not Found")
        if token != self.token or self.faults.revoked:
            raise Refusal(401, "Unauthorized")

    async def _spoilt(self, fault: Fault | None, request: Request, call: Call) -> Response | None:
        """The answer as the fault leaves it; ``None`` if there is to be none."""
        if fault is None:
            return await self._answered(call)
        if fault.refusal:
            raise fault.refusal
        answered = await self._answered(call) if fault.after else None
        if fault.kind == "garbage":
            return Response(fault.body, media_type="application/json")
        if fault.kind == "hang" and await self._stays(request, fault.seconds):
            return answered or await self._answered(call)
        return None

    async def _answered(self, call: Call) -> Response:
        try:
            result = await to_thread.run_sync(self._answer, call.method, call.params, limiter=self._limiter)
        except Refusal as refusal:
            return JSONResponse(refusal.body, refusal.status)
        return JSONResponse({"ok": True, "result": result})

    async def _stays(self, request: Request, seconds: float) -> bool:
        """Whether the caller is still there after so many seconds."""
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up and not self.stopping and not await request.is_disconnected():
            await asyncio.sleep(0.02)
        return not self.stopping and not await request.is_disconnected()

    def _deliver(self) -> None:
        """Brings updates to the webhook, one after the other, each until it is taken."""
        world = self.world
        with httpx.Client(trust_env=False, verify=False) as client:
            while not self.stopping:
                with world.changed:
                    world.changed.wait_for(lambda: self.stopping or (world.webhook and world.pending))
                    hook, item = world.webhook, world.pending[0] if world.pending else None
                if hook and item and not self.stopping and not self._brings(client, hook, item):
                    time.sleep(0.1)

    def _brings(self, client: httpx.Client, hook: Webhook, item: Pending) -> bool:
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret} if hook.secret else {}
        try:
            response = client.post(hook.url, json=item.update, headers=headers)
            wrong = "" if response.is_success else f"Wrong response from the webhook: {response.status_code}"
        except httpx.HTTPError as error:
            wrong = f"Connection failed: {error}"
        with self.world.changed:
            if wrong:
                hook.last_error, hook.last_error_date = wrong, int(time.time())
            elif item in self.world.pending:
                self.world.pending.remove(item)
            self.world.changed.notify_all()
        return not wrong


class _Uvicorn(uvicorn.Server):
    """Goes down at once and without goodbye: callers see what they see when the real one does."""

    async def main_loop(self) -> None:
        while not self.should_exit:
            await asyncio.sleep(0.01)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            cast(Any, connection).transport.abort()
        while self.server_state.tasks:
            await asyncio.sleep(0.005)


class _Cuttable:
    """Lets an endpoint close its connection: ASGI knows no way to, so uvicorn's own transport is handed on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["transport"] = cast(Any, send).__self__.transport
        await self._app(scope, receive, send)


async def _cut(request: Request) -> Response:
    request.scope["transport"].abort()
    while not await request.is_disconnected():
        await asyncio.sleep(0.001)
    return Response()


async def _refused(request: Request, error: Exception) -> Response:
    refusal = error if isinstance(error, Refusal) else Refusal(404, "Not Found")
    return JSONResponse(refusal.body, refusal.status)


def _free_port() -> int:
    while True:
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", random.choice(_PORTS))) as trial:
            return int(trial.getsockname()[1])
