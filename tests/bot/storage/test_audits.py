"""Who saw and did what, as administrators look it up and take it away."""

from collections.abc import Mapping

import pytest

from bot.console.audit_file import exported, wanted
from bot.storage import audits, records
from bot.storage.audits import Wanted
from bot.storage.database import Database
from tests.bot.storage.conftest import Run
from tests.bot.storage.stores import at

LINES = (
    # minute, account, name, action, ticket, allowed
    (0, "lin", "林悦", "sign_in", None, True),
    (1, "lin", "林悦", "view", 1001, True),
    (2, "zhao", "赵敏", "claim", 1002, True),
    (3, "guest", None, "claim", 1001, False),
    (1500, "lin", "=HYPERLINK()", "reply", 1001, True),
)


@pytest.fixture
def book(database: Database, run: Run) -> Database:
    async def write() -> None:
        async with database.write() as tx:
            for minute, account, name, action, ticket, allowed in LINES:
                who = {"at": at(minute), "channel": "console", "account": account, "name": name}
                await records.write_audit(
                    tx, who | {"action": action, "ticket": ticket, "allowed": allowed, "detail": None}
                )

    run(write())
    return database


def minutes(run: Run, book: Database, chosen: Wanted, most: int = 10) -> list[int]:
    async def found() -> list[int]:
        async with book.read() as tx:
            lines = await audits.audited(tx, chosen, most)
        return [round((line.at - at(0)).total_seconds() / 60) for line in lines]

    return list(run(found()))


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ({}, [1500, 3, 2, 1, 0]),
        ({"who": "lin"}, [1500, 1, 0]),
        ({"who": "赵"}, [2]),
        ({"actions": "claim,view"}, [3, 2, 1]),
        ({"ticket": "#1001"}, [1500, 3, 1]),
        ({"refused": "1"}, [3]),
        ({"first": "2026-03-11"}, [1500]),
        ({"last": "2026-03-10"}, [3, 2, 1, 0]),
        ({"first": "2026-03-10", "last": "2026-03-11", "who": "lin"}, [1500, 1, 0]),
        ({"ticket": "牛", "first": "昨天"}, [1500, 3, 2, 1, 0]),
    ],
)
def test_what_is_looked_up(book: Database, run: Run, chosen: Mapping[str, str], found: list[int]) -> None:
    assert minutes(run, book, wanted(chosen)) == found


def test_page_by_page_nothing_is_left_out(book: Database, run: Run) -> None:
    async def pages() -> list[int]:
        seen: list[int] = []
        async with book.read() as tx:
            while lines := await audits.audited(tx, Wanted(before=seen[-1] if seen else None), 2):
                seen += [line.id for line in lines]
        return seen

    ids = run(pages())
    assert ids == sorted(set(ids), reverse=True)
    assert len(ids) == len(LINES)


def test_what_there_is_to_choose(book: Database, run: Run) -> None:
    async def actions() -> list[str]:
        async with book.read() as tx:
            return await audits.actions(tx)

    assert run(actions()) == ["claim", "reply", "sign_in", "view"]


def test_the_file_has_every_line_in_words(book: Database, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audits, "_AT_ONCE", 2)

    async def whole() -> bytes:
        return b"".join([part async for part in exported(book, {})])

    head, *lines = run(whole()).decode("utf-8-sig").splitlines()
    assert head == "时间,渠道,账号,姓名,操作,工单,结果,说明"
    assert len(lines) == len(LINES)
    assert lines[0] == "2026-03-11 13:00:00,控制台,lin,'=HYPERLINK(),回复,1001,成功,"
    assert lines[1] == "2026-03-10 12:03:00,控制台,guest,,认领,1001,拒绝,"
