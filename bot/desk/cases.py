"""What users' turns do to tickets: opened, added to, cancelled, reopened, confirmed; each change told to the staff."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.desk.lifecycle import Deed, after
from bot.desk.mail import Mail
from bot.desk.notes import Card, Media, Words
from bot.storage import records, tickets
from bot.storage.tickets import Case
from handlers.contacts import line
from handlers.effects import AddToTicket, CancelTicket, ConfirmTicket, Effect, OpenTicket, ReopenTicket
from kb.knowledge import Knowledge

log = logging.getLogger(__name__)
_RECENT_PICTURES = timedelta(hours=2)
_DETAILS = {"project": "项目", "person": "称呼", "phone": "电话"}


@dataclass(frozen=True, slots=True)
class Cases:
    """Tickets as users change them."""

    mail: Mail

    async def perform(
        self, tx: AsyncConnection, conversation_id: int, channel: str, effects: Sequence[Effect], now: datetime
    ) -> None:
        """Do what a turn wants of the desk."""
        for effect in effects:
            if isinstance(effect, OpenTicket):
                await self._open(tx, conversation_id, channel, effect, now)
                continue
            if not isinstance(effect, AddToTicket | CancelTicket | ReopenTicket | ConfirmTicket):
                continue
            case = await tickets.get(tx, effect.number, lock=True)
            if case is None or case.conversation_id != conversation_id:
                log.warning(
                    "a turn of conversation %d names ticket %d, which is not its own", conversation_id, effect.number
                )
                continue
            await self._change(tx, case, effect, now)

    async def _open(
        self, tx: AsyncConnection, conversation_id: int, channel: str, opened: OpenTicket, now: datetime
    ) -> None:
        base = self.mail.base()
        place = opened.site.place
        room = self.mail.rooms.for_site(place.name if place else None, opened.site.types)
        await tickets.add(
            tx,
            {
                "number": opened.number,
                "conversation_id": conversation_id,
                "status": "open",
                "question": opened.question,
                "tried": list(opened.tried),
                "project_types": list(opened.site.types),
                "district": place.name if place else None,
                "contacts": list(base.router.route(opened.site).contacts),
                "team": room.team if room else None,
                "opened_at": now,
                "changed_at": now,
            },
        )
        await tickets.note(tx, opened.number, now, "opened", by="user", text=opened.question)
        log.info("ticket %d opened on %s%s", opened.number, channel, "" if room else "; no staff room is configured")
        pictures = await records.attach_recent(tx, conversation_id, opened.number, now - _RECENT_PICTURES)
        case = await tickets.get(tx, opened.number)
        if case:
            await self.show(tx, case, now, anew=True)
            for ref in pictures:
                await self.relay_media(tx, case, ref, now)

    async def _change(
        self,
        tx: AsyncConnection,
        case: Case,
        effect: AddToTicket | CancelTicket | ReopenTicket | ConfirmTicket,
        now: datetime,
    ) -> None:
        match effect:
            case AddToTicket(field="said"):
                await self._said(tx, case, effect.text, now)
            case AddToTicket(field="picture"):
                await tickets.note(tx, case.number, now, "picture", by="user", text=effect.text)
            case AddToTicket():
                await tickets.change(tx, case.number, now, **{effect.field: effect.text})
                label = _DETAILS.get(effect.field, effect.field)
                await tickets.note(tx, case.number, now, "detail", by="user", text=f"{label}：{effect.text}")
            case CancelTicket():
                await self._deed(tx, case, "cancel", now, "用户取消了工单。", closed_at=now)
            case ReopenTicket():
                await self._deed(
                    tx,
                    case,
                    "reopen",
                    now,
                    "用户说还是不行，工单重新打开。",
                    solved_at=None,
                    closed_at=None,
                    priority="urgent",
                )
            case ConfirmTicket():
                await self._deed(tx, case, "confirm", now, "用户确认解决了。", closed_at=now, helped=True)
        await self.refresh(tx, case.number, now)

    async def _said(self, tx: AsyncConnection, case: Case, text: str, now: datetime) -> None:
        await tickets.note(tx, case.number, now, "said", by="user", text=text)
        status = after(case.status, "answer")
        if status and status != case.status:
            await tickets.change(tx, case.number, now, status=status)
        await self.mail.to_room(
            tx, self.mail.rooms.named(case.team), Words(f"用户：{text}", about=case.number, alert=True), now
        )

    async def _deed(self, tx: AsyncConnection, case: Case, deed: Deed, now: datetime, told: str, **values: Any) -> None:
        status = after(case.status, deed)
        if status is None:
            log.info("ticket %d is %s: %s changes nothing", case.number, case.status, deed)
            return
        await tickets.change(tx, case.number, now, status=status, **values)
        await tickets.note(tx, case.number, now, deed, by="user")
        await self.mail.to_room(tx, self.mail.rooms.named(case.team), Words(told, about=case.number, alert=True), now)

    async def relay_media(self, tx: AsyncConnection, case: Case, ref: dict[str, Any], now: datetime) -> None:
        """Show the staff a picture or file of the user's."""
        note = Media(case.number, case.channel, ref, "用户发来图片或文件")
        await self.mail.to_room(tx, self.mail.rooms.named(case.team), note, now)

    async def refresh(self, tx: AsyncConnection, number: int, now: datetime) -> None:
        """Bring the ticket's card up to date."""
        case = await tickets.get(tx, number)
        if case:
            await self.show(tx, case, now)

    async def show(
        self,
        tx: AsyncConnection,
        case: Case,
        now: datetime,
        *,
        anew: bool = False,
        note: str | None = None,
        teams: tuple[str, ...] | None = None,
    ) -> None:
        """Put the ticket's card into its room, or bring it up to date there."""
        room = self.mail.rooms.named(case.team)
        if room:
            files = len(await tickets.files(tx, case.number))
            card = card_of(case, self.mail.base().knowledge, files=files, note=note, teams=teams, anew=anew)
            await self.mail.to_room(tx, room, card, now)


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
