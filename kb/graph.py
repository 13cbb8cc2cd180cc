"""A procedure as a graph: where each step leads, what can be reached, and “第 2/5 步” within a branch."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kb.model import Record, Step


@dataclass(frozen=True, slots=True)
class Position:
    """Where a step stands in its branch; both count from 1, closing steps aside (0 of 0)."""

    number: int
    of: int


def successor(record: Record, index: int) -> str | None:
    """The step that follows the one at ``index``: at a fork the ordinary way on, if it has one.

    None at an end, at a fork of equal ways, and past the last step.
    """
    step = record.steps[index]
    if step.options:
        return next((option.goto for option in step.options if option.onward), None)
    if step.end:
        return None
    if step.next:
        return step.next
    return record.steps[index + 1].id if index + 1 < len(record.steps) else None


def exits(record: Record, index: int) -> tuple[str, ...]:
    """Every place a step can lead to: step ids, and ids of other records."""
    follower = successor(record, index)
    ways = tuple(option.goto for option in record.steps[index].options)
    return ways + ((follower,) if follower else ())


def reachable(record: Record) -> frozenset[str]:
    """Ids of the steps that can be reached from the first one."""
    places = step_index(record)
    seen: set[str] = set()
    waiting = [record.steps[0].id] if record.steps else []
    while waiting:
        here = waiting.pop()
        if here not in seen and here in places:
            seen.add(here)
            waiting.extend(exits(record, places[here]))
    return frozenset(seen)


def step_index(record: Record) -> Mapping[str, int]:
    """Step id → its place in the file."""
    return {step.id: number for number, step in enumerate(record.steps)}


def branches(record: Record) -> Iterator[tuple[str | None, tuple[Step, ...]]]:
    """The procedure as a reader takes it in: each straight run of steps, with the fork's label that leads to it.

    The first run has no label. A run that several forks lead to comes once, under the first label.
    """
    places = step_index(record)
    done: set[str] = set()
    waiting: list[tuple[str | None, str]] = [(None, record.steps[0].id)] if record.steps else []
    while waiting:
        label, head = waiting.pop(0)
        run: list[Step] = []
        here: str | None = head
        while here is not None and here in places and here not in done:
            done.add(here)
            run.append(record.steps[places[here]])
            here = successor(record, places[here])
        if run:
            yield label, tuple(run)
            waiting.extend((option.label, option.goto) for step in run for option in step.options)


def position(record: Record, step_id: str) -> Position:
    """Where the step stands within its branch."""
    for _, run in branches(record):
        counted = [step.id for step in run if not step.closing]
        if step_id in counted:
            return Position(counted.index(step_id) + 1, len(counted))
    return Position(0, 0)
