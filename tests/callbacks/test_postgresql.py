"""On PostgreSQL, with one node and with two: each message is answered once, whichever node the platform calls."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.storage.database import open_database
from bot.storage.schema import upgrade
from kb.base import KnowledgeBase
from tests.bot.server import serving
from tests.callbacks import ApiServer, MpPhone, WecomPhone
from tests.callbacks.conftest import MP, WECOM, settings_of
from tests.postgres import new_database

QUESTION = "岗位选错了怎么办"


@contextmanager
def tables() -> Iterator[str]:
    """A database that is up to date."""

    async def make(url: str) -> None:
        database = open_database(url, Path())
        await upgrade(database)
        await database.close()

    with new_database() as url:
        asyncio.run(make(url))
        yield url


def test_one_node(base: KnowledgeBase) -> None:
    with ApiServer() as api, tables() as database, serving(base, database_url=database, **settings_of(api)) as url:
        for phone in (WecomPhone(url, api, WECOM), MpPhone(url, api, MP)):
            phone.says("li", QUESTION)
            [answer] = phone.hears("li", "【岗位选错了】")
            assert answer.how == "passive"


def test_two_nodes(base: KnowledgeBase) -> None:
    """Only the node that sends can answer in the response; calls to the other one are answered by active message."""
    with ApiServer() as api, tables() as database:
        settings = {**settings_of(api), "database_url": database}
        with serving(base, **settings) as first, serving(base, **settings) as second:
            phones = [WecomPhone(url, api, WECOM) for url in (first, second)]
            ways: Counter[str] = Counter()
            for number in range(6):
                user, phone = f"u{number}", phones[number % 2]
                phone.says(user, QUESTION)
                [answer] = phone.hears(user, "【岗位选错了】")
                ways[answer.how] += 1
            assert ways["active"] == 3
            phones[0].says("u9", "转人工")
            [told] = phones[0].hears("u9", "已经登记")
            found = re.search(r"工单号 (\d+)，", told.text)
            assert found
            phones[1].says("wang", f"认领 {found[1]}")
            phones[0].hears("u9", "工作人员已接手")
