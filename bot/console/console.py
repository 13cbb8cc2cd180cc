"""What pages are given, who looks at them, and what they may do at that moment."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nicegui import ui
from starlette.requests import Request

from bot.accounts.accounts import CHANNEL, AccountError, Accounts
from bot.accounts.roles import ROLE_NAMES, Role, may
from bot.desk.actions import Action, Actor, Verb
from bot.desk.staff import Done, Staff
from bot.errors import UsageError
from bot.knowledge.live import Live
from bot.pipeline.wake import Bell, Bells
from bot.settings import Settings
from bot.storage import records
from bot.storage.accounts import Session
from bot.storage.database import Database
from kb.base import KnowledgeBase


class StoppedError(Exception):
    """Somebody may not do this, or no more; the text is for him."""


@dataclass(frozen=True, slots=True)
class Console:
    """The services behind the pages. ``said`` rings for a conversation, ``finished`` for everything."""

    settings: Settings
    database: Database
    staff: Staff
    base: Callable[[], KnowledgeBase]
    live: Live
    now: Callable[[], datetime]
    said: Bells
    finished: Bell
    accounts: Accounts


@dataclass(frozen=True, slots=True)
class Visit:
    """One open page. ``session``: as it was when the page was opened; what counts is ``allowed``."""

    console: Console
    request: Request
    session: Session

    @property
    def actor(self) -> Actor:
        """Whoever looks at the page, as whoever does something."""
        return Actor(CHANNEL, self.session.username, self.session.name)

    @property
    def number(self) -> int:
        """The number in the page's address; 0, which nothing has, where it is none."""
        number = str(self.request.path_params.get("number", ""))
        return int(number) if number.isdecimal() and len(number) <= 9 else 0

    async def allowed(self, role: Role, what: str, ticket: int | None = None, *, in_use: bool = True) -> Session:
        """The session as it is now. Raises StoppedError, and writes the refusal down."""
        session = await self.console.accounts.still(self.session.digest, in_use=in_use)
        if session and may(session.role, role):
            return session
        await self.audit(what, ticket, allowed=False)
        raise StoppedError(
            f"要有{ROLE_NAMES[role]}的权限才能做这个操作。" if session else "登录已经失效，请重新登录后再操作。"
        )

    async def audit(
        self, what: str, ticket: int | None = None, *, allowed: bool = True, detail: str | None = None
    ) -> None:
        """Write down what was seen or done."""
        session, now = self.session, self.console.now()
        values = {"at": now, "channel": CHANNEL, "account": session.username, "name": session.name}
        async with self.console.database.write() as tx:
            values |= {"action": what, "ticket": ticket, "allowed": allowed, "detail": detail}
            await records.write_audit(tx, values)

    async def act(self, verb: Verb, ticket: int, text: str = "") -> Done:
        """Do something to a ticket. Raises StoppedError."""
        await self.allowed("agent", verb, ticket)
        async with self.console.database.write() as tx:
            done = await self.console.staff.act(tx, Action(verb, self.actor, "", ticket, text), self.console.now())
        self.console.finished.ring()
        return done

    def deed(self, role: Role, what: str, do: Callable[[], Awaitable[Any]]) -> Callable[[], Awaitable[None]]:
        """A handler that looks at the role first, and says what went wrong."""

        async def run() -> None:
            try:
                await self.allowed(role, what)
                await do()
            except (StoppedError, AccountError, UsageError) as error:
                ui.notify(str(error), type="negative")

        return run
