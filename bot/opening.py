"""Opens the knowledge for a node: from its compiled file, or by compiling and fitting it where that is missing or old."""

import logging
import multiprocessing
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from multiprocessing.connection import Connection
from pathlib import Path

import kb
from bot.errors import UsageError
from kb.base import KnowledgeBase, assemble
from kb.load import ContentError, digest, load
from kb.meaning import SentenceEncoder, available
from kb.store import Compiled, save
from kb.store import load as load_compiled

Progress = Callable[[str, float], None]
_KEPT = 3
"""Compiled files that stay, so that going back to the revision before costs nothing."""
log = logging.getLogger(__name__)


def open_knowledge(content: Path, data: Path, progress: Progress = lambda _stage, _share: None) -> KnowledgeBase:
    """The knowledge in ``content``, compiled into ``data``.

    Raises kb.load.ContentError where the content does not check, UsageError where ``data`` cannot be written.
    """
    path = compiled_path(content, data)
    if not path.exists():
        _build_beside(content, path, progress)
    with ThreadPoolExecutor(max_workers=1) as pool:
        # The encoder's weights take as long to load as all the rest, so they load beside it.
        encoder = pool.submit(SentenceEncoder) if available() else None
        compiled = load_compiled(path)
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


def build(content: Path, path: Path, progress: Progress) -> None:
    """Load, check, fit and write the knowledge."""
    # Fitting needs scipy, which answering does not: it is imported where it is used, to keep the start quick.
    from kb.fit import fit_all
    from kb.reader import Reader

    knowledge = load(content)
    reader = Reader(knowledge)
    phrasings, fits = fit_all(knowledge, reader, SentenceEncoder() if available() else None, progress)
    save(path, Compiled(path.stem, knowledge, reader.word_counts, phrasings, fits), reader.segmenter.cut)
    for old in sorted(path.parent.glob("*.sqlite"), key=lambda file: file.stat().st_mtime)[:-_KEPT]:
        old.unlink(missing_ok=True)


def _build_beside(content: Path, path: Path, progress: Progress) -> None:
    """Build in a process of its own: fitting needs several times the memory of answering, and gives it back this way."""
    load(content)
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    worker = context.Process(target=_build_and_tell, args=(content, path, theirs), daemon=True)
    worker.start()
    theirs.close()
    told: object = None
    try:
        while isinstance(told := ours.recv(), tuple):
            progress(*told)
    except EOFError:
        pass
    worker.join()
    if isinstance(told, str) or not path.exists():
        raise UsageError(
            f"知识库没有编译成（{told or '编译进程意外退出'}）。请检查 {path.parent} 能不能写入、内存够不够。"
        )


def _build_and_tell(content: Path, path: Path, pipe: Connection) -> None:
    """In the other process: report progress as pairs, and at last None or what went wrong."""
    try:
        build(content, path, lambda stage, share: pipe.send((stage, share)))
        pipe.send(None)
    except (OSError, ContentError) as error:
        pipe.send(str(error))
