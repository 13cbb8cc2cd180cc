"""One connection: subscribes, keeps it alive, asks, and hands on what comes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from weakref import WeakValueDictionary

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from bot.channels.complaints import Complaints
from bot.channels.wecom.calls import Calls
from bot.channels.wecom.errors import DisplacedError, LostError, RefusedError, SilentError, is_passing
from bot.channels.wecom.frames import EVENT, PING, SUBSCRIBE, Frame, new_id, read, written
from bot.channels.wecom.patience import Timing

_MOST_MISSED = 2
_DISPLACED = "disconnected_event"


class Link:
    """``taken``: takes a callback; while it does not return nothing more is read."""

    def __init__(
        self,
        socket: ClientConnection,
        calls: Calls,
        timing: Timing,
        taken: Callable[["Link", Frame], Awaitable[None]],
        complaints: Complaints,
    ) -> None:
        self._socket = socket
        self._calls = calls
        self._timing = timing
        self._taken = taken
        self._complaints = complaints
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def subscribe(self, bot: str, secret: str) -> None:
        """Say who we are. Raises RefusedError, LostError."""
        try:
            answer = await self.ask(SUBSCRIBE, {"bot_id": bot, "secret": secret}, new_id(SUBSCRIBE))
        except SilentError as error:
            raise LostError(f"订阅{error}") from error
        if is_passing(answer):
            raise LostError(f"订阅被推迟，errcode {answer.errcode}：{answer.errmsg}")
        if not answer.is_good:
            raise RefusedError(answer)

    async def run(self) -> None:
        """Read and ping until the connection ends, which raises LostError or DisplacedError."""
        tasks = [
            asyncio.create_task(self._read()),
            asyncio.create_task(self._ping()),
            asyncio.create_task(self._told()),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._calls.lost()

    def give_up(self, why: str) -> None:
        """The connection is no good, though it stands."""
        if not self._broken.done():
            self._broken.set_exception(LostError(why))
            self._broken.exception()  # looked at, for when nobody waits any more

    async def ask(self, cmd: str, body: dict[str, Any] | None, req_id: str) -> Frame:
        """The platform's answer, good or bad; of one ``req_id`` one request at a time. Raises LostError, SilentError."""
        turn = self._turns.setdefault(req_id, asyncio.Lock())
        async with turn:
            self._calls.begin(req_id)
            sending = asyncio.create_task(self._send(written(cmd, req_id, body)))
            try:
                return await self._calls.result(req_id, self._timing.ack_within)
            except SilentError:
                if not sending.done():
                    self.give_up("对方不再读取")
                raise
            finally:
                sending.cancel()

    def late(self, req_id: str) -> Frame | None:
        """The answer to a request that was given up, if it has come since."""
        return self._calls.late(req_id)

    async def _send(self, text: str) -> None:
        try:
            await self._socket.send(text)
        except ConnectionClosed as error:
            self.give_up(_closed(error))
            self._calls.lost()

    async def _told(self) -> None:
        await self._broken

    async def _read(self) -> None:
        while True:
            try:
                raw = await self._socket.recv()
            except ConnectionClosed as error:
                raise LostError(_closed(error)) from error
            frame = read(raw)
            if frame is None:
                self._complaints.add("不是 JSON 对象的帧", f"{len(raw)} 字节")
            elif frame.is_callback:
                await self._called(frame)
            elif not self._calls.answered(frame):
                self._complaints.add("没有人等的应答", f"{frame.cmd} {frame.req_id} {frame.errcode}")

    async def _called(self, frame: Frame) -> None:
        event = frame.body.get("event")
        if frame.cmd == EVENT and isinstance(event, dict) and event.get("eventtype") == _DISPLACED:
            raise DisplacedError
        await self._taken(self, frame)

    async def _ping(self) -> None:
        """The platform wants a frame of its own; whoever does not answer two in a row is gone."""
        missed = 0
        while True:
            await asyncio.sleep(self._timing.ping_every)
            try:
                await self.ask(PING, None, new_id(PING))
            except SilentError as error:
                missed += 1
                if missed >= _MOST_MISSED:
                    raise LostError("心跳没有应答") from error
            else:
                missed = 0


def _closed(error: ConnectionClosed) -> str:
    received = error.rcvd
    if received is None:
        return "连接断开（没有关闭帧）"
    return f"对方关闭了连接（{received.code} {received.reason[:80]}）".replace(" ）", "）")
