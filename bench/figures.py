"""How long the console's pages wait for their data: ``python -m bench.figures [--questions 1000000] [--tickets 100000]``.

Makes a file with so many questions and tickets of a year, counts them up, and times every page's queries on it.
"""

import argparse
import asyncio
import json
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.figures import desk, questions
from bot.figures.counting import Counting
from bot.figures.page import figures
from bot.figures.period import Period
from bot.storage import schema
from bot.storage.database import Database, open_database
from bot.unanswered import clusters

LAST = date(2026, 10, 31)
_DAYS = 365
_OUTCOMES = (*("answer",) * 9, *("choices",) * 3, *("unknown",) * 3, "escalate", "contact", "steps", "smalltalk", "ask")
_CHANNELS = ("web", "telegram", "onebot", "onebot", "wecom", "mp")
_DISTRICTS = ("江宁区", "鼓楼区", "浦口区", "六合区", "栖霞区", "雨花台区", "溧水区", "高淳区", None)
_TYPES = ("housing", "municipal", "water", "traffic")
_TEXTS = 50_000
_CLUSTERS = 4_000
_CONVERSATIONS = 60_000


def main() -> None:
    """Make the file, time the queries, draw the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=1_000_000)
    parser.add_argument("--tickets", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure(Path(folder), options.questions, options.tickets))


async def _measure(folder: Path, asked: int, tickets: int) -> None:
    database = open_database(None, folder)
    await schema.upgrade(database)
    began = time.perf_counter()
    seed(folder / "helpdesk.sqlite", asked, tickets)
    seeded = time.perf_counter() - began
    now = datetime.combine(LAST, datetime.max.time(), UTC)
    began = time.perf_counter()
    await Counting(database, lambda: now).catch_up()
    counted = time.perf_counter() - began
    table = Table("page", *(name for name, _ in _periods()), title="milliseconds, the best of three")
    for name, query in _pages():
        table.add_row(
            name, *[f"{await _took(_reading(database, query), period) * 1000:.0f}" for _, period in _periods()]
        )
    whole = [f"{await _took(lambda period: figures(database, period), each) * 1000:.0f}" for _, each in _periods()]
    table.add_row("all of the page of figures", *whole)
    size = (folder / "helpdesk.sqlite").stat().st_size / 1e6
    await database.close()
    console = Console()
    console.print(
        f"{asked:,} questions, {tickets:,} tickets: {size:.0f} MB; made in {seeded:.0f} s, counted in {counted:.0f} s"
    )
    console.print(table)


def _periods() -> list[tuple[str, Period]]:
    return [
        ("30 days", Period(LAST - timedelta(days=29), LAST)),
        ("a year", Period(LAST - timedelta(days=_DAYS - 1), LAST)),
        ("a year, one channel", Period(LAST - timedelta(days=_DAYS - 1), LAST, "onebot")),
        ("a year, one group", Period(LAST - timedelta(days=_DAYS - 1), LAST, "onebot", "group-3")),
    ]


def _pages() -> list[tuple[str, Callable[[AsyncConnection, Period], Awaitable[Any]]]]:
    return [
        ("totals", questions.totals),
        ("by day", questions.days),
        ("top records", questions.records),
        ("hours and weekdays", questions.hours),
        ("revisions", questions.revisions),
        ("top missed clusters", questions.missed_most),
        ("channels and groups", questions.places),
        ("tickets", desk.tickets),
        ("agents", desk.agents),
        ("unanswered: the list", lambda tx, _: clusters.listed(tx)),
        ("unanswered: of the period", lambda tx, period: clusters.listed(tx, period=period)),
        ("unanswered: one cluster", lambda tx, _: clusters.get(tx, 1)),
    ]


def _reading(
    database: Database, query: Callable[[AsyncConnection, Period], Awaitable[Any]]
) -> Callable[[Period], Awaitable[Any]]:
    async def read(period: Period) -> Any:
        async with database.read() as tx:
            return await query(tx, period)

    return read


async def _took(query: Callable[[Period], Awaitable[Any]], period: Period) -> float:
    took = []
    for _ in range(3):
        began = time.perf_counter()
        await query(period)
        took.append(time.perf_counter() - began)
    return min(took)


def seed(path: Path, asked: int, tickets: int) -> None:
    """Fill the file."""
    random = Random(7)  # noqa: S311 - repeatable
    with sqlite3.connect(path) as file:
        file.execute("PRAGMA synchronous = OFF")
        _put(file, "agent", ((n, "telegram", str(n), f"客服{n}", _text(_moment(random))) for n in range(1, 31)))
        _put(file, "conversation", _conversations(random))
        _put(file, "question_log", _log(random, asked))
        _put(file, "feedback", _feedback(random, asked // 8))
        _put(file, "missed_cluster (id, asked, first_at, last_at)", _clusters(random))
        _put(file, "missed_text (id, key, text, cluster_id, asked, last_at)", _texts(random))
        _put(
            file,
            "missed (at, channel, group_key, conversation_id, text, why, gathered, text_id)",
            _missed(random, asked // 5),
        )
        _put(file, _TICKET, _tickets(random, tickets))
        _put(file, "ticket_event (ticket, at, kind, by, agent_id)", _events(random, tickets))
        file.execute("ANALYZE")


_TICKET = (
    "ticket (number, conversation_id, status, tried, project_types, contacts, district, question, agent_id, opened_at, "
    "changed_at, first_reply_at, solved_at)"
)


def _put(file: sqlite3.Connection, into: str, rows: Iterator[tuple[Any, ...]]) -> None:
    first = next(rows)
    statement = f"INSERT INTO {into} VALUES ({', '.join('?' * len(first))})"  # noqa: S608 - our own tables
    if into == "conversation":
        statement = statement.replace("conversation VALUES", f"conversation ({_CONVERSATION}) VALUES")
    if into in ("question_log", "feedback"):
        names = {
            "question_log": "at, channel, group_key, conversation_id, text, outcome, records, confidence, revision",
            "feedback": "at, conversation_id, record, helped, revision",
        }[into]
        statement = statement.replace(f"{into} VALUES", f"{into} ({names}) VALUES")
    file.execute(statement, first)
    file.executemany(statement, rows)


_CONVERSATION = "id, channel, key, group_key, person, address, created_at, updated_at"


def _moment(random: Random) -> datetime:
    """Working hours mostly, later days more often."""
    day = int(_DAYS * random.random() ** 0.8)
    hour = random.choice((6, 7, 7, 8, 8, 9, 10, 11, 13, 14, 15, 16, 17, 18, 20))
    local = datetime.combine(LAST - timedelta(days=_DAYS - 1 - day), datetime.min.time(), UTC)
    return local + timedelta(hours=hour - 8, seconds=random.randrange(3600))


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


def _place(number: int) -> tuple[str, str | None]:
    """Each conversation is in one place for ever."""
    channel = _CHANNELS[number % len(_CHANNELS)]
    return channel, f"group-{number % 17}" if channel in ("onebot", "wecom") and number % 3 == 0 else None


def _conversations(random: Random) -> Iterator[tuple[Any, ...]]:
    for number in range(1, _CONVERSATIONS + 1):
        channel, group = _place(number)
        at = _text(_moment(random))
        yield number, channel, f"key-{number}", group, f"person-{number % 40_000}", "address", at, at


def _log(random: Random, number: int) -> Iterator[tuple[Any, ...]]:
    moments = sorted(_moment(random) for _ in range(number))
    for at in moments:
        who = random.randint(1, _CONVERSATIONS)
        outcome = random.choice(_OUTCOMES)
        records = [f"faq-{random.randint(1, 28):02}"] if outcome in ("answer", "steps") else []
        revision = f"revision-{(at.date() - LAST).days // 20}"
        yield (
            *(_text(at), *_place(who), who, "实名制考勤机在工地上刷脸没有反应怎么办", outcome),
            *(json.dumps(records), random.random(), revision),
        )


def _feedback(random: Random, number: int) -> Iterator[tuple[Any, ...]]:
    for at in sorted(_moment(random) for _ in range(number)):
        who = random.randint(1, _CONVERSATIONS)
        yield _text(at), who, f"faq-{random.randint(1, 28):02}", random.random() < 0.7, "revision--1"


def _clusters(random: Random) -> Iterator[tuple[Any, ...]]:
    for number in range(1, _CLUSTERS + 1):
        yield number, random.randint(1, 500), _text(_moment(random)), _text(_moment(random))


def _texts(random: Random) -> Iterator[tuple[Any, ...]]:
    for number in range(1, _TEXTS + 1):
        yield number, f"key-{number}", f"没有答上的问题 {number}", 1 + number % _CLUSTERS, 4, _text(_moment(random))


def _missed(random: Random, number: int) -> Iterator[tuple[Any, ...]]:
    for at in sorted(_moment(random) for _ in range(number)):
        who = random.randint(1, _CONVERSATIONS)
        why = random.choice(("unknown", "rejected", "unresolved", "ticket"))
        yield _text(at), *_place(who), who, "没有答上的问题", why, 1, random.randint(1, _TEXTS)


def _tickets(random: Random, number: int) -> Iterator[tuple[Any, ...]]:
    for place, at in enumerate(sorted(_moment(random) for _ in range(number))):
        reply = at + timedelta(minutes=random.expovariate(1 / 40))
        solved = reply + timedelta(hours=random.expovariate(1 / 9))
        done = random.random() < 0.97
        types = json.dumps([random.choice(_TYPES)] if random.random() < 0.6 else [])
        yield (
            *(1001 + place, random.randint(1, _CONVERSATIONS), "closed" if done else "open", "[]", types, "[]"),
            *(random.choice(_DISTRICTS), "刷脸没有反应", random.randint(1, 30), _text(at), _text(solved), _text(reply)),
            _text(solved) if done else None,
        )


def _events(random: Random, tickets: int) -> Iterator[tuple[Any, ...]]:
    for place, at in enumerate(sorted(_moment(random) for _ in range(tickets))):
        yield 1001 + place, _text(at), "opened", "user", None
        for kind in ("claim", "reply", "said", "reply", "solve"):
            at += timedelta(minutes=random.randint(1, 60))
            by = "user" if kind == "said" else "agent"
            yield 1001 + place, _text(at), kind, by, random.randint(1, 30) if by == "agent" else None


if __name__ == "__main__":
    main()
