"""Fetches the pictures and files of tickets while their addresses still work: QQ's are good for a day or so."""

import asyncio
import logging
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from bot.channels.onebot.lanes import NAME
from bot.storage import records
from bot.storage.database import Database

log = logging.getLogger(__name__)
_AT_ONCE = 4
_EVERY_SECONDS = 5.0
_MOST_ATTEMPTS = 5
_MOST_BYTES = 20 * 1024 * 1024
_WITHIN = 30.0
_ODD = re.compile(r"[^\w.-]+")
_SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp"}


class TooBigError(Exception):
    """The file is longer than we keep."""


class Files:
    """``folder``: where the copies are kept."""

    def __init__(self, database: Database, folder: Path, now: Callable[[], datetime]) -> None:
        self._database = database
        self._folder = folder
        self._now = now

    async def run(self) -> None:
        """Fetch what is there to fetch, until cancelled."""
        async with httpx.AsyncClient(timeout=_WITHIN, follow_redirects=False) as client:
            while True:
                await self.fetch_due(client)
                await asyncio.sleep(_EVERY_SECONDS)

    async def fetch_due(self, client: httpx.AsyncClient) -> None:
        """Fetch what is due; what fails is tried again later, a few times."""
        async with self._database.read() as tx:
            rows = await records.to_fetch(tx, NAME, self._now(), _AT_ONCE)
        for row in rows:
            values = await self._fetched(client, row)
            async with self._database.write() as tx:
                await records.fetched(tx, row.id, **values)

    async def _fetched(self, client: httpx.AsyncClient, row: Any) -> dict[str, Any]:
        url = row.ref.get("url") or ""
        if not url.startswith(("http://", "https://")):
            return {"state": "skipped"}
        try:
            name = await self._download(client, url, row)
        except (TooBigError, httpx.InvalidURL) as error:
            log.warning("attachment %d cannot be fetched: %r", row.id, error)
            return {"state": "failed"}
        except (httpx.HTTPError, OSError) as error:
            attempts = row.attempts + 1
            # The address holds a key to the picture, and the error's text the address.
            log.warning("attachment %d was not fetched (try %d): %s", row.id, attempts, type(error).__name__)
            state = "failed" if attempts >= _MOST_ATTEMPTS else "new"
            return {"state": state, "attempts": attempts, "due_at": self._now() + timedelta(seconds=2**attempts)}
        return {"state": "kept", "path": name}

    async def _download(self, client: httpx.AsyncClient, url: str, row: Any) -> str:
        """The name of our copy."""
        async with client.stream("GET", url) as response:
            response.raise_for_status()
            content = bytearray()
            async for chunk in response.aiter_bytes():
                content += chunk
                if len(content) > _MOST_BYTES:
                    raise TooBigError(f"more than {_MOST_BYTES} bytes")
            suffix = _SUFFIXES.get(response.headers.get("content-type", "").partition(";")[0].strip(), "")
        name = _ODD.sub("_", row.name or "")[-60:] or f"picture{suffix}"
        path = self._folder / f"{row.id}-{name}"
        await asyncio.to_thread(self._write, path, bytes(content))
        return path.name

    def _write(self, path: Path, content: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
