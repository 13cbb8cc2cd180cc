"""One WebSocket of one account, and when it is to be given up."""

import asyncio
import json
import time
from enum import Flag, auto

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.channels.onebot.errors import NotSentError
from bot.channels.onebot.segments import Json

SEND_WITHIN = 10.0
CLOSE_WITHIN = 2.0
GONE = (WebSocketDisconnect, RuntimeError, OSError)
"""What a WebSocket raises that is not there any more."""
DEAF = "it does not read what we send"
_BREATH = 0.01
"""Seconds before a word of ours. Writing to somebody who has gone throws away what he said before: it is read first."""
_BEATS = 3
_LEAST_SILENCE = 1.0


class Role(Flag):
    """What a connection is for. The names are those of the header."""

    API = auto()
    EVENT = auto()
    UNIVERSAL = API | EVENT


class Link:
    """``silence``: seconds without a word after which it is given up; None until a heartbeat has announced them.

    ``ended``: it is to be closed; ``is_read``: what had come in by then is read and kept.
    """

    def __init__(self, socket: WebSocket, account: str, role: Role) -> None:
        self._socket = socket
        self.account = account
        self.role = role
        self.silence: float | None = None
        self.heard_at = time.monotonic()
        self.ended = asyncio.Event()
        self.is_read = asyncio.Event()
        self.why_ended = ""

    def end(self, why: str) -> None:
        """Whoever serves it closes it now."""
        if not self.ended.is_set():
            self.why_ended = why
            self.ended.set()

    def beat(self, interval: int) -> None:
        """A heartbeat: the next is due in so many milliseconds."""
        if interval:
            self.silence = max(_LEAST_SILENCE, interval * _BEATS / 1000)

    async def receive(self) -> str | bytes | None:
        """The next frame; None where the connection has ended."""
        frame = await self._socket.receive()
        self.heard_at = time.monotonic()
        if frame["type"] != "websocket.receive":
            return None
        text: str | bytes | None = frame.get("text")
        return frame.get("bytes") or b"" if text is None else text

    async def send(self, value: Json) -> None:
        """Raises NotSentError: after it, certainly nothing was sent."""
        await asyncio.sleep(_BREATH)
        if self.ended.is_set():
            raise NotSentError("连接已断开")
        # Half a character cannot be sent, and need not break the connection.
        text = json.dumps(value, ensure_ascii=False).encode(errors="replace").decode()
        try:
            await asyncio.wait_for(self._socket.send_text(text), SEND_WITHIN)
        except TimeoutError as error:
            self.end(DEAF)
            raise NotSentError("对方不接收数据") from error
        except GONE as error:
            self.end("it is gone")
            raise NotSentError("连接已断开") from error

    async def close(self) -> None:
        """Say goodbye, if anybody is there to hear it."""
        try:
            await asyncio.wait_for(self._socket.close(1001, self.why_ended[:100]), CLOSE_WITHIN)
        except (TimeoutError, *GONE):
            return
