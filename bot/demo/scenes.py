"""Short conversations, held with the real bot once, and then told of many people with their own names and numbers."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from pydantic import TypeAdapter

from bot.present import present
from handlers.advance import advance
from handlers.conversation import Conversation, Turn
from handlers.effects import Feedback, LogQuestion, Missed, OpenTicket
from handlers.message import Incoming, Reply, Scene
from handlers.plain import plain_text
from kb.base import KnowledgeBase
from kb.wording import Wording

_STATE = TypeAdapter(Conversation)
NUMBER, PROJECT, NAME, PHONE, DISTRICT = 77_077_077, "示范楼甲项目", "示范姓名", "13900000000", "江宁区"
"""What stands in a scene for everybody's own."""
_STRENGTH = ("unknown", "rejected", "unresolved", "ticket")
_MOST = 9


@dataclass(frozen=True, slots=True)
class Line:
    """What the user said, what the bot said, and what was written down of it."""

    said: str
    replies: tuple[tuple[str, str], ...]
    log: LogQuestion
    feedback: tuple[Feedback, ...]


@dataclass(frozen=True, slots=True)
class Played:
    """A conversation that was held. ``opened``: the line that made a ticket of it; ``state``: what the bot remembers."""

    lines: tuple[Line, ...]
    missed: tuple[Missed, ...]
    opened: OpenTicket | None
    state: str


def told_of(text: str, own: Mapping[str, str]) -> str:
    """With somebody's own name and number."""
    for stand_in, mine in own.items():
        text = text.replace(stand_in, mine)
    return text


def shown(reply: Reply, wording: Wording) -> tuple[str, str]:
    """A reply as it is kept: JSON and plain text."""
    return json.dumps(present(reply), ensure_ascii=False), plain_text(reply, wording)


class Stage:
    """Holds conversations with the bot."""

    def __init__(self, base: KnowledgeBase, now: datetime, random: Random) -> None:
        self._base = base
        self._random = random
        self._scene = Scene(now, lambda: NUMBER)
        words = base.knowledge.wording
        self._next: Mapping[str, Callable[[Turn], str | None]] = {
            "answer": self._after_answer,
            "steps": lambda _: self._one_of((0.75, "下一步"), (0.1, words.button_solved), (0.05, "没解决")),
            "choices": lambda _: self._one_of((0.62, "1"), (0.16, "2"), (0.12, words.button_none)),
            "unknown": lambda _: self._one_of((0.24, words.button_person), (0.1, words.button_contact)),
            "ask": lambda _: self._one_of((0.85, DISTRICT)),
            "contact": lambda _: self._one_of((0.15, "谢谢")),
        }

    def play(self, opening: str, *, group: bool) -> Played:
        """A conversation that begins with this question. In a group people ask once and read."""
        lines: list[Line] = []
        missed: dict[str, Missed] = {}
        opened = None
        state, said = Conversation(), opening
        for _ in range(1 if group else _MOST):
            turn = advance(state, Incoming(said, group=group), self._base, self._scene)
            state = turn.conversation
            opened = opened or next((each for each in turn.effects if isinstance(each, OpenTicket)), None)
            lines.append(self._line(said, turn))
            for each in _missed(turn):
                before = missed.get(each.question)
                if before is None or _STRENGTH.index(each.why) > _STRENGTH.index(before.why):
                    missed[each.question] = each
            answer = self._asked_detail(turn) or self._following(turn)
            if answer is None:
                break
            said = answer
        dumped = json.dumps(_STATE.dump_python(state, mode="json"), ensure_ascii=False)
        return Played(tuple(lines), tuple(missed.values()), opened, dumped)

    def _line(self, said: str, turn: Turn) -> Line:
        words = self._base.knowledge.wording
        log = next(each for each in turn.effects if isinstance(each, LogQuestion))
        feedback = tuple(each for each in turn.effects if isinstance(each, Feedback))
        return Line(said, tuple(shown(reply, words) for reply in turn.replies), log, feedback)

    def _asked_detail(self, turn: Turn) -> str | None:
        ticket = turn.conversation.ticket
        if ticket is None or ticket.asking is None:
            return None
        own = {"project": PROJECT, "person": NAME, "phone": PHONE}[ticket.asking]
        return own if self._random.random() < 0.85 else self._base.knowledge.wording.button_skip

    def _following(self, turn: Turn) -> str | None:
        if turn.conversation.ticket is not None:
            return None
        follow = self._next.get(turn.reply.outcome)
        return follow(turn) if follow else None

    def _after_answer(self, turn: Turn) -> str | None:
        words = self._base.knowledge.wording
        record = turn.reply.records[0] if turn.reply.records else None
        if record is None:
            return None
        walk = f"{words.button_walk} #{record}" if self._base.knowledge.record[record].steps else None
        chances = [(0.26, f"{words.button_helped} #{record}"), (0.1, f"{words.button_unresolved} #{record}")]
        return self._one_of(*chances, *([(0.16, walk)] if walk else []))

    def _one_of(self, *chances: tuple[float, str]) -> str | None:
        drawn = self._random.random()
        for chance, text in chances:
            drawn -= chance
            if drawn < 0:
                return text
        return None


def _missed(turn: Turn) -> list[Missed]:
    found: list[Any] = [each for each in turn.effects if isinstance(each, Missed)]
    opened = (each for each in turn.effects if isinstance(each, OpenTicket))
    return [*found, *(Missed(each.question, "ticket", each.tried[-1] if each.tried else None) for each in opened)]
