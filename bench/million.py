"""A year of a big helpdesk, made up: a file with so many questions and tickets, and all that belongs to them."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

LAST = date(2026, 10, 31)
DAYS = 365
GROUP = "group-3"
RARE, COMMON = "蓝色小盒子", "打卡"
"""A word that few conversations have, and one that very many have."""
CLUSTER = 1
_OUTCOMES = (*("answer",) * 9, *("choices",) * 3, *("unknown",) * 3, "escalate", "contact", "steps", "smalltalk", "ask")
_CHANNELS = ("web", "telegram", "onebot", "onebot", "wecom", "mp")
_DISTRICTS = ("江宁区", "鼓楼区", "浦口区", "六合区", "栖霞区", "雨花台区", "溧水区", "高淳区", None)
_TEAMS = ("客服组", "客服组", "客服组", "江宁组", "江北组")
_TYPES = ("housing", "municipal", "water", "traffic")
_ACTIONS = ("view", "view", "view", "claim", "reply", "reply", "note", "solve", "sign_in", "figures_export")
_TEXTS = 50_000
_CLUSTERS = 4_000
_CONVERSATIONS = 60_000
_AGENTS = 30
_SUBJECTS = (
    "考勤机",
    "小程序",
    "刷脸",
    "定位",
    "考勤地址",
    "项目编号",
    "征管编号",
    "人员信息",
    "打卡记录",
    "登录",
    "公示牌",
    "监理",
)
_TROUBLES = ("没反应", "失败", "填错了", "找不到", "不显示", "怎么改", "怎么填", "提示异常", "老是掉线", "要多久")
_TAILS = tuple(
    f"{place}{what}"
    for place in ("工地上", "今天", "一早", "换了手机", "新来的", "", "")
    for what in ("", "怎么办", "？")
)
_ANSWER = "【考勤地址】\n请“宁勤绩”管理员在小程序里重新设定考勤地址，设好以后退出小程序再进一次。还不行，就把提示的截图发来。\n有用、没解决"
_REPLY = json.dumps({"outcome": "answer", "parts": [{"kind": "answer", "record": "faq-13", "short": _ANSWER}] * 2})


def seed(path: Path, questions: int, tickets: int) -> None:
    """Fill a file that has the tables and nothing in them."""
    random = Random(7)  # noqa: S311 - repeatable
    moments = sorted(_moment(random) for _ in range(questions))
    opened = sorted(_moment(random) for _ in range(tickets))
    with sqlite3.connect(path) as file:
        file.execute("PRAGMA synchronous = OFF")
        _put(file, "agent", "id channel account name seen_at", _agents(random))
        _put(file, "account", "id username name role disabled created_at changed_at", _accounts(random))
        _put(file, "reply_template", "title text changed_at changed_by", _templates())
        _put(
            file,
            "account_view",
            "account_id name filter",
            ((n, "江宁加急", '{"urgent": true}') for n in range(1, _AGENTS)),
        )
        _put(file, "conversation", "id channel key group_key person address created_at updated_at", _people(random))
        log = "at channel group_key conversation_id text outcome records confidence revision"
        _put(file, "question_log", log, _log(Random(7), moments))  # noqa: S311 - as above
        # The same questions again, with their answers.
        _put(file, "message", "conversation_id at author text reply pushed", _said(Random(7), moments))  # noqa: S311
        _put(file, "feedback", "at conversation_id record helped revision", _feedback(random, questions // 8))
        _put(file, "missed_cluster", "id asked first_at last_at", _clusters(random))
        _put(file, "missed_text", "id key text cluster_id asked last_at", _texts(random))
        missed = "at channel group_key conversation_id text why gathered text_id"
        _put(file, "missed", missed, _missed(random, questions // 5))
        _put(file, "ticket", _TICKET, _tickets(random, opened))
        _put(file, "ticket_event", "ticket at kind by agent_id text", _events(random, opened))
        _put(file, "attachment", "conversation_id ticket at kind name ref path state due_at", _files(random, opened))
        _put(file, "audit", "at channel account name action ticket allowed", _audit(random, opened, questions))
        file.execute(
            "UPDATE missed_cluster SET asked = (SELECT coalesce(sum(asked), 0) FROM missed_text WHERE cluster_id = missed_cluster.id)"
        )
        file.execute("ANALYZE")


_TICKET = (
    "number conversation_id status priority tried project_types contacts district question project person phone team agent_id "
    "opened_at changed_at first_reply_at solved_at"
)


def _put(file: sqlite3.Connection, table: str, columns: str, rows: Iterator[tuple[Any, ...]]) -> None:
    names = columns.split()
    statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608 - our own tables
    file.executemany(statement, rows)


def _moment(random: Random) -> datetime:
    """Working hours mostly, later days more often."""
    day = int(DAYS * random.random() ** 0.8)
    hour = random.choice((6, 7, 7, 8, 8, 9, 10, 11, 13, 14, 15, 16, 17, 18, 20))
    local = datetime.combine(LAST - timedelta(days=DAYS - 1 - day), datetime.min.time(), UTC)
    return local + timedelta(hours=hour - 8, seconds=random.randrange(3600))


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


def _place(number: int) -> tuple[str, str | None]:
    """Each conversation is in one place for ever."""
    channel = _CHANNELS[number % len(_CHANNELS)]
    return channel, f"group-{number % 17}" if channel in ("onebot", "wecom") and number % 3 == 0 else None


def _agents(random: Random) -> Iterator[tuple[Any, ...]]:
    for number in range(1, _AGENTS + 1):
        yield number, "console", f"agent{number}", f"客服{number}", _text(_moment(random))


def _accounts(random: Random) -> Iterator[tuple[Any, ...]]:
    for number in range(1, _AGENTS + 1):
        at = _text(_moment(random))
        yield number, f"agent{number}", f"客服{number}", "agent", 0, at, at


def _templates() -> Iterator[tuple[Any, ...]]:
    for number in range(40):
        yield (
            f"模板 {number}",
            "您好，{person}，工单 {number} 我们在看。",
            _text(datetime.combine(LAST, datetime.min.time())),
            "agent1",
        )


def _people(random: Random) -> Iterator[tuple[Any, ...]]:
    for number in range(1, _CONVERSATIONS + 1):
        channel, group = _place(number)
        at = _text(_moment(random))
        yield number, channel, f"key-{number}", group, f"person-{number % 40_000}", "address", at, at


def _asked(random: Random, pool: Sequence[str], weights: Sequence[float]) -> tuple[int, str]:
    """Who asks, and what: some things are asked far more often than others, and one in three is said like nothing before."""
    who = random.randint(1, _CONVERSATIONS)
    text = random.choices(pool, cum_weights=weights)[0]
    if random.random() < 1 / 3:
        text = f"{text}，{random.randrange(10**6)}号项目"
    return who, f"{text}{RARE}" if random.random() < 2e-5 else text


def _pool() -> tuple[list[str], list[float]]:
    pool = [f"{tail}{subject}{trouble}" for subject in _SUBJECTS for trouble in _TROUBLES for tail in _TAILS]
    return pool, list(accumulate(1 / (place + 5) for place in range(len(pool))))


def _log(random: Random, moments: Sequence[datetime]) -> Iterator[tuple[Any, ...]]:
    pool, weights = _pool()
    other = Random(8)  # noqa: S311 - repeatable
    for at in moments:
        who, text = _asked(random, pool, weights)
        outcome = other.choice(_OUTCOMES)
        records = [f"faq-{other.randint(1, 28):02}"] if outcome in ("answer", "steps") else []
        revision = f"revision-{(at.date() - LAST).days // 20}"
        yield _text(at), *_place(who), who, text, outcome, json.dumps(records), other.random(), revision


def _said(random: Random, moments: Sequence[datetime]) -> Iterator[tuple[Any, ...]]:
    pool, weights = _pool()
    for at in moments:
        who, text = _asked(random, pool, weights)
        yield who, _text(at), "user", text, None, 0
        yield who, _text(at), "bot", _ANSWER, _REPLY, 0
        if who % 7 == 0:
            yield who, _text(at), "staff", "后台看到了，您的人员信息没有同步过来，半小时后再试一次。", _REPLY, 1


def _feedback(random: Random, number: int) -> Iterator[tuple[Any, ...]]:
    for at in sorted(_moment(random) for _ in range(number)):
        who = random.randint(1, _CONVERSATIONS)
        yield _text(at), who, f"faq-{random.randint(1, 28):02}", random.random() < 0.7, "revision--1"


def _clusters(random: Random) -> Iterator[tuple[Any, ...]]:
    for number in range(1, _CLUSTERS + 1):
        yield number, 0, _text(_moment(random)), _text(_moment(random))


def _texts(random: Random) -> Iterator[tuple[Any, ...]]:
    """One cluster is by far the biggest."""
    for number in range(1, _TEXTS + 1):
        cluster = CLUSTER if number % 25 == 0 else 1 + number % _CLUSTERS
        yield number, f"key-{number}", f"没有答上的问题 {number}", cluster, 4, _text(_moment(random))


def _missed(random: Random, number: int) -> Iterator[tuple[Any, ...]]:
    for at in sorted(_moment(random) for _ in range(number)):
        who = random.randint(1, _CONVERSATIONS)
        why = random.choice(("unknown", "rejected", "unresolved", "ticket"))
        yield _text(at), *_place(who), who, "没有答上的问题", why, 1, random.randint(1, _TEXTS)


def _tickets(random: Random, moments: Sequence[datetime]) -> Iterator[tuple[Any, ...]]:
    """Three in a hundred are still open: far more than any desk would bear."""
    for place, at in enumerate(moments):
        reply = at + timedelta(minutes=random.expovariate(1 / 40))
        solved = reply + timedelta(hours=random.expovariate(1 / 9))
        drawn = random.random()
        status = (
            random.choice(("open", "claimed", "waiting")) if drawn < 0.03 else "solved" if drawn < 0.05 else "closed"
        )
        done = status in ("solved", "closed")
        types = json.dumps([random.choice(_TYPES)] if random.random() < 0.6 else [])
        yield (
            *(
                1001 + place,
                random.randint(1, _CONVERSATIONS),
                status,
                "urgent" if random.random() < 0.08 else "normal",
            ),
            *(
                '["faq-13"]',
                types,
                "[]",
                random.choice(_DISTRICTS),
                f"{random.choice(_SUBJECTS)}{random.choice(_TROUBLES)}",
            ),
            *(
                f"第 {random.randrange(900)} 号地块项目",
                "王工",
                f"1390000{random.randrange(10_000):04}",
                random.choice(_TEAMS),
            ),
            *(None if status == "open" else random.randint(1, _AGENTS), _text(at), _text(solved), _text(reply)),
            _text(solved) if done else None,
        )


def _events(random: Random, moments: Sequence[datetime]) -> Iterator[tuple[Any, ...]]:
    for place, at in enumerate(moments):
        yield 1001 + place, _text(at), "opened", "user", None, "刷脸没有反应"
        for kind in ("claim", "reply", "said", "reply", "solve"):
            at += timedelta(minutes=random.randint(1, 60))
            by = "user" if kind == "said" else "agent"
            yield (
                1001 + place,
                _text(at),
                kind,
                by,
                random.randint(1, _AGENTS) if by == "agent" else None,
                "半小时后再试一次。",
            )


def _files(random: Random, moments: Sequence[datetime]) -> Iterator[tuple[Any, ...]]:
    for place, at in enumerate(moments):
        if place % 4 == 0:
            who = random.randint(1, _CONVERSATIONS)
            yield who, 1001 + place, _text(at), "image", "截图.png", "{}", f"{place}.png", "done", _text(at)


def _audit(random: Random, moments: Sequence[datetime], number: int) -> Iterator[tuple[Any, ...]]:
    for at in sorted(_moment(random) for _ in range(number)):
        who = random.randint(1, _AGENTS)
        ticket = 1001 + random.randrange(len(moments))
        action = random.choice(_ACTIONS)
        told = None if action in ("sign_in", "figures_export") else ticket
        yield _text(at), "console", f"agent{who}", f"客服{who}", action, told, random.random() > 0.001
