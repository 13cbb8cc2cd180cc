"""The API servers of both platforms on one port: tokens, active messages, and what can go wrong with them."""

import asyncio
import json
import secrets
import socket
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

_MOST_BYTES = 2048
Answer = dict[str, Any]


@dataclass(frozen=True)
class Shown:
    """A message that a user sees. ``how``: in the answer to a callback (passive), or sent (active)."""

    text: str
    how: str
    at: float = field(default_factory=time.monotonic)


@dataclass
class Fault:
    """What goes wrong with the next ``times`` calls of an address."""

    code: int
    times: float
    text: str = "a fault"


class ApiServer:
    """Serves as long as its block does. ``secret``: what tokens are given for; ``life``: seconds of a token; ``quota``: what a 公众号
    may send to a user who says nothing.
    """

    def __init__(self) -> None:
        self.secret, self.agent, self.life = "the-secret", 1000002, 7200.0
        self.quota = 5
        self.calls: Counter[str] = Counter()
        self.shown: dict[str, list[Shown]] = {}
        self.strangers: set[str] = set()
        self.may_send = True
        self.delay = 0.0
        self.is_broken = False
        self.bodies: list[bytes] = []
        self.media: dict[str, bytes] = {}
        self._faults: dict[str, Fault] = {}
        self._quota: dict[str, int] = {}
        self._token = ""
        self._socket = socket.socket()
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> "ApiServer":
        self._socket.bind(("127.0.0.1", 0))
        routes = [
            Route("/cgi-bin/gettoken", self._wecom_token),
            Route("/cgi-bin/message/send", self._wecom_send, methods=["POST"]),
            Route("/cgi-bin/media/get", self._media),
            Route("/cgi-bin/stable_token", self._mp_token, methods=["POST"]),
            Route("/cgi-bin/message/custom/send", self._mp_send, methods=["POST"]),
        ]
        config = uvicorn.Config(Starlette(routes=routes), log_config=None, lifespan="off", ws="none")
        self._server = server = uvicorn.Server(config)
        self._thread = threading.Thread(target=lambda: asyncio.run(server.serve([self._socket])), daemon=True)
        self._thread.start()
        while not server.started:
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server
        assert self._thread
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def show(self, user: str, text: str, how: str) -> None:
        self.shown.setdefault(user, []).append(Shown(text, how))

    def fails(self, path: str, code: int, times: float = 1) -> None:
        """The next calls of ``/cgi-bin/<path>`` are answered with an error."""
        self._faults[path] = Fault(code, times)

    def works(self) -> None:
        """Nothing goes wrong any more."""
        self._faults.clear()
        self.may_send, self.is_broken, self.delay = True, False, 0.0

    def forget_token(self) -> None:
        """The token in use is worth nothing from now on."""
        self._token = ""

    def heard(self, user: str) -> None:
        """Somebody has written to the account: it may send him a few messages."""
        self._quota[user] = self.quota

    def close_window(self, user: str) -> None:
        """48 hours have gone by."""
        self._quota.pop(user, None)

    async def _wecom_token(self, request: Request) -> Response:
        return await self._give_token("gettoken", request.query_params.get("corpsecret"))

    async def _mp_token(self, request: Request) -> Response:
        body = await request.json()
        assert body["grant_type"] == "client_credential"
        return await self._give_token("stable_token", body["secret"], anew=body["force_refresh"])

    async def _give_token(self, name: str, secret: str | None, *, anew: bool = False) -> Response:
        wrong = await self._trouble(name)
        if wrong is not None:
            return wrong
        if secret != self.secret:
            return _error(40001 if name == "gettoken" else 40125, "invalid secret")
        if not self._token or anew:
            self._token = secrets.token_hex(16)
        return JSONResponse({"errcode": 0, "access_token": self._token, "expires_in": self.life})

    async def _wecom_send(self, request: Request) -> Response:
        wrong, body = await self._opened("message/send", request)
        if wrong is not None:
            return wrong
        if body.get("agentid") != self.agent:
            return _error(301002, "not allow operate another agent")
        user, content = body["touser"], body["text"]["content"]
        if user in self.strangers:
            return _error(81013, "user & party & tag all invalid")
        # The platform cuts silently; here it has to be seen.
        assert len(content.encode()) <= _MOST_BYTES
        self.show(user, content, "active")
        return JSONResponse({"errcode": 0, "errmsg": "ok", "msgid": secrets.token_hex(8)})

    async def _mp_send(self, request: Request) -> Response:
        wrong, body = await self._opened("message/custom/send", request)
        if wrong is not None:
            return wrong
        user, content = body["touser"], body["text"]["content"]
        if not self.may_send:
            return _error(48001, "api unauthorized")
        if user in self.strangers:
            return _error(43004, "require subscribe")
        if user not in self._quota:
            return _error(45015, "response out of time limit or subscription is canceled")
        if not self._quota[user]:
            return _error(45047, "out of response count limit")
        if len(content.encode()) > _MOST_BYTES:
            return _error(45002, "content size out of limit")
        self._quota[user] -= 1
        self.show(user, content, "active")
        return JSONResponse({"errcode": 0, "errmsg": "ok"})

    async def _media(self, request: Request) -> Response:
        wrong = await self._trouble("media/get")
        if wrong is not None:
            return wrong
        if request.query_params.get("access_token") != self._token:
            return _error(40014, "invalid access_token")
        content = self.media.get(request.query_params["media_id"])
        return Response(content, media_type="image/jpeg") if content else _error(40007, "invalid media_id")

    async def _opened(self, name: str, request: Request) -> tuple[Response | None, Answer]:
        raw = await request.body()
        self.bodies.append(raw)
        wrong = await self._trouble(name)
        if wrong is not None:
            return wrong, {}
        if not self._token or request.query_params.get("access_token") != self._token:
            return _error(40014, "invalid access_token"), {}
        return None, json.loads(raw)

    async def _trouble(self, name: str) -> Response | None:
        self.calls[name] += 1
        await asyncio.sleep(self.delay)
        if self.is_broken:
            return Response("<html>502 Bad Gateway</html>", 502)
        fault = self._faults.get(name)
        if fault is None or fault.times <= 0:
            return None
        fault.times -= 1
        return _error(fault.code, fault.text)


def _error(code: int, text: str) -> Response:
    return JSONResponse({"errcode": code, "errmsg": f"{text}, hint: [1700000000]"})
