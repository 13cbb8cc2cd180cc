"""Whatever staff and users do, in whatever order: no state outside the table, no event lost, nobody else's ticket touched."""

import tempfile
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from bot.desk.actions import Verb
from bot.desk.lifecycle import STATUS_NAMES, Deed, after
from bot.storage import tickets
from bot.storage.tables import audit
from bot.storage.tickets import Case, Happened
from handlers.conversation import TicketStatus
from kb.base import KnowledgeBase
from tests.bot.desk.counter import DEFAULT, JIANGNING, Counter

DEEDS: dict[str, Deed] = {
    **{kind: kind for kind in ("claim", "reply", "hand_over", "solve", "close", "reopen", "cancel", "confirm")},
    "said": "answer",
    "expired": "expire",
}
"""What a kind of event does to the state; all others leave it alone."""
NOTED: dict[Verb, tuple[list[str], ...]] = {
    "claim": (["claim"], []),
    "reply": (["reply"], ["claim", "reply"]),
    "note": (["note"],),
    "hand_over": (["hand_over"],),
    "solve": (["solve"],),
    "close": (["close"],),
    "reopen": (["reopen"],),
    "urgent": (["priority"],),
}
"""The events that a deed leaves behind: more than one way for those that do two things or nothing."""
SAYINGS = ("转人工", "取消工单", "还是不行", "解决了", "好的", "在吗", "考勤地址怎么改")
NAMES = ("老李", "老李", "老张")
Tickets = dict[int, tuple[Case, list[Happened]]]
WAY: tuple[tuple[Verb, str], ...] = (("claim", ""), ("reply", "好的"), ("solve", ""), ("reopen", ""))
"""What staff mostly do."""
BYWAYS: tuple[tuple[Verb, str], ...] = (
    *(("hand_over", JIANGNING), ("hand_over", DEFAULT), ("close", ""), ("note", "好的"), ("urgent", ""), ("reply", "")),
)
agents = st.sampled_from(("小王", "小陈"))
people = st.sampled_from(NAMES)
events = st.one_of(
    st.tuples(st.just("says"), people, st.sampled_from(SAYINGS)),
    st.tuples(st.just("asks"), people),
    st.tuples(st.just("acts"), agents, st.sampled_from(WAY), st.just(0)),
    st.tuples(st.just("acts"), agents, st.sampled_from(WAY), st.just(0)),
    st.tuples(st.just("acts"), agents, st.sampled_from(BYWAYS), st.sampled_from((0, 0, 1))),
    st.tuples(st.just("waits"), st.sampled_from(({"seconds": 20}, {"minutes": 16}, {"hours": 10}, {"days": 8}))),
)


def replayed(history: list[Happened]) -> TicketStatus:
    """Where a ticket stands by what has happened to it."""
    status: TicketStatus = "open"
    assert history[0].kind == "opened"
    for entry in history[1:]:
        if entry.kind in DEEDS:
            then = after(status, DEEDS[entry.kind])
            assert then is not None, f"{entry.kind} cannot happen to a ticket that is {status}"
            status = then
    return status


class Desk(RuleBasedStateMachine):
    base: ClassVar[KnowledgeBase]
    seen: Tickets

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.counter = Counter.opened(self.base, Path(self.folder.name))
        self.deeds = 0
        self.counter.user(NAMES[0]).says("转人工")
        self.look()

    def teardown(self) -> None:
        if not hasattr(self, "counter"):
            return
        assert self.counter.runner.run(self._audited()) == self.deeds, "each deed is written down, with who did it"
        self.counter.close()
        self.folder.cleanup()

    async def _audited(self) -> int:
        async with self.counter.database.read() as tx:
            return await tx.scalar(select(func.count()).select_from(audit)) or 0

    def look(self) -> Tickets:
        """All tickets with their histories, as they are now."""
        self.seen = self.counter.runner.run(self._everything())
        return self.seen

    async def _everything(self) -> Tickets:
        async with self.counter.database.read() as tx:
            cases = await tickets.listed(tx, STATUS_NAMES, newest=True)
            return {case.number: (case, await tickets.history(tx, case.number)) for case in reversed(cases)}

    # One rule for all: of several, hypothesis would leave some out for a whole run, and little would ever come about.
    @rule(event=events)
    def something_happens(self, event: tuple[Any, ...]) -> None:
        what, *how = event
        getattr(self, what)(*how)

    def says(self, name: str, text: str) -> None:
        user, before = self.counter.user(name), self.seen
        user.hears()
        heard, now = user.says(text), self.look()
        for number, (case, history) in before.items():
            assert now[number][1][: len(history)] == history
            added = now[number][1][len(history) :]
            if case.key != name:
                assert now[number] == (case, history), "somebody else's"
            elif case.status in ("claimed", "waiting"):
                assert added or heard, "what is said to a person reaches a person, or the bot answers"
                assert all(entry.text == text for entry in added if entry.kind == "said")

    def asks(self, name: str) -> None:
        user, words = self.counter.user(name), self.base.knowledge.wording
        user.hears()
        before, heard = self.seen, user.says("工单号多少")
        assert self.look() == before
        mine = [case for case, _ in before.values() if case.key == name]
        if not mine or (mine[-1].status == "closed" and mine[-1].solved_at is None):
            assert words.no_ticket in heard
            return
        claimed, solved = words.ticket_is_claimed, words.ticket_is_solved
        expected = {
            "open": words.ticket_is_open,
            "claimed": claimed,
            "waiting": claimed,
            "solved": solved,
            "closed": solved,
        }
        assert expected[mine[-1].status].format(number=mine[-1].number) in heard

    def acts(self, who: str, deed: tuple[Verb, str], back: int) -> None:
        verb, text = deed
        before, number = {**self.seen}, max(1001, max(self.seen) - back)
        done = self.counter.agent(who).does(verb, text, number)
        self.deeds += 1
        now = self.look()
        if done.refused:
            assert now == before
            return
        (case, history), others = before.pop(number), {**now}
        then, grown = others.pop(number)
        assert others == before
        assert grown[: len(history)] == history
        assert [entry.kind for entry in grown[len(history) :]] in NOTED[verb]
        assert all(entry.agent == who for entry in grown[len(history) :])
        if verb in DEEDS:
            assert then.status == after(case.status, DEEDS[verb])
        else:
            assert then.status == case.status

    def waits(self, time: dict[str, Any]) -> None:
        before = self.seen
        self.counter.wait(**time)
        for number, (case, history) in self.look().items():
            assert history[: len(before[number][1])] == before[number][1]
            closed = before[number][0].status == "solved" and case.status == "closed"
            assert closed or case.status == before[number][0].status

    @invariant()
    def the_history_tells_where_each_ticket_stands(self) -> None:
        for case, history in self.seen.values():
            assert replayed(history) == case.status
            assert case.agent_id is None or case.status != "open", "open is nobody's"
            assert case.reminders <= 3


def test_anything(base: KnowledgeBase) -> None:
    Desk.base = base
    run_state_machine_as_test(Desk, settings=settings(max_examples=8, stateful_step_count=25))
