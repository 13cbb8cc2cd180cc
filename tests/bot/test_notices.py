"""A notice on the web page of a running server: there as soon as it is pinned, gone as soon as it is taken down."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import now
from bot.storage import notices
from bot.storage.database import open_database
from handlers.message import Pinned
from kb.base import KnowledgeBase
from tests.bot.server import serving
from tests.bot.test_web import send
from tests.bot.test_web_staff import visiting

QUESTION, OTHER = "考勤地址怎么改", "停工了还要打卡吗"
TEXT = "系统维护至 10:00 <script>alert(1)</script>"


def elsewhere(data: Path, do: Callable[[AsyncConnection], Awaitable[Any]]) -> Any:
    """Written through a connection of its own, as another node would."""

    async def write() -> Any:
        database = open_database(None, data)
        async with database.write() as tx:
            done = await do(tx)
        await database.close()
        return done

    return asyncio.run(write())


def test_above_the_answer_while_it_is_pinned(base: KnowledgeBase, tmp_path: Path) -> None:
    with serving(base, tmp_path) as url, visiting(url) as visitor:

        def kinds(question: str) -> list[str]:
            return [part["kind"] for reply in send(visitor, question) for part in reply["parts"]]

        assert kinds(QUESTION) == ["answer"]
        wanted = Pinned(TEXT, now() + timedelta(hours=1), frozenset(("faq-13",)))
        number = elsewhere(tmp_path, lambda tx: notices.pin(tx, wanted, "li", now()))
        elsewhere(tmp_path, lambda tx: notices.pin(tx, Pinned("过去的", now()), "li", now()))
        [said] = send(visitor, QUESTION)
        assert said["parts"][0] == {"kind": "notice", "text": TEXT}
        assert [part["kind"] for part in said["parts"]] == ["notice", "answer"]
        assert kinds(OTHER) == ["answer"], "another answer is not concerned"
        assert elsewhere(tmp_path, lambda tx: notices.take_down(tx, number, "li", now())) == TEXT
        assert kinds(QUESTION) == ["answer"]
