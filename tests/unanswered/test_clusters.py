"""Clusters: what comes together, what stays, what an editor decides, and what is forgotten."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import insert, select

from bot.figures import questions
from bot.figures.period import Period
from bot.storage import pruning
from bot.storage.database import Database
from bot.storage.figure_tables import missed, missed_cluster, missed_text
from bot.unanswered import clusters
from bot.unanswered.clusters import Cluster
from bot.unanswered.gathering import Gathering
from bot.unanswered.grouping import Groups, together
from bot.unanswered.space import Space
from kb.base import KnowledgeBase
from kb.meaning import Encoder, SentenceEncoder, available
from tests.bot.storage.conftest import Run
from tests.bot.storage.stores import NOON

CANTEEN = ("食堂饭卡能当考勤卡用吗", "你好请问食堂饭卡能当考勤卡用吗谢谢", "食堂的饭卡能不能当考勤卡")
DRONE = ("无人机巡检算不算到岗", "用无人机巡检算到岗吗")


@pytest.fixture(scope="module", params=["meaning", "letters"])
def encoder(request: pytest.FixtureRequest) -> Encoder | None:
    """With the sentence encoder and without."""
    if request.param == "letters":
        return None
    return SentenceEncoder() if available() else pytest.skip("the sentence encoder is not installed")


class Editor:
    """Everything about a list of unanswered questions."""

    def __init__(self, database: Database, run: Run, base: KnowledgeBase, encoder: Encoder | None) -> None:
        self.database, self._run = database, run
        self.base, self._encoder = base, encoder
        self.gathering = self.another()

    def another(self, encoder: Encoder | None = None) -> Gathering:
        """The same after a restart."""
        return Gathering(self.database, lambda: self.base, encoder or self._encoder)

    def asked(self, texts: Iterable[str], at: datetime = NOON, channel: str = "web", why: str = "unknown") -> None:
        """People ask, and it is gathered."""

        async def add() -> None:
            rows = [{"at": at, "channel": channel, "text": text, "why": why} for text in texts]
            async with self.database.write() as tx:
                await tx.execute(insert(missed), rows)
            await self.gathering.catch_up()

        self._run(add())

    def reads(self, what: Any, *arguments: Any, **named: Any) -> Any:
        async def read() -> Any:
            async with self.database.read() as tx:
                return await what(tx, *arguments, **named)

        return self._run(read())

    def decides(self, what: Any, *arguments: Any, **named: Any) -> Any:
        async def decide() -> Any:
            async with self.database.write() as tx:
                return await what(tx, *arguments, by="lin", now=NOON, **named)

        return self._run(decide())

    @property
    def open(self) -> list[Cluster]:
        found: list[Cluster] = self.reads(clusters.listed)
        return found

    def rows(self, table: Any) -> list[Any]:
        async def read() -> list[Any]:
            async with self.database.read() as tx:
                return list((await tx.execute(select(table).order_by(table.c.id))).all())

        found: list[Any] = self._run(read())
        return found


@pytest.fixture
def editor(database: Database, run: Run, base: KnowledgeBase, encoder: Encoder | None) -> Editor:
    return Editor(database, run, base, encoder)


def test_what_means_the_same_is_one_cluster(editor: Editor) -> None:
    editor.asked([*CANTEEN, *DRONE, CANTEEN[0]])
    assert [(each.text, each.asked, each.wordings) for each in editor.open] == [
        (CANTEEN[0], 4, len(editor.rows(missed_text)) - editor.open[1].wordings),
        (DRONE[0], 2, editor.open[1].wordings),
    ]


def test_noise_makes_no_other_wording(editor: Editor) -> None:
    editor.asked(
        ["无人机巡检算不算到岗", "无人机巡检算不算到岗？？", "師傅 無人機巡檢算不算到崗啊", " 无人机巡检，算不算到岗！"]
    )
    assert [(each.asked, each.wordings) for each in editor.open] == [(4, 1)]


def test_what_is_said_to_the_bot_is_left_out(editor: Editor) -> None:
    editor.asked(["转人工", "都不是", "没用", "？？？", "", "没解决 #faq-13", DRONE[0]])
    assert [each.text for each in editor.open] == [DRONE[0]]
    assert all(row.gathered for row in editor.rows(missed))


def test_a_cluster_keeps_its_number(editor: Editor) -> None:
    editor.asked([CANTEEN[0], DRONE[0]])
    before = {each.text: each.number for each in editor.open}
    editor.gathering = editor.another()
    editor.asked([*CANTEEN[1:], *DRONE, "工地没电了人脸机打不开", *CANTEEN])
    after = {each.text: each.number for each in editor.open}
    assert before.items() <= after.items()
    assert len(after) == 3


def test_another_way_of_reckoning_changes_no_cluster(editor: Editor) -> None:
    editor.asked([*CANTEEN, *DRONE])
    numbers = [(each.number, each.asked) for each in editor.open]
    editor.gathering = Gathering(editor.database, lambda: editor.base, None)
    editor.asked([CANTEEN[0], DRONE[0], "戴安全帽人脸识别不出来是帽子的问题吗"])
    assert [(number, asked + 1) for number, asked in numbers] == [(each.number, each.asked) for each in editor.open[:2]]
    assert {row.space for row in editor.rows(missed_text)} == {"letters-2"}


def test_a_dismissed_one_comes_back_when_it_is_asked_again(editor: Editor) -> None:
    editor.asked([DRONE[0]] * 3)
    (one,) = editor.open
    assert editor.decides(clusters.dismiss, one.number, again=2)
    editor.asked([DRONE[0]])
    assert editor.open == []
    editor.asked([DRONE[0]])
    assert [(each.number, each.asked, each.asked_since) for each in editor.open] == [(one.number, 5, 2)]


def test_one_dismissed_for_good_stays_away(editor: Editor) -> None:
    editor.asked([DRONE[0]])
    editor.decides(clusters.dismiss, editor.open[0].number, again=None)
    editor.asked([DRONE[0]] * 30)
    assert editor.open == []


def test_decisions_stay_with_the_cluster(editor: Editor) -> None:
    editor.asked([*CANTEEN, DRONE[0]])
    canteen, drone = editor.open
    assert editor.decides(clusters.mark_added, canteen.number, "faq-13", 4)
    assert editor.decides(clusters.mark_out_of_scope, drone.number, "oos-fee")
    editor.asked([CANTEEN[0], DRONE[0]])
    assert editor.open == []
    (added,) = editor.reads(clusters.listed, "added")
    assert (added.record, added.revision, added.decided_by, added.asked_since) == ("faq-13", 4, "lin", 1)
    (outside,) = editor.reads(clusters.listed, "out_of_scope")
    assert (outside.topic, outside.record) == ("oos-fee", None)
    assert editor.reads(clusters.counts) == {"added": 1, "out_of_scope": 1}
    assert editor.decides(clusters.reopen, drone.number)
    assert [(each.number, each.topic) for each in editor.open] == [(drone.number, None)]


def test_a_roll_back_opens_what_was_added_since(editor: Editor) -> None:
    editor.asked([CANTEEN[0], DRONE[0]])
    for revision, each in enumerate(editor.open, start=4):
        editor.decides(clusters.mark_added, each.number, "faq-13", revision)
    assert editor.decides(clusters.reopen_revisions, 4) == 1
    assert len(editor.open) == 1


def test_a_decision_about_nothing(editor: Editor) -> None:
    assert not editor.decides(clusters.dismiss, 987_654)
    assert editor.reads(clusters.get, 987_654) is None


def test_a_cluster_in_full(editor: Editor) -> None:
    editor.asked([CANTEEN[0]] * 2, channel="onebot", why="ticket")
    editor.asked([CANTEEN[1], CANTEEN[2]], at=NOON + timedelta(days=1))
    (one,) = editor.open
    whole = editor.reads(clusters.get, one.number)
    assert (whole.reasons, whole.channels) == ({"ticket": 2, "unknown": 2}, {"onebot": 2, "web": 2})
    assert whole.examples[0].text == CANTEEN[0]
    assert (one.first_at, one.last_at) == (NOON, NOON + timedelta(days=1))


def test_a_period_and_a_channel(editor: Editor) -> None:
    editor.asked([CANTEEN[0]] * 3)
    editor.asked([CANTEEN[0], DRONE[0], DRONE[0]], at=NOON + timedelta(days=9), channel="mp")
    day = (NOON + timedelta(days=9)).date()
    found = editor.reads(clusters.listed, period=Period(day, day, "mp"))
    assert [(each.text, each.asked) for each in found] == [(DRONE[0], 2), (CANTEEN[0], 1)]
    top = editor.reads(questions.missed_most, Period(NOON.date(), day))
    assert [(each.text, each.asked) for each in top] == [(CANTEEN[0], 4), (DRONE[0], 2)]
    assert editor.reads(clusters.listed, period=Period(day, day, "web")) == []


def test_looking_for_a_word(editor: Editor) -> None:
    editor.asked([CANTEEN[0], DRONE[0]])
    assert [each.text for each in editor.reads(clusters.listed, containing="无人机")] == [DRONE[0]]
    assert editor.reads(clusters.listed, containing="%") == []


def test_records_are_suggested(base: KnowledgeBase) -> None:
    found = clusters.suggested(base, ["工地考勤的地址要改", "考勤地址填错了要改"])
    assert found.records[0].id == "faq-13"
    assert 0 < found.records[0].chance <= 1
    assert clusters.suggested(base, []) == clusters.Suggested((), ())


def test_nothing_of_the_words_remains_after_pruning(editor: Editor, run: Run, tmp_path: Path) -> None:
    editor.asked([*CANTEEN, DRONE[0]])
    editor.asked([DRONE[0]], at=NOON + timedelta(days=20))
    before = [(each.number, each.asked) for each in editor.open]
    run(pruning.prune(editor.database, NOON + timedelta(days=10), tmp_path))
    texts = {row.text: row.vector for row in editor.rows(missed_text)}
    assert set(texts) == {None, DRONE[0]}
    assert texts[None] is None
    assert {row.text for row in editor.rows(missed)} == {None, DRONE[0]}
    assert [(each.number, each.asked) for each in editor.open] == before
    assert editor.open[0].text is None
    assert "食堂" not in str([editor.rows(table) for table in (missed, missed_text, missed_cluster)])
    editor.asked([CANTEEN[0]], at=NOON + timedelta(days=30))
    assert len(editor.open) == 3, "what is forgotten is not recognised again"


def test_many_are_grouped_without_end(base: KnowledgeBase) -> None:
    """Ten thousand points about five hundred centres."""
    random = np.random.default_rng(3)
    centres = random.normal(size=(500, 64)).astype(np.float32)
    own = random.integers(0, 500, 10_000)
    points = centres[own] + 0.2 * random.normal(size=(10_000, 64)).astype(np.float32)
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    parts = together(points, 0.8)
    assert sum(map(len, parts)) == 10_000
    assert all(len(set(own[part].tolist())) == 1 for part in parts)
    groups = Groups.of(0.8, own.tolist(), points)
    assert groups.place(points) == own.tolist()
    assert groups.place(-points[:2]) == [None, None]


def test_the_empty_question_lies_nowhere(base: KnowledgeBase) -> None:
    space = Space(base.matcher, None)
    assert space.key("？？？") == ""
    assert space.vectors([]).size == 0
