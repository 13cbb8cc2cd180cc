"""Calls on their way: answers come in any order, late, or not at all."""

import asyncio
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from bot.channels.onebot.errors import DoubtfulError, failed
from bot.channels.onebot.link import Link
from bot.channels.onebot.shape import Answer

_MOST_REMEMBERED = 1000


@dataclass(slots=True)
class _Open:
    link: Link
    answer: asyncio.Future[Answer]


class Calls:
    """Those of one account."""

    def __init__(self) -> None:
        self._open: dict[str, _Open] = {}
        self._given_up: OrderedDict[str, Answer | None] = OrderedDict()

    async def call(self, link: Link, action: str, params: dict[str, Any], within: float) -> Answer:
        """The good answer to a call. Raises CallError."""
        echo = secrets.token_hex(8)
        waiting = _Open(link, asyncio.get_running_loop().create_future())
        self._open[echo] = waiting
        try:
            await link.send({"action": action, "params": params, "echo": echo})
            answer = await asyncio.wait_for(waiting.answer, within)
        except TimeoutError as error:
            self._give_up(echo)
            raise DoubtfulError(f"{within:.0f} 秒没有应答", echo) from error
        except DoubtfulError as error:
            self._give_up(echo)
            raise DoubtfulError(str(error), echo) from error
        finally:
            del self._open[echo]
            if waiting.answer.done() and not waiting.answer.cancelled():
                waiting.answer.exception()  # the connection broke before the call had left: nobody else asks for it
        if not answer.is_good:
            raise failed(answer, echo)
        return answer

    def answered(self, answer: Answer) -> bool:
        """An answer came; False where nobody has asked, or it came twice."""
        echo = answer.echo if isinstance(answer.echo, str) else ""
        waiting = self._open.get(echo)
        if waiting and not waiting.answer.done():
            waiting.answer.set_result(answer)
            return True
        if waiting is None and echo in self._given_up:
            self._given_up[echo] = answer
            return True
        return False

    def late(self, echo: str) -> Answer | None:
        """The answer to a call that had been given up, if it has come since."""
        return self._given_up.get(echo)

    def lost(self, link: Link) -> None:
        """A connection broke: what was asked over it may have been done."""
        for waiting in self._open.values():
            if waiting.link is link and not waiting.answer.done():
                waiting.answer.set_exception(DoubtfulError("连接断开，不知道发出去没有"))

    def _give_up(self, echo: str) -> None:
        self._given_up[echo] = None
        while len(self._given_up) > _MOST_REMEMBERED:
            self._given_up.popitem(last=False)
