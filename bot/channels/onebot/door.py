"""Where OneBot implementations come in: who may, what a frame is, and when a connection is given up."""

import asyncio
import hmac
import json
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from aiolimiter import AsyncLimiter
from pydantic import ValidationError
from starlette.responses import PlainTextResponse
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from bot.channels.complaints import Complaints
from bot.channels.onebot.account import Account
from bot.channels.onebot.accounts import Accounts
from bot.channels.onebot.errors import CallError, DoubtfulError
from bot.channels.onebot.link import DEAF, GONE, Link, Role
from bot.channels.onebot.segments import Json
from bot.channels.onebot.shape import Answer
from bot.storage.inbox import Event

log = logging.getLogger(__name__)
PATH = "/onebot/v11/ws"
_MOST_FRAME = 1024 * 1024
_MOST_QUEUED = 300
_AT_ONCE = 100
_FRAMES = (600, 10.0)
"""Frames in so many seconds; who sends more is read more slowly."""
_MOST_DIGITS = 20
_GLANCE = 0.5
_SILENCE = 90.0
_PROBE_WITHIN = 15.0
_READ_WITHIN = 10.0
_KEEP_WITHIN = 300.0
"""However long the database is away, within reason."""
_REST = 0.3
"""Seconds without a frame after which an ended connection has nothing more to say."""


class Door:
    """``read``: what a frame that is no answer means for the inbox; ``keep``: puts events there for good.

    ``came``: an account has connected.
    """

    def __init__(
        self,
        token: str,
        accounts: Accounts,
        complaints: Complaints,
        read: Callable[[Account, Link, Json], Event | None],
        keep: Callable[[Sequence[Event]], Awaitable[None]],
        came: Callable[[Account, Link], None],
    ) -> None:
        self._token = token.encode()
        self._accounts = accounts
        self._complaints = complaints
        self._read = read
        self._keep = keep
        self._came = came

    def routes(self) -> list[WebSocketRoute]:
        """All addresses at which implementations look."""
        return [
            WebSocketRoute(f"{PATH}{end}{slash}", self.enter) for end in ("", "/api", "/event") for slash in ("", "/")
        ]

    async def enter(self, socket: WebSocket) -> None:
        """One connection from its beginning to its end."""
        refusal = self._refusal(socket)
        number = socket.headers.get("x-self-id", "").strip()
        account = None if refusal else self._accounts.enter(number)
        if refusal or account is None:
            await self._refuse(socket, *(refusal or (403, "too many accounts")))
            return
        await socket.accept()
        link = Link(socket, account.id, _role(socket))
        replaced = account.join(link)
        log.info("onebot: %s connected for account %s", link.role.name, account.id)
        queue: asyncio.Queue[Event] = asyncio.Queue(_MOST_QUEUED)
        keeper = asyncio.create_task(self._keep_all(queue, replaced))
        try:
            self._came(account, link)
            await self._serve(account, link, queue)
        finally:
            await self._leave(account, link)
            # What was read is kept, though its connection is gone: nobody will send it again.
            await asyncio.wait((asyncio.create_task(queue.join()),), timeout=_KEEP_WITHIN)
            keeper.cancel()
            link.is_read.set()

    async def _leave(self, account: Account, link: Link) -> None:
        account.leave(link)
        if link.why_ended == DEAF:
            self._complaints.add("a client does not read what it is sent", account.id)
        link.end("the connection has ended")
        await link.close()
        log.info("onebot: %s of account %s ended: %s", link.role.name, account.id, link.why_ended)

    def _refusal(self, socket: WebSocket) -> tuple[int, str] | None:
        """Status and reason, where somebody may not come in."""
        given = _token(socket)
        if not given:
            return 401, "the access token is missing"
        if not hmac.compare_digest(given, self._token):
            return 403, "the access token is wrong"
        number = socket.headers.get("x-self-id", "").strip()
        if not (number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS):
            return 400, "X-Self-ID is missing"
        return None

    async def _refuse(self, socket: WebSocket, status: int, why: str) -> None:
        self._complaints.add(f"a connection was refused: {why}", socket.client.host if socket.client else "")
        try:
            if "websocket.http.response" in socket.scope.get("extensions", {}):
                await socket.send_denial_response(PlainTextResponse(why, status_code=status))
            else:
                await socket.close()
        except GONE:
            return

    async def _serve(self, account: Account, link: Link, queue: asyncio.Queue[Event]) -> None:
        """Read until the connection ends, by whoever's will."""
        listening = asyncio.create_task(self._listen(account, link, queue))
        busy = [
            listening,
            asyncio.create_task(self._watch(account, link)),
            asyncio.create_task(link.ended.wait()),
        ]
        try:
            await asyncio.wait(busy, return_when=asyncio.FIRST_COMPLETED)
            await _read_rest(link, listening)
        finally:
            for task in busy:
                task.cancel()
            await asyncio.gather(*busy, return_exceptions=True)

    async def _listen(self, account: Account, link: Link, queue: asyncio.Queue[Event]) -> None:
        limiter = AsyncLimiter(*_FRAMES)
        while True:
            try:
                frame = await link.receive()
            except GONE:
                return
            if frame is None:
                return
            content = self._content(frame)
            if content is None or "post_type" in content or not self._is_answer(account, content):
                if not limiter.has_capacity():
                    self._complaints.add("a client sends faster than it is read", account.id)
                await limiter.acquire()
                event = self._understood(account, link, content) if content else None
                if event:
                    await queue.put(event)

    def _understood(self, account: Account, link: Link, content: Json) -> Event | None:
        """What it means for the inbox; whatever is wrong with it, the connection goes on."""
        try:
            return self._read(account, link, content)
        except Exception:
            self._complaints.add("a frame that breaks the reading", account.id)
            log.exception("onebot: a frame of account %s could not be read", account.id)
            return None

    def _content(self, frame: str | bytes) -> Json | None:
        """The object in a frame; None where there is none."""
        if len(frame) > _MOST_FRAME:
            self._complaints.add("a frame is too big")
            return None
        try:
            content = json.loads(frame)
        except (ValueError, RecursionError):
            self._complaints.add("a frame is not JSON")
            return None
        if not isinstance(content, dict) or not content:
            self._complaints.add("a frame is no object")
            return None
        return content

    def _is_answer(self, account: Account, content: Json) -> bool:
        """Whether it is the answer to a call; it is handed on."""
        if "retcode" not in content and "status" not in content:
            return False
        try:
            known = account.answered(Answer.model_validate(content))
        except ValidationError:
            known = False
        if not known:
            self._complaints.add("an answer that nobody waits for", account.id)
        return True

    async def _keep_all(self, queue: asyncio.Queue[Event], replaced: Sequence[Link]) -> None:
        for old in replaced:
            with suppress(TimeoutError):
                await asyncio.wait_for(old.is_read.wait(), _KEEP_WITHIN)
        while True:
            events = [await queue.get()]
            while not queue.empty() and len(events) < _AT_ONCE:
                events.append(queue.get_nowait())
            await self._keep(events)
            for _ in events:
                queue.task_done()

    async def _watch(self, account: Account, link: Link) -> None:
        """End a connection that has fallen silent; who never announced a heartbeat is asked first."""
        was_slow = False
        while True:
            await asyncio.sleep(_GLANCE)
            if account.is_slow and not was_slow and Role.API in link.role:
                self._complaints.add("a client does not answer", account.id)
            was_slow = account.is_slow
            quiet = time.monotonic() - link.heard_at
            if link.silence is not None and quiet > link.silence:
                link.end(f"no heartbeat for {quiet:.0f} s")
            elif link.silence is None and quiet > _SILENCE and Role.API in link.role:
                await self._probe(account, link)

    async def _probe(self, account: Account, link: Link) -> None:
        try:
            await account.call("get_status", within=_PROBE_WITHIN)
        except DoubtfulError:
            link.end("it does not answer")
        except CallError as error:
            log.debug("onebot: %s", error)


async def _read_rest(link: Link, listening: asyncio.Task[None]) -> None:
    """What had come in before the end is read, though nobody is there any more: it will not be sent again."""
    began = time.monotonic()
    while not listening.done() and time.monotonic() - began < _READ_WITHIN:
        await asyncio.wait((listening,), timeout=_REST)
        if time.monotonic() - max(began, link.heard_at) >= _REST:
            return


def _token(socket: WebSocket) -> bytes:
    """The token in the header or the address."""
    kind, _, token = socket.headers.get("authorization", "").strip().partition(" ")
    if kind.lower() in ("bearer", "token") and token.strip():
        return token.strip().encode("latin-1", "replace")
    return socket.query_params.get("access_token", "").encode()


def _role(socket: WebSocket) -> Role:
    """What the connection is for: as it says, else by its address."""
    said = socket.headers.get("x-client-role", "").strip().upper()
    if said in Role.__members__:
        return Role[said]
    end = socket.url.path.rstrip("/").rsplit("/", 1)[-1].upper()
    return Role[end] if end in ("API", "EVENT") else Role.UNIVERSAL
