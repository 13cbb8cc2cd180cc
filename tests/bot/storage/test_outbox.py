"""What is to be sent: in order within a chat, knowing the messages it edits and the threads it goes into."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from bot.storage import outbox
from bot.storage.database import Database
from bot.storage.outbox import Delivery, Outgoing, Result
from bot.storage.tables import outbox as table
from tests.bot.storage.conftest import Run
from tests.bot.storage.stores import NOON, at, somebody


def words(text: str, lane: str = "1", **more: Any) -> Outgoing:
    return Outgoing("telegram", lane, lane, {"text": text}, more.pop("purpose", "reply"), **more)


async def post(database: Database, *messages: Outgoing) -> None:
    async with database.write() as tx:
        await outbox.post(tx, messages, NOON)


async def due(
    database: Database, *, minutes: float = 0, busy: Sequence[tuple[str, str]] = (), most: int = 99
) -> list[Delivery]:
    async with database.read() as tx:
        return await outbox.due(tx, ("telegram",), at(minutes), busy, most)


async def record(database: Database, *results: Result, minutes: float = 0) -> None:
    async with database.write() as tx:
        await outbox.record(tx, results, at(minutes))


async def row_of(database: Database, delivery: Delivery) -> Any:
    async with database.read() as tx:
        return (await tx.execute(select(table).where(table.c.id == delivery.id))).one()


def texts(deliveries: Sequence[Delivery]) -> list[str]:
    return [delivery.payload["text"] for delivery in deliveries]


def test_a_chat_is_served_in_order_and_chats_side_by_side(database: Database, run: Run) -> None:
    async def story() -> None:
        await post(database, words("a1"), words("a2"), words("b1", "2"))
        await post(database, words("a3"), words("b2", "2"))
        assert texts(await due(database)) == ["a1", "b1"]
        await record(database, Result((await due(database))[0], "sent", "77"))
        assert texts(await due(database)) == ["a2", "b1"]
        assert texts(await due(database, most=1)) == ["a2"]

    run(story())


def test_nothing_is_taken_from_a_chat_that_is_busy(database: Database, run: Run) -> None:
    async def story() -> None:
        await post(database, *(words(f"{lane}", str(lane)) for lane in range(5)))
        busy = [("telegram", "0"), ("telegram", "1"), ("web", "2")]
        assert texts(await due(database, busy=busy)) == ["2", "3", "4"]
        assert texts(await due(database, busy=busy, most=2)) == ["2", "3"], "busy ones take nobody's place"

    run(story())


def test_other_channels_are_left_alone(database: Database, run: Run) -> None:
    async def story() -> None:
        await post(database, Outgoing("qq", "1", "1", {}, "reply"))
        assert await due(database) == []

    run(story())


def test_what_did_not_go_through_holds_its_chat_until_it_is_due(database: Database, run: Run) -> None:
    async def story() -> None:
        await post(database, words("a1"), words("a2"))
        (first,) = await due(database)
        await record(database, Result(first, "waiting", due_at=at(2), error="flood"))
        assert await due(database, minutes=1) == []
        (again,) = await due(database, minutes=2)
        assert (again.payload["text"], again.attempts) == ("a1", 1)
        await record(database, Result(again, "waiting", due_at=at(3), error="outage", counts=False))
        assert (await due(database, minutes=3))[0].attempts == 1, "what the platform never saw does not count"

    run(story())


def test_results_are_written_down(database: Database, run: Run) -> None:
    async def story() -> None:
        await post(database, words("a", "1"), words("b", "2"), words("c", "3"))
        sent, failed, dropped = await due(database)
        results = (Result(sent, "sent", "55"), Result(failed, "failed", error="x" * 999), Result(dropped, "dropped"))
        await record(database, *results, minutes=1)
        row = await row_of(database, sent)
        assert (row.state, row.sent_as, row.sent_at, row.attempts) == ("sent", "55", at(1), 1)
        row = await row_of(database, failed)
        assert (row.state, row.sent_at, len(row.error)) == ("failed", None, 300)
        assert (await row_of(database, dropped)).state == "dropped"
        assert await due(database, minutes=99) == []
        async with database.read() as tx:
            assert await outbox.undelivered(tx, NOON) == 1
            assert await outbox.undelivered(tx, at(1)) == 0

    run(story())


def test_an_edit_finds_the_newest_message_of_its_name_in_the_same_chat(database: Database, run: Run) -> None:
    async def story() -> None:
        await post(database, words("card", handle="card:1"), words("elsewhere", "2", handle="card:1"))
        here, there = await due(database)
        await post(database, words("edit", handle="card:1", replaces="card:1"))
        await record(database, Result(here, "sent", "10"), Result(there, "sent", "99"))
        (edit,) = await due(database)
        assert edit.edit == "10"
        await record(database, Result(edit, "sent", "11"))
        await post(database, words("again", replaces="card:1"))
        (again,) = await due(database)
        assert again.edit == "11"

    run(story())


def test_an_edit_of_what_was_never_sent_is_sent_anew(database: Database, run: Run) -> None:
    async def story() -> None:
        await post(database, words("card", handle="card:1"), words("edit", replaces="card:1"))
        (card,) = await due(database)
        await record(database, Result(card, "failed", error="no"))
        assert (await due(database))[0].edit is None

    run(story())


def test_a_platforms_own_id_stands_for_itself(database: Database, run: Run) -> None:
    async def story() -> None:
        await post(database, words("edit", replaces="=123"))
        assert (await due(database))[0].edit == "123"

    run(story())


def test_what_goes_into_a_thread_waits_for_it_and_knows_it(database: Database, run: Run) -> None:
    async def story() -> None:
        await post(database, words("topic", handle="thread:7", ticket=7), words("said", within="thread:7", ticket=7))
        (topic,) = await due(database)
        await record(database, Result(topic, "sent", "4711"))
        (said,) = await due(database)
        assert (said.thread, said.ticket) == ("4711", 7)
        async with database.read() as tx:
            assert await outbox.ticket_of_thread(tx, "telegram", "1", "4711") == 7
            assert await outbox.ticket_of_thread(tx, "telegram", "2", "4711") is None
            assert await outbox.ticket_of_thread(tx, "telegram", "1", "4712") is None

    run(story())


def test_a_sent_message_is_found_by_the_platforms_id(database: Database, run: Run) -> None:
    async def story() -> None:
        conversation = await somebody(database, "chat:user", "telegram")
        await post(database, words("hello", conversation_id=conversation, ticket=7, handle="card:7", purpose="desk"))
        (first,) = await due(database)
        await record(database, Result(first, "sent", "10"))
        async with database.read() as tx:
            found = await outbox.sent_as(tx, "telegram", "1", "10")
            assert await outbox.sent_as(tx, "telegram", "2", "10") is None
        assert found is not None
        assert (found.conversation_key, found.ticket, found.handle) == ("chat:user", 7, "card:7")
        assert found.payload == {"text": "hello"}

    run(story())


def test_nothing_more_is_sent_to_a_chat_that_is_gone(database: Database, run: Run) -> None:
    async def story() -> None:
        await post(database, words("a"), words("b"), words("c", "2"))
        async with database.write() as tx:
            assert await outbox.drop_lane(tx, "telegram", "1", "removed") == [(None, None, "reply")] * 2
        assert texts(await due(database)) == ["c"]

    run(story())
