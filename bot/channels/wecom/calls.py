"""Requests on their way: answers are told apart by ``req_id`` and come in any order, late, or not at all."""

import asyncio
from collections import OrderedDict

from bot.channels.wecom.errors import LostError, SilentError
from bot.channels.wecom.frames import Frame

_MOST_REMEMBERED = 1000


class Calls:
    """Those of one bot; they outlive its connections."""

    def __init__(self) -> None:
        self._open: dict[str, asyncio.Future[Frame]] = {}
        self._given_up: OrderedDict[str, Frame | None] = OrderedDict()

    def begin(self, req_id: str) -> asyncio.Future[Frame]:
        """A request leaves; what comes of it."""
        self._given_up.pop(req_id, None)
        self._open[req_id] = asyncio.get_running_loop().create_future()
        return self._open[req_id]

    async def result(self, req_id: str, within: float) -> Frame:
        """The answer. Raises LostError, SilentError."""
        try:
            # wait_for of Python 3.11 loses a cancellation that comes together with the answer.
            async with asyncio.timeout(within):
                return await self._open[req_id]
        except TimeoutError as error:
            self._give_up(req_id)
            raise SilentError(f"{within:g} 秒没有应答") from error
        finally:
            self._open.pop(req_id, None)

    def answered(self, frame: Frame) -> bool:
        """An answer came; False where nobody has asked, or it came twice."""
        waiting = self._open.get(frame.req_id)
        if waiting and not waiting.done():
            waiting.set_result(frame)
            return True
        if self._given_up.get(frame.req_id, frame) is None:
            self._given_up[frame.req_id] = frame
            return True
        return False

    def late(self, req_id: str) -> Frame | None:
        """The answer to a request that was given up, if it has come since."""
        return self._given_up.get(req_id)

    def lost(self) -> None:
        """The connection broke under all that was on its way."""
        for waiting in self._open.values():
            if not waiting.done():
                waiting.set_exception(LostError("连接断开，不知道发出去没有"))
                waiting.exception()  # looked at, so that nobody complains where nobody waits any more

    def _give_up(self, req_id: str) -> None:
        self._given_up[req_id] = None
        while len(self._given_up) > _MOST_REMEMBERED:
            self._given_up.popitem(last=False)
