"""What agents do to a ticket: each deed changes it, its history, the staff's card and what the user hears, all at once."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.desk import overview
from bot.desk.actions import Verb
from bot.desk.cards import Cards
from bot.desk.colleagues import assign, merge
from bot.desk.doing import Doing, RefusedError
from bot.desk.form import Where
from bot.desk.masking import without_mobiles
from bot.desk.notes import Prompt, Words
from bot.desk.rooms import Room
from bot.storage import outbox, tickets
from handlers.message import Button, Reply, Text, TicketCard
from kb.wording import Wording

_LONGEST_REPLY = 8_000
_HIDDEN = "已发给用户。群里不显示手机号，中间四位已隐去；要给号码，请让他私聊机器人发“工单 {number}”，再回复。"
_NO_TEAM = "默认组"


class Deeds:
    """Each returns a sentence for the agent. Raises RefusedError where it cannot be done; then nothing is changed."""

    def __init__(self, cards: Cards) -> None:
        self._cards = cards
        self._mail = cards.mail
        self.by_verb: Mapping[Verb, Callable[[Doing], Awaitable[str]]] = {
            "claim": self._claim,
            "reply": self._reply,
            "note": self._note,
            "hand_over": self._hand_over,
            "choose_team": self._choose_team,
            "ask_reply": self._ask_reply,
            "ask_note": self._ask_note,
            "solve": self._solve,
            "close": self._close,
            "reopen": self._reopen,
            "urgent": self._urgent,
            "back": self._back,
            "show": self._show,
            "assign": lambda do: assign(do, self._refresh),
            "merge": lambda do: merge(do, self._refresh, self._tell),
        }

    @property
    def _words(self) -> Wording:
        return self._mail.words

    async def _claim(self, do: Doing) -> str:
        case = do.case
        if case.agent_id == do.agent_id and case.status in ("claimed", "waiting"):
            return f"工单 {case.number} 已经在你手上。"
        if case.agent_id is not None and case.status in ("claimed", "waiting"):
            raise RefusedError(f"工单 {case.number} 已由 {case.agent} 认领。")
        await self._take(do)
        await self._refresh(do)
        return f"已认领工单 {case.number}。"

    async def _refresh(self, do: Doing) -> None:
        """The card as it is now; news where the deed was done out of a room's sight."""
        await self._cards.refresh(do.tx, do.number, do.now, news=True, seen_in=self._room_of(do))

    def _room_of(self, do: Doing) -> Room | None:
        return self._mail.rooms.at(do.action.actor.channel, do.action.room)

    async def _take(self, do: Doing) -> None:
        """The case is this agent's, and the user knows that a person has it."""
        await do.change(status=do.allowed("claim"), agent_id=do.agent_id)
        await do.note("claim")
        if do.case.status == "open":
            words = self._words
            await self._tell(do, words.ticket_taken_in_group if do.case.group else words.ticket_taken)

    async def _reply(self, do: Doing) -> str:
        case, text = do.case, do.action.text.strip()
        if not text and not do.action.media:
            raise RefusedError(f"回复的内容是空的。写成：回复 {case.number} 要对用户说的话")
        if len(text) > _LONGEST_REPLY:
            raise RefusedError(f"太长了：一次最多 {_LONGEST_REPLY} 字，这条没有发给用户。请分几次发。")
        status = do.allowed("reply")
        if case.status == "open":
            await self._take(do)
        first = {"reminded_at": None} | ({} if case.first_reply_at else {"first_reply_at": do.now})
        owner = {"agent_id": do.agent_id} if case.agent_id is None else {}
        await do.change(status=status, **first, **owner)
        await do.note("reply", text or "（图片或文件）")
        await self._let_colleagues_see(do, "回复", text)
        sent = await self._pass_on(do)
        shown = without_mobiles(text) if case.group else text
        if shown:
            await self._mail.tell(do.tx, case, Reply("answer", (Text(shown),)), do.now, by_staff=True)
        await self._refresh(do)
        if not sent:
            return "用户那边的渠道收不到图片，请改用文字说明。"
        return "已发给用户。" if shown == text else _HIDDEN.format(number=case.number)

    async def _pass_on(self, do: Doing) -> bool:
        """Give a picture of the agent's to the user, where both are on the same platform; True where there is none."""
        if not do.action.media:
            return True
        form = self._mail.forms.get(do.case.channel)
        if form is None or do.case.channel != do.action.actor.channel:
            return False
        where = Where(do.case.address, do.case.conversation_id, purpose="staff", ticket=do.number, unasked=True)
        posts = form.pass_on(where, do.action.media)
        await outbox.post(do.tx, posts, do.now)
        return bool(posts)

    async def _let_colleagues_see(self, do: Doing, what: str, text: str) -> None:
        """What is said elsewhere (in the terminal, in the team's other room) would otherwise be missing in a room."""
        if not text:
            return
        actor = do.action.actor
        where = overview.CHANNEL_NAMES.get(actor.channel, actor.channel)
        for room in self._mail.rooms.of_team(do.case.team):
            if room.channel != actor.channel:
                await self._mail.to_room(
                    do.tx, room, Words(f"{actor.name}在{where}{what}：{text}", about=do.number), do.now
                )

    async def _note(self, do: Doing) -> str:
        text = do.action.text.strip()
        if not text:
            raise RefusedError(f"备注的内容是空的。写成：备注 {do.number} 内容")
        await do.note("note", text)
        await self._let_colleagues_see(do, "备注", text)
        return "备注已记下，用户看不到。"

    async def _choose_team(self, do: Doing) -> str:
        others = self._mail.rooms.others(do.case.team)
        if not others:
            raise RefusedError("没有别的组可以转。组写在设置的 teams 里。")
        await self._cards.show(do.tx, do.case, do.now, teams=others)
        return "转给哪个组？"

    async def _back(self, do: Doing) -> str:
        await self._cards.show(do.tx, do.case, do.now)
        return ""

    async def _hand_over(self, do: Doing) -> str:
        case, team = do.case, do.action.text.strip()
        room = self._mail.rooms.find(team)
        if room is None:
            names = "、".join(self._mail.rooms.others(case.team)) or "（没有别的组）"
            raise RefusedError(f"没有“{team}”这个组。可以转给：{names}")
        if room.team == case.team:
            raise RefusedError(f"工单 {case.number} 本来就在{room.team}。")
        status = do.allowed("hand_over")
        await do.note("hand_over", f"{case.team or _NO_TEAM} → {room.team}")
        await self._cards.show(do.tx, case, do.now, note=f"已转给{room.team}，这里不用再处理。")
        await do.change(status=status, team=room.team, agent_id=None, reminded_at=None, reminders=0)
        await self._introduce(do, room)
        if case.status != "open":
            await self._tell(do, self._words.ticket_handed_over)
        return f"工单 {case.number} 已转给{room.team}。"

    async def _introduce(self, do: Doing, room: Room) -> None:
        """The ticket comes into its new room with its history and its pictures."""
        moved = await tickets.get(do.tx, do.number)
        if moved is None:
            return
        await self._cards.show(do.tx, moved, do.now, anew=True)
        story = overview.story(await tickets.history(do.tx, do.number))
        words = Words(f"由{do.case.team or _NO_TEAM}转来，此前经过：\n{story}", about=do.number)
        for each in self._mail.rooms.of_team(room.team):
            await self._mail.to_room(do.tx, each, words, do.now)
        for file in await tickets.files(do.tx, do.number):
            await self._cards.relay_media(do.tx, moved, file.ref, do.now)

    async def _ask_reply(self, do: Doing) -> str:
        do.allowed("reply")
        return await self._prompt(do, "reply", f"请回复这条消息，内容会发给工单 {do.number} 的用户。")

    async def _ask_note(self, do: Doing) -> str:
        return await self._prompt(do, "note", f"请回复这条消息，写工单 {do.number} 的备注（用户看不到）。")

    async def _prompt(self, do: Doing, purpose: str, text: str) -> str:
        room = Room("", do.action.actor.channel, do.action.room)
        await self._mail.to_room(do.tx, room, Prompt(do.number, purpose, text), do.now)
        return "请在下面那条消息上回复。"

    async def _solve(self, do: Doing) -> str:
        await self._end(do, "solve", status=do.allowed("solve"), solved_at=do.now)
        words = self._words
        buttons = (Button(words.button_solved, words.button_solved), Button(words.button_still, words.button_still))
        await self._tell(do, words.ticket_solved, buttons)
        return f"工单 {do.number} 已标为解决，并问了用户好没好。"

    async def _close(self, do: Doing) -> str:
        solved = do.case.solved_at or do.now
        await self._end(do, "close", status=do.allowed("close"), closed_at=do.now, solved_at=solved)
        if do.case.status != "solved":
            await self._tell(do, self._words.ticket_closed)
        return f"工单 {do.number} 已关闭。"

    async def _end(self, do: Doing, kind: str, **values: Any) -> None:
        owner = {} if do.case.agent_id else {"agent_id": do.agent_id}
        await do.change(**values, **owner)
        await do.note(kind)
        await self._refresh(do)

    async def _reopen(self, do: Doing) -> str:
        await do.change(status=do.allowed("reopen"), agent_id=None, solved_at=None, closed_at=None)
        await do.change(reminded_at=do.now, reminders=0)
        await do.note("reopen")
        await self._refresh(do)
        await self._tell(do, self._words.ticket_back)
        return f"工单 {do.number} 已重新打开。"

    async def _urgent(self, do: Doing) -> str:
        priority = "normal" if do.case.priority == "urgent" else "urgent"
        await do.change(priority=priority)
        await do.note("priority", "加急" if priority == "urgent" else "不急")
        await self._refresh(do)
        return f"工单 {do.number} 已{'加急' if priority == 'urgent' else '取消加急'}。"

    async def _show(self, do: Doing) -> str:
        text = await overview.full(do.tx, do.case, self._mail.knowledge(), do.now)
        room = Room("", do.action.actor.channel, do.action.room)
        await self._mail.to_room(do.tx, room, Words(text, about=do.number), do.now)
        return ""

    async def _tell(self, do: Doing, sentence: str, buttons: tuple[Button, ...] = ()) -> None:
        """Tell the user what became of his ticket."""
        card = TicketCard(do.number, sentence.format(number=do.number))
        await self._mail.tell(do.tx, do.case, Reply("escalate", (card,), buttons, ticket=do.number), do.now)
