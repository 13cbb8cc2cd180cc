"""The first start: no default password, but a link that makes one administrator and is good for nothing afterwards."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from starlette.applications import Starlette

from bot.accounts.accounts import AccountError, Accounts, ThrottledError, WrongError
from bot.accounts.passwords import Passwords
from bot.console.door import Door
from bot.storage import accounts as storage
from bot.storage.database import open_database
from tests.bot.storage.conftest import Run, run
from tests.bot.storage.stores import NOON, store
from tests.console.conftest import PASSWORD

__all__ = ["run"]


@pytest.fixture
def accounts(run: Run, tmp_path: Path) -> Iterator[Accounts]:
    with store("sqlite", tmp_path):
        database = open_database(None, tmp_path)
        yield Accounts(database, lambda: NOON, Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)))
        run(database.close())


def client(accounts: Accounts) -> httpx.AsyncClient:
    services: Any = SimpleNamespace(accounts=accounts)
    transport = httpx.ASGITransport(Starlette(routes=Door(services).routes()))
    return httpx.AsyncClient(transport=transport, base_url="http://desk.example")


def test_the_link_makes_one_administrator(accounts: Accounts, run: Run) -> None:
    async def story() -> None:
        assert await accounts.needs_first()
        link = f"/console/first?token={await accounts.link()}"
        async with client(accounts) as browser:
            page = await browser.get(link)
            assert "password" in page.text
            found = re.search(r'name="form" value="([^"]+)"', page.text)
            assert found
            values = {"form": found[1], "username": "boss", "name": "王主任", "password": PASSWORD, "again": PASSWORD}
            for change, told in (
                ({"again": "another"}, "不一样"), ({"password": "short", "again": "short"}, "10 个字符"),
                ({"username": "<b>"}, "用户名要"), ({"form": "x"}, "页面过期了"),
            ):  # fmt: skip
                answer = await browser.post(link, data=values | change)
                assert answer.status_code in (400, 403)
                assert told in answer.text
                assert "<b>" not in answer.text
            assert (await browser.post(link, data=values)).headers["location"] == "/console/login"
            assert (await browser.get(link)).status_code == 410
            assert (await browser.post(link, data=values | {"username": "second"})).status_code == 410
        assert [(each.username, each.role) for each in await accounts.listed()] == [("boss", "admin")]
        assert not await accounts.needs_first()

    run(story())


def test_a_link_is_void_once_there_is_an_administrator(accounts: Accounts, run: Run) -> None:
    async def story() -> None:
        link = await accounts.link()
        await accounts.add("agent", "小李", "agent", PASSWORD, by="terminal")
        assert await accounts.link_is_good(link)
        await accounts.add("boss", "王主任", "admin", PASSWORD, by="terminal")
        assert not await accounts.link_is_good(link)
        # Whoever has the server can still make one.
        assert await accounts.link_is_good(await accounts.link())

    run(story())


def test_what_is_kept_is_no_password(accounts: Accounts, run: Run) -> None:
    async def story() -> None:
        await accounts.add("boss", "王主任", "admin", PASSWORD, by="terminal")
        async with accounts.database.read() as tx:
            found = await storage.find(tx, "boss")
        assert found
        assert str(found[1]).startswith("$argon2id$")
        assert PASSWORD not in str(found[1])

    run(story())


def test_a_password_of_ones_own(accounts: Accounts, run: Run) -> None:
    async def story() -> None:
        await accounts.add("boss", "王主任", "admin", PASSWORD, by="terminal")
        tokens = [await accounts.sign_in("boss", PASSWORD, "10.0.0.1") for _ in range(2)]
        session = await accounts.who(tokens[0])
        assert session
        with pytest.raises(WrongError, match="现在的密码不对"):
            await accounts.change_password(session, "a guess at it", "another horse 43")
        with pytest.raises(AccountError, match="10 个字符"):
            await accounts.change_password(session, PASSWORD, "short")
        assert [await accounts.who(token) is not None for token in tokens] == [True, True]
        await accounts.change_password(session, PASSWORD, "another horse 43")
        assert [await accounts.who(token) for token in tokens] == [None, None]
        assert await accounts.sign_in("boss", "another horse 43", "10.0.0.1")
        with pytest.raises(WrongError):
            await accounts.sign_in("boss", PASSWORD, "10.0.0.1")

    run(story())


def test_whoever_sits_at_an_open_page_cannot_guess_for_long(accounts: Accounts, run: Run) -> None:
    async def story() -> list[type[BaseException]]:
        await accounts.add("boss", "王主任", "admin", PASSWORD, by="terminal")
        session = await accounts.who(await accounts.sign_in("boss", PASSWORD, "10.0.0.1"))
        assert session
        tries = (accounts.change_password(session, f"guess {n}", "another horse 43") for n in range(8))
        found = await asyncio.gather(*tries, return_exceptions=True)
        return [type(each) for each in found if isinstance(each, BaseException)]

    assert sorted(each.__name__ for each in run(story())) == [ThrottledError.__name__] * 3 + [WrongError.__name__] * 5
