"""The compiled knowledge base: one SQLite file that a node loads in a moment and an editor can open with sqlite-utils.

Tables for people (records, phrasings with full-text search, steps, contacts, places, topics), and for the program the whole
content as JSON and the matcher's arrays. This is the one module of the room that writes.
"""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import sqlite_utils
from numpy.typing import NDArray

from kb.bands import Bands
from kb.combine import Combiner
from kb.features import VIEWS
from kb.kernel import Kernel, View
from kb.knowledge import Knowledge
from kb.views import Fit, Phrasings


@dataclass(frozen=True, slots=True)
class Compiled:
    """Everything in the file. ``revision`` names the content it was made from."""

    revision: str
    knowledge: Knowledge
    word_counts: Mapping[str, int]
    phrasings: Phrasings
    fits: Mapping[str, Fit]


def save(path: Path, compiled: Compiled, cut: Callable[[str], list[str]]) -> None:
    """Write the file whole or not at all, so that a reader never meets half of one. ``cut`` segments for the search."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    unfinished.unlink(missing_ok=True)
    database = sqlite_utils.Database(unfinished)
    try:
        _write_tables(database, compiled, cut)
        _write_program(database, compiled)
    finally:
        database.close()
    unfinished.replace(path)


def load(path: Path) -> Compiled:
    """Read a file that ``save`` wrote. Raises FileNotFoundError where there is none; sqlite would make an empty one."""
    if not path.exists():
        raise FileNotFoundError(path)
    database = sqlite_utils.Database(path)
    try:
        texts = {row["name"]: row["value"] for row in database["program"].rows}
        arrays = {row["name"]: _array(row) for row in database["arrays"].rows}
    finally:
        database.close()
    facts = json.loads(texts["facts"])
    return Compiled(
        facts["revision"],
        Knowledge.model_validate_json(texts["knowledge"]),
        facts["word_counts"],
        _phrasings(facts, arrays),
        {name: _fit(name, fact, arrays) for name, fact in facts["fits"].items()},
    )


def _write_tables(database: sqlite_utils.Database, compiled: Compiled, cut: Callable[[str], list[str]]) -> None:
    knowledge = compiled.knowledge

    def segmented(texts: Iterable[str]) -> str:
        return " ".join(word for text in texts for word in cut(text))

    database.table("records").insert_all(
        (
            {
                "id": record.id,
                "title": record.title,
                "question": record.question,
                "source": record.source,
                "short": record.answer.short,
                "notes": "\n".join(record.answer.notes),
                "warnings": "\n".join(record.answer.warnings),
                "segmented": segmented((record.title, record.question, record.answer.short, *record.answer.notes)),
            }
            for record in knowledge.records
        ),
        pk="id",
    )
    database.table("phrasings").insert_all(
        {"label": label, "text": text, "segmented": segmented([read])}
        for label, text, read in zip(
            _labels(compiled.phrasings), compiled.phrasings.raw, compiled.phrasings.texts, strict=True
        )
    )
    database.table("steps").insert_all(
        {"record": record.id, "place": place, **step.model_dump(mode="json")}
        for record in knowledge.records
        for place, step in enumerate(record.steps)
    )
    database.table("contacts").insert_all((contact.model_dump(mode="json") for contact in knowledge.contacts), pk="id")
    database.table("places").insert_all(
        {"name": name, "district": district.name, "contact": district.contact}
        for district in knowledge.districts
        for name in (district.name, *district.aliases, *district.places)
    )
    database.table("topics").insert_all(
        (topic.model_dump(mode="json", exclude={"phrasings"}) for topic in knowledge.topics), pk="id"
    )
    for table in ("records", "phrasings"):
        database.table(table).enable_fts(["segmented"], tokenize="unicode61")


def _labels(phrasings: Phrasings) -> list[str]:
    return [phrasings.label_names[label] for label in phrasings.labels]


def _write_program(database: sqlite_utils.Database, compiled: Compiled) -> None:
    phrasings = compiled.phrasings
    arrays: dict[str, NDArray[Any]] = {"labels": phrasings.labels, "anchors": phrasings.anchors}
    if phrasings.embeddings is not None:
        arrays["embeddings"] = phrasings.embeddings.astype(np.float16)
    for name in VIEWS:
        view = phrasings.kernel.views[name]
        arrays |= {f"{name}.idf": view.idf, f"{name}.starts": view.starts}
        arrays |= {f"{name}.rows": view.rows, f"{name}.values": view.values}
    for name, fit in compiled.fits.items():
        arrays |= {f"{name}.weights": fit.weights.astype(np.float16)}
    database.table("arrays").insert_all(
        (
            {"name": name, "dtype": array.dtype.str, "shape": json.dumps(array.shape), "data": array.tobytes()}
            for name, array in arrays.items()
        ),
        pk="name",
    )
    facts = {
        "revision": compiled.revision,
        "word_counts": dict(compiled.word_counts),
        "raw": phrasings.raw,
        "texts": phrasings.texts,
        "label_names": phrasings.label_names,
        "vocabularies": {name: list(phrasings.kernel.views[name].vocabulary) for name in VIEWS},
        "fits": {name: _facts(fit) for name, fit in compiled.fits.items()},
    }
    knowledge = compiled.knowledge.model_dump_json()
    rows = (
        {"name": "facts", "value": json.dumps(facts, ensure_ascii=False)},
        {"name": "knowledge", "value": knowledge},
    )
    database.table("program").insert_all(rows, pk="name")


def _facts(fit: Fit) -> dict[str, Any]:
    combiner = fit.combiner
    return {
        "views": fit.names,
        "weights": combiner.weights.tolist(),
        "offsets": combiner.offsets.tolist(),
        "none": combiner.none,
        "answer": fit.bands.answer,
        "choices": fit.bands.choices,
    }


def _array(row: dict[str, Any]) -> NDArray[Any]:
    return np.frombuffer(row["data"], dtype=row["dtype"]).reshape(json.loads(row["shape"]))


def _phrasings(facts: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Phrasings:
    def view(name: str) -> View:
        vocabulary = {feature: column for column, feature in enumerate(facts["vocabularies"][name])}
        parts = (arrays[f"{name}.{part}"] for part in ("idf", "starts", "rows", "values"))
        return View(vocabulary, *parts)

    embeddings = arrays.get("embeddings")
    return Phrasings(
        tuple(facts["raw"]),
        tuple(facts["texts"]),
        arrays["labels"],
        tuple(facts["label_names"]),
        Kernel({name: view(name) for name in VIEWS}, len(facts["raw"])),
        None if embeddings is None else embeddings.astype(np.float32),
        arrays["anchors"],
    )


def _fit(name: str, fact: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Fit:
    combiner = Combiner(np.array(fact["weights"]), np.array(fact["offsets"]), fact["none"])
    weights = arrays[f"{name}.weights"].astype(np.float32)
    return Fit(tuple(fact["views"]), weights, combiner, Bands(fact["answer"], fact["choices"]))
