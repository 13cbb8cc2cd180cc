"""Fits the matcher to the content: indexes, ridge, combiner and bands, all from the phrasings, by one command.

Everything the combiner and the bands learn from is held out: a phrasing is judged as if it had not been written, a
topic's phrasings as if nobody had thought of the topic. Takes seconds; the same content gives the same numbers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from kb.bands import choose_bands
from kb.closest import closest
from kb.combine_fit import fit_combiner
from kb.features import VIEWS, features
from kb.kernel import WEIGHTS, Kernel, build_kernel
from kb.knowledge import Knowledge
from kb.labels import INTENT, RECORD, TOPIC, Speakers, label_kinds, pool, speakers_of
from kb.meaning import Encoder
from kb.noise import Noise
from kb.reader import Reader
from kb.ridge import Ridge, fit_ridge
from kb.samples import Sample, samples
from kb.views import LEXICAL, MEANING_WEIGHT, WITH_MEANING, Fit, Phrasings

Floats = NDArray[np.float64]
Progress = Callable[[str, float], None]
NOISY_IMPORTANCE = 0.5
SHARES = {RECORD: 0.6, TOPIC: 0.2, INTENT: 0.2}
"""What people's messages are about, whatever number of phrasings the content has for each: mostly the records."""
MOST_ANCHORS = 8_000
"""Phrasings that the ridge is fitted on; its time grows with their cube. All are indexed, whatever their number."""
MOST_CELLS = 80_000_000
"""Numbers in the table of held-out messages by phrasings; fewer messages are held out where there are more phrasings."""


@dataclass(frozen=True, slots=True)
class _Trial:
    """Messages judged as if unseen: their likeness to all phrasings, and which phrasings each must not see."""

    texts: tuple[str, ...]
    lexical: Floats
    meaning: Floats | None
    hidden: tuple[NDArray[np.intp], ...]
    right: NDArray[np.bool_]
    importance: Floats


def fit_all(
    knowledge: Knowledge, reader: Reader, encoder: Encoder | None, progress: Progress = lambda _stage, _share: None
) -> tuple[Phrasings, dict[str, Fit]]:
    """The indexed phrasings, and the fits: ``lexical`` always, ``meaning`` where there is an encoder."""
    known = sorted(samples(knowledge), key=lambda sample: sample.label)
    progress("读说法", 0.0)
    utterances = [reader.read(sample.text) for sample in known]
    kernel = build_kernel([features(utterance) for utterance in utterances])
    progress("算句意", 0.1)
    embeddings = encoder.encode([utterance.text for utterance in utterances]) if encoder else None
    names = tuple(sorted({sample.label for sample in known}))
    number = {name: place for place, name in enumerate(names)}
    labels = np.array([number[sample.label] for sample in known], dtype=np.intp)
    phrasings = Phrasings(
        tuple(sample.text for sample in known),
        tuple(utterance.text for utterance in utterances),
        labels,
        names,
        kernel,
        embeddings,
        _spread(len(known), MOST_ANCHORS),
    )
    progress("造噪声", 0.3)
    trials = _trials(known, reader, encoder, phrasings)
    targets = _targets(known, number)[phrasings.anchors]
    speakers = speakers_of(names, knowledge.fuller)
    fits = {"lexical": _fit_views(LEXICAL, phrasings, targets, trials, speakers)}
    progress("拟合", 0.7)
    if encoder:
        fits["meaning"] = _fit_views(WITH_MEANING, phrasings, targets, trials, speakers)
    progress("完成", 1.0)
    return phrasings, fits


def _spread(size: int, most: int) -> NDArray[np.intp]:
    """At most ``most`` of the rows 0 … size - 1, evenly; as they are ordered by label, each label has its share."""
    return np.arange(0, size, -(-size // most), dtype=np.intp)


def _targets(known: Sequence[Sample], number: dict[str, int]) -> Floats:
    targets = np.zeros((len(known), len(number)))
    for row, sample in enumerate(known):
        for label in (sample.label, *sample.also):
            targets[row, number[label]] = 1
    return targets


def _trials(known: Sequence[Sample], reader: Reader, encoder: Encoder | None, phrasings: Phrasings) -> list[_Trial]:
    """Phrasings as written, and once more with some noise: all of them, unless there are very many."""
    noise = Noise([sample.text for sample in known], reader.segmenter.cut)
    rows = _spread(len(known), max(1, MOST_CELLS // len(known)))
    # Which noise a sentence gets goes round, so that every kind is met equally often.
    versions = [(row, noise.versions(known[row].text, "trial")) for row in rows]
    noisy = [(row, reader.read(made[row % len(made)])) for row, made in versions if made]
    clean = _matrix(phrasings.kernel)
    number = {name: place for place, name in enumerate(phrasings.label_names)}
    right = _right(known, number, phrasings)
    importance = _importance(phrasings)
    hidden = _hidden(phrasings)
    meaning = phrasings.embeddings
    noisy_rows = np.array([row for row, _ in noisy], dtype=np.intp)
    texts = [utterance.text for _, utterance in noisy]
    lexical = np.stack([phrasings.kernel.likeness(features(utterance)) for _, utterance in noisy]).astype(np.float64)
    return [
        _Trial(
            tuple(phrasings.texts[row] for row in rows),
            (clean[rows] @ clean.T).toarray(),
            None if meaning is None else _dot(meaning[rows], meaning),
            tuple(hidden[row] for row in rows),
            right[rows],
            importance[rows],
        ),
        _Trial(
            tuple(texts),
            lexical,
            None if meaning is None or encoder is None else _dot(encoder.encode(texts), meaning),
            tuple(hidden[row] for row in noisy_rows),
            right[noisy_rows],
            NOISY_IMPORTANCE * importance[noisy_rows],
        ),
    ]


def _dot(left: NDArray[np.float32], right: NDArray[np.float32]) -> Floats:
    return (left @ right.T).astype(np.float64)


def _matrix(kernel: Kernel) -> sparse.csr_matrix:
    """All views side by side, weighted so that a product of rows is their likeness."""
    views = [(kernel.views[name], WEIGHTS[name]) for name in VIEWS]
    blocks = [
        sparse.csc_matrix((view.values, view.rows, view.starts), shape=(kernel.size, len(view.vocabulary)))
        * weight**0.5
        for view, weight in views
    ]
    whole: sparse.csr_matrix = sparse.hstack(blocks).tocsr().astype(np.float64)
    return whole


def _hidden(phrasings: Phrasings) -> tuple[NDArray[np.intp], ...]:
    """Each phrasing hides itself. Every other one of an out-of-scope topic hides the whole topic: half of what people
    ask beyond the document is about topics nobody foresaw."""
    kinds = label_kinds(phrasings.label_names)
    groups = [np.flatnonzero(phrasings.labels == label) for label in range(len(kinds))]
    return tuple(
        groups[label] if kinds[label] == TOPIC and row % 2 else np.array([row], dtype=np.intp)
        for row, label in enumerate(phrasings.labels)
    )


def _importance(phrasings: Phrasings) -> Floats:
    """How much each phrasing counts, so that each kind of label has its share."""
    kinds = label_kinds(phrasings.label_names)[phrasings.labels]
    return np.select(
        [kinds == kind for kind in SHARES], [share / max(1, (kinds == kind).sum()) for kind, share in SHARES.items()]
    )


def _right(known: Sequence[Sample], number: dict[str, int], phrasings: Phrasings) -> NDArray[np.bool_]:
    """Labels that count as right for each phrasing; the last column stands for none of them."""
    kinds = label_kinds(phrasings.label_names)
    right = np.zeros((len(known), len(kinds) + 1), dtype=bool)
    for row, sample in enumerate(known):
        if kinds[number[sample.label]] == TOPIC:
            right[row, :-1] = kinds == TOPIC
            right[row, -1] = True
        else:
            right[row, [number[label] for label in (sample.label, *sample.also)]] = True
    return right


def _fit_views(
    names: tuple[str, ...], phrasings: Phrasings, targets: Floats, trials: Sequence[_Trial], speakers: Speakers
) -> Fit:
    ridge = fit_ridge(_among_anchors(names, phrasings), targets)
    kinds = label_kinds(phrasings.label_names)
    views = np.concatenate([_judge_held_out(names, phrasings, ridge, trial) for trial in trials])
    right = np.concatenate([trial.right for trial in trials])
    importance = np.concatenate([trial.importance for trial in trials])
    combiner = fit_combiner(views, kinds, right, importance)
    chances = pool(combiner.probabilities(views, kinds)[:, :-1], speakers)
    bands = choose_bands(chances, pool(right[:, :-1], speakers), importance)
    return Fit(names, ridge.weights.astype(np.float32), combiner, bands)


def _among_anchors(names: tuple[str, ...], phrasings: Phrasings) -> Floats:
    """The likeness of the anchors to each other, as the set of views adds it up."""
    rows = _matrix(phrasings.kernel)[phrasings.anchors]
    alike: Floats = (rows @ rows.T).toarray()
    if "meaning" in names and phrasings.embeddings is not None:
        embeddings = phrasings.embeddings[phrasings.anchors]
        alike += MEANING_WEIGHT * _dot(embeddings, embeddings)
    return alike


def _parts(names: tuple[str, ...], trial: _Trial) -> list[Floats]:
    """The likenesses that a set of views adds up, lexical first."""
    if "meaning" not in names or trial.meaning is None:
        return [trial.lexical]
    return [trial.lexical, MEANING_WEIGHT * trial.meaning]


def _judge_held_out(names: tuple[str, ...], phrasings: Phrasings, ridge: Ridge, trial: _Trial) -> Floats:
    """(messages, labels, views) as ``kb.views.judge`` would have it, had the hidden phrasings not been there."""
    parts = _parts(names, trial)
    anchors = phrasings.anchors
    place = np.full(phrasings.kernel.size, -1, dtype=np.intp)
    place[anchors] = np.arange(len(anchors))
    hidden_anchors = [place[group][place[group] >= 0] for group in trial.hidden]
    scores = ridge.held_out([part[:, anchors] for part in parts], hidden_anchors)
    columns = dict(zip(("terms", "meaning"), scores, strict=False))
    near = parts[1] / MEANING_WEIGHT if len(parts) > 1 else None
    for row, group in enumerate(trial.hidden):
        if near is not None:
            near[row, group] = 0
    visible = trial.lexical / 3 + near if near is not None else trial.lexical.copy()
    for row, group in enumerate(trial.hidden):
        visible[row, group] = 0
    found = [
        closest(text, phrasings.texts, phrasings.labels, like, len(phrasings.label_names))
        for text, like in zip(trial.texts, visible, strict=True)
    ]
    columns["closest"] = np.stack(found).astype(np.float64)
    if near is not None:
        columns["nearest"] = np.maximum.reduceat(near, phrasings.starts, axis=1)
    return np.stack([columns[name] for name in names], axis=-1)
