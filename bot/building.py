"""Compiles the knowledge: ``python -m bot.building CONTENT FILE``, run by ``bot.opening`` where the file is missing.

Draws its progress on stderr; says on stdout what went wrong.
"""

import sys
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from kb.fit import fit_all
from kb.load import ContentError, load
from kb.meaning import SentenceEncoder, available
from kb.reader import Reader
from kb.store import Compiled, save

_KEPT = 3
"""Compiled files that stay, so that going back to the revision before costs nothing."""


def main(arguments: Sequence[str]) -> int:
    """Build; 1 where the content does not check or the file cannot be written."""
    content, path = map(Path, arguments)
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    try:
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("编译知识库", total=1.0)
            build(content, path, lambda stage, share: bar.update(task, description=stage, completed=share))
    except (OSError, ContentError) as error:
        print(error)
        return 1
    return 0


def build(
    content: Path, path: Path, progress: Callable[[str, float], None], pictures: Collection[str] | None = ()
) -> None:
    """Load, check, fit and write the knowledge. ``pictures``: as ``kb.load.read_folder`` has it."""
    knowledge = load(content, pictures)
    reader = Reader(knowledge)
    phrasings, fits = fit_all(knowledge, reader, SentenceEncoder() if available() else None, progress)
    save(path, Compiled(path.stem, knowledge, reader.word_counts, phrasings, fits), reader.segmenter.cut)
    for old in sorted(path.parent.glob("*.sqlite"), key=lambda file: file.stat().st_mtime)[:-_KEPT]:
        old.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
