"""What a running node makes of revisions: takes them over, and stays with the one before where that cannot be."""

import asyncio
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.ask import Line, Session
from bot.knowledge import live as module
from bot.knowledge.live import Live, begin
from bot.knowledge.shelf import Shelf
from bot.opening import compiled_path, open_compiled
from bot.storage import revisions
from bot.storage.knowledge_tables import knowledge_compiled, knowledge_revision
from handlers.message import Reply
from kb.base import KnowledgeBase
from tests.knowledge.office import GATE, LIN, Office, add_gate, add_gate_to_login

only_sqlite = pytest.mark.parametrize("kind", ["sqlite"])
_PATIENCE = 120


class Node:
    """One that looks at the office's database; its compiled files lie in a folder of its own."""

    def __init__(self, office: Office, data: Path) -> None:
        self.office = office
        self.shelf = Shelf(office.database, office.base, data)
        base, number = office.does(begin(self.shelf, self._brought, office.now))
        self.live = Live(self.shelf, base, number, office.now)

    def _brought(self) -> KnowledgeBase:
        """Compiled for the office already."""
        return open_compiled(compiled_path(self.office.base, self.office.data))

    def takes(self, number: int) -> bool:
        return self.office.does(self.live.take(number))

    def answer(self, question: str) -> tuple[str, ...]:
        turn, _ = Session(self.live.base).take(Line(q=question))
        return turn.replies[0].records


@pytest.fixture
def node(office: Office, tmp_path: Path) -> Node:
    office.does(office.shelf.compiled(office.does(office.library.content())))
    return Node(office, tmp_path / "node")


def change_rows(office: Office, table: Any, where: Any, **values: Any) -> None:
    async def change() -> None:
        async with office.database.write() as tx:
            await tx.execute(update(table).where(where).values(**values))

    office.does(change())


def compiled_in_database(office: Office, number: int) -> bytes:
    async def read() -> bytes:
        async with office.database.read() as tx:
            query = select(knowledge_compiled.c.data).where(knowledge_compiled.c.revision == number)
            return bytes((await tx.execute(query)).scalar_one())

    return office.does(read())


@contextmanager
def nobody_compiles(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    async def no(*_: object) -> dict[str, Any]:
        raise AssertionError("it was compiled again")

    with monkeypatch.context() as patch:
        patch.setattr("bot.knowledge.working._run", no)
        yield


def test_a_node_takes_what_another_has_compiled(office: Office, node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    assert node.live.number == 0
    assert node.answer(GATE) != ("faq-01",)
    office.published(add_gate)
    with nobody_compiles(monkeypatch):
        assert node.takes(1)
    assert (node.live.number, node.answer(GATE)) == (1, ("faq-01",))
    assert node.live.base.revision == "r1"
    assert node.live.state() == {"number": 1, "since": node.live.since and node.live.since.isoformat(), "trouble": None}


@only_sqlite
def test_conversations_go_on_where_they_were(office: Office, node: Node) -> None:
    session = Session(node.live.base)

    def says(text: str) -> Reply:
        turn, _ = session.take(Line(q=text, conversation="c"))
        return turn.replies[0]

    walk = next(button.send for button in says("地址填错了").buttons if "一步步" in button.label)
    assert says(walk).outcome == "steps"
    office.published(add_gate)
    assert node.takes(1)
    session.base = node.live.base
    second = says("下一步")
    assert second.outcome == "steps"
    assert "核对通过了吗" in str(second.parts)
    # A button of before still means what it said.
    assert says(walk).records == ("faq-01",)


broken_overlays = {
    "no YAML": {"faq-01.yaml": "id: [faq-01"},
    "no file of ours": {"../evil.yaml": "x"},
}


@only_sqlite
@pytest.mark.parametrize("why", broken_overlays)
def test_a_revision_that_does_not_compile_leaves_the_one_before(
    office: Office, node: Node, why: str, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    office.published(add_gate)
    assert node.takes(1)
    office.published(add_gate_to_login)
    change_rows(office, knowledge_compiled, knowledge_compiled.c.revision == 2, revision=99)
    change_rows(office, knowledge_revision, knowledge_revision.c.number == 2, overlay=broken_overlays[why])
    with caplog.at_level(logging.CRITICAL):
        assert not node.takes(2)
    assert (node.live.number, node.answer(GATE)) == (1, ("faq-01",))
    trouble = str(node.live.state()["trouble"])
    assert trouble.startswith("修订 2 没能启用，仍在用修订 1。日志编号 ")
    # A node that starts now goes back to it as well.
    with caplog.at_level(logging.CRITICAL):
        started = Node(office, tmp_path / "another")
    assert (started.live.number, started.answer(GATE)) == (1, ("faq-01",))
    # The next one that is sound ends the trouble.
    office.does(office.library.roll_back(1, LIN))
    assert node.takes(3)
    assert (node.live.number, node.live.state()["trouble"]) == (3, None)


@only_sqlite
@pytest.mark.parametrize("what", ["the file", "the packed file", "what is packed"])
def test_a_damaged_file_is_had_anew(office: Office, node: Node, what: str, caplog: pytest.LogCaptureFixture) -> None:
    office.published(add_gate)
    packed = compiled_in_database(office, 1)
    if what == "the file":
        assert node.takes(1)
        path = node.shelf.data / "knowledge" / f"{office.does(office.library.revision(1)).compiled}.sqlite"
        path.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    else:
        half = packed[: len(packed) // 2] if what == "the packed file" else revisions.pack(b"no database at all")
        change_rows(office, knowledge_compiled, knowledge_compiled.c.revision == 1, data=half)
    with caplog.at_level(logging.CRITICAL):
        assert node.takes(1)
    assert node.answer(GATE) == ("faq-01",)
    # The next node finds a sound one.
    kept = revisions.unpack(compiled_in_database(office, 1))
    (node.shelf.data / "again.sqlite").write_bytes(kept)
    with closing(sqlite3.connect(node.shelf.data / "again.sqlite")) as file:
        assert file.execute("pragma integrity_check").fetchone() == ("ok",)


@only_sqlite
def test_the_watch_takes_each_new_revision(office: Office, node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.05)
    told: list[str] = []
    node.live.swapped = lambda base: told.append(base.revision)

    async def until(number: int) -> None:
        async with asyncio.timeout(_PATIENCE):
            while node.live.number != number:
                await asyncio.sleep(0.02)

    async def watching() -> None:
        watch = asyncio.create_task(node.live.watch())
        draft = await office.library.begin_draft(LIN)
        draft = await office.library.edit(draft, LIN, add_gate)
        await office.library.publish(draft, LIN, "")
        await until(1)
        await office.library.roll_back(0, LIN)
        await until(2)
        watch.cancel()

    office.does(watching())
    assert told == ["r1", "r2"]
    assert node.answer(GATE) != ("faq-01",)
