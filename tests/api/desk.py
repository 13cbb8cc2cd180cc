"""An agent who acts from another process, as ``main.py desk`` does."""

import asyncio
from pathlib import Path

from bot.clock import now
from bot.desk.actions import Action, Actor, Verb
from bot.settings import Settings
from bot.staffing import build_desk
from bot.storage.database import open_database
from kb.base import KnowledgeBase


def agent_does(
    base: KnowledgeBase, data: Path, verb: Verb, number: int, text: str = "", *, url: str | None = None
) -> str:
    """``url``: of the database, where it is not the file in the folder."""

    async def act() -> str:
        database = open_database(url, data)
        desk = build_desk(Settings(data=data), lambda: base.knowledge)
        action = Action(verb, Actor("terminal", "wang", "小王"), "terminal", number, text)
        try:
            async with database.write() as tx:
                return (await desk.staff.act(tx, action, now())).text
        finally:
            await database.close()

    return asyncio.run(act())
