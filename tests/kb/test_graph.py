from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.graph import Position, branches, exits, position, reachable, step_index, successor
from kb.knowledge import Knowledge
from kb.model import Record


def procedure(*steps: str) -> Record:
    """A record with steps written as ``id``, ``id > next``, ``id = end`` or ``id ? goto goto*`` (* is the way onward).

    ``id!`` only closes the walk.
    """
    return Record.model_validate(
        {
            "id": "faq-01",
            "title": "t",
            "question": "q",
            "source": "s",
            "answer": {"short": "a"},
            "steps": list(map(_step, steps)),
        }
    )


def _step(line: str) -> dict[str, Any]:
    name, *rest = line.split()
    step: dict[str, Any] = {"id": name.rstrip("!"), "text": name, "closing": name.endswith("!")}
    match rest:
        case [">", goto]:
            step["next"] = goto
        case ["=", end]:
            step["end"] = end
        case ["?", *gotos]:
            step["options"] = [
                {"label": f"to {goto.rstrip('*')}", "goto": goto.rstrip("*"), "onward": goto.endswith("*")}
                for goto in gotos
            ]
    return step


STRAIGHT = procedure("a", "b", "c = solved")
LEAP = procedure("a > c", "b = solved", "c > b")
FORK = procedure("which ? left right", "left", "done = solved", "right = contact")
ONWARD = procedure("first", "ready ? go* wait", "go = solved", "wait", "call = contact")
MEETING = procedure("which ? left right", "left > end", "right > end", "end = solved")
LOOP = procedure("a", "b ? a c", "c = solved")
ELSEWHERE = procedure("a", "b > prompt-05")
CLOSING = procedure("a", "b", "gone! ? done* help", "done! = solved", "help = ticket")
NONE = procedure()


@pytest.mark.parametrize(
    ("record", "runs"),
    [
        (STRAIGHT, [(None, "a b c")]),
        (LEAP, [(None, "a c b")]),
        (FORK, [(None, "which"), ("to left", "left done"), ("to right", "right")]),
        (ONWARD, [(None, "first ready go"), ("to wait", "wait call")]),
        (MEETING, [(None, "which"), ("to left", "left end"), ("to right", "right")]),
        (LOOP, [(None, "a b"), ("to c", "c")]),
        (ELSEWHERE, [(None, "a b")]),
        (CLOSING, [(None, "a b gone done"), ("to help", "help")]),
        (NONE, []),
    ],
)
def test_branches(record: Record, runs: list[tuple[str | None, str]]) -> None:
    assert [(label, " ".join(step.id for step in run)) for label, run in branches(record)] == runs


@pytest.mark.parametrize(
    ("record", "step", "place"),
    [
        (STRAIGHT, "a", Position(1, 3)),
        (STRAIGHT, "c", Position(3, 3)),
        (FORK, "which", Position(1, 1)),
        (FORK, "done", Position(2, 2)),
        (ONWARD, "go", Position(3, 3)),
        (ONWARD, "call", Position(2, 2)),
        (CLOSING, "b", Position(2, 2)),  # what only closes the walk is not counted
        (CLOSING, "done", Position(0, 0)),
        (CLOSING, "help", Position(1, 1)),
        (STRAIGHT, "unknown", Position(0, 0)),
    ],
)
def test_position(record: Record, step: str, place: Position) -> None:
    assert position(record, step) == place


@pytest.mark.parametrize(
    ("record", "step", "follower", "ways"),
    [
        (STRAIGHT, "a", "b", ("b",)),
        (STRAIGHT, "c", None, ()),
        (LEAP, "a", "c", ("c",)),
        (FORK, "which", None, ("left", "right")),
        (ONWARD, "ready", "go", ("go", "wait", "go")),
        (ELSEWHERE, "b", "prompt-05", ("prompt-05",)),
        (procedure("a"), "a", None, ()),
    ],
)
def test_where_a_step_leads(record: Record, step: str, follower: str | None, ways: tuple[str, ...]) -> None:
    place = step_index(record)[step]
    assert successor(record, place) == follower
    assert exits(record, place) == ways


@pytest.mark.parametrize(
    ("record", "steps"),
    [
        (STRAIGHT, "a b c"),
        (LOOP, "a b c"),
        (procedure("a > c", "b = solved", "c = solved"), "a c"),
        (procedure("a = solved", "b = solved"), "a"),
        (NONE, ""),
    ],
)
def test_reachable(record: Record, steps: str) -> None:
    assert reachable(record) == set(steps.split())


NAMES = "abcdefgh"


@st.composite
def procedures(draw: st.DrawFn) -> Record:
    """Any procedure whatever: steps may lead anywhere, in circles and to other records."""
    names = NAMES[: draw(st.integers(1, len(NAMES)))]
    goto = st.sampled_from([*names, "prompt-05"])
    ways = st.one_of(
        st.just(""),
        st.just("= solved"),
        goto.map("> {}".format),
        st.lists(st.tuples(goto, st.sampled_from(["", "*"])).map("".join), min_size=2, max_size=4).map(
            lambda gotos: f"? {' '.join(gotos)}"
        ),
    )
    closing = st.sampled_from(["", "", "!"])
    return procedure(*(f"{name}{draw(closing)} {draw(ways)}".strip() for name in names))


@given(procedures())
def test_every_step_that_can_be_reached_is_in_one_branch(record: Record) -> None:
    told = [step.id for _, run in branches(record) for step in run]
    assert len(set(told)) == len(told)
    assert set(told) == reachable(record)


@given(procedures())
def test_positions_count_from_one_to_the_end_of_the_branch(record: Record) -> None:
    for _, run in branches(record):
        counted = [position(record, step.id) for step in run if not step.closing]
        assert counted == [Position(number, len(counted)) for number in range(1, len(counted) + 1)]
        assert {position(record, step.id) for step in run if step.closing} <= {Position(0, 0)}


@given(procedures())
def test_only_the_first_branch_has_no_label(record: Record) -> None:
    (first, _), *others = branches(record)
    assert first is None
    assert all(label is not None for label, _ in others)


def test_our_procedures_hang_together(knowledge: Knowledge) -> None:
    with_steps = [record for record in knowledge.records if record.steps]
    assert len(with_steps) > 20
    for record in with_steps:
        told = [step.id for _, run in branches(record) for step in run]
        assert sorted(told) == sorted(step.id for step in record.steps), record.id
