"""Puts words on their way: to a user on the channel where he asked, to the staff in their room."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.desk.form import Form, Where
from bot.desk.notes import Note
from bot.desk.rooms import Room, Rooms
from bot.present import present
from bot.storage import conversations, outbox
from bot.storage.tickets import Case
from handlers.message import Reply
from handlers.plain import plain_text
from kb.knowledge import Knowledge
from kb.wording import Wording


@dataclass(frozen=True, slots=True)
class Mail:
    """``knowledge``: what is in force now, whose wording is used."""

    forms: Mapping[str, Form]
    rooms: Rooms
    knowledge: Callable[[], Knowledge]

    @property
    def words(self) -> Wording:
        """The sentences in force now."""
        return self.knowledge().wording

    async def answer(
        self,
        tx: AsyncConnection,
        channel: str,
        where: Where,
        replies: Sequence[Reply],
        now: datetime,
        *,
        author: str = "bot",
        inbox_id: int | None = None,
    ) -> None:
        """Say something to a user: into the conversation as it is remembered, and into the outbox."""
        words = self.words
        shown = [(present(reply), plain_text(reply, words)) for reply in replies]
        await conversations.add_replies(
            tx, where.conversation_id, now, shown, author=author, inbox_id=inbox_id, pushed=where.unasked
        )
        form = self.forms.get(channel)
        if form:
            await outbox.post(tx, form.to_user(where, replies, words), now)

    async def tell(
        self, tx: AsyncConnection, case: Case, reply: Reply, now: datetime, *, by_staff: bool = False
    ) -> None:
        """Say something to the user of a ticket, unasked."""
        where = Where(
            case.address,
            case.conversation_id,
            purpose="staff" if by_staff else "notice",
            ticket=case.number,
            unasked=True,
        )
        await self.answer(tx, case.channel, where, (reply,), now, author="staff" if by_staff else "bot")

    async def to_room(self, tx: AsyncConnection, room: Room | None, note: Note, now: datetime) -> None:
        """Say something to the staff; without a room nobody hears it but the log of the ticket."""
        form = self.forms.get(room.channel) if room else None
        if room and form:
            await outbox.post(tx, form.to_staff(room, note), now)
