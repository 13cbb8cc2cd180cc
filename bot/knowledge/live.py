"""The knowledge a node answers from, and how it comes by a new revision while it runs."""

import asyncio
import logging
import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot.ask import Line, Session
from bot.errors import UsageError
from bot.knowledge.content import Content
from bot.knowledge.shelf import Shelf
from bot.knowledge.working import WorkError
from bot.opening import open_compiled
from bot.storage import revisions
from kb.base import KnowledgeBase

log = logging.getLogger(__name__)
LOOK_SECONDS = 1.0
TRY_AGAIN_SECONDS = 60.0
_MOST_TRIED = 5
"""Revisions a start goes back to; each may have to be compiled."""
_UNREADABLE = (OSError, sqlite3.Error, KeyError, ValueError, IndexError, TypeError)


@dataclass(slots=True)
class Live:
    """``base``: what is in force; ``number``: its revision, 0 where it is the program's own content.

    ``swapped`` is told after each change. A revision that cannot be loaded leaves the one before in force.
    """

    shelf: Shelf
    base: KnowledgeBase
    number: int
    now: Callable[[], datetime]
    since: datetime | None = None
    trouble: str = ""
    swapped: Callable[[KnowledgeBase], None] = lambda _: None

    async def watch(self) -> None:
        """Take over each new revision soon after it is published."""
        refused, until = 0, 0.0
        clock = asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            number = await self._newest()
            if number > self.number and (number != refused or clock() >= until):
                refused, until = number, clock() + TRY_AGAIN_SECONDS
                await self.take(number)

    async def take(self, number: int) -> bool:
        """Put a revision in force; False where it cannot be loaded, the log says why."""
        try:
            base = await load(self.shelf, number, self.now)
        except Exception:
            reference = secrets.token_hex(4)
            log.exception(
                "revision %d cannot be loaded, reference %s; revision %d stays", number, reference, self.number
            )
            self.trouble = f"修订 {number} 没能启用，仍在用修订 {self.number}。日志编号 {reference}"
            return False
        self.base, self.number, self.since, self.trouble = base, number, self.now(), ""
        log.info("revision %d is in force", number)
        self.swapped(base)
        return True

    async def _newest(self) -> int:
        try:
            async with self.shelf.database.read() as tx:
                return await revisions.newest(tx)
        except SQLAlchemyError as error:
            log.warning("cannot look for a new revision: %s", type(error).__name__)
            return 0

    def state(self) -> dict[str, Any]:
        """For /healthz."""
        since = self.since.isoformat() if self.since else None
        return {"number": self.number, "since": since, "trouble": self.trouble or None}


async def begin(
    shelf: Shelf, otherwise: Callable[[], KnowledgeBase], now: Callable[[], datetime]
) -> tuple[KnowledgeBase, int]:
    """What a node starts with: the newest revision that can be loaded; the program's own content where there is none."""
    async with shelf.database.read() as tx:
        published = await revisions.history(tx, _MOST_TRIED)
    for each in published:
        try:
            return await load(shelf, each.number, now), each.number
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("revision %d cannot be loaded, reference %s; going back further", each.number, reference)
    return await asyncio.to_thread(otherwise), 0


async def load(shelf: Shelf, number: int, now: Callable[[], datetime]) -> KnowledgeBase:
    """A published revision, ready to answer."""
    async with shelf.database.read() as tx:
        revision = await revisions.revision(tx, number)
    if revision is None:
        raise UsageError(f"没有修订 {number}")
    content = await shelf.content(revision.overlay or {})
    try:
        path = await shelf.compiled(content)
    except WorkError:
        older = await shelf.otherwise(number)
        if older is None:
            raise
        log.exception(
            "revision %d does not compile with this program; going on with what another one made of it", number
        )
        return await _opened(older, number)
    base = await _sound(shelf, content, path, number)
    await shelf.keep(number, path, now())
    return base


async def _sound(shelf: Shelf, content: Content, path: Path, number: int) -> KnowledgeBase:
    """What the file holds. A damaged one is had anew: from the database, and where that one is damaged by compiling."""
    for take_away in (shelf.lay_aside, shelf.forget):
        try:
            return await _opened(path, number)
        except _UNREADABLE:
            log.warning("%s is damaged; having it anew", path, exc_info=True)
        await take_away(path)
        await shelf.compiled(content)
    return await _opened(path, number)


async def _opened(path: Path, number: int) -> KnowledgeBase:
    base = await asyncio.to_thread(open_compiled, path)
    await asyncio.to_thread(_ask, base)
    return replace(base, revision=f"r{number}")


def _ask(base: KnowledgeBase) -> None:
    """Have it answer once before anybody else asks."""
    turn, _ = Session(base).take(Line(q=base.knowledge.records[0].question))
    if not turn.replies:
        raise ValueError("the knowledge does not answer")
