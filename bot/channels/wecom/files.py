"""Fetches the pictures and files of tickets while the platform still gives them."""

import asyncio
import logging
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from bot.channels.wecom.media import MediaError, fetch
from bot.channels.wecom.names import NAME
from bot.storage import records
from bot.storage.database import Database

log = logging.getLogger(__name__)
_AT_ONCE = 4
_EVERY_SECONDS = 3.0
_MOST_ATTEMPTS = 5
_TIMEOUT = 20.0
_ODD = re.compile(r"[^\w.-]+")
_ENDINGS = {b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg", b"GIF8": ".gif", b"%PDF": ".pdf"}


class Files:
    """``folder``: where the copies are kept."""

    def __init__(self, database: Database, folder: Path, now: Callable[[], datetime]) -> None:
        self._database = database
        self._folder = folder
        self._now = now

    async def run(self) -> None:
        """Fetch what is there to fetch, until cancelled."""
        async with httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=True) as client:
            while True:
                await self.fetch_due(client)
                await asyncio.sleep(_EVERY_SECONDS)

    async def fetch_due(self, client: httpx.AsyncClient) -> None:
        """Fetch what is due; what fails is tried again soon, a few times."""
        async with self._database.read() as tx:
            rows = await records.to_fetch(tx, NAME, self._now(), _AT_ONCE)
        for row in rows:
            values = await self._fetched(client, row)
            async with self._database.write() as tx:
                await records.fetched(tx, row.id, **values)

    async def _fetched(self, client: httpx.AsyncClient, row: Any) -> dict[str, Any]:
        if "aeskey" not in row.ref:
            return {"state": "skipped"}
        try:
            found = await fetch(client, row.ref["url"], row.ref["aeskey"])
            name = row.name or found.name
            path = self._folder / f"{row.id}-{_safe_name(name, found.content)}"
            await asyncio.to_thread(_keep, path, found.content)
        except MediaError as error:
            log.warning("attachment %d cannot be fetched: %s", row.id, error)
            return {"state": "failed"}
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            attempts = row.attempts + 1
            log.warning("attachment %d was not fetched (try %d): %s", row.id, attempts, type(error).__name__)
            state = "failed" if attempts >= _MOST_ATTEMPTS else "new"
            return {"state": state, "attempts": attempts, "due_at": self._now() + timedelta(seconds=2**attempts)}
        return {"state": "kept", "path": path.name, "size": len(found.content), "name": name}


def _keep(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _safe_name(name: str | None, content: bytes) -> str:
    """A file name without anything a file system or a shell could take amiss; pictures come without a name."""
    if name:
        return _ODD.sub("_", name)[-80:].lstrip(".") or "file"
    return "file" + next((ending for start, ending in _ENDINGS.items() if content.startswith(start)), "")
