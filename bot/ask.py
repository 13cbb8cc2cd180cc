"""One question at a time: ``main.py ask`` and its JSON lines, the door for tests and other programs."""

import json
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.desk.scratch import Scratch
from handlers.advance import advance
from handlers.conversation import Conversation, Turn
from handlers.message import Incoming, Reply, Scene, StepCard
from handlers.plain import plain_text
from kb.base import KnowledgeBase

_MOST_CONVERSATIONS = 10_000
_GROUP_MEMORY = 5
"""Answers a group is taken to have before its eyes still."""


class Line(BaseModel):
    """One line of input."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)
    q: str
    conversation: str | None = None
    user: str | None = None
    group: str | None = None
    mentioned: bool = False
    image: str | None = None


@dataclass(slots=True)
class Session:
    """All conversations of one stream. A line without a conversation is one of its own."""

    base: KnowledgeBase
    desk: Scratch = field(default_factory=Scratch)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    _conversations: "OrderedDict[tuple[str, str], Conversation]" = field(default_factory=OrderedDict)
    _told: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def take(self, line: Line) -> tuple[Turn, float]:
        """The turn for a line, and the seconds it took."""
        key = (line.conversation, line.user or "" if line.group else "") if line.conversation else None
        before = self._conversations.get(key, Conversation()) if key else Conversation()
        told = frozenset(self._told.get(line.group, ())) if line.group else frozenset()
        incoming = Incoming(
            line.q, group=line.group is not None, addressed=line.group is None or line.mentioned, image=line.image
        )
        started = time.perf_counter()
        turn = advance(before, incoming, self.base, Scene(self.now(), self.desk.next_number, told))
        took = time.perf_counter() - started
        if key:
            self._remember(key, turn.conversation)
        if line.group:
            answered = tuple(record for reply in turn.replies if reply.outcome == "answer" for record in reply.records)
            self._told[line.group] = (*self._told.get(line.group, ()), *answered)[-_GROUP_MEMORY:]
        return turn, took

    def _remember(self, key: tuple[str, str], conversation: Conversation) -> None:
        self._conversations[key] = conversation
        self._conversations.move_to_end(key)
        if len(self._conversations) > _MOST_CONVERSATIONS:
            self._conversations.popitem(last=False)


def stream(lines: Iterable[bytes], session: Session) -> Iterator[str]:
    """One line of JSON for each line that is not blank; a bad line gets an error of its own and the stream goes on."""
    for raw in lines:
        text = raw.decode("utf-8", errors="replace").strip().removeprefix("\ufeff")
        if not text:
            continue
        try:
            line = Line.model_validate(json.loads(text))
        except (ValueError, RecursionError) as error:
            yield json.dumps({"error": _why(error)}, ensure_ascii=False)
            continue
        yield json.dumps(answer_line(line, session), ensure_ascii=False)


def answer_line(line: Line, session: Session) -> dict[str, Any]:
    """The answer to one line, as the output format has it."""
    turn, took = session.take(line)
    return {"q": line.q, "conversation": line.conversation, **describe(turn, session.base), "ms": round(took * 1000, 2)}


def describe(turn: Turn, base: KnowledgeBase) -> dict[str, Any]:
    """A turn as plain data: the first reply's outcome, and everything that all replies show."""
    first = turn.reply
    texts = (plain_text(reply, base.knowledge.wording) for reply in turn.replies)
    return {
        "outcome": first.outcome,
        "records": list(dict.fromkeys(record for reply in turn.replies for record in reply.records)),
        "contacts": list(dict.fromkeys(contact for reply in turn.replies for contact in reply.contacts)),
        "ask": first.asked,
        "text": "\n\n".join(text for text in texts if text),
        "buttons": [{"label": label, "send": send} for label, send in _buttons(turn.replies)],
        "confidence": round(min(1.0, max(0.0, first.confidence)), 4),
        "ticket": first.ticket,
    }


def _buttons(replies: tuple[Reply, ...]) -> Iterator[tuple[str, str]]:
    for reply in replies:
        for part in reply.parts:
            if isinstance(part, StepCard):
                yield from ((option.label, option.send) for option in part.options)
            yield from ((item.label, item.send) for item in getattr(part, "items", ()))
        yield from ((button.label, button.send) for button in reply.buttons)


def _why(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "；".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
    return f"not a JSON object: {type(error).__name__}"
