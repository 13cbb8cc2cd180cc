"""The lives of the demo's tickets: claimed, replied to, noted, handed over, solved, reopened, left alone."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from bot.demo.people import Colleague, Person
from bot.demo.rows import Rows
from bot.demo.scenes import shown
from bot.desk.hours import is_open
from bot.settings import DeskHours
from bot.storage.tables import audit, message, ticket, ticket_event
from handlers.message import Button, Reply, Text, TicketCard
from kb.wording import Wording

_REPLIES = (
    "您好，我看一下您这个项目的情况，请稍等。",
    "请把小程序里的提示截个图发过来，最好带上项目编号。",
    "后台看到了，您的人员信息没有同步过来，已经请主管部门那边处理，半小时后再试一次。",
    "麻烦先退出小程序，重新进一次，在“我的项目”里选对标段再打卡。",
    "这个要由施工单位的账号提交申请，监理确认后就能用了。",
    "刚和区里核实过，今天系统在维护，下午恢复以后补打就行。",
)
_ANSWERS = (
    "好的，我试试",
    "还是一样的提示",
    "可以了吗？我这边看不到",
    "截图发不出来，提示是“不在考勤范围”",
    "收到，谢谢",
)
_NOTES = (
    "已电话联系，用户在外地，明天上班再看",
    "同一项目今天第二次报，留意",
    "疑似项目编号填错，已请用户核对",
    "等主管部门回复",
)
_DEFAULT = "客服组"
_HOURS = DeskHours()
_WEEK = timedelta(days=7)
_YOUNG = timedelta(days=4)
_TODAY, _A_WHILE = timedelta(hours=16), timedelta(hours=6)
_UNFINISHED = 0.7


@dataclass
class Lives:
    """Writes what became of tickets, up to ``now``."""

    rows: Rows
    agents: Sequence[Colleague]
    wording: Wording
    random: Random
    now: datetime
    number: int = field(default=1000)

    def begin(self, person: Person, conversation: int, opened: datetime, values: Mapping[str, Any]) -> int:
        """A ticket from its first moment to its last, or to now; its number."""
        self.number += 1
        life = _Life(self, self.number, person, conversation, opened)
        life.live()
        self.rows.add(
            ticket,
            number=self.number,
            conversation_id=conversation,
            opened_at=opened,
            **(dict(values) | life.values),
        )
        return self.number


class _Life:
    """One ticket's."""

    def __init__(self, lives: Lives, number: int, person: Person, conversation: int, opened: datetime) -> None:
        self._lives, self._number, self._person, self._conversation = lives, number, person, conversation
        self._random = lives.random
        self._at = opened
        self._agent: Colleague | None = None
        # Of the latest tickets many are not done; only those of today may still lie untouched.
        young = opened > lives.now - _YOUNG and self._random.random() < _UNFINISHED
        least = timedelta() if opened > lives.now - _TODAY else _A_WHILE
        self._until = min(lives.now, opened + least + self._random.random() ** 2 * _A_WHILE) if young else lives.now
        self.values: dict[str, Any] = {
            "status": "open",
            "team": _DEFAULT,
            "priority": "urgent" if self._random.random() < 0.08 else "normal",
            "agent_id": None,
            "first_reply_at": None,
            "solved_at": None,
            "closed_at": None,
            "helped": None,
            "changed_at": opened,
        }

    def live(self) -> None:
        """What happens, one thing after the other, as far as there is time."""
        drawn = self._random.random()
        if drawn < 0.05:
            self._cancel()
            return
        if not self._claim():
            return
        if drawn < 0.12:
            self._wait(20, 60)
            if self._does("hand_over", text="客服组 → 江宁组", agent_id=None, status="open", team="江宁组"):
                self._claim()
        again = self._help()
        while again:
            again = self._help()

    def _help(self) -> bool:
        """Replies until it is solved; whether the user came back with it."""
        for turn in range(self._random.choice((1, 1, 2, 2, 3))):
            if self._random.random() < 0.2:
                self._wait(1, 10)
                self._does("note", text=self._random.choice(_NOTES))
            self._wait(2, 35)
            if not self._reply(self._random.choice(_REPLIES)):
                return False
            if turn or self._random.random() < 0.6:
                self._wait(3, 90, office=False)
                self._answer(self._random.choice(_ANSWERS))
        self._wait(5, 240)
        if not self._does("solve", status="solved", solved_at=self._at):
            return False
        words = self._lives.wording
        ways = (Button(words.button_solved, words.button_solved), Button(words.button_still, words.button_still))
        self._tell(words.ticket_solved, ways)
        return self._after_solving()

    def _after_solving(self) -> bool:
        drawn = self._random.random()
        solved = self._at
        self._wait(5, 600, office=False)
        if drawn < 0.55:
            if self._event("confirm", "user", status="closed", closed_at=self._at, helped=True):
                self._line("user", self._lives.wording.button_solved)
            return False
        if drawn < 0.65:
            gone = {"agent_id": None, "solved_at": None, "closed_at": None, "priority": "urgent"}
            if self._event("reopen", "user", status="open", **gone):
                self._line("user", self._lives.wording.button_still)
                return self._claim()
            return False
        self._at = solved + _WEEK
        self._event("expired", "bot", status="closed", closed_at=self._at)
        return False

    def _claim(self) -> bool:
        # One in twenty is left lying.
        self._wait(1, 25) if self._random.random() > 0.05 else self._wait(300, 1500)
        weights = [each.weight for each in self._lives.agents]
        self._agent = self._random.choices(self._lives.agents, weights)[0]
        if not self._does("claim", status="claimed", agent_id=self._agent.id):
            return False
        self._tell(self._lives.wording.ticket_taken)
        return True

    def _reply(self, text: str) -> bool:
        first = {} if self.values["first_reply_at"] else {"first_reply_at": self._at}
        if not self._does("reply", text=text, status="waiting", **first):
            return False
        self._line("staff", text, Reply("answer", (Text(text),)))
        return True

    def _answer(self, text: str) -> None:
        if self._event("said", "user", text=text, status="claimed"):
            self._line("user", text)

    def _cancel(self) -> None:
        self._wait(3, 120, office=False)
        if self._event("cancel", "user", status="closed", closed_at=self._at):
            self._line("user", "不用人工了")

    def _does(self, kind: str, text: str | None = None, **values: Any) -> bool:
        """A deed of the agent's, if there is time for it."""
        if not self._event(kind, "agent", text, **values) or self._agent is None:
            return False
        who = {"channel": self._agent.channel, "account": self._agent.account, "name": self._agent.name}
        self._lives.rows.add(audit, at=self._at, **who, action=kind, ticket=self._number, allowed=True, detail=None)
        return True

    def _event(self, kind: str, by: str, text: str | None = None, **values: Any) -> bool:
        if self._at > self._until:
            return False
        self.values |= values | {"changed_at": self._at}
        whose = self._agent.id if by == "agent" and self._agent else None
        event = {"ticket": self._number, "at": self._at, "kind": kind, "by": by, "agent_id": whose, "text": text}
        self._lives.rows.add(ticket_event, **event)
        return True

    def _tell(self, sentence: str, buttons: tuple[Button, ...] = ()) -> None:
        card = TicketCard(self._number, sentence.format(number=self._number))
        self._line("bot", "", Reply("escalate", (card,), buttons, ticket=self._number))

    def _line(self, author: str, text: str, reply: Reply | None = None) -> None:
        told, plain = shown(reply, self._lives.wording) if reply else (None, text)
        row = {"conversation_id": self._conversation, "at": self._at, "author": author, "text": plain}
        self._lives.rows.add(
            message, **row, reply=json.loads(told) if told else None, event_id=None, pushed=author != "user"
        )

    def _wait(self, least: float, most: float, *, office: bool = True) -> None:
        """Time goes by; what staff do they do while the desk is open."""
        self._at += timedelta(minutes=self._random.triangular(least, most, least), seconds=self._random.randrange(60))
        while office and not is_open(_HOURS, self._at):
            self._at += timedelta(minutes=17)
