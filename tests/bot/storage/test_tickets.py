"""Tickets as they are kept: found again with everything, listed in the order that staff need."""

import asyncio
from typing import Any

import pytest

from bot.storage import records, tickets
from bot.storage.database import Database
from tests.bot.storage.conftest import Run
from tests.bot.storage.stores import NOON, at, somebody


async def opened(database: Database, number: int, key: str = "k", **values: Any) -> int:
    conversation = await somebody(database, key)
    empty: dict[str, Any] = {"status": "open", "tried": [], "project_types": [], "contacts": []}
    fields = {"number": number, "conversation_id": conversation, "opened_at": NOON, "changed_at": NOON}
    async with database.write() as tx:
        await tickets.add(tx, empty | fields | values)
    return conversation


def test_a_ticket_comes_back_as_it_was_opened(database: Database, run: Run) -> None:
    async def story() -> None:
        conversation = await opened(
            database,
            1001,
            question="考勤地址改不了",
            tried=["faq-13"],
            project_types=["housing"],
            district="江宁区",
            contacts=["contact-jiangning"],
            team="江宁组",
        )
        async with database.read() as tx:
            case = await tickets.get(tx, 1001)
            assert await tickets.get(tx, 1002) is None
            assert await tickets.of_conversation(tx, conversation) == case
        assert case is not None
        assert (case.question, case.tried, case.district) == ("考勤地址改不了", ("faq-13",), "江宁区")
        assert (case.status, case.priority, case.reminders, case.agent) == ("open", "normal", 0, None)
        assert (case.channel, case.key, case.opened_at) == ("web", "k", NOON)

    run(story())


def test_a_conversation_has_its_newest_ticket(database: Database, run: Run) -> None:
    async def story() -> None:
        await opened(database, 1001, status="closed")
        conversation = await opened(database, 1002)
        async with database.read() as tx:
            case = await tickets.of_conversation(tx, conversation)
        assert case is not None
        assert case.number == 1002

    run(story())


def test_a_change_and_its_history(database: Database, run: Run) -> None:
    async def story() -> None:
        await opened(database, 1001)
        async with database.write() as tx:
            agent = await records.seen(tx, "telegram", "5", "小王", NOON)
            assert await records.seen(tx, "telegram", "5", "王工", at(1)) == agent
            await tickets.change(tx, 1001, at(2), status="claimed", agent_id=agent)
            await tickets.note(tx, 1001, at(0), "opened", by="user", text="改不了")
            await tickets.note(tx, 1001, at(2), "claim", by="agent", agent_id=agent)
        async with database.read() as tx:
            case = await tickets.get(tx, 1001)
            history = await tickets.history(tx, 1001)
        assert case is not None
        assert (case.status, case.agent, case.changed_at) == ("claimed", "王工", at(2))
        assert [(entry.kind, entry.agent, entry.text) for entry in history] == [
            ("opened", None, "改不了"),
            ("claim", "王工", None),
        ]

    run(story())


def test_urgent_ones_and_old_ones_come_first(database: Database, run: Run) -> None:
    async def story() -> None:
        await opened(database, 1001, opened_at=at(1))
        await opened(database, 1002, opened_at=at(0))
        await opened(database, 1003, opened_at=at(2), priority="urgent")
        await opened(database, 1004, status="closed")
        async with database.read() as tx:
            assert [case.number for case in await tickets.listed(tx)] == [1003, 1002, 1001]
            assert [case.number for case in await tickets.listed(tx, most=1)] == [1003]
            assert await tickets.listed(tx, team="江宁组") == []
            assert await tickets.count_by_status(tx) == {"open": 3, "closed": 1}

    run(story())


def test_who_is_waiting_for_a_first_reply(database: Database, run: Run) -> None:
    async def story() -> None:
        await opened(database, 1001)
        await opened(database, 1002, first_reply_at=at(1))
        await opened(database, 1003, reminders=3)
        await opened(database, 1004, reminded_at=at(9))
        await opened(database, 1005, opened_at=at(9))
        async with database.read() as tx:
            late = await tickets.unanswered(tx, at(5), at(5), 3)
        assert [case.number for case in late] == [1001]

    run(story())


def test_the_long_solved_can_be_closed(database: Database, run: Run) -> None:
    async def story() -> None:
        await opened(database, 1001, status="solved", solved_at=at(0))
        await opened(database, 1002, status="solved", solved_at=at(9))
        await opened(database, 1003, status="closed", solved_at=at(0))
        async with database.read() as tx:
            assert await tickets.solved_before(tx, at(5)) == [1001]

    run(story())


def test_pictures_of_the_last_while_go_with_a_new_ticket(database: Database, run: Run) -> None:
    def picture(conversation: int, minutes: int) -> dict[str, Any]:
        ref = {"file": f"f{minutes}"}
        when = at(minutes)
        return {"conversation_id": conversation, "at": when, "kind": "图片", "ref": ref, "due_at": when}

    async def story() -> None:
        conversation = await opened(database, 1001)
        other = await somebody(database, "other")
        async with database.write() as tx:
            pictures = [picture(conversation, 0), picture(conversation, 60), picture(other, 60)]
            await records.keep_attachments(tx, pictures)
            assert await records.to_fetch(tx, "web", at(99), 9) == [], "nobody needs them yet"
            assert await records.attach_recent(tx, conversation, 1001, at(30)) == [{"file": "f60"}]
            (row,) = await records.to_fetch(tx, "web", at(99), 9)
            await records.fetched(tx, row.id, state="kept", path="1-x.jpg")
            assert await records.to_fetch(tx, "web", at(99), 9) == []
            (file,) = await tickets.files(tx, 1001)
        assert (file.path, file.kind) == ("1-x.jpg", "图片")

    run(story())


@pytest.mark.parametrize("kind", ["postgresql"])
def test_two_agents_cannot_change_a_ticket_at_the_same_moment(database: Database, run: Run) -> None:
    async def add_one(number: int) -> None:
        async with database.write() as tx:
            case = await tickets.get(tx, number, lock=True)
            assert case is not None
            await asyncio.sleep(0.01)
            await tickets.change(tx, number, NOON, reminders=case.reminders + 1)

    async def story() -> None:
        await opened(database, 1001)
        await asyncio.gather(*(add_one(1001) for _ in range(5)))
        async with database.read() as tx:
            case = await tickets.get(tx, 1001)
        assert case is not None
        assert case.reminders == 5

    run(story())


def test_the_ticket_that_is_still_open_goes_before_a_newer_one_that_is_done(database: Database, run: Run) -> None:
    async def story() -> None:
        for number, status in ((1001, "waiting"), (1002, "closed"), (1003, "solved")):
            conversation = await opened(database, number, status=status)
        async with database.write() as tx:
            for lock in (False, True):
                found = await tickets.of_conversation(tx, conversation, lock=lock)
                assert found is not None
                assert found.number == 1001
            await tickets.change(tx, 1001, NOON, status="closed")
            found = await tickets.of_conversation(tx, conversation)
            assert found is not None
            assert found.number == 1003

    run(story())
