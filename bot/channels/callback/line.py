"""The line to whoever calls: he may hang up while we look for an answer."""

import asyncio
from collections.abc import Callable

from starlette.requests import Request


class GoneError(Exception):
    """The caller has hung up."""


class Line:
    """Listens to a request whose body has been read; ``request.is_disconnected`` hears nothing behind a middleware."""

    def __init__(self, request: Request) -> None:
        self._listening = asyncio.create_task(_hung_up(request))

    @property
    def is_gone(self) -> bool:
        """Whether nobody is there any more."""
        return self._listening.done()

    def tell(self, wake: Callable[[], None]) -> None:
        """Call ``wake`` when the caller hangs up. Nothing is cut off then, for it may have the database in its hands."""
        self._listening.add_done_callback(lambda _: wake())

    async def until_gone(self, seconds: float) -> None:
        """Wait for the caller to hang up."""
        await asyncio.wait((self._listening,), timeout=seconds)

    async def close(self) -> None:
        """Listen no more."""
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)


async def _hung_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
