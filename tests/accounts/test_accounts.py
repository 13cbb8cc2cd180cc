"""Who gets in, for how long, and who does not."""

import asyncio
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from bot.accounts.accounts import (
    LINK_LASTS,
    AccountError,
    Accounts,
    ThrottledError,
    WrongError,
    form_token,
    is_form_token,
)
from bot.accounts.passwords import Passwords, why_not
from bot.accounts.roles import Role, may
from bot.storage import accounts as storage
from bot.storage.account_tables import account_session
from bot.storage.database import open_database
from bot.storage.schema import ready
from bot.storage.tables import audit
from tests.handlers.talk import NOON

T = TypeVar("T")
PASSWORD = "correct horse 42"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@dataclass
class House:
    runner: asyncio.Runner
    folder: Path
    time: datetime = NOON
    accounts: Accounts = field(init=False)

    def __post_init__(self) -> None:
        database = open_database(None, self.folder)
        self.runner.run(ready(database))
        self.accounts = Accounts(database, lambda: self.time, Passwords(QUICK))
        self.do(self.accounts.add("boss", "王主任", "admin", PASSWORD, by="test"))
        self.do(self.accounts.add("li", "小李", "agent", PASSWORD, by="test"))

    def do(self, what: Awaitable[T]) -> T:
        async def run() -> T:
            return await what

        return self.runner.run(run())

    def sign_in(self, name: str = "li", password: str = PASSWORD, address: str = "10.0.0.1") -> str:
        return self.do(self.accounts.sign_in(name, password, address))

    def is_in(self, token: str) -> bool:
        return self.do(self.accounts.who(token)) is not None

    def rows(self, column: object) -> list[object]:
        async def read() -> list[object]:
            async with self.accounts.database.read() as tx:
                return list((await tx.execute(select(column))).scalars())  # type: ignore[call-overload]

        return self.do(read())


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with asyncio.Runner() as runner:
        opened = House(runner, tmp_path)
        yield opened
        opened.do(opened.accounts.database.close())


def test_in_and_out_again(house: House) -> None:
    here, there = house.sign_in(), house.sign_in(" LI ")
    assert here != there
    session = house.do(house.accounts.who(here))
    assert session is not None
    assert (session.username, session.name, session.role) == ("li", "小李", "agent")
    house.do(house.accounts.sign_out(session))
    assert (house.is_in(here), house.is_in(there)) == (False, True)


def test_the_token_is_kept_nowhere(house: House) -> None:
    token = house.sign_in()
    assert house.rows(account_session.c.digest) != [token]
    assert not house.is_in(str(house.rows(account_session.c.digest)[0]))


@pytest.mark.parametrize(
    ("name", "password"), [("li", "wrong horse 42"), ("nobody", PASSWORD), ("", ""), ("li\0", "\ud800")]
)
def test_wrong_names_and_passwords_hear_the_same(house: House, name: str, password: str) -> None:
    with pytest.raises(WrongError, match="用户名或密码不对"):
        house.sign_in(name, password)


@pytest.mark.parametrize(
    ("pauses", "still_in"),
    [((1.9, 1.9, 1.9), True), ((2.1,), False), ((1.9,) * 7, False)],
    ids=["in use", "idle", "after 12 hours"],
)
def test_sessions_end(house: House, pauses: tuple[float, ...], still_in: bool) -> None:
    token = house.sign_in()
    for hours in pauses:
        house.time += timedelta(hours=hours)
        found = house.is_in(token)
    assert found == still_in


@pytest.mark.parametrize("change", ["password", "role", "disable", "everywhere"])
def test_changes_end_all_sessions(house: House, change: str) -> None:
    tokens = [house.sign_in(), house.sign_in()]
    session = house.do(house.accounts.who(tokens[0]))
    assert session is not None
    deeds = {
        "password": lambda: house.accounts.set_password("li", "another horse 43", by="boss"),
        "role": lambda: house.accounts.set_role("li", "editor", by="boss"),
        "disable": lambda: house.accounts.disable("li", by="boss"),
        "everywhere": lambda: house.accounts.sign_out(session, everywhere=True),
    }
    house.do(deeds[change]())
    assert [house.is_in(token) for token in tokens] == [False, False]


def test_the_disabled_do_not_get_in(house: House) -> None:
    house.do(house.accounts.disable("li", by="boss"))
    with pytest.raises(WrongError):
        house.sign_in()


@pytest.mark.parametrize("deed", ["role", "disable"])
def test_one_administrator_stays(house: House, deed: str) -> None:
    deeds = {
        "role": lambda: house.accounts.set_role("boss", "agent", by="boss"),
        "disable": lambda: house.accounts.disable("boss", by="boss"),
    }
    with pytest.raises(AccountError, match="最后一个管理员"):
        house.do(deeds[deed]())
    assert house.is_in(house.sign_in("boss"))


def test_guessing_one_name_gets_slower_and_slower(house: House) -> None:
    waits = []
    for number in range(8):
        with pytest.raises(AccountError) as error:
            house.sign_in("li", f"guess {number}", address=f"10.0.1.{number}")
        if isinstance(error.value, ThrottledError):
            waits.append(error.value.seconds)
            assert f"请过 {error.value.seconds} 秒再试" in str(error.value)
            house.time += timedelta(seconds=error.value.seconds)
    assert waits == [5, 10]
    assert house.sign_in()


def test_a_throttled_name_stays_out_even_with_the_right_password(house: House) -> None:
    for _ in range(5):
        with pytest.raises(WrongError):
            house.sign_in("li", "guess")
    with pytest.raises(ThrottledError):
        house.sign_in()
    assert house.sign_in("boss")


def test_many_names_from_one_address(house: House) -> None:
    for number in range(20):
        with pytest.raises(WrongError):
            house.sign_in(f"name{number}", "guess")
    with pytest.raises(ThrottledError):
        house.sign_in()
    assert house.sign_in(address="10.0.0.2")


def test_guesses_at_once_are_counted_one_by_one(house: House) -> None:
    async def guess() -> type[BaseException] | None:
        try:
            await house.accounts.sign_in("li", "guess", "10.0.0.1")
        except AccountError as error:
            return type(error)
        return None

    async def all_at_once() -> list[type[BaseException] | None]:
        return list(await asyncio.gather(*(guess() for _ in range(12))))

    assert house.do(all_at_once()).count(WrongError) == 5


def test_a_link_makes_one_administrator(house: House) -> None:
    old, link = house.do(house.accounts.link()), house.do(house.accounts.link())
    for token in (old, "made up"):
        with pytest.raises(AccountError, match="用过了或者过期了"):
            house.do(house.accounts.first(token, "first", "第一位", PASSWORD))
    house.do(house.accounts.first(link, "first", "第一位", PASSWORD))
    assert house.is_in(house.sign_in("first"))
    with pytest.raises(AccountError, match="用过了或者过期了"):
        house.do(house.accounts.first(link, "second", "第二位", PASSWORD))


def test_a_link_runs_out(house: House) -> None:
    link = house.do(house.accounts.link())
    house.time += LINK_LASTS
    assert not house.do(house.accounts.link_is_good(link))


def test_new_parameters_hash_anew(house: House) -> None:
    house.accounts.passwords.hasher = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1)
    house.sign_in()

    async def kept() -> str | None:
        async with house.accounts.database.read() as tx:
            found = await storage.find(tx, "li")
            return found[1] if found else None

    assert "t=2" in (house.do(kept()) or "")


@pytest.mark.parametrize(
    ("password", "username", "wrong"),
    [
        ("short", "li", "至少要 10 个字符"),
        ("x" * 201, "li", "最多 200 个字符"),
        ("Boss-is-great", "boss", "不要有用户名"),
        ("aaaaaaaaaaaa", "li", "太简单"),
        (PASSWORD, "boss", None),
    ],
)
def test_passwords(password: str, username: str, wrong: str | None) -> None:
    told = why_not(password, username)
    assert told is None if wrong is None else wrong in (told or "")


@pytest.mark.parametrize(
    ("role", "rights"),
    [("agent", "agent"), ("editor", "agent editor"), ("admin", "agent editor admin"), ("stranger", ""), ("", "")],
)
def test_roles(role: str, rights: str) -> None:
    needed: tuple[Role, ...] = ("agent", "editor", "admin")
    assert " ".join(each for each in needed if may(role, each)) == rights


def test_form_tokens_are_bound_to_the_cookie() -> None:
    assert is_form_token("cookie", form_token("cookie"))
    assert not any(
        is_form_token(*pair) for pair in [("other", form_token("cookie")), (None, form_token("")), ("", ""), ("a", "é")]
    )


def test_everything_is_in_the_audit(house: House) -> None:
    token = house.sign_in()
    session = house.do(house.accounts.who(token))
    assert session is not None
    with pytest.raises(WrongError):
        house.sign_in("li", "wrong")
    house.do(house.accounts.sign_out(session))
    assert house.rows(audit.c.action) == ["account_add", "account_add", "sign_in", "sign_in", "sign_out"]
    assert house.rows(audit.c.allowed) == [True, True, True, False, True]
