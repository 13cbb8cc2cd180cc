"""Fetches the pictures and files of tickets: the platform keeps them for three days only."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.channels.callback.api import Api, ApiError, UnreachableError
from bot.storage import records
from bot.storage.database import Database

log = logging.getLogger(__name__)
_AT_ONCE = 4
_EVERY_SECONDS = 5.0
_MOST_ATTEMPTS = 8
_ENDINGS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "audio/amr": ".amr",
    "video/mp4": ".mp4",
}


class Files:
    """``folder``: where the copies are kept."""

    def __init__(self, channel: str, api: Api, database: Database, folder: Path, now: Callable[[], datetime]) -> None:
        self._channel = channel
        self._api = api
        self._database = database
        self._folder = folder
        self._now = now

    async def run(self) -> None:
        """Fetch what is there to fetch, until cancelled."""
        while True:
            async with self._database.read() as tx:
                rows = await records.to_fetch(tx, self._channel, self._now(), _AT_ONCE)
            for row in rows:
                values = await self._fetched(row)
                async with self._database.write() as tx:
                    await records.fetched(tx, row.id, **values)
            await asyncio.sleep(_EVERY_SECONDS)

    async def _fetched(self, row: Any) -> dict[str, Any]:
        """What becomes of one; what fails is tried again later, a few times."""
        media = row.ref.get("media")
        if not media:
            return {"state": "skipped"}
        try:
            content, kind = await self._api.download("/cgi-bin/media/get", {"media_id": str(media)})
            self._folder.mkdir(parents=True, exist_ok=True)
            # The name is ours alone: nothing of what the platform says becomes part of a path.
            path = self._folder / f"{row.id}-{self._channel}{_ENDINGS.get(kind, '')}"
            await asyncio.to_thread(path.write_bytes, content)
        except (ApiError, UnreachableError, OSError) as error:
            attempts = row.attempts + 1
            log.warning("attachment %d was not fetched (try %d): %s", row.id, attempts, error)
            state = "failed" if attempts >= _MOST_ATTEMPTS else "new"
            return {"state": state, "attempts": attempts, "due_at": self._now() + timedelta(seconds=2**attempts)}
        return {"state": "kept", "path": path.name, "size": len(content)}
