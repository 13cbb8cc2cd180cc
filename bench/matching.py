"""How well and how fast messages find their record, beside plain ways of doing it, all in one run.

    .venv/bin/python -m bench.matching tests/sets/questions.jsonl tests/own/questions.jsonl

Each way ranks the records for every message that has one. ``first``: the best record is an accepted one; ``ms``: median
and 99th percentile of the time a message takes, on one thread.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from rapidfuzz import fuzz, process
from rich.console import Console
from rich.table import Table

from bot.opening import compiled_path, open_knowledge
from bot.settings import read_settings
from kb.base import KnowledgeBase
from kb.kernel import build_kernel
from kb.matcher import Matcher
from kb.meaning import SentenceEncoder
from kb.normalise import plain
from kb.store import load

Rank = Callable[[str], str]


def main(paths: list[Path]) -> None:
    """Measure every way on every set and draw one table."""
    settings = read_settings(os.environ)
    base = open_knowledge(settings.content, settings.data)
    items = [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines() if line]
    items = [item for item in items if item.get("accept")]
    table = Table(
        "way", "first", "ms median", "ms p99", title=f"{len(items)} messages, {len(base.knowledge.records)} records"
    )
    for name, rank in ways(base):
        right, times = measure(rank, items)
        table.add_row(name, f"{right:.3f}", f"{np.median(times):.2f}", f"{np.percentile(times, 99):.2f}")
    Console().print(table)


def ways(base: KnowledgeBase) -> Iterator[tuple[str, Rank]]:
    """Ours as it answers, ours without sentence meaning, and the peers."""
    settings = read_settings(os.environ)
    compiled = load(compiled_path(settings.content, settings.data))
    lexical = Matcher(base.matcher.reader, compiled.phrasings, compiled.fits, None, base.knowledge)
    yield "ours", lambda text: base.matcher.rank(text).records[0].id
    yield "ours, words only", lambda text: lexical.rank(text).records[0].id
    known = [(plain(p.text), record.id) for record in base.knowledge.records for p in record.phrasings]
    texts, labels = [text for text, _ in known], [base.knowledge.fuller.get(label, label) for _, label in known]
    for scorer in (fuzz.ratio, fuzz.token_set_ratio, fuzz.WRatio):
        yield f"rapidfuzz {scorer.__name__}", _closest(texts, labels, scorer)
    characters = build_kernel([{"words": [], "sounds": [], "chars": _grams(text)} for text in texts])
    yield (
        "TF-IDF of characters",
        lambda text: labels[
            int(np.argmax(characters.likeness({"words": [], "sounds": [], "chars": _grams(plain(text))})))
        ],
    )
    encoder = SentenceEncoder()
    embeddings = encoder.encode(texts)
    yield (
        "sentence encoder, nearest",
        lambda text: labels[int(np.argmax(embeddings @ encoder.encode([plain(text)])[0]))],
    )


def _closest(texts: list[str], labels: list[str], scorer: Callable[..., float]) -> Rank:
    return lambda text: labels[process.extractOne(plain(text), texts, scorer=scorer)[2]]


def _grams(text: str) -> list[str]:
    return [*text, *(a + b for a, b in pairwise(text))]


def measure(rank: Rank, items: list[dict[str, object]]) -> tuple[float, list[float]]:
    """The share of messages whose first record is right, and each message's milliseconds."""
    right, times = 0, []
    for item in items:
        started = time.perf_counter()
        first = rank(str(item["q"]))
        times.append((time.perf_counter() - started) * 1000)
        right += first in item["accept"]  # type: ignore[operator]
    return right / len(items), times


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
