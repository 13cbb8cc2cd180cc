"""Pictures of steps in the database, beside those of the program's own folder, and as files."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.knowledge.gallery import Gallery
from bot.knowledge.picturing import PictureError
from bot.storage.database import Database, open_database
from tests.bot.storage.conftest import Run
from tests.bot.storage.stores import at
from tests.pictures import drawn, picture, put_into

ONE, OTHER = picture(1), picture(2)
NOBODY = "0" * 32 + ".png"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The program's own content folder."""
    return tmp_path / "own"


@pytest.fixture
def gallery(database: Database, own: Path) -> Gallery:
    return Gallery(database, own)


def test_an_upload_is_there_for_every_node(gallery: Gallery, url: str | None, tmp_path: Path, run: Run) -> None:
    kept = run(gallery.add(drawn(colour=1), "li", at(0)))
    assert kept == ONE
    other = Gallery(open_database(url, tmp_path), tmp_path / "elsewhere")
    assert run(other.data(kept.name)) == ONE.data
    assert run(other.names()) == {ONE.name}
    run(other.database.close())


def test_the_same_picture_twice_is_one(gallery: Gallery, run: Run) -> None:
    first, second = (run(gallery.add(drawn(colour=1), who, at(0))) for who in ("li", "wang"))
    assert first.name == second.name
    assert run(gallery.names()) == {ONE.name}


def test_a_bad_upload_leaves_nothing(gallery: Gallery, run: Run) -> None:
    with pytest.raises(PictureError):
        run(gallery.add(b"<svg/>", "li", at(0)))
    assert run(gallery.names()) == frozenset()


@pytest.mark.parametrize("name", [NOBODY, "", "a.png", "../own/images/x.png", f"/etc/{NOBODY}", f"{NOBODY}\0"])
def test_what_is_not_there(name: str, gallery: Gallery, run: Run) -> None:
    assert run(gallery.data(name)) is None


def test_the_programs_own_pictures_are_there_too(gallery: Gallery, own: Path, run: Run) -> None:
    put_into(own, ONE)
    put_into(own, replace(OTHER, data=b"something else"))
    assert run(gallery.names()) == {ONE.name}
    assert run(gallery.data(ONE.name)) == ONE.data
    assert run(gallery.data(OTHER.name)) is None, "a damaged file is none"


def test_pictures_go_out_as_files_and_come_back(gallery: Gallery, own: Path, tmp_path: Path, run: Run) -> None:
    put_into(own, ONE)
    run(gallery.add(drawn(colour=2), "li", at(0)))
    out = put_into(tmp_path / "out", picture(3))
    assert run(gallery.write({ONE.name, OTHER.name, NOBODY}, out)) == sorted((ONE.name, OTHER.name))
    assert {path.name for path in (out / "images").iterdir()} == {ONE.name, OTHER.name}
    empty = Gallery(gallery.database, tmp_path / "nothing")
    run(empty.adopt({ONE.name, NOBODY}, out, "li", at(1)))
    assert run(empty.names()) == {ONE.name, OTHER.name}
    assert run(empty.data(ONE.name)) == ONE.data


def test_a_damaged_file_is_not_taken_over(gallery: Gallery, tmp_path: Path, run: Run) -> None:
    folder = put_into(tmp_path / "in", replace(ONE, data=OTHER.data))
    with pytest.raises(PictureError, match="对不上"):
        run(gallery.adopt({ONE.name}, folder, "li", at(0)))
    assert run(gallery.names()) == frozenset()
