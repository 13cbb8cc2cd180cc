"""A user's message becomes a turn: the state is read, advance() decides, and all that follows is one transaction."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.desk.cases import Cases
from bot.desk.form import Where
from bot.desk.mail import Mail
from bot.pipeline.happening import Said
from bot.pipeline.numbers import Numbers
from bot.pipeline.signals import signal
from bot.storage import conversations, groups, notices, outbox, records, tickets
from bot.storage.inbox import Claim, finish
from bot.storage.tickets import Case
from bot.unanswered.noting import Teller, note
from handlers.advance import advance
from handlers.conversation import Conversation, Ticket, Turn
from handlers.effects import Feedback, GoPrivate, LogQuestion, OpenTicket
from handlers.handoff import begin_in_private
from handlers.manners import Manners
from handlers.message import Reply, Scene, Text
from kb.base import KnowledgeBase

log = logging.getLogger(__name__)
_TRIES = 3
"""How often a turn is computed while its ticket changes under it."""
_MOST_TEXT = 10_000
"""Characters of a message that are kept in the transcript."""


@dataclass(frozen=True, slots=True)
class Turns:
    """Takes turns. ``base``: the knowledge in force; ``desk_note``: when somebody will look, outside the desk's hours;
    ``manners``: those set for a group of a channel.
    """

    base: Callable[[], KnowledgeBase]
    mail: Mail
    cases: Cases
    numbers: Numbers
    executor: Executor
    now: Callable[[], datetime]
    desk_note: Callable[[], str | None]
    manners: Callable[[str, str], Manners]

    async def take(self, claim: Claim, said: Said) -> None:
        """Answer one message, all of it from the knowledge that is in force when it begins."""
        base = self.base()
        await replace(self, base=lambda: base)._take(claim, said)

    async def _take(self, claim: Claim, said: Said) -> None:
        number = await self.numbers.take()
        used = False
        try:
            for tries_left in reversed(range(_TRIES)):
                turn, case = await self._computed(claim, said, number)
                async with claim.writing() as tx:
                    if tries_left and not await self._is_still(tx, claim.event.channel, said, case):
                        log.info("event %d is computed again: its ticket has changed meanwhile", claim.event.id)
                        continue
                    if await finish(tx, claim.event, self.now()) and _concerns_us(said, turn):
                        await self._after(tx, claim, said, turn, case)
                        used = any(isinstance(effect, OpenTicket) for effect in turn.effects)
                return
        finally:
            if not used:
                self.numbers.give_back(number)

    async def _computed(self, claim: Claim, said: Said, number: int) -> tuple[Turn, Case | None]:
        """What to answer, and the ticket that the answer counts on."""
        async with claim.reading() as tx:
            state, case = await self._before(tx, claim.event.channel, said)
            scene = await self._scene(tx, claim.event.channel, said, number)
        # Computed beside the event loop: one long message must not stop the others.
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.executor, advance, state, said.incoming, self.base(), scene), case

    async def _is_still(self, tx: AsyncConnection, channel: str, said: Said, case: Case | None) -> bool:
        """Whether the ticket is as it was when the answer was computed; from now on it stays so."""
        known = await conversations.load(tx, channel, said.key)
        found = await tickets.of_conversation(tx, known.id, lock=True) if known else None
        return _standing(found) == _standing(case)

    async def _before(self, tx: AsyncConnection, channel: str, said: Said) -> tuple[Conversation, Case | None]:
        known = await conversations.load(tx, channel, said.key)
        case = await tickets.of_conversation(tx, known.id) if known else None
        state = known.state if known else Conversation()
        return state.within(self.base().knowledge.record).but(ticket=_ticket(case, state.ticket)), case

    async def _scene(self, tx: AsyncConnection, channel: str, said: Said, number: int) -> Scene:
        """What surrounds the message: what is pinned, the group it was said in, what else this person has going."""
        now, group, person = self.now(), said.group, said.person
        pinned = await notices.in_force(tx, now)
        scene = Scene(now, lambda: number, desk_note=self.desk_note(), notices=pinned)
        if person:
            scene = replace(
                scene, elsewhere=await tickets.open_of_person(tx, channel, person, in_group=not said.incoming.group)
            )
        if group is None:
            return scene
        manners = self.manners(channel, group)
        return replace(
            scene,
            told=await groups.was_told(tx, channel, group, now - manners.cool_down),
            manners=replace(manners, muted=await groups.is_muted(tx, channel, group)),
            private=bool(person and (said.alone or await conversations.private_with(tx, channel, person))),
        )

    async def _after(self, tx: AsyncConnection, claim: Claim, said: Said, turn: Turn, case: Case | None) -> None:
        now, event = self.now(), claim.event
        key = await conversations.save(
            tx, event.channel, said.key, said.address, said.group, turn.conversation, now, person=said.person
        )
        shown = (said.shown or said.incoming.text)[:_MOST_TEXT] or _named(said)
        await conversations.add_said(tx, key, now, shown, event_id=said.message_id, inbox_id=event.id)
        replies = turn.replies
        if said.too_big:
            sorry = self.base().knowledge.wording.file_too_big.format(most=said.too_big)
            # What was written beside the file is answered all the same.
            replies = (*(replies if said.incoming.text else ()), Reply("smalltalk", (Text(sorry),)))
        where = Where(said.address, key, quote=said.quote, edit=said.edit)
        await self.mail.answer(tx, event.channel, where, replies, now, inbox_id=event.id)
        if said.signal is not None:
            await outbox.post(tx, [signal(event.channel, said.signal)], now)
        await self._keep_files(tx, key, said, case, turn, now)
        await self.cases.perform(tx, key, event.channel, turn.effects, now)
        for effect in turn.effects:
            if isinstance(effect, GoPrivate):
                await self._go_private(tx, event.channel, said, effect.number, now)
        await self._write_down(tx, key, claim, said, turn, now)

    async def _go_private(self, tx: AsyncConnection, channel: str, said: Said, number: int, now: datetime) -> None:
        """The ticket that was opened in a group goes on in the private conversation of the same person."""
        alone = await conversations.private_with(tx, channel, said.person) if said.person else None
        if alone is None and said.alone:
            await conversations.save(tx, channel, said.alone, said.alone, None, Conversation(), now, person=said.person)
            alone = await conversations.load(tx, channel, said.alone)
        if alone is None:
            return
        await tickets.change(tx, number, now, conversation_id=alone.id)
        turn = begin_in_private(number, alone.state, self.base())
        await conversations.save(tx, channel, alone.key, alone.address, None, turn.conversation, now)
        await self.mail.answer(
            tx, channel, Where(alone.address, alone.id, ticket=number, unasked=True), turn.replies, now
        )

    async def _keep_files(
        self, tx: AsyncConnection, key: int, said: Said, case: Case | None, turn: Turn, now: datetime
    ) -> None:
        """Keep pictures, and show them to whoever has the case."""
        mine = case if case and case.status in tickets.OPEN and turn.conversation.ticket else None
        rows = [
            {
                "conversation_id": key,
                "ticket": mine.number if mine else None,
                "at": now,
                "kind": each.kind,
                "name": each.name,
                "size": each.size,
                "ref": each.ref,
                "due_at": now,
            }
            for each in said.attachments
        ]
        await records.keep_attachments(tx, rows)
        if mine:
            for each in said.attachments:
                await self.cases.cards.relay_media(tx, mine, each.ref, now)

    async def _write_down(
        self, tx: AsyncConnection, key: int, claim: Claim, said: Said, turn: Turn, now: datetime
    ) -> None:
        for effect in turn.effects:
            if isinstance(effect, LogQuestion):
                values = {
                    "at": now,
                    "channel": claim.event.channel,
                    "group_key": said.group,
                    "conversation_id": key,
                    "text": effect.text,
                    "outcome": effect.outcome,
                    "records": list(effect.records),
                    "confidence": effect.confidence,
                    "revision": self.base().revision,
                }
                await records.log_question(tx, values)
            elif isinstance(effect, Feedback):
                await records.log_feedback(
                    tx, key, effect.record, now, helped=effect.helped, revision=self.base().revision
                )
        await note(tx, Teller(key, claim.event.channel, said.group), turn.effects, now)
        if said.group:
            answered = [record for reply in turn.replies if reply.outcome == "answer" for record in reply.records]
            await groups.tell(tx, claim.event.channel, said.group, answered, now)


def _concerns_us(said: Said, turn: Turn) -> bool:
    """What people in a group say to each other is nobody's business, so nothing of it is kept."""
    incoming = said.incoming
    return bool(turn.replies or turn.effects) or incoming.addressed or not incoming.group


def _standing(case: Case | None) -> tuple[object, ...]:
    return (case.number, case.status, case.solved_at) if case else ()


def _ticket(case: Case | None, remembered: Ticket | None) -> Ticket | None:
    """The ticket as the desk has it; which detail was asked for is the conversation's own to know."""
    if case is None or (case.status == "closed" and case.solved_at is None):
        return None
    mine = remembered if remembered and remembered.number == case.number else Ticket(case.number)
    return replace(
        mine, status=case.status, asking=mine.asking if case.status == "open" else None, solved_at=case.solved_at
    )


def _named(said: Said) -> str:
    """What stands in the transcript for a message without words."""
    return "、".join(f"［{each.name or each.kind}］" for each in said.attachments)
