"""An office on both kinds of database; what was compiled for one test is there for the next."""

import marshal
from functools import cache
from pathlib import Path
from typing import BinaryIO

import pytest

from bot.opening import open_compiled, shared_encoder
from bot.storage.database import Database
from tests.bot.storage.conftest import Run, database, kind, run, url
from tests.kb.small import write
from tests.knowledge.office import Office, in_this_process

READ = marshal.load


@cache
def dictionary(path: str) -> tuple[dict[str, int], int]:
    with Path(path).open("rb") as file:
        words, total = READ(file)
    return words, total


def read_once(file: BinaryIO) -> tuple[dict[str, int], int]:
    """jieba's dictionary, for whoever adds words of his own: reading it takes longer than all that these tests do."""
    words, total = dictionary(file.name)
    return words.copy(), total


opened = cache(open_compiled)
"""A compiled file is named by what is in it."""
__all__ = ["database", "kind", "run", "url"]


@pytest.fixture(scope="session")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the small content, and with what is compiled of it."""
    folder = tmp_path_factory.mktemp("office")
    write(folder / "base")
    return folder


@pytest.fixture
def office(database: Database, run: Run, desks: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setattr("bot.knowledge.working._run", in_this_process)
    monkeypatch.setattr("bot.building.SentenceEncoder", shared_encoder)
    monkeypatch.setattr("bot.building._KEPT", 20)
    monkeypatch.setattr("bot.knowledge.worker.open_compiled", opened)
    monkeypatch.setattr("jieba.marshal.load", read_once)
    return Office(database, run, desks / "base", desks)
