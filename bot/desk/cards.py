"""A ticket as the staff see it in their room: its card, kept up to date, and the user's pictures."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.desk.mail import Mail
from bot.desk.notes import Card, Media, Note, Words
from bot.desk.rooms import Room
from bot.storage import tickets
from bot.storage.tickets import Case
from handlers.contacts import line
from kb.knowledge import Knowledge


@dataclass(frozen=True, slots=True)
class Cards:
    """Shows tickets to the staff; where there is no room, nobody sees them but in the terminal."""

    mail: Mail

    async def show(
        self,
        tx: AsyncConnection,
        case: Case,
        now: datetime,
        *,
        anew: bool = False,
        note: str | None = None,
        teams: tuple[str, ...] | None = None,
        news: bool = False,
        seen_in: Room | None = None,
    ) -> None:
        """Put the ticket's card into its rooms, or bring it up to date there. ``seen_in``: where it is no news."""
        rooms = self.mail.rooms.of_team(case.team)
        if not rooms:
            return
        files = len(await tickets.files(tx, case.number))
        card = card_of(case, self.mail.knowledge(), files=files, note=note, teams=teams, anew=anew)
        for room in rooms:
            await self.mail.to_room(tx, room, replace(card, news=news and room != seen_in), now)

    async def refresh(
        self, tx: AsyncConnection, number: int, now: datetime, *, news: bool = False, seen_in: Room | None = None
    ) -> None:
        """Bring the ticket's card up to date."""
        case = await tickets.get(tx, number)
        if case:
            await self.show(tx, case, now, news=news, seen_in=seen_in)

    async def tell(self, tx: AsyncConnection, case: Case, text: str, now: datetime) -> None:
        """A line to the ticket's rooms that somebody should see now."""
        await self._to_all(tx, case, Words(text, about=case.number, alert=True), now)

    async def relay_media(self, tx: AsyncConnection, case: Case, ref: dict[str, Any], now: datetime) -> None:
        """Show the staff a picture or file of the user's."""
        await self._to_all(tx, case, Media(case.number, case.channel, ref, "用户发来图片或文件"), now)

    async def _to_all(self, tx: AsyncConnection, case: Case, note: Note, now: datetime) -> None:
        for room in self.mail.rooms.of_team(case.team):
            await self.mail.to_room(tx, room, note, now)


def card_of(
    case: Case,
    knowledge: Knowledge,
    *,
    files: int = 0,
    note: str | None = None,
    teams: tuple[str, ...] | None = None,
    anew: bool = False,
) -> Card:
    """A ticket at a glance."""
    kinds = tuple(knowledge.project_type[kind].name for kind in case.project_types if kind in knowledge.project_type)
    return Card(
        number=case.number,
        status=case.status,
        priority=case.priority,
        question=case.question or "（内容已清除）",
        channel=case.channel,
        in_group=case.group is not None,
        opened_at=case.opened_at,
        team=case.team or "",
        agent=case.agent,
        tried=tuple(knowledge.record[record].title for record in case.tried if record in knowledge.record),
        contacts=tuple(line(knowledge.contact[contact]) for contact in case.contacts if contact in knowledge.contact),
        site=(*((case.district,) if case.district else ()), *kinds),
        project=case.project,
        person=case.person,
        phone=case.phone,
        files=files,
        note=note,
        teams=teams,
        anew=anew,
    )
