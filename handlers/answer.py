"""Answers a question with one record."""

from dataclasses import replace

from handlers.conversation import Conversation
from handlers.message import AnswerCard, Button, Reply, Scene
from kb.base import KnowledgeBase
from kb.graph import branches
from kb.model import Record

_RELATED = 2


def answer(record: Record, base: KnowledgeBase, scene: Scene, *, group: bool = False, confidence: float = 1.0) -> Reply:
    """The record's answer; in a group that has just been told, a word on where to find it."""
    words = base.knowledge.wording
    if group and record.id in scene.told:
        return Reply(
            "answer",
            (AnswerCard(record.id, record.title, record.source, words.told_above),),
            (),
            (record.id,),
            confidence=confidence,
        )
    return Reply("answer", (card(record),), _buttons(record, base), (record.id,), confidence=confidence)


def card(record: Record) -> AnswerCard:
    """The whole record as a reader takes it in."""
    return AnswerCard(
        record.id,
        record.title,
        record.source,
        record.answer.short,
        record.causes,
        _outline(record),
        record.answer.notes,
        (*record.answer.warnings, *(step.warning for step in record.steps if step.warning)),
    )


def _outline(record: Record) -> tuple[tuple[str | None, tuple[str, ...]], ...]:
    """The procedure at a glance. A fork by itself is told by the labels of its branches."""
    listed = ((label, [step for step in run if not step.closing]) for label, run in branches(record))
    return tuple(
        (label, tuple(step.text for step in run))
        for label, run in listed
        if run and not (len(run) == 1 and run[0].options)
    )


def remember(conversation: Conversation, record: Record, question: str | None) -> Conversation:
    """The conversation after this record was its subject. A new subject starts with nothing unresolved."""
    same = conversation.record == record.id
    walk = conversation.walk
    return conversation.but(
        record=record.id,
        question=question or conversation.question,
        walk=replace(walk, paused=True) if walk else None,
        asked=None,
        about_contacts=False,
        unresolved=conversation.unresolved if same else 0,
        tried=(*(tried for tried in conversation.tried if tried != record.id), record.id),
    )


def _buttons(record: Record, base: KnowledgeBase) -> tuple[Button, ...]:
    words = base.knowledge.wording
    walk = (Button(words.button_walk, f"{words.button_walk} #{record.id}"),) if record.steps else ()
    related = (base.knowledge.record[other] for other in record.related[:_RELATED])
    return (
        *walk,
        Button(words.button_helped, f"{words.button_helped} #{record.id}"),
        Button(words.button_unresolved, f"{words.button_unresolved} #{record.id}"),
        *(Button(other.title, f"{other.title} #{other.id}") for other in related),
    )
