"""The address that the platform calls: takes callbacks in, and answers each within its five seconds."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bot.channels.callback.errors import CallbackError, OversizedError, SlowError
from bot.channels.callback.letter import Letter, Lock
from bot.channels.callback.line import GoneError, Line
from bot.channels.callback.windows import Handout, LateError, Windows
from bot.channels.complaints import Complaints
from bot.storage.inbox import Event

_MOST_BYTES = 1024 * 1024
_BODY_SECONDS = 10.0
ANSWER_SECONDS = 4.0
"""The platform hangs up after five; what is answered in the last second might be lost on the way."""
_HOLD_SECONDS = 2.0
_CALLS = 3
"""How often the platform calls for one event, the first time included, as long as it gets no answer."""
_CALLS_AGAIN_AFTER = 4.5
"""Seconds after the first call before which the platform does not call again; a copy that comes sooner is not its own."""
_REMEMBERED = 2_000


@dataclass(slots=True)
class _Past:
    """How often an event has come, and what was said to it."""

    began: float
    calls: int = 0
    text: str | None = None


class Door:
    """``accept``: puts events into the inbox; ``holds``: whether an answer can only go out with a request, so that one
    without an answer is left open and the platform asks again; ``nothing``: the response that says nothing.
    """

    def __init__(
        self,
        channel: str,
        lock: Lock,
        windows: Windows,
        accept: Callable[[Sequence[Event]], Awaitable[None]],
        nothing: str,
        holds: Callable[[], bool],
    ) -> None:
        self._channel = channel
        self._lock = lock
        self._windows = windows
        self._accept = accept
        self._nothing = nothing
        self._holds = holds
        self._past: OrderedDict[str, _Past] = OrderedDict()
        self.complaints = Complaints(channel)

    def routes(self, path: str) -> list[Route]:
        """Where the platform asks whether we are there, and where it posts."""
        return [Route(path, self.verify, methods=["GET"]), Route(path, self.receive, methods=["POST"])]

    async def verify(self, request: Request) -> Response:
        """Prove that the address is ours."""
        try:
            return _plain(self._lock.verify(request.query_params))
        except CallbackError as error:
            return self._refuse(error)

    async def receive(self, request: Request) -> Response:
        """Take a callback: it is in the inbox before the platform hears anything."""
        try:
            letter = self._lock.open(request.query_params, await _body(request))
            event = Event(self._channel, letter.event_id, f"{self._channel}:{letter.user}", dict(letter.fields))
        except CallbackError as error:
            return self._refuse(error)
        await self._accept([event])
        return await self._answer(request, letter)

    def _refuse(self, error: CallbackError) -> Response:
        self.complaints.add(type(error).__name__, str(error))
        return Response(status_code=error.status)

    async def _answer(self, request: Request, letter: Letter) -> Response:
        past = self._remember(letter.event_id)
        past.calls += 1
        if past.calls > 1:
            self.complaints.add("a callback that has come before", letter.event_id)
        if past.text is not None:
            # The platform calls again because it did not get what it was told.
            is_retry = asyncio.get_running_loop().time() - past.began >= _CALLS_AGAIN_AFTER
            return _xml(letter.answer(past.text)) if is_retry else _plain(self._nothing)
        line = Line(request)
        try:
            return await self._answered(line, letter, past)
        except GoneError:
            return _plain(self._nothing)
        finally:
            await line.close()

    async def _answered(self, line: Line, letter: Letter, past: _Past) -> Response:
        """The response, once there is one. Raises GoneError."""
        try:
            handout = await self._windows.wait(letter.user, letter.event_id, ANSWER_SECONDS, line)
        except LateError:
            if self._holds() and past.calls < _CALLS:
                # The platform calls again only where it had to hang up.
                await line.until_gone(_HOLD_SECONDS)
            return _plain(self._nothing)
        if handout is None:
            return _plain(self._nothing)
        written = partial(self._written, past, handout)
        if line.is_gone:
            written(said=False)
            return _plain(self._nothing)
        try:
            return _Handed(letter.answer(handout.text), written)
        except BaseException:
            # Whoever offered the message waits to hear what became of it.
            written(said=False)
            raise

    def _written(self, past: _Past, handout: Handout, *, said: bool) -> None:
        past.text = handout.text if said else None
        self._windows.settle(handout, said=said)

    def _remember(self, event: str) -> _Past:
        while len(self._past) > _REMEMBERED:
            self._past.popitem(last=False)
        return self._past.setdefault(event, _Past(asyncio.get_running_loop().time()))


class _Handed(Response):
    """Says afterwards whether it was written."""

    def __init__(self, content: str, written: Callable[..., None]) -> None:
        super().__init__(content, media_type="application/xml")
        self._written = written

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        said = False
        try:
            await super().__call__(scope, receive, send)
            said = True
        finally:
            self._written(said=said)


async def _body(request: Request) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > _MOST_BYTES:
                    raise OversizedError("the body is too long")
    except TimeoutError as error:
        raise SlowError("the body did not come in time") from error
    return bytes(body)


def _plain(text: str) -> Response:
    return Response(text, media_type="text/plain", headers={"X-Content-Type-Options": "nosniff"})


def _xml(text: str) -> Response:
    return Response(text, media_type="application/xml")
