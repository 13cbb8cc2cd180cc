"""What is written down as unanswered: read as conversations."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.storage.database import Database
from bot.storage.figure_tables import missed
from bot.unanswered.noting import Teller, note
from handlers.effects import Effect, Missed, OpenTicket
from kb.base import KnowledgeBase
from kb.routing import Site
from tests.bot.storage.conftest import Run
from tests.bot.storage.stores import NOON, somebody
from tests.handlers.talk import Talk

STRANGE = "欠薪怎么投诉"
ADDRESS = "考勤地址怎么改"


@pytest.fixture
def talk(base: KnowledgeBase) -> Talk:
    return Talk(base)


def noted(talk: Talk, *texts: str) -> list[tuple[str, str, str | None]]:
    found: list[tuple[str, str, str | None]] = []
    for text in texts:
        found += [
            (each.question, each.why, each.record) for each in talk.says(text).effects if isinstance(each, Missed)
        ]
    return found


def test_a_question_without_an_answer(talk: Talk) -> None:
    assert noted(talk, STRANGE) == [(STRANGE, "unknown", None)]


def test_an_answer_that_helps_is_no_matter(talk: Talk) -> None:
    assert noted(talk, ADDRESS, "有用") == []


def test_an_answer_that_does_not_help(talk: Talk) -> None:
    assert noted(talk, ADDRESS, "没解决") == [(ADDRESS, "unresolved", "faq-13")]


def test_none_of_these_is_about_the_question_before(talk: Talk) -> None:
    talk.says("打卡")
    if not talk.conversation.offered:
        pytest.skip("the content has become sure of this one")
    assert noted(talk, "都不是") == [("打卡", "rejected", None)]


def test_none_of_these_about_nothing(talk: Talk) -> None:
    assert noted(talk, "都不是") == []


def test_what_is_said_to_the_bot_is_no_question(talk: Talk) -> None:
    assert noted(talk, "你好", "谢谢", "转人工") == []


def test_an_older_answers_button_is_not_about_the_question_since(talk: Talk) -> None:
    assert noted(talk, ADDRESS, "停工了还要打卡吗", "没解决 #faq-13") == []


def rows(
    database: Database, run: Run, *turns: tuple[int, Sequence[Effect]]
) -> list[tuple[str | None, str, str | None]]:
    async def story() -> list[tuple[str | None, str, str | None]]:
        key = await somebody(database)
        for minutes, effects in turns:
            async with database.write() as tx:
                await note(tx, Teller(key, "web", None), effects, NOON + timedelta(minutes=minutes))
        async with database.read() as tx:
            return [(row.text, row.why, row.record) for row in await tx.execute(select(missed).order_by(missed.c.id))]

    found: list[tuple[str | None, str, str | None]] = run(story())
    return found


def test_one_question_is_one_however_it_ends(database: Database, run: Run) -> None:
    ticket = OpenTicket(1001, STRANGE, ("faq-13",), Site())
    found = rows(database, run, (0, [Missed(STRANGE, "unknown")]), (3, [ticket]), (4, [Missed(STRANGE, "rejected")]))
    assert found == [(STRANGE, "ticket", "faq-13")]


def test_the_same_question_on_another_day_is_another(database: Database, run: Run) -> None:
    found = rows(database, run, (0, [Missed(STRANGE, "unknown")]), (60 * 24, [Missed(STRANGE, "unknown")]))
    assert len(found) == 2


def test_a_long_question_is_cut(database: Database, run: Run) -> None:
    ((text, _, _),) = rows(database, run, (0, [Missed("长" * 3000, "unknown")]))
    assert text == "长" * 500
