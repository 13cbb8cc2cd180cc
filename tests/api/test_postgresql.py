"""Two nodes on PostgreSQL: a bridge may talk to either, and listen at the other."""

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.desk.actions import Verb
from bot.storage.database import open_database
from bot.storage.schema import upgrade
from kb.base import KnowledgeBase
from tests.api.bridge import Bridge, command, new_key, until, webhook
from tests.api.desk import agent_does
from tests.bot.server import serving
from tests.postgres import new_database


class Pair:
    """Two nodes with one database."""

    def __init__(self, base: KnowledgeBase, data: Path, database: str, addresses: tuple[str, str]) -> None:
        self._base, self._data, self._database, self._addresses = base, data, database, addresses
        self._opened: list[Bridge] = []

    def bridges(self, *arguments: str) -> tuple[str, Bridge, Bridge]:
        """One key, at both nodes."""
        token, _ = new_key(self._data, *arguments, url=self._database)
        first, second = (Bridge(address, token) for address in self._addresses)
        self._opened += (first, second)
        return token, first, second

    def close(self) -> None:
        for bridge in self._opened:
            bridge.close()

    def revoke(self, token: str) -> None:
        command(self._data, "keys", "revoke", token.split("_")[1], url=self._database)

    def agent_does(self, verb: Verb, number: int, text: str) -> None:
        agent_does(self._base, self._data, verb, number, text, url=self._database)


@pytest.fixture(scope="module")
def pair(base: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    data = tmp_path_factory.mktemp("pair")

    async def make(url: str) -> None:
        database = open_database(url, data)
        await upgrade(database)
        await database.close()

    with new_database() as database:
        asyncio.run(make(database))
        settings = {"database_url": database, "remind_minutes": 10_000}
        with serving(base, data, **settings) as first, serving(base, data, **settings) as second:
            pair = Pair(base, data, database, (first, second))
            yield pair
            pair.close()


def test_the_same_message_at_both_nodes_is_done_once(pair: Pair) -> None:
    _, first, second = pair.bridges()
    with ThreadPoolExecutor(8) as pool:
        said = list(
            pool.map(lambda number: (first, second)[number % 2].post("转人工", idempotency="both").json(), range(8))
        )
    assert all(one == said[0] for one in said)
    [reply] = said[0]["replies"]
    assert reply["outcome"] == "escalate"
    assert len(until(lambda: first.later(all=True))) == 1
    conflict = second.post("登录失败", idempotency="both")
    assert conflict.status_code == 422


def test_what_staff_say_is_heard_at_the_other_node(pair: Pair) -> None:
    with webhook() as hook:
        token, first, second = pair.bridges("--webhook", hook.address)
        number = int(re.findall(r"\d{4,6}", first.says("转人工")[0]["text"])[0])
        with second.listening() as said:
            pair.agent_does("reply", number, "请先核对岗位")
            assert "接手" in next(said)["text"]
            assert "请先核对岗位" in next(said)["text"]
            until(lambda: any("请先核对岗位" in text for text in hook.texts()))
            pair.revoke(token)
            assert first.http.get("/messages").status_code == 401
            assert list(said) == [], "the stream ends"
    assert sum("请先核对岗位" in text for text in hook.texts()) == 1, "one node sends"


def test_what_stands_in_no_transcript(pair: Pair) -> None:
    _, first, second = pair.bridges()
    [refused] = first.says("/静音", group="g")
    [muted] = second.says("/静音", group="g", user="boss", may_command=True)
    assert refused["id"] is muted["id"] is None
    assert first.says("停工了还要打卡吗", group="g") == []
