"""The platform's API: JSON over HTTP, where an error is a number in an answer that says 200."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import httpx

from bot.channels.callback.token import AccessToken

T = TypeVar("T")
_SECONDS = 10.0
_FILE_SECONDS = 60.0
_BIGGEST_FILE = 20 * 1024 * 1024
_SAID_IN_WORDS = ("application/json", "text/plain", "text/html")
"""What comes so is no file."""
_REFUSED_TOKENS = frozenset((40001, 40014, 42001))


class ApiError(Exception):
    """The platform says no. ``code``: its errcode."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code} {message}"[:200])
        self.code = code


class UnreachableError(Exception):
    """No answer, or none of the platform's."""


class Http:
    """Requests to ``root``, without a token."""

    def __init__(self, root: str) -> None:
        self._root = root.rstrip("/")
        self._client = httpx.AsyncClient(timeout=_SECONDS, follow_redirects=False)

    async def ask(
        self, method: str, path: str, query: dict[str, str], body: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """The answer. Raises ApiError and UnreachableError, neither with anything secret in it."""
        # 公众号 show \u4f60 as it stands, so what is sent has to be the characters themselves.
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        headers = {"Content-Type": "application/json"} if content else {}
        try:
            async with asyncio.timeout(_SECONDS):
                response = await self._client.request(
                    method, f"{self._root}{path}", params=query, content=content, headers=headers
                )
                answer = response.json()
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError, ValueError) as error:
            # The address holds secrets and stands in some of these errors, so they are not passed on.
            raise UnreachableError(type(error).__name__) from None
        return _answer_in(response.status_code, answer)

    async def download(self, path: str, query: dict[str, str]) -> tuple[bytes, str]:
        """A file and its type. Raises ApiError and UnreachableError."""
        content = bytearray()
        try:
            async with (
                asyncio.timeout(_FILE_SECONDS),
                self._client.stream("GET", f"{self._root}{path}", params=query) as response,
            ):
                kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
                async for chunk in response.aiter_bytes():
                    content += chunk
                    if len(content) > _BIGGEST_FILE:
                        raise UnreachableError("the file is too big")
            if kind in _SAID_IN_WORDS:
                _answer_in(response.status_code, json.loads(content))
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError, ValueError) as error:
            raise UnreachableError(type(error).__name__) from None
        if response.status_code != httpx.codes.OK or kind in _SAID_IN_WORDS:
            raise UnreachableError(f"HTTP {response.status_code}")
        return bytes(content), kind

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()


def _answer_in(status: int, answer: object) -> dict[str, Any]:
    """The answer, if it is one. Raises ApiError and UnreachableError."""
    if not isinstance(answer, dict) or status != httpx.codes.OK:
        raise UnreachableError(f"HTTP {status}")
    code = answer.get("errcode", 0)
    if code != 0:
        raise ApiError(code if isinstance(code, int) else -1, str(answer.get("errmsg", "")))
    return answer


class Api:
    """Requests with a token; one that the platform refuses is renewed once."""

    def __init__(self, http: Http, token: AccessToken) -> None:
        self._http = http
        self.token = token

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer. Raises ApiError and UnreachableError."""
        return await self._with_token(lambda query: self._http.ask("POST", path, query, body))

    async def download(self, path: str, query: dict[str, str]) -> tuple[bytes, str]:
        """A file and its type. Raises ApiError and UnreachableError."""
        return await self._with_token(lambda token: self._http.download(path, {**query, **token}))

    async def _with_token(self, ask: Callable[[dict[str, str]], Awaitable[T]]) -> T:
        token = await self.token.get()
        try:
            return await ask({"access_token": token})
        except ApiError as error:
            if error.code not in _REFUSED_TOKENS:
                raise
        self.token.refused(token)
        return await ask({"access_token": await self.token.get()})


def token_in(answer: dict[str, Any]) -> tuple[str, float]:
    """The token in the answer to the request for one, and its life in seconds. Raises UnreachableError."""
    token, seconds = answer.get("access_token"), answer.get("expires_in", 0)
    if not isinstance(token, str) or not token or not isinstance(seconds, int | float):
        raise UnreachableError("no token in the answer")
    return token, float(seconds)
