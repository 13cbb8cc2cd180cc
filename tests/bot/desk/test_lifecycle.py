from itertools import product
from pathlib import Path
from typing import get_args

import pytest

from bot.desk.lifecycle import STATUS_NAMES, TRANSITIONS, Deed, after, diagram
from handlers.conversation import TicketStatus

DOCS = Path(__file__).parent.parent.parent.parent / "docs"
STATES: tuple[TicketStatus, ...] = ("open", "claimed", "waiting", "solved", "closed")
NO = None

# Once more by hand, and not read from the program: what each deed leads to, state by state.
TABLE: dict[Deed, tuple[TicketStatus | None, ...]] = {
    #             open       claimed    waiting    solved     closed
    "claim": ("claimed", "claimed", "waiting", NO, NO),
    "reply": ("waiting", "waiting", "waiting", "solved", NO),
    "answer": ("open", "claimed", "claimed", NO, NO),
    "hand_over": ("open", "open", "open", NO, NO),
    "solve": ("solved", "solved", "solved", NO, NO),
    "close": ("closed", "closed", "closed", "closed", NO),
    "reopen": (NO, NO, NO, "open", "open"),
    "cancel": ("closed", "closed", "closed", NO, NO),
    "confirm": (NO, NO, NO, "closed", "closed"),
    "expire": (NO, NO, NO, "closed", NO),
}


@pytest.mark.parametrize(
    ("status", "deed", "then"),
    [(status, deed, TABLE[deed][place]) for deed in TABLE for place, status in enumerate(STATES)],
)
def test_every_deed_in_every_state(status: TicketStatus, deed: Deed, then: TicketStatus | None) -> None:
    assert after(status, deed) == then


def test_the_table_is_complete() -> None:
    assert set(TABLE) == set(get_args(Deed))
    assert set(STATES) == set(get_args(TicketStatus)) == set(STATUS_NAMES)
    assert set(TRANSITIONS) <= set(product(STATES, TABLE))


def test_every_state_can_be_reached_and_left() -> None:
    assert {"open", *TRANSITIONS.values()} == set(STATES)
    assert {old for (old, NO), new in TRANSITIONS.items() if new != old} == set(STATES)


def test_the_drawing_in_the_docs_is_this_table() -> None:
    assert diagram() in (DOCS / "tickets.md").read_text(encoding="utf-8")
