"""The access token: fetched once for all who need it, renewed before it ends and when the platform refuses it."""

import asyncio
import time
from collections.abc import Awaitable, Callable

_EARLY = 0.9
"""Part of its life after which a token is renewed."""
Fetch = Callable[[bool], Awaitable[tuple[str, float]]]


class AccessToken:
    """``fetch``: asks the platform; told whether the last token was refused; gives a token and its life in seconds."""

    def __init__(self, fetch: Fetch, clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._clock = clock
        self._token: str | None = None
        self._renew_at = 0.0
        self._was_refused = False
        self._fetching: asyncio.Task[str] | None = None

    async def get(self) -> str:
        """The token in force. Raises what ``fetch`` raises, to everybody who waits for the same request."""
        if self._token is not None and self._clock() < self._renew_at:
            return self._token
        if self._fetching is None:
            self._fetching = asyncio.create_task(self._renew())
            self._fetching.add_done_callback(self._fetched)
        # One who waits may be cancelled; the others still want the token.
        return await asyncio.shield(self._fetching)

    def refused(self, token: str) -> None:
        """The platform does not take this token."""
        if token == self._token:
            self._token, self._was_refused = None, True

    async def _renew(self) -> str:
        token, seconds = await self._fetch(self._was_refused)
        self._token, self._was_refused = token, False
        self._renew_at = self._clock() + seconds * _EARLY
        return token

    def _fetched(self, task: asyncio.Task[str]) -> None:
        self._fetching = None
        if not task.cancelled():
            task.exception()  # whoever waited has it; if nobody did, it is no news for the event loop's log
