"""Fetches the pictures and files of tickets, so that they outlive the chat."""

import asyncio
import logging
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from telegram.error import BadRequest, TelegramError

from bot.channels.telegram.client import GARBAGE, Client
from bot.channels.telegram.places import NAME
from bot.storage import records
from bot.storage.database import Database

log = logging.getLogger(__name__)
_AT_ONCE = 4
_EVERY_SECONDS = 5.0
_MOST_ATTEMPTS = 8
_ODD = re.compile(r"[^\w.-]+")


class Files:
    """``folder``: where the copies are kept."""

    def __init__(self, client: Client, database: Database, folder: Path, now: Callable[[], datetime]) -> None:
        self._client = client
        self._database = database
        self._folder = folder
        self._now = now

    async def run(self) -> None:
        """Fetch what is there to fetch, until cancelled."""
        while True:
            await self.fetch_due()
            await asyncio.sleep(_EVERY_SECONDS)

    async def fetch_due(self) -> None:
        """Fetch what is due; what fails is tried again later, a few times."""
        async with self._database.read() as tx:
            rows = await records.to_fetch(tx, NAME, self._now(), _AT_ONCE)
        for row in rows:
            values = await self._fetched(row)
            async with self._database.write() as tx:
                await records.fetched(tx, row.id, **values)

    async def _fetched(self, row: Any) -> dict[str, Any]:
        if not row.ref.get("file"):
            return {"state": "skipped"}
        try:
            file = await self._client.get_file(row.ref["file"])
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._folder / f"{row.id}-{_safe_name(row.name, file.file_path)}"
            await file.download_to_drive(path)
        except BadRequest as error:
            log.warning("attachment %d cannot be fetched: %s", row.id, error.message)
            return {"state": "failed"}
        except (TelegramError, OSError, RuntimeError, *GARBAGE) as error:
            # An answer without a path is a RuntimeError of the library's.
            attempts = row.attempts + 1
            log.warning("attachment %d was not fetched (try %d): %r", row.id, attempts, error)
            state = "failed" if attempts >= _MOST_ATTEMPTS else "new"
            return {"state": state, "attempts": attempts, "due_at": self._now() + timedelta(seconds=2**attempts)}
        return {"state": "kept", "path": path.name}


def _safe_name(name: str | None, path: str | None) -> str:
    """A file name without anything a file system or a shell could take amiss."""
    raw = name or Path(path or "file").name
    return _ODD.sub("_", raw)[-80:].lstrip(".") or "file"
