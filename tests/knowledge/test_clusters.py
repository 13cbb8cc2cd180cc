"""What the page of unanswered questions says after a revision was published, and after it was taken back."""

from functools import partial

import pytest
from sqlalchemy import insert

from bot.knowledge import editing
from bot.knowledge.outcomes import Published
from bot.storage.database import Database
from bot.storage.figure_tables import missed_cluster, missed_text
from bot.unanswered import clusters
from bot.unanswered.clusters import State
from tests.bot.storage.stores import NOON
from tests.knowledge.office import GATE, LIN, ZHAO, Office, add_gate, add_gate_to_login

CANTEEN, PHRASED = "食堂饭卡能当考勤卡用吗", "早上登不上去"


@pytest.fixture
def asked(office: Office) -> Office:
    """Three clusters: of two wordings, of one, and of one that is a phrasing already and did not help."""

    async def ask(database: Database) -> None:
        async with database.write() as tx:
            for number, texts in enumerate(((GATE, "门卫室的点歪了"), (CANTEEN,), (PHRASED,)), start=1):
                await tx.execute(insert(missed_cluster).values(id=number, first_at=NOON, last_at=NOON, asked=3))
                for text in texts:
                    values = {"key": text, "text": text, "cluster_id": number, "asked": 1, "last_at": NOON}
                    await tx.execute(insert(missed_text).values(**values))

    office.does(ask(office.database))
    return office


def states(office: Office) -> dict[int, tuple[State, str | None, int | None]]:
    async def read() -> dict[int, tuple[State, str | None, int | None]]:
        async with office.database.read() as tx:
            found = await clusters.listed(tx, None)
        return {each.number: (each.state, each.record or each.topic, each.revision) for each in found}

    return office.does(read())


OPEN = ("open", None, None)


def test_published_and_taken_back(asked: Office) -> None:
    asked.published(add_gate, partial(editing.add_topic_phrasings, topic_id="oos-weather", texts=[CANTEEN]))
    assert states(asked) == {1: ("added", "faq-01", 1), 2: ("out_of_scope", "oos-weather", 1), 3: OPEN}
    asked.published(add_gate_to_login, by=ZHAO)
    back = asked.does(asked.library.roll_back(1, LIN))
    assert isinstance(back, Published)
    assert states(asked)[1] == ("added", "faq-01", 1)
    assert isinstance(asked.does(asked.library.roll_back(0, LIN)), Published)
    assert states(asked) == {1: OPEN, 2: OPEN, 3: OPEN}
    # And forward again.
    assert isinstance(asked.does(asked.library.roll_back(1, LIN)), Published)
    assert states(asked) == {1: ("added", "faq-01", 5), 2: ("out_of_scope", "oos-weather", 5), 3: OPEN}


@pytest.mark.parametrize("kind", ["sqlite"])
def test_what_somebody_has_decided_otherwise_stays(asked: Office) -> None:
    async def dismiss() -> None:
        async with asked.database.write() as tx:
            await clusters.dismiss(tx, 1, by="赵编辑", now=NOON)

    asked.does(dismiss())
    asked.published(add_gate)
    assert states(asked)[1][0] == "dismissed"
    asked.does(asked.library.roll_back(0, LIN))
    assert states(asked)[1][0] == "dismissed"
