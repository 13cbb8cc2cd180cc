"""A reply as JSON for pages and programs that show cards and buttons."""

from typing import Any

from handlers.message import (
    AnswerCard,
    Button,
    ChoiceList,
    ContactCards,
    Notice,
    Part,
    Reply,
    StepCard,
    TicketCard,
)

AREA_CODE = "025"
"""Nanjing's: the document leaves it out, a mobile phone needs it."""
PICTURES = "/pictures"
"""Below this address of ours pictures are found by name."""


def present(reply: Reply) -> dict[str, Any]:
    """The reply's outcome, parts and buttons."""
    return {
        "outcome": reply.outcome,
        "parts": [_part(part) for part in reply.parts],
        "buttons": [_button(button) for button in reply.buttons],
    }


def _button(button: Button) -> dict[str, str]:
    return {"label": button.label, "send": button.send}


def _part(part: Part) -> dict[str, Any]:
    match part:
        case AnswerCard():
            outline = [{"label": label, "steps": list(steps)} for label, steps in part.outline]
            return {
                "kind": "answer",
                "record": part.record,
                "title": part.title,
                "source": part.source,
                "short": part.short,
                "causes": list(part.causes),
                "outline": outline,
                "notes": list(part.notes),
                "warnings": list(part.warnings),
            }
        case StepCard():
            return {
                "kind": "step",
                "record": part.record,
                "title": part.title,
                "number": part.number,
                "of": part.of,
                "text": part.text,
                "detail": part.detail,
                "warning": part.warning,
                "options": [_button(option) for option in part.options],
                "image": f"{PICTURES}/{part.image}" if part.image else None,
            }
        case ChoiceList():
            return {"kind": "choices", "text": part.text, "items": [_button(item) for item in part.items]}
        case ContactCards():
            contacts = [
                {
                    "id": line.id,
                    "name": line.name,
                    "label": line.label,
                    "qq_groups": list(line.qq_groups),
                    "phones": [{"text": phone, "tel": f"tel:{AREA_CODE}{phone}"} for phone in line.phones],
                }
                for line in part.contacts
            ]
            return {"kind": "contacts", "text": part.text, "contacts": contacts}
        case TicketCard():
            return {"kind": "ticket", "number": part.number, "text": part.text}
        case Notice():
            return {"kind": "notice", "text": part.text}
        case _:
            return {"kind": "text", "text": part.text}
