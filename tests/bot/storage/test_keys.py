"""Keys of the HTTP API and what their bridges are told, on both databases."""

from datetime import datetime, timedelta

from bot.storage import conversations, inbox, keys, outbox
from bot.storage.database import Database
from bot.storage.inbox import Event
from bot.storage.outbox import Outgoing
from handlers.conversation import Conversation
from tests.bot.storage.conftest import Run
from tests.bot.storage.stores import NOON, at


async def made(database: Database, expires: datetime | None = None) -> keys.Made:
    async with database.write() as tx:
        return await keys.add(tx, "桥", keys.SCOPES, NOON, per_minute=10, expires_at=expires)


def test_a_token_opens_its_own_key(database: Database, run: Run) -> None:
    first, second = run(made(database)), run(made(database))

    async def look() -> None:
        async with database.read() as tx:
            found = await keys.by_token(tx, second.token)
            assert found is not None
            assert (found.id, found.is_good(NOON)) == (second.id, True)
            assert found.prefix == second.token[: len(found.prefix)]
            for wrong in (
                "",
                "hdk",
                f"hdk_{first.id}",
                second.token[:-1],
                second.token.replace(f"_{second.id}_", f"_{first.id}_"),
            ):
                assert await keys.by_token(tx, wrong) is None

    run(look())


def test_until_when(database: Database, run: Run) -> None:
    one = run(made(database, NOON + timedelta(minutes=5)))

    async def good(minutes: float) -> bool:
        async with database.read() as tx:
            key = await keys.by_id(tx, one.id)
        return key is not None and key.is_good(at(minutes))

    async def revoke() -> bool:
        async with database.write() as tx:
            return await keys.revoke(tx, one.id, NOON)

    assert [run(good(4)), run(good(5))] == [True, False]
    assert [run(revoke()), run(revoke())] == [True, False]
    assert not run(good(0))


def test_what_was_posted_first_counts(database: Database, run: Run) -> None:
    one = run(made(database))

    async def post(digest: str) -> str:
        async with database.write() as tx:
            return await keys.request(tx, "k1:a", one.id, digest, NOON)

    assert [run(post("x")), run(post("y"))] == ["x", "x"]


def test_what_is_told_later(database: Database, run: Run) -> None:
    one = run(made(database))
    lane = f"k{one.id}.pu1"

    async def talk() -> list[list[str]]:
        async with database.write() as tx:
            number = await conversations.save(tx, "api", lane, lane, None, Conversation(), NOON)
            await conversations.save(tx, "api", f"{lane}0", f"{lane}0", None, Conversation(), NOON)
            for name in ("asked", "late"):
                await keys.request(tx, name, one.id, "x", NOON)
                await inbox.accept(tx, [Event("api", name, lane, {})], NOON)
                event = await inbox.find(tx, "api", name)
                assert event is not None
                await conversations.add_replies(tx, number, NOON, [({}, f"answer {name}")], inbox_id=event[0])
            await keys.mark_late(tx, "late", late=True)
            await conversations.add_replies(tx, number, at(1), [({}, "pushed")], author="staff", pushed=True)
            payload = {"from": "bot", "text": "muted", "reply": {}, "to": "asked"}
            await outbox.post(tx, [Outgoing("api", lane, lane, payload, "reply")], NOON)
        async with database.read() as tx:
            start = f"k{one.id}."
            assert [each["text"] for each in await keys.announced(tx, lane, "asked")] == ["muted"]
            assert await keys.announced(tx, lane, "late") == []
            return [
                [each.text for each in await keys.spoken(tx, start, 0, 10)],
                [each.text for each in await keys.spoken(tx, start, 0, 10, everything=True)],
                [each.text for each in await keys.spoken(tx, start, 0, 10, before=NOON)],
                [each.text for each in await keys.spoken(tx, start, 0, 10, chat=f"{lane}0", everything=True)],
                [each.text for each in await keys.spoken(tx, "k99.", 0, 10, everything=True)],
                [each.text for each in await keys.answers(tx, "asked")],
            ]

    assert run(talk()) == [
        ["answer late", "pushed"],
        ["answer asked", "answer late", "pushed"],
        ["answer late"],
        [],
        [],
        ["answer asked"],
    ]
