"""An editors' office: a database, a small content, what each editor does. Compiling goes on in this process.

The program compiles in a process of its own, which costs some seconds each time; ``test_preview`` and ``test_nodes`` go
that way. Here the same functions run in a thread, with the encoder that is loaded already.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from bot.building import build
from bot.desk.actions import Actor
from bot.knowledge import editing
from bot.knowledge.content import Content
from bot.knowledge.library import Library
from bot.knowledge.outcomes import Outcome, Published, Refused
from bot.knowledge.shelf import Shelf
from bot.knowledge.worker import compare
from bot.knowledge.working import WorkError
from bot.storage.database import Database
from bot.storage.revisions import Draft, Revision
from kb.load import ContentError
from tests.bot.storage.conftest import Run
from tests.bot.storage.stores import NOON

T = TypeVar("T")
LIN, ZHAO = Actor("console", "lin", "林编辑"), Actor("console", "zhao", "赵编辑")
GATE = "门卫室那边的点不对"
"""A way to ask that nothing in the small content has."""
add_gate = partial(editing.add_phrasings, record_id="faq-01", texts=[GATE])
add_gate_to_login = partial(editing.add_phrasings, record_id="faq-02", texts=["换了手机就进不去了"])


def replaced(name: str, old: str, new: str) -> Callable[[Content], Content]:
    """An edit that puts other words into a file."""

    def change(content: Content) -> Content:
        assert old in content.texts[name], f"{name} has no {old!r}"
        return content.put(name, content.texts[name].replace(old, new, 1))

    return change


lose_golden = replaced("places.yaml", "contact: contact-pukou", "contact: contact-housing")
"""“浦口的电话” gives another number after this."""


@dataclass
class Office:
    """Two editors at one database."""

    database: Database
    run: Run
    base: Path
    data: Path
    time: datetime = NOON
    library: Library = field(init=False)
    shelf: Shelf = field(init=False)

    def __post_init__(self) -> None:
        self.shelf = Shelf(self.database, self.base, self.data)
        self.library = Library(self.database, self.shelf, self.now)

    def now(self) -> datetime:
        """A minute later each time."""
        self.time += timedelta(minutes=1)
        return self.time

    def does(self, what: Awaitable[T]) -> T:
        async def run() -> T:
            return await what

        done: T = self.run(run())
        return done

    def draft(self, *edits: Callable[[Content], Content], by: Actor = LIN, title: str = "") -> Draft:
        draft = self.does(self.library.begin_draft(by, title))
        return self.does(self.library.edit(draft, by, *edits)) if edits else draft

    def publish(self, draft: Draft, by: Actor = LIN, note: str = "") -> Outcome:
        return self.does(self.library.publish(draft, by, note))

    def published(self, *edits: Callable[[Content], Content], by: Actor = LIN, note: str = "") -> Revision:
        outcome = self.publish(self.draft(*edits, by=by), by, note)
        assert isinstance(outcome, Published), outcome
        return outcome.revision

    def refused(self, draft: Draft) -> Refused:
        outcome = self.publish(draft)
        assert isinstance(outcome, Refused), outcome
        return outcome

    def texts(self, number: int | None = None) -> dict[str, str]:
        return dict(self.does(self.library.content(number)).texts)

    @property
    def state(self) -> tuple[object, ...]:
        """Everything that a refused change must leave as it was."""
        drafts = self.does(self.library.drafts())
        return self.does(self.library.newest()), self.does(self.library.history()), self.texts(), drafts


async def in_this_process(
    what: str, one: Path, other: Path, asked: Sequence[str], told: Callable[[dict[str, Any]], None]
) -> dict[str, Any]:
    """What ``bot.knowledge.working`` has another process do."""
    try:
        if what == "build":
            await asyncio.to_thread(build, one, other, lambda stage, share: told({"stage": stage, "share": share}))
            return {}
        return await asyncio.to_thread(compare, one, other, asked, lambda done, of: told({"done": done, "of": of}))
    except ContentError as error:
        raise WorkError(str(error)) from error
