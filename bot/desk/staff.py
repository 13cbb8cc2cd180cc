"""Performs what agents want done, and writes down that they did."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.desk import overview
from bot.desk.actions import Action
from bot.desk.deeds import Deeds
from bot.desk.doing import Doing, RefusedError
from bot.desk.mail import Mail
from bot.desk.notes import Words
from bot.desk.rooms import Room
from bot.storage import records, tickets


@dataclass(frozen=True, slots=True)
class Done:
    """What came of an action: a sentence for the agent. ``refused``: it could not be done, and nothing is changed."""

    text: str
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Staff:
    """Who may act is the channel's to know; it is settled before."""

    mail: Mail
    deeds: Deeds

    async def act(self, tx: AsyncConnection, action: Action, now: datetime) -> Done:
        """Do it, or say why not."""
        actor = action.actor
        agent_id = await records.seen(tx, actor.channel, actor.account, actor.name, now)
        await records.write_audit(
            tx,
            {
                "at": now,
                "channel": actor.channel,
                "account": actor.account,
                "name": actor.name[:80],
                "action": action.verb,
                "ticket": action.ticket,
                "allowed": True,
            },
        )
        try:
            async with tx.begin_nested():
                return Done(await self._act(tx, action, agent_id, now))
        except RefusedError as refused:
            return Done(str(refused), refused=True)

    async def _act(self, tx: AsyncConnection, action: Action, agent_id: int, now: datetime) -> str:
        if action.verb == "list":
            return await self._say(tx, action, overview.listing(await tickets.listed(tx), now), now)
        if action.verb == "mine":
            mine = await tickets.listed(tx, agent_id=agent_id)
            return await self._say(tx, action, overview.listing(mine, now, empty="你手上没有工单。"), now)
        if action.verb == "stats":
            return await self._say(tx, action, await overview.stats(tx, now), now)
        if action.ticket is None:
            raise RefusedError("要写上工单号，例如：/ticket 1001")
        case = await tickets.get(tx, action.ticket, lock=True)
        if case is None:
            raise RefusedError(f"没有工单 {action.ticket}。发 /tickets 看现有的工单。")
        return await self.deeds.by_verb[action.verb](Doing(tx, action, case, agent_id, now))

    async def _say(self, tx: AsyncConnection, action: Action, text: str, now: datetime) -> str:
        """Answer in the chat the action came from."""
        await self.mail.to_room(tx, Room("", action.actor.channel, action.room), Words(text), now)
        return ""
