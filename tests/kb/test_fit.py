import pytest

import kb.fit
from kb.fit import fit_all
from kb.knowledge import Knowledge
from kb.matcher import Matcher
from kb.reader import Reader
from kb.samples import samples
from kb.views import LEXICAL, Fit, Phrasings

Told = list[tuple[str, float]]


@pytest.fixture(scope="module")
def told() -> Told:
    return []


@pytest.fixture(scope="module")
def fitted(small: Knowledge, small_reader: Reader, told: Told) -> tuple[Phrasings, dict[str, Fit]]:
    return fit_all(small, small_reader, None, lambda stage, share: told.append((stage, share)))


def test_fitting_the_same_content_gives_the_same_numbers(
    small: Knowledge, small_reader: Reader, fitted: tuple[Phrasings, dict[str, Fit]]
) -> None:
    one, other = fitted[1], fit_all(small, small_reader, None)[1]
    assert one.keys() == other.keys() == {"lexical"}
    assert one["lexical"].names == LEXICAL
    assert (one["lexical"].weights == other["lexical"].weights).all()
    assert (one["lexical"].combiner.weights == other["lexical"].combiner.weights).all()
    assert one["lexical"].bands == other["lexical"].bands


def test_what_was_learned_is_known(
    small: Knowledge, small_reader: Reader, fitted: tuple[Phrasings, dict[str, Fit]]
) -> None:
    matcher = Matcher(small_reader, *fitted, None, small)
    asked = {phrasing.text: record.id for record in small.records for phrasing in record.phrasings}
    speaker = {text: small.fuller.get(record, record) for text, record in asked.items()}
    assert {text: matcher.rank(text).records[0].id for text in asked} == speaker


def test_progress_is_told_from_beginning_to_end(fitted: tuple[Phrasings, dict[str, Fit]], told: Told) -> None:
    assert fitted
    shares = [share for _, share in told]
    assert shares[0] == 0
    assert shares[-1] == 1
    assert shares == sorted(shares)
    assert all(stage for stage, _ in told)


def test_of_very_many_phrasings_some_are_anchors(
    small: Knowledge, small_reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kb.fit, "MOST_ANCHORS", 25)
    phrasings, fits = fit_all(small, small_reader, None)
    assert 13 <= len(phrasings.anchors) <= 25 < len(phrasings.texts)
    assert sorted(set(phrasings.anchors.tolist())) == phrasings.anchors.tolist()
    assert fits["lexical"].weights.shape == (len(phrasings.anchors), len(phrasings.label_names))
    matcher = Matcher(small_reader, phrasings, fits, None, small)
    assert matcher.rank("考勤地址定偏了怎么改").records[0].id == "faq-01"


def test_of_very_many_phrasings_some_are_tried(
    small: Knowledge, small_reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kb.fit, "MOST_CELLS", 20 * len(samples(small)))
    phrasings, fits = fit_all(small, small_reader, None)
    matcher = Matcher(small_reader, phrasings, fits, None, small)
    assert matcher.rank("考勤地址定偏了怎么改").records[0].id == "faq-01"


def test_a_phrasing_is_judged_as_if_it_had_not_been_written(fitted: tuple[Phrasings, dict[str, Fit]]) -> None:
    fit = fitted[1]["lexical"]
    terms, closest = (fit.combiner.weights[fit.names.index(view)] for view in ("terms", "closest"))
    # The ridge knows its own phrasings by heart. Trusted with them it would get 9 here, beside 8 for the other view.
    assert terms < closest / 2
