"""Deeds between tickets and colleagues: a ticket given to somebody, two tickets made one."""

from collections.abc import Awaitable, Callable

from bot.desk.doing import Doing, RefusedError
from bot.storage import conversations, tickets, workbench

Refresh = Callable[[Doing], Awaitable[None]]


async def assign(do: Doing, refresh: Refresh) -> str:
    """The ticket is now this colleague's. ``text``: his account in the console; the user hears nothing of it."""
    found = await workbench.agent_at(do.tx, do.action.text.strip())
    if found is None:
        raise RefusedError(f"没有“{do.action.text.strip()}”这个账号，或者停用了。")
    agent_id, name = found
    if do.case.agent_id == agent_id:
        raise RefusedError(f"工单 {do.number} 已经在{name}手上。")
    await do.change(status=do.allowed("claim"), agent_id=agent_id)
    await do.note("assign", f"{do.case.agent or '没有人'} → {name}")
    await refresh(do)
    return f"工单 {do.number} 已指派给{name}。"


async def merge(do: Doing, refresh: Refresh, tell: Callable[[Doing, str], Awaitable[None]]) -> str:
    """Close this ticket as the same thing as another (``text``: its number), and say so to the user.

    Only tickets of one person: somebody else would wait for replies that go to a stranger.
    """
    text = do.action.text.strip().lstrip("#＃")
    kept = await tickets.get(do.tx, int(text)) if text.isdecimal() and len(text) <= 9 else None
    if kept is None or kept.number == do.number:
        raise RefusedError("要写另一张工单的号码，例如：1001")
    if kept.status == "closed":
        raise RefusedError(f"工单 {kept.number} 已关闭，不能并过去。")
    if kept.conversation_id != do.case.conversation_id:
        mine = await conversations.by_id(do.tx, do.case.conversation_id)
        other = await conversations.by_id(do.tx, kept.conversation_id)
        if not mine.person or (mine.channel, mine.person) != (other.channel, other.person):
            raise RefusedError(f"工单 {kept.number} 是另一位用户的，不能合并：每位用户都要得到回复。")
    await do.change(status=do.allowed("close"), closed_at=do.now, solved_at=do.case.solved_at or do.now)
    await do.note("merge", f"并入工单 {kept.number}")
    note = f"工单 {do.number} 并入这里：{do.case.question or ''}"
    await tickets.note(do.tx, kept.number, do.now, "merge", by="agent", agent_id=do.agent_id, text=note)
    await tickets.change(do.tx, kept.number, do.now)
    await refresh(do)
    await tell(do, f"工单 {{number}} 和工单 {kept.number} 是同一件事，以后在工单 {kept.number} 里回复您。")
    return f"已并入工单 {kept.number}。"
