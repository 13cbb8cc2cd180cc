"""One deed of an agent's in progress, and the refusal of one that cannot be done."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.desk.actions import Action
from bot.desk.lifecycle import STATUS_NAMES, Deed, after
from bot.storage import tickets
from bot.storage.tickets import Case


class RefusedError(Exception):
    """A deed that cannot be done; the text is for the agent."""


@dataclass(frozen=True, slots=True)
class Doing:
    """One deed in progress: the transaction, what is wanted, the ticket as it was, who does it and when."""

    tx: AsyncConnection
    action: Action
    case: Case
    agent_id: int
    now: datetime

    @property
    def number(self) -> int:
        """The ticket's."""
        return self.case.number

    async def change(self, **values: Any) -> None:
        """Change fields of the ticket."""
        await tickets.change(self.tx, self.number, self.now, **values)

    async def note(self, kind: str, text: str | None = None) -> None:
        """Write the deed into the ticket's history."""
        await tickets.note(self.tx, self.number, self.now, kind, by="agent", agent_id=self.agent_id, text=text)

    def allowed(self, deed: Deed) -> str:
        """The state that the deed leads to. Raises RefusedError."""
        status = after(self.case.status, deed)
        if status is not None:
            return status
        name = STATUS_NAMES[self.case.status]
        if deed == "reply":
            raise RefusedError(f"工单 {self.number} {name}，这条没有发给用户。要回复请先“重开 {self.number}”。")
        raise RefusedError(f"工单 {self.number} 现在是“{name}”，做不了这个操作。")
