"""Notices in the database: what is in force at a moment, on both kinds."""

from sqlalchemy import insert

from bot.storage import notices
from bot.storage.account_tables import account
from bot.storage.database import Database
from handlers.message import Pinned
from tests.bot.storage.conftest import Run
from tests.bot.storage.stores import at

ALL = Pinned("系统维护至 10:00", at(60))
SOME = Pinned("人脸识别升级 <b>中</b>", at(30), frozenset(("faq-20", "faq-13")))


def pin(run: Run, database: Database, *wanted: Pinned, by: str = "li") -> list[int]:
    async def write() -> list[int]:
        async with database.write() as tx:
            return [await notices.pin(tx, each, by, at(0)) for each in wanted]

    numbers: list[int] = run(write())
    return numbers


def in_force(run: Run, database: Database, minutes: float) -> tuple[Pinned, ...]:
    async def read() -> tuple[Pinned, ...]:
        async with database.read() as tx:
            found = await notices.in_force(tx, at(minutes))
            assert await notices.how_many(tx, at(minutes)) == len(found)
            return found

    found: tuple[Pinned, ...] = run(read())
    return found


def take_down(run: Run, database: Database, number: int, minutes: float) -> str | None:
    async def write() -> str | None:
        async with database.write() as tx:
            return await notices.take_down(tx, number, "wang", at(minutes))

    text: str | None = run(write())
    return text


def test_in_force_until_its_end(database: Database, run: Run) -> None:
    assert in_force(run, database, 0) == ()
    pin(run, database, ALL, SOME)
    for minutes, expected in (
        (0, (ALL, SOME)),
        (29.9, (ALL, SOME)),
        (30, (ALL,)),
        (59.9, (ALL,)),
        (60, ()),
        (9_999, ()),
    ):
        assert in_force(run, database, minutes) == expected, minutes


def test_taken_down_before_its_end(database: Database, run: Run) -> None:
    [first, second] = pin(run, database, ALL, SOME)
    assert take_down(run, database, first, 10) == ALL.text
    assert in_force(run, database, 10) == (SOME,)
    assert take_down(run, database, first, 11) is None, "it is over already"
    assert take_down(run, database, second, 30) is None, "it ended by itself"
    assert take_down(run, database, 4711, 0) is None


def test_the_lists_of_the_console(database: Database, run: Run) -> None:
    async def listed(minutes: float, most: int = 9) -> tuple[list[notices.Kept], list[notices.Kept]]:
        async with database.write() as tx:
            return await notices.standing(tx, at(minutes)), await notices.over(tx, at(minutes), most)

    async def somebody() -> None:
        values = {"username": "li", "name": "小李", "role": "editor", "created_at": at(0), "changed_at": at(0)}
        async with database.write() as tx:
            await tx.execute(insert(account).values(values))

    run(somebody())
    [first] = pin(run, database, ALL)
    [second] = pin(run, database, SOME, by="gone")
    one = notices.Kept(first, ALL, "小李", None)
    other = notices.Kept(second, SOME, "gone", None)
    assert run(listed(0)) == ([other, one], []), "what ends first stands first"
    assert run(listed(30)) == ([one], [other])
    take_down(run, database, first, 40)
    down = notices.Kept(first, ALL, "小李", at(40))
    assert run(listed(50)) == ([], [other, down])
    assert run(listed(50, most=1)) == ([], [other])
