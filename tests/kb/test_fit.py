from pathlib import Path

import pytest

from kb.fit import fit_all
from kb.load import load
from kb.matcher import Matcher
from kb.reader import Reader
from kb.views import LEXICAL
from tests.kb.small import write


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("content"))


def test_fitting_the_same_content_gives_the_same_numbers(folder: Path) -> None:
    knowledge = load(folder)
    reader = Reader(knowledge)
    (_, one), (_, other) = (fit_all(knowledge, reader, None) for _ in range(2))
    assert one.keys() == {"lexical"}
    assert one["lexical"].names == LEXICAL
    assert (one["lexical"].weights == other["lexical"].weights).all()
    assert (one["lexical"].combiner.weights == other["lexical"].combiner.weights).all()
    assert one["lexical"].bands == other["lexical"].bands


def test_what_was_learned_is_known(folder: Path) -> None:
    knowledge = load(folder)
    reader = Reader(knowledge)
    phrasings, fits = fit_all(knowledge, reader, None)
    matcher = Matcher(reader, phrasings, fits, None, knowledge)
    asked = {phrasing.text: record.id for record in knowledge.records for phrasing in record.phrasings}
    speaker = {text: knowledge.fuller.get(record, record) for text, record in asked.items()}
    assert {text: matcher.rank(text).records[0].id for text in asked} == speaker


def test_progress_is_told_from_beginning_to_end(folder: Path) -> None:
    knowledge = load(folder)
    told: list[tuple[str, float]] = []
    fit_all(knowledge, Reader(knowledge), None, lambda stage, share: told.append((stage, share)))
    shares = [share for _, share in told]
    assert shares[0] == 0
    assert shares[-1] == 1
    assert shares == sorted(shares)
    assert all(stage for stage, _ in told)
