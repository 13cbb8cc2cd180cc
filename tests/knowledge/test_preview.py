"""What a draft would change is seen before it is published, also with thousands of questions, and can be stopped."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from bot.knowledge import working
from bot.knowledge.effects import Effects
from bot.knowledge.outcomes import Refused
from bot.knowledge.working import Progress
from bot.storage.tables import question_log
from tests.bot.storage.stores import NOON
from tests.knowledge.office import GATE, Office, add_gate, in_this_process, lose_golden, replaced

pytestmark = pytest.mark.parametrize("kind", ["sqlite"])
BESIDE = working._run
_PATIENCE = 300


async def compared_beside(
    what: str, one: Path, other: Path, asked: Sequence[str], told: Callable[[dict[str, Any]], None]
) -> dict[str, Any]:
    """Compiled here, compared in a process of its own, as the program does."""
    return await (BESIDE if what == "compare" else in_this_process)(what, one, other, asked, told)


def ask(office: Office, *texts: str, days_ago: int = 1) -> None:
    async def log() -> None:
        values = {
            "at": NOON - timedelta(days=days_ago),
            "channel": "web",
            "outcome": "unknown",
            "records": [],
            "confidence": 0.0,
            "revision": "r",
        }
        async with office.database.write() as tx:
            await tx.execute(insert(question_log), [values | {"text": text} for text in texts])

    office.does(log())


def test_real_questions_that_would_be_answered_otherwise(office: Office) -> None:
    ask(office, GATE, f"{GATE}？", f" {GATE}", "地址填错了", "地址填错了", "明天下雨吗")
    ask(office, "一个月以前问过的", days_ago=40)
    effects = office.does(office.library.preview(office.draft(add_gate)))
    assert isinstance(effects, Effects)
    assert (effects.looked_at, effects.covered, effects.keeps_golden) == (3, 1.0, True)
    [changed] = effects.asked
    assert (changed.question.strip(" ？"), changed.count) == (GATE, 3)
    assert changed.after.records == ("faq-01",) != changed.before.records


def test_only_the_commonest_are_looked_at(office: Office) -> None:
    ask(office, *["地址填错了"] * 3, "明天下雨吗")
    effects = office.does(office.library.preview(office.draft(add_gate), most=1))
    assert isinstance(effects, Effects)
    assert (effects.looked_at, effects.covered) == (1, 0.75)


def test_a_preview_tells_what_would_stop_it(office: Office) -> None:
    lost = office.does(office.library.preview(office.draft(lose_golden)))
    assert isinstance(lost, Effects)
    assert [effect.question for effect in lost.lost] == ["浦口的电话"]
    wrong = office.does(office.library.preview(office.draft(replaced("faq-01.yaml", "title:", "titel:"))))
    assert isinstance(wrong, Refused)
    assert wrong.reason == "problems"


def test_thousands_of_questions_show_progress_and_can_be_stopped(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = asyncio.create_subprocess_exec
    processes: list[Process] = []

    async def noticed(*command: Any, **named: Any) -> Process:
        processes.append(await begin(*command, **named))
        return processes[-1]

    monkeypatch.setattr(working, "_run", compared_beside)
    monkeypatch.setattr(asyncio, "create_subprocess_exec", noticed)
    ask(office, *(f"第{number}号门的闸机今天怎么又不响了" for number in range(3000)))
    draft = office.draft(add_gate)
    before = office.state
    told: list[Progress] = []
    under_way = asyncio.Event()

    def tell(progress: Progress) -> None:
        told.append(progress)
        if progress.done >= 60:
            under_way.set()

    async def stopped() -> None:
        preview = asyncio.create_task(office.library.preview(draft, tell))
        async with asyncio.timeout(_PATIENCE):
            await under_way.wait()
        assert not preview.done()
        preview.cancel()
        await asyncio.wait([preview])
        assert preview.cancelled()

    office.does(stopped())
    comparing = [progress for progress in told if progress.of]
    assert {progress.of for progress in comparing} == {3002}
    assert [progress.done for progress in comparing] == sorted(progress.done for progress in comparing)
    assert [process.returncode is not None for process in processes] == [True]
    assert office.state == before
