"""What only one node may do at a time: take a bot's updates, send, watch the clock."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from sqlalchemy import func, select, text

from bot.storage.database import Database

log = logging.getLogger(__name__)
_ASK_AGAIN = 3.0
_LOOK_AFTER = 3.0


async def lead(
    database: Database, name: str, run: Callable[[], Awaitable[None]], waits: Callable[[], None] = lambda: None
) -> None:
    """Run as the one node that does; the others wait until it is gone. ``waits``: told that this node is one of them.

    On PostgreSQL by an advisory lock, which a node that dies lets go of by itself. A file of SQLite has one node only.
    """
    if database.is_sqlite:
        await run()
        return
    while True:
        async with database.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            if await connection.scalar(select(func.pg_try_advisory_lock(func.hashtext(f"helpdesk {name}")))):
                log.info("this node does: %s", name)
                work = asyncio.ensure_future(run())
                try:
                    while not work.done():
                        await asyncio.wait((work,), timeout=_LOOK_AFTER)
                        # Without its connection this node has lost the lock, and another one may have it.
                        await connection.execute(text("select 1"))
                    work.result()
                    return
                finally:
                    work.cancel()
                    await asyncio.gather(work, return_exceptions=True)
                    # Given back to the pool, the connection would keep the lock.
                    await connection.invalidate()
        waits()
        await asyncio.sleep(_ASK_AGAIN)
