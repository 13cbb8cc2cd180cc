"""Does what an event means: a user's turn, an agent's deed, a refusal."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.desk.cases import Cases
from bot.desk.form import Where
from bot.desk.mail import Mail
from bot.desk.notes import Words
from bot.desk.rooms import Room
from bot.desk.staff import Staff
from bot.pipeline.channel import Channel
from bot.pipeline.happening import Announced, Happening, Hushed, Ignored, Refused, Said, StaffActed, Unreachable
from bot.pipeline.signals import signal
from bot.pipeline.turns import Turns
from bot.storage import conversations, groups, outbox, records, tickets
from bot.storage.inbox import Claim, finish, give_up
from bot.storage.outbox import Outgoing
from handlers.conversation import Conversation
from handlers.message import Reply, Text

log = logging.getLogger(__name__)
TOLD_TO_USERS = ("reply", "staff", "notice")
"""Purposes of messages that somebody misses who did not get them."""


@dataclass(frozen=True, slots=True)
class Acting:
    """Knows whose each kind of happening is."""

    turns: Turns
    staff: Staff
    cases: Cases
    mail: Mail
    now: Callable[[], datetime]

    async def act(self, claim: Claim, channels: Mapping[str, Channel]) -> None:
        """Do what the event means, and mark it done in the same transaction."""
        channel = channels.get(claim.event.channel)
        if channel is None:
            raise LookupError(f"nobody understands events of {claim.event.channel}")
        async with claim.reading() as tx:
            happening = await channel.understand(claim.event, tx)
        if isinstance(happening, Said):
            await self.turns.take(claim, happening)
            return
        async with claim.writing() as tx:
            if await finish(tx, claim.event, self.now()):
                await self._other(tx, claim, happening)

    async def _other(self, tx: AsyncConnection, claim: Claim, happening: Happening) -> None:
        now, channel = self.now(), claim.event.channel
        match happening:
            case StaffActed():
                done = await self.staff.act(tx, happening.action, now)
                await self._tell_actor(
                    tx, channel, happening.action.room, happening.signal, done.text, happening.action.ticket, now
                )
            case Refused():
                await self._refuse(tx, channel, happening, now)
            case Announced():
                await self._announce(tx, channel, happening, now)
            case Hushed():
                await self._hush(tx, channel, happening, now)
            case Unreachable():
                await self._unreachable(tx, channel, happening, now)
            case Ignored():
                log.info("%s event %s ignored: %s", channel, claim.event.event_id, happening.why)

    async def _tell_actor(
        self,
        tx: AsyncConnection,
        channel: str,
        room: str,
        press: dict[str, Any] | None,
        said: str,
        ticket: int | None,
        now: datetime,
    ) -> None:
        """A toast for a button; a line for what was typed."""
        if press is not None:
            await outbox.post(tx, [signal(channel, press, said)], now)
        elif said:
            await self.mail.to_room(tx, Room("", channel, room), Words(said, about=ticket), now)

    async def _refuse(self, tx: AsyncConnection, channel: str, refused: Refused, now: datetime) -> None:
        actor = refused.actor
        log.warning("%s %s (%s) may not: %s", channel, actor.account, actor.name, refused.attempt)
        values = {
            "at": now,
            "channel": channel,
            "account": actor.account,
            "name": actor.name[:80],
            "action": refused.attempt[:40],
            "ticket": refused.ticket,
            "allowed": False,
        }
        await records.write_audit(tx, values)
        if refused.signal is not None:
            await outbox.post(tx, [signal(channel, refused.signal, refused.text, alert=True)], now)
        elif refused.address:
            await self._announce(tx, channel, Announced(refused.address, refused.text), now)

    async def _announce(self, tx: AsyncConnection, channel: str, announced: Announced, now: datetime) -> None:
        form = self.mail.forms.get(channel)
        if form:
            where = Where(announced.address, 0, quote=announced.quote)
            words = self.mail.words
            posts = form.to_user(where, (Reply("smalltalk", (Text(announced.text),)),), words)
            await outbox.post(tx, [_nobodys(post) for post in posts], now)

    async def _hush(self, tx: AsyncConnection, channel: str, hushed: Hushed, now: datetime) -> None:
        if hushed.muted:
            await groups.mute(tx, channel, hushed.group, hushed.by, now)
        else:
            await groups.unmute(tx, channel, hushed.group)
        log.info("%s group %s %s by %s", channel, hushed.group, "muted" if hushed.muted else "called back", hushed.by)
        text = self.mail.words.group_muted if hushed.muted else self.mail.words.group_back
        await self._announce(tx, channel, Announced(hushed.address, text, hushed.quote), now)

    async def _unreachable(self, tx: AsyncConnection, channel: str, gone: Unreachable, now: datetime) -> None:
        if self.mail.rooms.at(channel, gone.lane):
            # What the staff have to hear waits until they let the bot in again.
            log.error("%s: staff room %s: %s; its messages wait", channel, gone.lane, gone.why)
            return
        dropped = await outbox.drop_lane(tx, channel, gone.lane, gone.why)
        log.warning("%s: %s: %s; %d messages were waiting", channel, gone.lane, gone.why, len(dropped))
        known = await conversations.load(tx, channel, gone.key) if gone.key else None
        lost = {known.id: None} if known else dict[int, int | None]()
        lost |= {whose: ticket for whose, ticket, purpose in dropped if whose and purpose in TOLD_TO_USERS}
        for conversation_id, ticket in lost.items():
            await self.not_delivered(tx, conversation_id, gone.why, now, ticket)

    async def not_delivered(
        self, tx: AsyncConnection, conversation_id: int, why: str, now: datetime, ticket: int | None = None
    ) -> None:
        """Something did not reach a user: whoever has his case sees it. ``ticket``: the one that it was about."""
        case = await tickets.get(tx, ticket) if ticket else None
        case = case or await tickets.of_conversation(tx, conversation_id)
        if case is None or case.status == "closed":
            return
        await tickets.note(tx, case.number, now, "undelivered", by="bot", text=why)
        if await self.cases.back_to_group(tx, case, now):
            await self.cases.cards.tell(tx, case, f"私聊发不到用户（{why}），已改在群里答复，请不要写个人信息。", now)
            return
        await self.cases.cards.tell(tx, case, f"⚠️ 没有送达用户：{why}", now)

    async def give_up(self, claim: Claim, channels: Mapping[str, Channel], error: str, reference: str) -> None:
        """A turn failed for good: the person hears so, with a number that the log knows."""
        happening: Happening = Ignored(error)
        channel = channels.get(claim.event.channel)
        try:
            async with claim.reading() as tx:
                happening = await channel.understand(claim.event, tx) if channel else happening
        except Exception:
            log.exception("event %d cannot even be understood, reference %s", claim.event.id, reference)
        async with claim.writing() as tx:
            await give_up(tx, claim.event, self.now(), error)
            if isinstance(happening, Said):
                await self._apologise(tx, claim, happening, reference)

    async def _apologise(self, tx: AsyncConnection, claim: Claim, said: Said, reference: str) -> None:
        now, channel = self.now(), claim.event.channel
        known = await conversations.load(tx, channel, said.key)
        state = known.state if known else Conversation()
        key = await conversations.save(tx, channel, said.key, said.address, said.group, state, now)
        shown = said.shown or said.incoming.text
        await conversations.add_said(tx, key, now, shown, event_id=said.message_id, inbox_id=claim.event.id)
        text = self.mail.words.failed.format(reference=reference)
        where = Where(said.address, key, quote=said.quote)
        await self.mail.answer(tx, channel, where, (Reply("smalltalk", (Text(text),)),), now, inbox_id=claim.event.id)


def _nobodys(post: Outgoing) -> Outgoing:
    return Outgoing(post.channel, post.lane, post.address, post.payload, post.purpose)
