"""Walks somebody through a procedure, one step at a time."""

from dataclasses import replace

from rapidfuzz import fuzz

from handlers.contacts import offer_contacts
from handlers.conversation import Conversation, Turn, Walk, say
from handlers.message import Button, Part, Reply, StepCard
from handlers.understanding import Pointer
from kb.base import KnowledgeBase
from kb.graph import branches, position, step_index, successor
from kb.model import Option, Record, Step

_NAMED = 60.0
"""How much of a fork's label (0 to 100) a question has to contain to have chosen already,"""
_CLEARLY = 20.0
"""and how much more of it than of the other labels."""


def start(record: Record, conversation: Conversation, base: KnowledgeBase, question: str = "") -> Turn:
    """The first step of a record's procedure; past a fork at its beginning, where the question names one of its ways."""
    first = record.steps[0]
    way = _named_way(first, question)
    if way is None:
        return show(Walk(record.id, first.id), conversation, base)
    return show(Walk(*_target(record, way.goto, base), ((record.id, first.id),)), conversation, base)


def _named_way(fork: Step, question: str) -> Option | None:
    """The one way of a fork that a question speaks of (换微信号了 → 同一个人换微信号)."""
    alike = sorted(
        ((fuzz.partial_ratio(option.label, question), place) for place, option in enumerate(fork.options)), reverse=True
    )
    if not question or len(alike) < 2 or alike[0][0] < _NAMED or alike[0][0] - alike[1][0] < _CLEARLY:
        return None
    return fork.options[alike[0][1]]


def open_step(pointer: Pointer, conversation: Conversation, base: KnowledgeBase) -> Turn:
    """A step that a button points at: it may be the next one, one behind, or one of yesterday's."""
    step = pointer.step or base.knowledge.record[pointer.record].steps[0].id
    return show(_moved(conversation.walk, (pointer.record, step)), conversation, base)


def forward(walk: Walk, conversation: Conversation, base: KnowledgeBase) -> Turn | None:
    """The step after this one; at a fork of equal ways the fork again; None where the procedure is over."""
    record, step = _here(walk, base)
    follower = successor(record, step_index(record)[step.id])
    if step.options and not follower:
        return show(walk, conversation, base)
    return show(_moved(walk, _target(record, follower, base)), conversation, base) if follower else None


def choose(goto: Button, conversation: Conversation, base: KnowledgeBase) -> Turn | None:
    """Take one of a fork's ways; None where the button is no step's."""
    record, _, step = goto.send.rpartition("#")[2].partition("/")
    if record not in base.knowledge.record or not step:
        return None
    return show(_moved(conversation.walk, (record, step)), conversation, base)


def back(walk: Walk, conversation: Conversation, base: KnowledgeBase) -> Turn:
    """The step before this one; at the first, the first again."""
    if not walk.trail:
        return show(walk, conversation, base)
    record, step = walk.trail[-1]
    return show(Walk(record, step, walk.trail[:-1]), conversation, base)


def jump(walk: Walk, number: int, conversation: Conversation, base: KnowledgeBase) -> Turn:
    """The step with this number in the branch, as far as the branch goes."""
    record, step = _here(walk, base)
    run = next(run for _, run in branches(record) if step in run)
    return show(_moved(walk, (record.id, run[min(number, len(run)) - 1].id)), conversation, base)


def restart(walk: Walk, conversation: Conversation, base: KnowledgeBase) -> Turn:
    """The first step of the procedure that the walk began with."""
    first = walk.trail[0][0] if walk.trail else walk.record
    return start(base.knowledge.record[first], conversation, base)


def resume(walk: Walk, conversation: Conversation, base: KnowledgeBase) -> Turn:
    """The same step again, after something else came between."""
    return show(walk, conversation, base)


def show(walk: Walk, conversation: Conversation, base: KnowledgeBase) -> Turn:
    """One step, with every way on from it."""
    record, step = _here(walk, base)
    words = base.knowledge.wording
    options = tuple(
        Button(option.label, _send(option.label, _target(record, option.goto, base))) for option in step.options
    )
    parts: tuple[Part, ...] = (step_card(record, step, options),)
    state = conversation.but(
        record=record.id,
        walk=replace(walk, paused=False),
        offered=options,
        asked=None,
        about_contacts=False,
        tried=(*(tried for tried in conversation.tried if tried != record.id), record.id),
    )
    if step.end == "contact":
        contacts, state = offer_contacts(state, base)
        parts = (*parts, *contacts)
    follower = successor(record, step_index(record)[step.id])
    ways: tuple[Button, ...] = ()
    if follower and not options:
        ways = (Button(words.button_next, _send(words.button_next, _target(record, follower, base))),)
    elif step.end == "solved":
        ways = (Button(words.button_solved, f"{words.button_solved} #{record.id}"),)
    elif step.end == "ticket":
        ways = (Button(words.button_person, words.button_person),)
    behind = (Button(words.button_back, _send(words.button_back, walk.trail[-1])),) if walk.trail else ()
    leave = (
        Button(words.button_unresolved, f"{words.button_unresolved} #{record.id}"),
        Button(words.button_restart, f"{words.button_restart} #{record.id}"),
        Button(words.button_quit, words.button_quit),
    )
    return say(Reply("steps", parts, (*ways, *behind, *leave), (record.id,), asked=state.asked), state)


def step_card(record: Record, step: Step, options: tuple[Button, ...] = ()) -> StepCard:
    """One step as a reader sees it, and where in its branch it stands."""
    place = position(record, step.id)
    told = (step.text, step.detail, step.warning)
    return StepCard(record.id, record.title, place.number, place.of, *told, options, step.image)


def _here(walk: Walk, base: KnowledgeBase) -> tuple[Record, Step]:
    """The record and step of a walk. A step that a newer revision no longer has gives way to the first."""
    record = base.knowledge.record[walk.record]
    return record, next((step for step in record.steps if step.id == walk.step), record.steps[0])


def _target(record: Record, goto: str, base: KnowledgeBase) -> tuple[str, str]:
    if goto in step_index(record):
        return record.id, goto
    return goto, base.knowledge.record[goto].steps[0].id


def _send(label: str, target: tuple[str, str]) -> str:
    return f"{label} #{target[0]}/{target[1]}"


def _moved(walk: Walk | None, target: tuple[str, str]) -> Walk:
    """The walk that stands at ``target``: steps behind it stay behind, a step already behind is returned to."""
    if walk is None:
        return Walk(*target)
    trail = (*walk.trail, (walk.record, walk.step))
    if target in trail:
        return Walk(*target, trail[: trail.index(target)])
    # Another record's step continues the walk that leads on to it, and begins a new one where the walk was left.
    return Walk(*target, trail if target[0] == walk.record or not walk.paused else ())
