"""Opens the knowledge for a node: from its compiled file, or by compiling and fitting it where that is missing or old."""

import logging
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import kb
from bot.errors import UsageError
from kb.base import KnowledgeBase, assemble
from kb.load import digest, load
from kb.meaning import SentenceEncoder, available
from kb.store import Compiled
from kb.store import load as load_compiled

log = logging.getLogger(__name__)


def open_knowledge(content: Path, data: Path) -> KnowledgeBase:
    """The knowledge in ``content``, compiled into ``data``.

    Raises kb.load.ContentError where the content does not check, UsageError where ``data`` cannot be written.
    """
    path = compiled_path(content, data)
    if not path.exists():
        _build_beside(content, path)
    with ThreadPoolExecutor(max_workers=1) as pool:
        # The encoder's weights take as long to load as all the rest, so they load beside it.
        encoder = pool.submit(shared_encoder)
        compiled = _load(content, path)
        if encoder.result() is None:
            log.warning("the sentence encoder is not installed; answering with the lexical fit")
        return _warmed(assemble(compiled, encoder.result()))


def open_compiled(path: Path) -> KnowledgeBase:
    """The knowledge in a compiled file. Raises FileNotFoundError, sqlite3.Error, KeyError or ValueError where it is none."""
    return _warmed(assemble(load_compiled(path), shared_encoder()))


@lru_cache(maxsize=1)
def shared_encoder() -> SentenceEncoder | None:
    """The sentence encoder, loaded once, as every revision uses the same; None where it is not installed."""
    return SentenceEncoder() if available() else None


def _warmed(base: KnowledgeBase) -> KnowledgeBase:
    """Tables that are made at the first use are made now, and not while somebody waits for the first answer."""
    base.router.hear(base.matcher.rank("kaoqin 打卡出了点小状況，该问问谁").utterance)
    return base


def compiled_path(content: Path, data: Path) -> Path:
    """Where the compiled form of exactly this content, made by exactly this code, is kept."""
    code = sha256()
    for module in sorted(Path(kb.__file__).parent.glob("*.py")):
        code.update(module.read_bytes())
    name = sha256(f"{digest(content)} {code.hexdigest()} {available()} {sys.version_info[:2]}".encode()).hexdigest()
    return data / "knowledge" / f"{name[:16]}.sqlite"


def _load(content: Path, path: Path) -> Compiled:
    """The compiled file; one that is damaged is made anew."""
    try:
        return load_compiled(path)
    except (sqlite3.Error, KeyError, ValueError) as error:
        log.warning("%s is damaged (%s); compiling it again", path, error)
        path.unlink(missing_ok=True)
        _build_beside(content, path)
        return load_compiled(path)


def _build_beside(content: Path, path: Path) -> None:
    """Build in a process of its own: fitting needs several times the memory of answering, and gives it back this way."""
    load(content)
    command = [sys.executable, "-m", "bot.building", str(content.resolve()), str(path.resolve())]
    root = Path(kb.__file__).parent.parent
    built = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, text=True, encoding="utf-8", check=False)  # noqa: S603 - our own interpreter and module
    if built.returncode or not path.exists():
        why = built.stdout.strip() or f"编译进程意外退出，代码 {built.returncode}"
        raise UsageError(f"知识库没有编译成（{why}）。请检查 {path.parent} 能不能写入、内存够不够。")
