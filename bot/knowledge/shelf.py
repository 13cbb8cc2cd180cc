"""Where compiled knowledge is found: in a file, in the database (another node has compiled it), or by compiling it."""

import asyncio
import logging
import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bot.knowledge import working
from bot.knowledge.content import Content, materialised, read_base
from bot.knowledge.gallery import Gallery
from bot.opening import compiled_path
from bot.storage import revisions
from bot.storage.database import Database
from bot.storage.revisions import Overlay

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Shelf:
    """The compiled files of this node. ``base``: the program's own content folder; ``data``: where files may be written."""

    database: Database
    base: Path
    data: Path
    gallery: Gallery = field(init=False)
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self.gallery = Gallery(self.database, self.base)

    async def content(self, overlay: Overlay) -> Content:
        """The program's own content with an overlay."""
        return Content(await asyncio.to_thread(read_base, self.base), overlay)

    async def folder(self, content: Content) -> Path:
        """The content as a folder. Raises OverlayError where it has a name that is none of ours."""
        return await asyncio.to_thread(materialised, content, self.data)

    async def compiled(self, content: Content, tell: working.Tell = working.silent) -> Path:
        """The compiled file of a content. Raises WorkError where it does not compile."""
        path = await asyncio.to_thread(compiled_path, await self.folder(content), self.data)
        if await self.fetch(path):
            return path
        # Fitting takes half a gigabyte: one at a time.
        async with self._one:
            if not path.exists():
                await working.build(await self.folder(content), path, tell)
        return path

    async def fetch(self, path: Path) -> bool:
        """Have the file where it is here already or in the database."""
        if path.exists():
            os.utime(path)
            return True
        async with self.database.read() as tx:
            packed = await revisions.compiled(tx, path.stem)
        if packed is None:
            return False
        try:
            await asyncio.to_thread(_unpack, packed, path)
        except ValueError:
            log.warning("%s is damaged in the database; compiling it again", path.name, exc_info=True)
            await self.forget(path)
            return False
        return True

    async def lay_aside(self, path: Path) -> None:
        """The file here is damaged; the database may have a sound one."""
        path.unlink(missing_ok=True)

    async def forget(self, path: Path) -> None:
        """It is damaged in the database too: whoever wants it has to compile it."""
        path.unlink(missing_ok=True)
        async with self.database.write() as tx:
            await revisions.drop_compiled(tx, path.stem)

    async def keep(self, number: int, path: Path, now: datetime) -> None:
        """Give the others what this node has compiled of a revision."""
        async with self.database.read() as tx:
            if await revisions.has_compiled(tx, path.stem):
                return
        packed = await pack_file(path)
        async with self.database.write() as tx:
            await revisions.keep_compiled(tx, path.stem, number, packed, now)

    async def otherwise(self, number: int) -> Path | None:
        """What another version of the program made of a revision, to go on with where this one cannot compile it."""
        async with self.database.read() as tx:
            found = await revisions.compiled_otherwise(tx, number)
        if found is None:
            return None
        path = self.data / "knowledge" / f"{found[0]}.sqlite"
        await asyncio.to_thread(_unpack, found[1], path)
        return path


async def pack_file(path: Path) -> bytes:
    """A compiled file as the database keeps it."""
    return await asyncio.to_thread(lambda: revisions.pack(path.read_bytes()))


def _unpack(packed: bytes, path: Path) -> None:
    """Write the file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.fetched")
    unfinished.write_bytes(revisions.unpack(packed))
    unfinished.replace(path)
