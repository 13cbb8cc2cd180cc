"""The life of a ticket: which deed leads from which state to which. ``python -m bot.desk.lifecycle`` draws it."""

from collections.abc import Mapping
from typing import Literal

from handlers.conversation import TicketStatus

Deed = Literal["claim", "reply", "answer", "hand_over", "solve", "close", "reopen", "cancel", "confirm", "expire"]

TRANSITIONS: Mapping[tuple[TicketStatus, Deed], TicketStatus] = {
    ("open", "claim"): "claimed",
    ("claimed", "claim"): "claimed",
    ("waiting", "claim"): "waiting",
    ("open", "reply"): "waiting",
    ("claimed", "reply"): "waiting",
    ("waiting", "reply"): "waiting",
    ("solved", "reply"): "solved",
    ("open", "answer"): "open",
    ("claimed", "answer"): "claimed",
    ("waiting", "answer"): "claimed",
    ("open", "hand_over"): "open",
    ("claimed", "hand_over"): "open",
    ("waiting", "hand_over"): "open",
    ("open", "solve"): "solved",
    ("claimed", "solve"): "solved",
    ("waiting", "solve"): "solved",
    ("open", "close"): "closed",
    ("claimed", "close"): "closed",
    ("waiting", "close"): "closed",
    ("solved", "close"): "closed",
    ("open", "cancel"): "closed",
    ("claimed", "cancel"): "closed",
    ("waiting", "cancel"): "closed",
    ("solved", "confirm"): "closed",
    ("closed", "confirm"): "closed",
    ("solved", "expire"): "closed",
    ("solved", "reopen"): "open",
    ("closed", "reopen"): "open",
}

STATUS_NAMES: Mapping[str, str] = {
    "open": "待认领",
    "claimed": "处理中",
    "waiting": "等用户回复",
    "solved": "已解决",
    "closed": "已关闭",
}


def after(status: TicketStatus, deed: Deed) -> TicketStatus | None:
    """The state after a deed; None where it cannot be done in this state."""
    return TRANSITIONS.get((status, deed))


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    arrows = [f"    {old} --> {new}: {deed}" for (old, deed), new in TRANSITIONS.items() if old != new]
    return "\n".join(["stateDiagram-v2", "    [*] --> open", *arrows])


if __name__ == "__main__":
    print(diagram())
