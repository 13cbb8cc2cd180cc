"""The console's list of tickets, and what is beside one of them."""

from typing import Any

import pytest
from sqlalchemy import update

from bot.storage import conversations, records, ticket_list, tickets, workbench
from bot.storage.database import Database
from bot.storage.tables import conversation
from bot.storage.ticket_list import Filter
from bot.storage.workbench import Tried
from tests.bot.storage.conftest import Run
from tests.bot.storage.stores import NOON, at, somebody

ALL = ()
TICKETS = {
    # number: conversation, status, priority, what is known, minute
    1001: ("wang", "open", "normal", {"question": "刷脸没反应", "team": "客服组", "district": "江宁区"}, 0),
    1002: ("li", "claimed", "urgent", {"question": "换了手机", "project": "Yard 100%", "team": "江北组"}, 5),
    1003: ("wang", "waiting", "normal", {"question": "还是不行", "person": "王工", "phone": "13900000001"}, 6),
    1004: ("li", "closed", "normal", {"question": "打卡记录", "district": "六合区"}, 7),
    1005: ("zhao", "solved", "urgent", {"question": "登录", "district": "江宁区"}, 8),
}
SAID = (
    ("wang", "user", "门口那台蓝色小盒子"), ("wang", "bot", "请重新设定考勤地址"), ("li", "staff", "Try it AGAIN"),
    ("zhao", "user", "蓝色的"),
)  # fmt: skip


@pytest.fixture
def desk(database: Database, run: Run) -> Database:
    run(_fill(database))
    return database


async def _fill(database: Database) -> None:
    keys = {
        name: await somebody(database, name, "telegram" if name == "zhao" else "web") for name in ("wang", "li", "zhao")
    }
    async with database.write() as tx:
        who = await records.seen(tx, "console", "lin", "林悦", NOON)
        for name, key in keys.items():
            await tx.execute(update(conversation).where(conversation.c.id == key).values(person=name))
        for number, (name, status, priority, known, minute) in TICKETS.items():
            row: dict[str, Any] = {
                "number": number,
                "conversation_id": keys[name],
                "status": status,
                "priority": priority,
            }
            times = {"opened_at": at(minute), "changed_at": at(minute)}
            mine = {"agent_id": who} if status != "open" else {}
            await tickets.add(tx, row | times | known | mine | {"tried": [], "project_types": [], "contacts": []})
        for name, author, text in SAID:
            if author == "user":
                await conversations.add_said(tx, keys[name], NOON, text)
            else:
                await conversations.add_replies(tx, keys[name], NOON, [({}, text)], author=author)


def numbers(run: Run, database: Database, wanted: Filter) -> list[int]:
    async def found() -> list[int]:
        async with database.read() as tx:
            return [case.number for case in await ticket_list.found(tx, wanted)]

    return list(run(found()))


def test_open_tickets_stand_urgent_and_old_first_and_others_newest_first(desk: Database, run: Run) -> None:
    assert numbers(run, desk, Filter()) == [1002, 1001, 1003]
    assert numbers(run, desk, Filter(ALL)) == [1005, 1004, 1003, 1002, 1001]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(ALL, team="江北组"), [1002]),
        (Filter(ALL, channel="telegram"), [1005]),
        (Filter(ALL, district="江宁区"), [1005, 1001]),
        (Filter(ALL, urgent=True), [1005, 1002]),
        (Filter(ALL, agent_id=0), [1001]),
        (Filter(("closed",)), [1004]),
        (Filter(ALL, district="江宁区", urgent=True), [1005]),
    ],
)
def test_filters(desk: Database, run: Run, wanted: Filter, found: list[int]) -> None:
    assert numbers(run, desk, wanted) == found


@pytest.mark.parametrize("statuses", [ALL, tickets.OPEN])
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("1003", [1003]),
        ("#1001", [1001]),
        ("刷脸", [1001]),
        ("王工", [1003]),
        ("13900000001", [1003]),
        ("100%", [1002]),
        ("1_0%", []),
        # Said in the conversation, by the user or by staff, in whatever case.
        ("小盒子", [1003, 1001]),
        ("try again", [1004, 1002]),
        ("蓝色 还是", [1003]),
        # What the bot says it says to everybody.
        ("重新设定", []),
    ],
)
def test_search(desk: Database, run: Run, words: str, found: list[int], statuses: tuple[str, ...]) -> None:
    wanted = [number for number in found if not statuses or TICKETS[number][1] in statuses]
    assert sorted(numbers(run, desk, Filter(statuses, words=words))) == sorted(wanted)


def test_what_can_be_chosen(desk: Database, run: Run) -> None:
    async def choices() -> Any:
        await somebody(desk, "without a ticket", "mp")
        async with desk.read() as tx:
            return await ticket_list.choices(tx)

    teams, channels, districts, agents = run(choices())
    assert set(teams) == {"客服组", "江北组"}
    assert channels == ["telegram", "web"]
    assert set(districts) == {"江宁区", "六合区"}
    assert list(agents.values()) == ["林悦"]


def test_the_mark_changes_with_every_event(desk: Database, run: Run) -> None:
    async def marks() -> list[Any]:
        found = []
        for change in (None, "note", "status"):
            async with desk.write() as tx:
                if change == "note":
                    await tickets.note(tx, 1001, at(20), "note", by="agent", text="记一笔")
                if change == "status":
                    await tickets.change(tx, 1004, at(21), status="open")
                found.append(await ticket_list.mark(tx))
        return found

    assert len(set(run(marks()))) == 3


def test_other_tickets_of_the_same_person(desk: Database, run: Run) -> None:
    async def same(number: int) -> list[int]:
        async with desk.read() as tx:
            case = await tickets.get(tx, number)
            assert case
            return [each.number for each in await ticket_list.of_person(tx, case)]

    assert run(same(1001)) == [1003]
    # One that is closed is no longer anybody's duplicate.
    assert run(same(1002)) == []


def test_what_the_bot_tried_before_the_ticket(desk: Database, run: Run) -> None:
    async def tried() -> list[Tried]:
        async with desk.write() as tx:
            case = await tickets.get(tx, 1003)
            assert case
            log = {"channel": "web", "group_key": None, "conversation_id": case.conversation_id, "revision": "r"}
            for minute, outcome, record, confidence in (
                (-1500, "answer", "faq-01", 0.8),
                (1, "choices", "faq-02", 0.42),
                (2, "answer", "faq-13", 0.9),
                (3, "steps", "faq-13", 1.0),
                (4, "steps", "faq-13", 1.0),
                (5, "smalltalk", "faq-13", 1.0),
                (9, "answer", "faq-13", 0.7),
            ):
                row = {"at": at(minute), "text": f"第 {minute} 问", "outcome": outcome, "records": [record]}
                await records.log_question(tx, log | row | {"confidence": confidence})
            return await workbench.tried(tx, case)

    # Not yesterday's, not what came after the ticket; a walk is a part of the answer it began with.
    assert [(each.text, each.outcome, each.confidence, each.steps) for each in run(tried())] == [
        ("第 1 问", "choices", 0.42, 0),
        ("第 2 问", "answer", 0.9, 2),
    ]
