from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import sqlite_utils

from kb.base import assemble
from kb.fit import fit_all
from kb.knowledge import Knowledge
from kb.matcher import Matcher
from kb.meaning import Matrix
from kb.reader import Reader
from kb.samples import samples
from kb.store import Compiled, load, save

MESSAGES = (
    "地址填错了",
    "考勤地址要改",
    "登不上去怎么办",
    "公司名字对不上",
    "工资什么时候发",
    "下一步",
    "随便说说",
    "",
)


@cache
def direction(char: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.random.default_rng(ord(char)).normal(size=16)


class HashingEncoder:
    """Stands for the sentence encoder: a direction for each character, which needs no package and no time."""

    def encode(self, texts: Sequence[str]) -> Matrix:
        rows = np.stack([np.sum([direction(char) for char in text or " "], axis=0) for text in texts])
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


ENCODER = HashingEncoder()


@pytest.fixture(scope="module")
def made(small: Knowledge, small_reader: Reader) -> Compiled:
    return Compiled("revision-1", small, small_reader.word_counts, *fit_all(small, small_reader, ENCODER))


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory, made: Compiled, small_reader: Reader) -> Path:
    path = tmp_path_factory.mktemp("data") / "knowledge" / "one.sqlite"
    save(path, made, small_reader.segmenter.cut)
    return path


@pytest.fixture(scope="module")
def matchers(made: Compiled, path: Path, small_reader: Reader) -> tuple[Matcher, Matcher]:
    """The knowledge as it was made, and as it comes out of the file."""
    return matcher_of(made, small_reader), assemble(load(path), ENCODER).matcher


def matcher_of(compiled: Compiled, reader: Reader) -> Matcher:
    return Matcher(reader, compiled.phrasings, compiled.fits, ENCODER, compiled.knowledge)


def test_what_is_saved_is_loaded(made: Compiled, path: Path) -> None:
    loaded = load(path)
    assert loaded.revision == "revision-1"
    assert loaded.knowledge == made.knowledge
    assert loaded.word_counts == made.word_counts
    assert loaded.phrasings.raw == made.phrasings.raw
    assert loaded.phrasings.texts == made.phrasings.texts
    assert loaded.phrasings.label_names == made.phrasings.label_names
    assert (loaded.phrasings.labels == made.phrasings.labels).all()
    assert (loaded.phrasings.anchors == made.phrasings.anchors).all()
    assert loaded.fits.keys() == made.fits.keys() == {"lexical", "meaning"}
    for name, fit in made.fits.items():
        assert loaded.fits[name].names == fit.names
        assert loaded.fits[name].bands == fit.bands
        assert loaded.fits[name].weights == pytest.approx(fit.weights, abs=1e-3)


@pytest.mark.parametrize("message", MESSAGES)
def test_the_same_message_ranks_the_same(message: str, matchers: tuple[Matcher, Matcher]) -> None:
    before, after = (matcher.rank(message) for matcher in matchers)
    assert after.band == before.band
    assert [chance.id for chance in after.choices] == [chance.id for chance in before.choices]
    for one, other in ((before.records, after.records), (before.topics, after.topics)):
        assert {c.id: c.chance for c in other} == pytest.approx({c.id: c.chance for c in one}, abs=5e-3)


def test_saving_again_what_was_loaded_changes_nothing(path: Path, small_reader: Reader, tmp_path: Path) -> None:
    again = tmp_path / "again.sqlite"
    save(again, load(path), small_reader.segmenter.cut)
    one, other = (matcher_of(load(file), small_reader) for file in (path, again))
    assert [one.rank(message) for message in MESSAGES] == [other.rank(message) for message in MESSAGES]


@pytest.mark.parametrize(
    ("table", "words", "found"),
    [
        ("records", "考勤地址", ["faq-01"]),
        ("records", "核对", ["faq-01"]),  # of a note
        ("records", "单位", ["prompt-01"]),
        ("records", "没有这个词", []),
    ],
)
def test_an_editor_can_search_records(table: str, words: str, found: list[str], path: Path) -> None:
    database = sqlite_utils.Database(path)
    try:
        assert [row["id"] for row in database.table(table).search(words)] == found
    finally:
        database.close()


def test_an_editor_can_search_phrasings(path: Path) -> None:
    database = sqlite_utils.Database(path)
    try:
        rows = list(database.table("phrasings").search("大门"))
    finally:
        database.close()
    assert [(row["label"], row["text"]) for row in rows] == [("faq-01", "工地的大门搬走了")]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("select id, title from records order by id limit 1", [("faq-01", "修改考勤地址")]),
        ("select id from steps where record = 'prompt-01' order by place", [("update",), ("enter",)]),
        ("select id from contacts order by id", [("contact-housing",), ("contact-pukou",)]),
        ("select contact from places where name = '老山'", [("contact-pukou",)]),
        ("select title from topics where id = 'oos-wages'", [("工资",)]),
    ],
)
def test_tables_for_people(query: str, rows: list[tuple[str, ...]], path: Path) -> None:
    database = sqlite_utils.Database(path)
    try:
        assert database.execute(query).fetchall() == rows
    finally:
        database.close()


def test_every_sample_is_a_phrasing(made: Compiled, path: Path) -> None:
    database = sqlite_utils.Database(path)
    try:
        stored = {(row["label"], row["text"]) for row in database.table("phrasings").rows}
    finally:
        database.close()
    assert stored == {(sample.label, sample.text) for sample in samples(made.knowledge)}


def test_a_file_half_written_never_appears(made: Compiled, tmp_path: Path) -> None:
    target = tmp_path / "knowledge" / "two.sqlite"
    seen: list[bool] = []

    def cut(text: str) -> list[str]:
        seen.append(target.exists())
        if len(seen) > 20:
            raise OSError("the disk is full")
        return [text]

    with pytest.raises(OSError, match="disk is full"):
        save(target, made, cut)
    assert not any(seen)
    assert list(tmp_path.glob("**/*.sqlite")) == []


def test_a_save_that_fails_leaves_the_old_file_as_it_was(made: Compiled, small_reader: Reader, tmp_path: Path) -> None:
    def cut(_: str) -> list[str]:
        raise OSError("the disk is full")

    path = tmp_path / "two.sqlite"
    save(path, made, small_reader.segmenter.cut)
    before = path.read_bytes()
    with pytest.raises(OSError, match="disk is full"):
        save(path, made, cut)
    assert path.read_bytes() == before
    save(path, made, small_reader.segmenter.cut)  # what the failed one left behind is no hindrance
    assert load(path).knowledge == made.knowledge


def test_loading_what_is_not_there_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises((OSError, KeyError)):
        load(tmp_path / "none.sqlite")
    assert list(tmp_path.iterdir()) == []
