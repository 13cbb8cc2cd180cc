"""A reply as text for channels without buttons and cards."""

from collections.abc import Sequence

from handlers.message import (
    AnswerCard,
    ChoiceList,
    ContactCards,
    ContactLine,
    Notice,
    Part,
    Reply,
    StepCard,
    TicketCard,
)
from kb.wording import Wording


def plain_text(reply: Reply, words: Wording, *, group: bool = False, pictures: str = "") -> str:
    """Everything a reader of plain text sees, with the ways on as a last line.

    ``group``: for a group where the bot hears only what is said to it; ``pictures``: the address below which pictures are
    found by their names, if they can be looked at somewhere.
    """
    blocks = [
        _step(part, words, pictures) if isinstance(part, StepCard) else _part(part, words) for part in reply.parts
    ]
    labels = "、".join(f"“{button.label}”" for button in reply.buttons)
    if labels:
        blocks.append((words.group_ways if group else words.plain_ways).format(labels=labels))
    return "\n\n".join(block for block in blocks if block)


def _part(part: Part, words: Wording) -> str:
    match part:
        case AnswerCard():
            return _answer(part, words)
        case ChoiceList():
            return "\n".join([part.text, *(f"{place}. {item.label}" for place, item in enumerate(part.items, start=1))])
        case ContactCards():
            return "\n".join([part.text, *(_contact(line, words) for line in part.contacts)])
        case TicketCard():
            return part.text
        case Notice():
            return f"📢 {part.text}"
        case _:
            return part.text


def _answer(card: AnswerCard, words: Wording) -> str:
    blocks = [f"【{card.title}】\n{card.short}"]
    if card.causes:
        blocks.append("\n".join([words.head_causes, *(f"· {cause}" for cause in card.causes)]))
    if card.outline:
        blocks.append("\n".join([words.head_steps, *_outline(card)]))
    if card.warnings:
        blocks.append("\n".join([words.head_warnings, *(f"· {warning}" for warning in card.warnings)]))
    if card.notes:
        blocks.append("\n".join([words.head_notes, *(f"· {note}" for note in card.notes)]))
    return "\n".join(blocks)


def _outline(card: AnswerCard) -> list[str]:
    return [line for label, texts in card.outline for line in _branch(label, texts)]


def _branch(label: str | None, texts: Sequence[str]) -> list[str]:
    """A way to go: what is one step only is one line, without a number that nobody can choose."""
    if label and len(texts) == 1:
        return [f"· {texts[0]}" if texts[0].startswith(label) else f"〔{label}〕{texts[0]}"]
    numbered = [f"{place}. {text}" for place, text in enumerate(texts, start=1)]
    return [f"〔{label}〕", *numbered] if label else numbered


def _step(card: StepCard, words: Wording, pictures: str) -> str:
    head = f"【{card.title}】" + (words.step_of.format(number=card.number, of=card.of) if card.of else "")
    lines = [head, card.text]
    lines += [card.detail] if card.detail else []
    lines += [f"{words.head_warnings}{card.warning}"] if card.warning else []
    if card.image:
        lines.append(f"{words.step_picture}{pictures}/{card.image}" if pictures else words.step_picture)
    lines += [f"{place}. {option.label}" for place, option in enumerate(card.options, start=1)]
    return "\n".join(lines)


def _contact(line: ContactLine, words: Wording) -> str:
    name = line.label if line.name == line.label else f"{line.label}（{line.name}）"
    groups = words.qq_groups.format(groups="、".join(line.qq_groups)) if line.qq_groups else ""
    return f"· {name}：{'、'.join(line.phones)}{groups}"
