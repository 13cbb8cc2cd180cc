"""The pictures of steps: those in the database, which all nodes have, and those in the program's own content folder."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bot.knowledge.picturing import PictureError, cleaned, trusted
from bot.storage import pictures
from bot.storage.database import Database
from bot.storage.pictures import Picture
from kb.load import picture_files
from kb.pictures import FOLDER, is_name, is_whole


@dataclass(slots=True)
class Gallery:
    """``own``: the program's content folder."""

    database: Database
    own: Path
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def add(self, raw: bytes, author: str, now: datetime) -> Picture:
        """Keep what somebody uploads. Raises PictureError."""
        # Decoding takes a hundred megabytes: one at a time.
        async with self._one:
            picture = await asyncio.to_thread(cleaned, raw)
        async with self.database.write() as tx:
            await pictures.keep(tx, picture, author, now)
        return picture

    async def adopt(self, names: Collection[str], folder: Path, author: str, now: datetime) -> None:
        """Have those of a content folder's pictures in the database that are named. Raises PictureError."""
        async with self.database.read() as tx:
            missing = frozenset(names) - await pictures.names(tx)
        for name in sorted(missing):
            raw = await asyncio.to_thread(_read, folder, name)
            if raw is None:
                continue
            async with self._one:
                picture = await asyncio.to_thread(trusted, name, raw)
            async with self.database.write() as tx:
                await pictures.keep(tx, picture, author, now)

    async def data(self, name: str) -> bytes | None:
        """The bytes of a picture; None where there is none of this name."""
        if not is_name(name):
            return None
        async with self.database.read() as tx:
            found = await pictures.data(tx, name)
        return found if found is not None else await asyncio.to_thread(_whole, self.own, name)

    async def names(self) -> frozenset[str]:
        """All there are."""
        async with self.database.read() as tx:
            kept = await pictures.names(tx)
        return kept | await asyncio.to_thread(picture_files, self.own)

    async def write(self, names: Collection[str], folder: Path) -> list[str]:
        """Write pictures into a content folder, and take out those that are not named; the names of the written."""
        target, written = folder / FOLDER, list[str]()
        for name in sorted(names):
            data = await self.data(name)
            if data is not None:
                await asyncio.to_thread(_write, target / name, data)
                written.append(name)
        for path in target.glob("*"):
            if is_name(path.name) and path.name not in names:
                path.unlink()
        return written


def put(raw: bytes, folder: Path) -> str:
    """Put what somebody has into a content folder; its name there. Raises PictureError."""
    picture = cleaned(raw)
    try:
        _write(folder / FOLDER / picture.name, picture.data)
    except OSError as error:
        raise PictureError(f"写不进 {folder / FOLDER}：{error.strerror}") from error
    return picture.name


def _read(folder: Path, name: str) -> bytes | None:
    try:
        return (folder / FOLDER / name).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise PictureError(f"图片 {name} 读不出来：{error.strerror}") from error


def _whole(folder: Path, name: str) -> bytes | None:
    """The bytes in the folder, if they are what the name says."""
    try:
        raw = (folder / FOLDER / name).read_bytes()
    except OSError:
        return None
    return raw if is_whole(name, raw) else None


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
