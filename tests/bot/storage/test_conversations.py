"""What is remembered of a conversation comes back as it was; what cannot be read is forgotten, and nothing breaks."""

from datetime import UTC, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from bot.storage import conversations
from bot.storage.conversations import Known
from bot.storage.database import Database
from bot.storage.tables import conversation as table
from handlers.conversation import Conversation, Heard, Ticket, Walk
from handlers.message import Button
from kb.places import Place
from kb.routing import Site
from tests.bot.storage.conftest import Run
from tests.bot.storage.stores import NOON, at

words = st.text(max_size=20)
moments = st.datetimes(timezones=st.sampled_from((UTC, timezone(timedelta(hours=8)))))
lists = st.lists(words, max_size=3).map(tuple)
asked = st.sampled_from((None, "project_type", "district", "either", "detail"))
walks = st.builds(Walk, words, words, st.lists(st.tuples(words, words), max_size=3).map(tuple), paused=st.booleans())
tickets = st.builds(
    Ticket,
    st.integers(1, 2**31),
    st.sampled_from(("open", "claimed", "waiting", "solved", "closed")),
    asking=st.none() | words,
    solved_at=st.none() | moments,
)
states = st.builds(
    Conversation,
    site=st.builds(Site, st.none() | st.builds(Place, words, lists, st.booleans()), lists),
    record=st.none() | words,
    question=st.none() | words,
    walk=st.none() | walks,
    offered=st.lists(st.builds(Button, words, words), max_size=3).map(tuple),
    asked=asked,
    about_contacts=st.booleans(),
    unresolved=st.integers(0, 9),
    tried=lists,
    ticket=st.none() | tickets,
    heard=st.none() | st.builds(Heard, words, moments, st.booleans()),
)


async def save(database: Database, state: Conversation, key: str = "k", **more: Any) -> int:
    async with database.write() as tx:
        group, now = more.get("group"), more.get("now", NOON)
        return await conversations.save(tx, "web", key, more.get("address", "a"), group, state, now)


async def load(database: Database, key: str = "k") -> Known | None:
    async with database.read() as tx:
        return await conversations.load(tx, "web", key)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(state=states)
def test_what_is_remembered_comes_back(database: Database, run: Run, state: Conversation) -> None:
    run(save(database, state))
    known = run(load(database))
    assert known.state == state


def test_nothing_is_known_of_a_stranger(database: Database, run: Run) -> None:
    assert run(load(database)) is None


def test_a_conversation_is_kept_under_its_key(database: Database, run: Run) -> None:
    async def story() -> None:
        first = await save(database, Conversation(question="一"), address="here", group="g")
        assert await save(database, Conversation(question="二"), address="there", now=at(5)) == first
        assert await save(database, Conversation(), key="other") != first
        known = await load(database)
        assert known is not None
        assert (known.id, known.address, known.group) == (first, "there", "g")
        assert known.state.question == "二"
        async with database.read() as tx:
            assert await conversations.by_id(tx, first) == known
            row = (await tx.execute(select(table).where(table.c.id == first))).one()
        assert (row.created_at, row.updated_at) == (NOON, at(5))

    run(story())


@pytest.mark.parametrize(
    "left",
    [
        {"record": 5},
        {"walk": {"record": "faq-01"}},
        {"ticket": {"number": "many"}},
        {"heard": {"text": "x", "at": "yesterday", "settled": True}},
        ["a", "list"],
        "a word",
        17,
        None,
        {},
    ],
)
def test_a_state_that_cannot_be_read_is_forgotten(database: Database, run: Run, left: Any) -> None:
    async def story() -> None:
        key = await save(database, Conversation(question="x"))
        async with database.write() as tx:
            await tx.execute(update(table).where(table.c.id == key).values(state=left))
        known = await load(database)
        assert known is not None
        assert known.state == Conversation()
        await save(database, Conversation(question="anew"))

    run(story())


def test_what_a_newer_program_remembered_does_not_hide_the_rest(database: Database, run: Run) -> None:
    async def story() -> None:
        key = await save(database, Conversation())
        async with database.write() as tx:
            state = {"question": "kept", "mood": "sunny"}
            await tx.execute(update(table).where(table.c.id == key).values(state=state))
        known = await load(database)
        assert known is not None
        assert known.state.question == "kept"

    run(story())


def test_what_was_said_is_kept_in_order(database: Database, run: Run) -> None:
    async def story() -> None:
        key = await save(database, Conversation())
        async with database.write() as tx:
            await conversations.add_said(tx, key, NOON, "怎么改？", event_id="m1", inbox_id=7)
            replies = [({"n": 1}, "一"), ({"n": 2}, "二")]
            await conversations.add_replies(tx, key, NOON, replies, inbox_id=7)
            await conversations.add_replies(tx, key, at(1), [({"n": 3}, "三")], author="staff", pushed=True)
            await conversations.add_replies(tx, key, at(1), [])
        async with database.read() as tx:
            lines = await conversations.lines(tx, key, 3)
            assert [line.text for line in lines] == ["一", "二", "三"], "the latest, oldest first"
            assert [line.reply for line in await conversations.answers(tx, 7)] == [{"n": 1}, {"n": 2}]
            after = await conversations.after(tx, key, lines[0].id)
            assert [(line.text, line.author, line.pushed) for line in after] == [
                ("二", "bot", False),
                ("三", "staff", True),
            ]
            assert await conversations.newest(tx) == await conversations.last_line(tx, key) == lines[-1].id

    run(story())
