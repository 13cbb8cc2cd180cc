"""What the figures of a known week are, before anything is counted up, after, and half way."""

import asyncio
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import select

from bot.figures import counting, questions
from bot.figures.counting import Counting
from bot.figures.page import figures
from bot.figures.period import Period, last_days
from bot.figures.values import Day, Figures, Named, Places, RecordFigures, Spell, spell_name
from bot.storage.database import Database, open_database
from bot.storage.figure_tables import figure_day, figure_person
from tests.bot.storage.conftest import Run
from tests.bot.storage.stores import Kind, store
from tests.figures.week import GROUP, lives_through_it, moment

MONDAY, SUNDAY = date(2026, 3, 9), date(2026, 3, 15)
WEEK = Period(MONDAY, SUNDAY)
LATER = moment("2026-03-20", "12:00")


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    with asyncio.Runner() as runner:
        yield runner.run


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param  # type: ignore[no-any-return]  # one of the two above


@pytest.fixture(scope="module", params=["nothing counted", "some counted", "all counted", "counted twice"])
def week(
    kind: Kind, request: pytest.FixtureRequest, run: Run, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """The figures must not tell how far the counting has come. Nobody writes into it."""
    folder = tmp_path_factory.mktemp("week")
    with store(kind, folder) as url, pytest.MonkeyPatch.context() as patch:
        database = open_database(url, folder)
        run(lives_through_it(database))
        task = Counting(database, lambda: LATER)
        patch.setattr(counting, "_STRETCH", 4)
        if request.param == "some counted":
            run(task._stretch())
        elif request.param != "nothing counted":
            assert run(task.catch_up()) >= 10
        if request.param == "counted twice":
            assert run(task.catch_up()) == 0
        yield database
        run(database.close())


def of(run: Run, database: Database, period: Period = WEEK) -> Figures:
    found: Figures = run(figures(database, period))
    return found


def test_every_day_of_the_period_is_there(week: Database, run: Run) -> None:
    days = of(run, week).days
    assert [day.day for day in days] == list(WEEK.days)
    assert days[0] == Day(MONDAY, 5, 2, answered=3, unknown=1, escalated=1, helped=2, unhelped=1)
    assert days[1] == Day(date(2026, 3, 10), 3, 2, answered=2, chosen=1)
    assert days[2] == Day(date(2026, 3, 11), 1, 1, other=1)
    assert days[3] == Day(date(2026, 3, 12))


def test_a_person_is_one_in_the_group_and_alone(week: Database, run: Run) -> None:
    assert of(run, week).totals.people == 3


def test_shares_are_of_what_wanted_an_answer(week: Database, run: Run) -> None:
    totals = of(run, week).totals
    assert (totals.messages, totals.questions) == (10, 9)
    assert totals.share(totals.unknown) == pytest.approx(2 / 9)
    assert totals.helpful == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("channel", "group", "messages", "people"),
    [
        ("web", None, 4, 1),
        ("onebot", None, 6, 2),
        ("onebot", GROUP, 3, 2),
        ("onebot", "", 3, 1),
        (None, "", 7, 2),
        ("mp", None, 0, 0),
    ],
)
def test_a_channel_or_a_group_by_itself(
    week: Database, run: Run, channel: str | None, group: str | None, messages: int, people: int
) -> None:
    totals = of(run, week, Period(MONDAY, SUNDAY, channel, group)).totals
    assert (totals.messages, totals.people) == (messages, people)


def test_the_records_that_answer_most(week: Database, run: Run) -> None:
    assert of(run, week).records == (RecordFigures("faq-13", 3, 1, 1), RecordFigures("faq-01", 1, 1, 0))


def test_when_people_are_stuck(week: Database, run: Run) -> None:
    slots = of(run, week).hours
    assert len(slots) == 168
    busy = {(slot.weekday, slot.hour): (slot.messages, slot.stuck) for slot in slots if slot.messages}
    assert busy == {(1, 6): (2, 0), (1, 7): (3, 2), (2, 6): (2, 0), (2, 23): (1, 0), (3, 0): (1, 0), (7, 7): (1, 1)}


def test_what_a_revision_made_of_the_questions(week: Database, run: Run) -> None:
    first, second = of(run, week).revisions
    assert (first.revision, first.first, first.last, first.questions) == ("r1", MONDAY, date(2026, 3, 10), 6)
    assert (first.answered, first.chosen, first.unknown, first.escalated, first.helped, first.unhelped) == (
        3,
        1,
        1,
        1,
        2,
        1,
    )
    assert (second.revision, second.questions, second.helped) == ("r2", 3, 0)


def test_how_long_tickets_took(week: Database, run: Run) -> None:
    found = of(run, week).tickets
    assert (found.opened, found.solved, found.open_now, found.reopened) == (10, 9, 1, 1)
    assert found.first_reply == Spell(10, 5 * 60, 9 * 60)
    assert found.solving == Spell(9, 50 * 60, 90 * 60)
    assert (found.days[0].opened, found.days[0].solved) == (10, 9)


def test_how_many_tickets_took_how_long(week: Database, run: Run) -> None:
    within = of(run, week).tickets.within
    assert [each.replied for each in within] == [4, 6, 0, 0, 0, 0, 0, 0]
    assert [each.solved for each in within] == [0, 1, 1, 3, 4, 0, 0, 0]
    assert [spell_name(each.seconds) for each in within] == [
        "5 分钟内", "15 分钟内", "30 分钟内", "1 小时内", "4 小时内", "1 天内", "3 天内", "更久",
    ]  # fmt: skip


def test_where_tickets_come_from(week: Database, run: Run) -> None:
    found = of(run, week).tickets
    assert set(found.districts) == {Named("江宁区", 5, 5), Named(None, 5, 4)}
    assert set(found.project_types) == {Named(None, 7, 6), Named("housing", 3, 3), Named("rail", 3, 3)}


def test_what_an_agent_did(week: Database, run: Run) -> None:
    (lin,) = of(run, week).agents
    assert (lin.name, lin.claimed, lin.replies, lin.solved, lin.tickets, lin.open_now) == ("林悦", 10, 10, 9, 10, 1)


def test_tickets_of_another_channel_are_left_out(week: Database, run: Run) -> None:
    found = of(run, week, Period(MONDAY, SUNDAY, "web"))
    assert found.tickets.opened == 0
    assert found.tickets.first_reply == Spell()
    assert [each.tickets for each in found.agents] == [0]


def test_an_empty_period_has_figures_as_well(week: Database, run: Run) -> None:
    found = of(run, week, WEEK.before)
    assert (found.totals.messages, found.totals.share(0), found.totals.helpful) == (0, 0, None)
    assert len(found.days) == 7


def test_what_can_be_chosen(week: Database, run: Run) -> None:
    async def places() -> Places:
        async with week.read() as tx:
            return await questions.places(tx, WEEK)

    found = run(places())
    assert found.channels == ("onebot", "web")
    assert found.groups == (("onebot", GROUP),)


def test_the_last_days_end_today() -> None:
    assert last_days(7, moment("2026-03-15", "00:30")) == WEEK


def test_counting_keeps_no_words(week: Database, run: Run) -> None:
    async def rows() -> str:
        async with week.read() as tx:
            tables = (figure_day, figure_person)
            return str([(await tx.execute(select(table))).all() for table in tables])

    assert "？" not in run(rows())
