"""Several nodes of one installation: one is connected, the others stand by, and no message is answered twice."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from bot.storage.database import open_database
from bot.storage.schema import upgrade
from kb.base import KnowledgeBase
from tests.bot.server import serving
from tests.postgres import new_database
from tests.wecom.gateway import Gateway
from tests.wecom.office import settings_of


@pytest.fixture
def database() -> Iterator[str]:
    with new_database() as url:

        async def make() -> None:
            one = open_database(url, Path())
            await upgrade(one)
            await one.close()

        asyncio.run(make())
        yield url


def test_one_is_connected_and_another_takes_over(base: KnowledgeBase, database: str, tmp_path: Path) -> None:
    with Gateway() as gateway, ExitStack() as second:
        settings = settings_of(gateway, database_url=database)
        with serving(base, tmp_path / "a", **settings):
            gateway.subscribed()
            address = second.enter_context(serving(base, tmp_path / "b", **settings))
            standing_by = httpx.get(f"{address}/healthz", trust_env=False).json()["channels"]["wecom"]
            assert (standing_by["state"], standing_by["detail"][-4:]) == ("waiting", "等着接手")
            for number in range(10):
                gateway.says(f"u{number}", "岗位选错了怎么办")
            for number in range(10):
                gateway.hears(f"u{number}", "岗位选错了")
            assert len(gateway.subscriptions) == 1, "nodes do not displace each other"
        gateway.until(lambda: len(gateway.subscriptions) == 2 and gateway.is_subscribed, "takeover")
        gateway.says("u0", "带我一步步做")
        gateway.hears("u0", "第 1/3 步")
        assert all(len(gateway.to(f"u{number}")) == (2 if number == 0 else 1) for number in range(10))
