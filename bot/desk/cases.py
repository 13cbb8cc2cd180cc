"""What users' turns do to tickets: opened, added to, cancelled, reopened, confirmed; each change told to the staff."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.desk.cards import Cards
from bot.desk.lifecycle import Deed, after
from bot.storage import conversations, records, tickets
from bot.storage.tickets import Case
from handlers.effects import AddToTicket, CancelTicket, ConfirmTicket, Effect, FetchTicket, OpenTicket, ReopenTicket
from handlers.message import Reply, TicketCard
from kb.routing import Route, Site

log = logging.getLogger(__name__)
_JUST_OPENED = timedelta(minutes=10)
"""So soon after it was opened, what does not arrive are the first words alone about it."""
_RECENT_PICTURES = timedelta(hours=2)
_DETAILS = {"project": "项目", "person": "称呼", "phone": "电话"}


@dataclass(frozen=True, slots=True)
class Cases:
    """Tickets as users change them. ``route``: whom to call about a site."""

    cards: Cards
    route: Callable[[Site], Route]

    async def perform(
        self, tx: AsyncConnection, conversation_id: int, channel: str, effects: Sequence[Effect], now: datetime
    ) -> None:
        """Do what a turn wants of the desk."""
        for effect in effects:
            if isinstance(effect, OpenTicket):
                await self._open(tx, conversation_id, channel, effect, now)
                continue
            if isinstance(effect, FetchTicket):
                await self._fetch(tx, conversation_id, effect.number, now)
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

    async def _fetch(self, tx: AsyncConnection, conversation_id: int, number: int, now: datetime) -> None:
        """A ticket from a group goes on in this private conversation, if it is the same person's."""
        case = await tickets.get(tx, number, lock=True)
        alone = await conversations.by_id(tx, conversation_id)
        begun = await conversations.by_id(tx, case.conversation_id) if case else None
        if (
            case is None
            or begun is None
            or not alone.person
            or (alone.channel, alone.person) != (begun.channel, begun.person)
        ):
            log.warning("conversation %d asks for ticket %d, which is another person's", conversation_id, number)
            return
        await tickets.change(tx, number, now, conversation_id=conversation_id)
        await tickets.note(tx, number, now, "moved", by="user")
        await self.cards.refresh(tx, number, now)

    async def back_to_group(self, tx: AsyncConnection, case: Case, now: datetime) -> bool:
        """Take a ticket that was just opened in a group back there, where its user cannot be written to alone."""
        alone = await conversations.by_id(tx, case.conversation_id)
        if alone.group is not None or not alone.person or now - case.opened_at > _JUST_OPENED:
            return False
        begun = await conversations.in_group_with(tx, alone.channel, alone.person)
        if begun is None:
            return False
        await tickets.change(tx, case.number, now, conversation_id=begun.id)
        moved = await tickets.get(tx, case.number)
        if moved is None:
            return False
        mail = self.cards.mail
        card = TicketCard(case.number, mail.words.ticket_not_private.format(number=case.number))
        await mail.tell(tx, moved, Reply("escalate", (card,), ticket=case.number), now)
        return True

    async def _open(
        self, tx: AsyncConnection, conversation_id: int, channel: str, opened: OpenTicket, now: datetime
    ) -> None:
        place = opened.site.place
        room = self.cards.mail.rooms.for_site(place.name if place else None, opened.site.types)
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
                "contacts": list(self.route(opened.site).contacts),
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
            await self.cards.show(tx, case, now, anew=True)
            for ref in pictures:
                await self.cards.relay_media(tx, case, ref, now)

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
                await self._answered(tx, case, now)
            case AddToTicket():
                await tickets.change(tx, case.number, now, **{effect.field: effect.text})
                label = _DETAILS.get(effect.field, effect.field)
                await tickets.note(tx, case.number, now, "detail", by="user", text=f"{label}：{effect.text}")
                await self._locate(tx, case, effect.site, now)
            case CancelTicket():
                await self._deed(tx, case, "cancel", now, "用户取消了工单。", closed_at=now)
            case ReopenTicket():
                await self._deed(
                    tx,
                    case,
                    "reopen",
                    now,
                    "用户说还是不行，工单重新打开。",
                    agent_id=None,
                    solved_at=None,
                    closed_at=None,
                    priority="urgent",
                    reminded_at=now,
                    reminders=0,
                )
            case ConfirmTicket():
                await self._deed(tx, case, "confirm", now, "用户确认解决了。", closed_at=now, helped=True)
        told = isinstance(effect, AddToTicket) and effect.field in _DETAILS
        await self.cards.refresh(tx, case.number, now, news=told)

    async def _locate(self, tx: AsyncConnection, case: Case, site: Site, now: datetime) -> None:
        """A detail told where the site is: whom to call follows, and the team, while nobody has taken the case."""
        district = site.place.name if site.place else None
        if not site.known or (district, site.types) == (case.district, case.project_types):
            return
        contacts = list(self.route(site).contacts)
        await tickets.change(tx, case.number, now, district=district, project_types=list(site.types), contacts=contacts)
        rooms = self.cards.mail.rooms
        room, before = rooms.for_site(district, site.types), rooms.for_site(case.district, case.project_types)
        if room is None or room.team == case.team or case.status != "open" or case.agent_id is not None:
            return
        if before is None or before.team != case.team:
            return  # an agent has handed it to another team, and knows better
        await tickets.note(tx, case.number, now, "hand_over", by="bot", text=f"{case.team or '默认组'} → {room.team}")
        await self.cards.show(tx, case, now, note=f"已转给{room.team}，这里不用再处理。")
        await tickets.change(tx, case.number, now, team=room.team)
        moved = await tickets.get(tx, case.number)
        if moved:
            await self.cards.show(tx, moved, now, anew=True)
            for file in await tickets.files(tx, case.number):
                await self.cards.relay_media(tx, moved, file.ref, now)

    async def _said(self, tx: AsyncConnection, case: Case, text: str, now: datetime) -> None:
        await tickets.note(tx, case.number, now, "said", by="user", text=text)
        await self._answered(tx, case, now)
        await self.cards.tell(tx, case, f"用户：{text}", now)

    async def _answered(self, tx: AsyncConnection, case: Case, now: datetime) -> None:
        """What the user sends, words or a picture, is his answer to whoever waits for one."""
        status = after(case.status, "answer")
        if status and status != case.status:
            await tickets.change(tx, case.number, now, status=status)

    async def _deed(self, tx: AsyncConnection, case: Case, deed: Deed, now: datetime, told: str, **values: Any) -> None:
        status = after(case.status, deed)
        if status is None:
            log.info("ticket %d is %s: %s changes nothing", case.number, case.status, deed)
            return
        await tickets.change(tx, case.number, now, status=status, **values)
        await tickets.note(tx, case.number, now, deed, by="user")
        await self.cards.tell(tx, case, told, now)
