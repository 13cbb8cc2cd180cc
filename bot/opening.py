"""Opens the knowledge for a node: from its compiled file, or by compiling and fitting it where that is missing or old."""

import logging
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import kb
from kb.base import KnowledgeBase, assemble
from kb.load import digest, load
from kb.meaning import SentenceEncoder, available
from kb.store import Compiled, save
from kb.store import load as load_compiled

Progress = Callable[[str, float], None]
_KEPT = 3
"""Compiled files that stay, so that going back to the revision before costs nothing."""
log = logging.getLogger(__name__)


def open_knowledge(content: Path, data: Path, progress: Progress = lambda _stage, _share: None) -> KnowledgeBase:
    """The knowledge in ``content``, compiled into ``data``. Raises kb.load.ContentError where it does not check."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        # The encoder's weights take as long to load as all the rest, so they load beside it.
        encoder = pool.submit(SentenceEncoder) if available() else None
        path = compiled_path(content, data)
        compiled = load_compiled(path) if path.exists() else build(content, path, encoder, progress)
        if encoder is None:
            log.warning("the sentence encoder is not installed; answering with the lexical fit")
        return assemble(compiled, encoder.result() if encoder else None)


def compiled_path(content: Path, data: Path) -> Path:
    """Where the compiled form of exactly this content, made by exactly this code, is kept."""
    code = sha256()
    for module in sorted(Path(kb.__file__).parent.glob("*.py")):
        code.update(module.read_bytes())
    name = sha256(f"{digest(content)} {code.hexdigest()} {available()} {sys.version_info[:2]}".encode()).hexdigest()
    return data / "knowledge" / f"{name[:16]}.sqlite"


def build(content: Path, path: Path, encoder: "Future[SentenceEncoder] | None", progress: Progress) -> Compiled:
    """Load, check, fit and write the knowledge."""
    # Fitting needs scipy, which answering does not: it is imported where it is used, to keep the start quick.
    from kb.fit import fit_all
    from kb.reader import Reader

    knowledge = load(content)
    reader = Reader(knowledge)
    phrasings, fits = fit_all(knowledge, reader, encoder.result() if encoder else None, progress)
    compiled = Compiled(path.stem, knowledge, reader.word_counts, phrasings, fits)
    save(path, compiled, reader.segmenter.cut)
    for old in sorted(path.parent.glob("*.sqlite"), key=lambda file: file.stat().st_mtime)[:-_KEPT]:
        old.unlink(missing_ok=True)
    return compiled
