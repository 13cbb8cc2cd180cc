"""Pictures on their way through drafts, revisions and folders, with a small content that compiles in seconds."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.desk.actions import Actor
from bot.knowledge.editing import put_record, record_of
from bot.knowledge.library import Library
from bot.knowledge.outcomes import Published, Refused
from bot.knowledge.picturing import PictureError
from bot.knowledge.shelf import Shelf
from bot.storage.database import open_database
from kb.load import load
from tests.bot.storage.stores import at, store
from tests.kb.small import change, line_of, write
from tests.pictures import drawn, picture, put_into

LI = Actor("console", "li", "小李")
SHOWN, OWN = picture(), picture(1)
Run = Callable[[Coroutine[Any, Any, Any]], Any]


class House:
    """One installation: its content folder, its database."""

    def __init__(self, folder: Path, run: Run) -> None:
        self.own, self.run, data = folder / "content", run, folder / "data"
        data.mkdir(parents=True)
        write(self.own)
        with store("sqlite", data):
            self.database = open_database(None, data)
        self.shelf = Shelf(self.database, self.own, data)
        self.library = Library(self.database, self.shelf, lambda: at(0))


@pytest.fixture
def run() -> Iterator[Run]:
    with asyncio.Runner() as runner:
        yield runner.run


@pytest.fixture
def house(tmp_path: Path, run: Run) -> Iterator[House]:
    opened = House(tmp_path / "house", run)
    yield opened
    run(opened.database.close())


@pytest.fixture
def other(tmp_path: Path, run: Run) -> Iterator[House]:
    opened = House(tmp_path / "other", run)
    yield opened
    run(opened.database.close())


def draft_with(house: House, name: str) -> Any:
    """A draft in which the first step of a record shows a picture."""

    async def begun() -> Any:
        draft = await house.library.begin_draft(LI)
        record = record_of(await house.library.draft_content(draft), "faq-01")
        steps = (record.steps[0].model_copy(update={"image": name}), *record.steps[1:])
        return await house.library.edit(
            draft, LI, partial(put_record, record=record.model_copy(update={"steps": steps}))
        )

    return house.run(begun())


def test_a_picture_that_is_nowhere_keeps_a_draft_from_being_published(house: House) -> None:
    draft = draft_with(house, SHOWN.name)
    [problem] = house.run(house.library.check(draft)).problems
    assert (problem.file, problem.where) == ("faq-01.yaml", "steps.0.image")
    refused = house.run(house.library.publish(draft, LI, "配图"))
    assert isinstance(refused, Refused)
    assert refused.problems == (problem,)
    house.run(house.shelf.gallery.add(drawn(), "li", at(0)))
    assert house.run(house.library.check(draft)).problems == ()


def test_from_one_house_to_another_by_a_folder(house: House, other: House, tmp_path: Path) -> None:
    for place, each in (("提交地址修改申请。", SHOWN), ("重新设定考勤地址。", OWN)):
        change(house.own, "faq-01.yaml", f"text: {place}", f"text: {place}\n    image: {each.name}")
        put_into(house.own, each)
    out = tmp_path / "out"
    names = house.run(house.library.export(out))
    assert {name for name in names if name.startswith("images/")} == {f"images/{SHOWN.name}", f"images/{OWN.name}"}
    assert load(out).record["faq-01"].steps[0].image == SHOWN.name, "what goes out checks by itself"
    put_into(other.own, OWN)
    (out / "images" / OWN.name).unlink()
    taken = other.run(other.library.import_folder(out, LI))
    assert isinstance(taken, Published), taken
    (other.own / "images" / OWN.name).unlink()
    assert [other.run(other.shelf.gallery.data(each.name)) for each in (SHOWN, OWN)] == [SHOWN.data, OWN.data], (
        "what is published stays, wherever it came from"
    )
    back = other.run(other.library.export(tmp_path / "back"))
    assert back == names
    texts = [name for name in names if name.endswith(".yaml")]
    assert {name: (tmp_path / "back" / name).read_bytes() for name in texts} == {
        name: (out / name).read_bytes() for name in texts
    }


def test_an_old_picture_does_not_stay_behind_in_a_folder(house: House, tmp_path: Path) -> None:
    out = put_into(tmp_path / "out", SHOWN)
    house.run(house.library.export(out, replace_all=True))
    assert list((out / "images").iterdir()) == []


def test_a_folder_without_its_picture_is_not_imported(house: House, tmp_path: Path) -> None:
    folder = write(tmp_path / "in")
    change(folder, "faq-01.yaml", "text: 提交地址修改申请。", f"text: 提交地址修改申请。\n    image: {SHOWN.name}")
    refused = house.run(house.library.import_folder(folder, LI))
    assert isinstance(refused, Refused)
    assert [(each.line, each.where) for each in refused.problems] == [
        (line_of(folder, "faq-01.yaml", "image:"), "steps.0.image")
    ]
    put_into(folder, replace(SHOWN, data=b"<svg/>"))
    with pytest.raises(PictureError, match="对不上"):
        house.run(house.library.import_folder(folder, LI))
