"""What is forgotten and what is not; and that nothing of it is left in the file."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.storage import conversations, pruning, space, tickets, upkeep
from bot.storage.database import Database
from bot.storage.tables import attachment, conversation, inbox, outbox, ticket
from handlers.conversation import Conversation
from tests.bot.storage import past
from tests.bot.storage.conftest import Run
from tests.bot.storage.stores import FILE, Kind, somebody

NOW = datetime(2026, 11, 1, tzinfo=UTC)
BEFORE = NOW - timedelta(days=180)
OTHERS = ("RECENT", "UNSOLVED", "UNSENT", "BACK")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    for number, name in ((1001, "FORGOTTEN"), (1002, "RECENT"), (1003, "UNSOLVED")):
        (folder / f"{number}-{name}.jpg").write_text(name)
    return folder


@pytest.fixture
def full(database: Database, run: Run) -> Database:
    """A database with a past."""
    run(past.live_through(database, NOW))
    return database


def test_what_people_said_is_forgotten(full: Database, files: Path, run: Run) -> None:
    async def story() -> None:
        assert await past.words_of(full, "FORGOTTEN") > 10
        await pruning.prune(full, BEFORE, files)
        assert await past.words_of(full, "FORGOTTEN") == 0
        assert {file.name for file in files.iterdir()} == {"1002-RECENT.jpg", "1003-UNSOLVED.jpg"}

    run(story())


def test_what_is_recent_or_unfinished_stays(full: Database, files: Path, run: Run) -> None:
    async def story() -> None:
        before = [await past.words_of(full, name) for name in OTHERS]
        await pruning.prune(full, BEFORE, files)
        after = [await past.words_of(full, name) for name in OTHERS]
        # Of the unsolved one, what is no part of his case goes: the log of questions, the audit, the events.
        assert [name for name, was, is_now in zip(OTHERS, before, after, strict=True) if was != is_now] == ["UNSOLVED"]
        async with full.read() as tx:
            case = await tickets.get(tx, 1003)
            assert case is not None
            assert (case.question, case.project, case.person, case.phone) == ("UNSOLVED",) * 4
            assert (case.key, case.address) == ("key-UNSOLVED", "address-UNSOLVED")
            assert [entry.text for entry in await tickets.history(tx, 1003)] == ["UNSOLVED"] * 2
            assert (await tickets.files(tx, 1003))[0].path == "1003-UNSOLVED.jpg"

    run(story())


def test_figures_stay(full: Database, files: Path, run: Run) -> None:
    async def story() -> None:
        before = await past.figures(full)
        rows = len(await past.everything(full))
        await pruning.prune(full, BEFORE, files)
        assert await past.figures(full) == before
        assert len(await past.everything(full)) == rows, "no row is deleted"

    run(story())


def test_the_tables_are_in_order_afterwards(full: Database, files: Path, run: Run) -> None:
    async def story() -> None:
        await pruning.prune(full, BEFORE, files)
        found = await upkeep.check(full, NOW)
        assert found.problems == ()
        assert found.inbox is not None
        assert found.inbox.waiting == 1

    run(story())


def test_counting_changes_nothing_and_says_what_pruning_does(full: Database, files: Path, run: Run) -> None:
    async def story() -> None:
        before = await past.everything(full)
        counted = await pruning.count(full, BEFORE)
        assert await past.everything(full) == before
        steps: list[int] = []
        assert await pruning.prune(full, BEFORE, files, steps.append) == counted
        assert sum(steps) == sum(counted.values())
        assert min(counted.values()) >= 1, "every rule has met something"
        assert set((await pruning.prune(full, BEFORE, files)).values()) == {0}, "and nothing twice"

    run(story())


def test_many_rows_go_in_batches(database: Database, files: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "_BATCH", 4)
    monkeypatch.setattr(pruning, "_LEAST_PAUSE", 0)

    async def story() -> None:
        for number in range(10):
            key = await somebody(database, f"k{number}")
            async with database.write() as tx:
                old = {"state": {"question": "x"}, "updated_at": NOW - past.LONG_AGO}
                await tx.execute(update(conversation).where(conversation.c.id == key).values(**old))
        steps: list[int] = []
        assert (await pruning.prune(database, BEFORE, files, steps.append))["对话记忆和账号"] == 10
        assert [step for step in steps if step] == [4, 4, 2]

    run(story())


def test_who_comes_back_after_all_begins_anew(full: Database, files: Path, run: Run) -> None:
    async def story() -> None:
        await pruning.prune(full, BEFORE, files)
        old = (await _all(full, select(conversation.c.id).where(conversation.c.key.like("gone:%"))))[0].id
        assert await somebody(full, "key-FORGOTTEN") != old

    run(story())


def test_a_reply_to_an_old_card_still_finds_its_ticket(full: Database, files: Path, run: Run) -> None:
    async def story() -> None:
        await pruning.prune(full, BEFORE, files)
        rows = await _all(full, select(outbox).where(outbox.c.ticket == 1001, outbox.c.purpose == "desk"))
        assert [(row.lane, row.sent_as, row.handle, row.payload) for row in rows] == [
            ("staff", "77", "card:1001", None)
        ]

    run(story())


def test_an_old_ticket_that_was_opened_again_stays(full: Database, files: Path, run: Run) -> None:
    async def story() -> None:
        async with full.write() as tx:
            again = {"status": "open", "solved_at": None, "closed_at": None}
            await tx.execute(update(ticket).where(ticket.c.number == 1001).values(**again))
        await pruning.prune(full, BEFORE, files)
        async with full.read() as tx:
            case = await tickets.get(tx, 1001)
        assert case is not None
        assert (case.question, case.address) == ("FORGOTTEN", "address-FORGOTTEN")
        assert (files / "1001-FORGOTTEN.jpg").exists()

    run(story())


def test_a_file_that_is_gone_already_is_no_trouble(full: Database, files: Path, run: Run) -> None:
    (files / "1001-FORGOTTEN.jpg").unlink()
    assert run(pruning.prune(full, BEFORE, files))["图片和文件"] == 1


def test_a_path_leads_nowhere_else(full: Database, files: Path, run: Run) -> None:
    async def story() -> None:
        async with full.write() as tx:
            await tx.execute(update(attachment).where(attachment.c.ticket == 1001).values(path="../precious"))
        (files.parent / "precious").write_text("x")
        await pruning.prune(full, BEFORE, files)
        assert (files.parent / "precious").exists()

    run(story())


def test_others_can_write_meanwhile(full: Database, files: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "_BATCH", 1)

    async def story() -> None:
        pruned = asyncio.create_task(pruning.prune(full, BEFORE, files))
        written = 0
        while not pruned.done():
            async with full.write() as tx:
                await conversations.save(tx, "web", f"new{written}", "a", None, Conversation(), NOW)
            written += 1
        await pruned
        assert written > 5
        assert len(await _all(full, select(conversation).where(conversation.c.key.like("new%")))) == written

    run(story())


async def _all(database: Database, query: Any) -> list[Any]:
    async with database.read() as tx:
        return list(await tx.execute(query))


def _raw(folder: Path) -> bytes:
    """Everything on disk: the file, its log and the log's index."""
    return b"".join(path.read_bytes() for path in sorted(folder.glob(f"{FILE}*")))


def _wide() -> list[Any]:
    """Words that fill pages of their own, beside short ones."""
    return [{"text": f"{'FORGOTTEN ' * (1 + 900 * (number % 3))}{number}"} for number in range(60)]


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize("compact", [False, True])
def test_nothing_forgotten_is_left_in_the_file(
    full: Database, kind: Kind, files: Path, run: Run, tmp_path: Path, compact: bool
) -> None:
    async def story() -> None:
        async with full.write() as tx:
            if compact:
                # As a build of SQLite wrote it that was not told to overwrite: that leaves copies in gaps.
                await tx.exec_driver_sql("PRAGMA secure_delete = OFF")
            for number, payload in enumerate(_wide()):
                old = {"received_at": NOW - past.LONG_AGO, "due_at": NOW, "done_at": NOW - past.LONG_AGO}
                event = {"channel": "web", "event_id": f"w{number}", "lane": "w", "state": "done", "payload": payload}
                await tx.execute(inbox.insert().values(**event, **old))
        assert _raw(tmp_path).count(b"FORGOTTEN") > 100
        await pruning.prune(full, BEFORE, files)
        if compact:
            freed = await space.give_back(full, tmp_path / "server.lock")
            assert freed is not None
            assert freed.clean
            assert freed.rewritten
            assert freed.after < freed.before
        else:
            with closing(sqlite3.connect(tmp_path / FILE)) as file:
                assert file.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        assert b"FORGOTTEN" not in _raw(tmp_path)
        assert b"RECENT" in _raw(tmp_path)

    run(story())
