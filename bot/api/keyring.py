"""Whose a token is. Nothing is remembered between requests, so a revoked key is out at once."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.api.errors import RefusedError
from bot.storage import keys
from bot.storage.database import Database
from bot.storage.keys import Key

_NOTED_EVERY = timedelta(minutes=1)
_CHALLENGE = {"WWW-Authenticate": "Bearer"}


class Keyring:
    """Opens with ``Authorization: Bearer …``."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def key(self, authorization: str) -> Key:
        """The key of a request. Raises RefusedError."""
        kind, _, token = authorization.partition(" ")
        if kind.lower() != "bearer" or not token.strip():
            raise RefusedError(401, "请带上接口密钥：Authorization: Bearer hdk_…", _CHALLENGE)
        async with self._database.read() as tx:
            key = await keys.by_token(tx, token.strip())
        if key is None:
            raise RefusedError(401, "接口密钥不对。", _CHALLENGE)
        now = self._now()
        if not key.is_good(now):
            raise RefusedError(401, "这个接口密钥已经撤销或过期。", _CHALLENGE)
        if key.used_at is None or now - key.used_at >= _NOTED_EVERY:
            async with self._database.write() as tx:
                await keys.used(tx, key.id, now)
        return key

    async def is_good(self, number: int) -> bool:
        """Whether a key may still be used."""
        async with self._database.read() as tx:
            key = await keys.by_id(tx, number)
        return key is not None and key.is_good(self._now())
