"""Every test that asks for ``database`` runs on both kinds."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.storage.database import Database, open_database
from tests.bot.storage.stores import Kind, store

Run = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture
def run() -> Iterator[Run]:
    """Runs coroutines, all of a test's in one loop."""
    with asyncio.Runner() as runner:
        yield runner.run


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param  # type: ignore[no-any-return]  # one of the two above


@pytest.fixture
def url(kind: Kind, tmp_path: Path) -> Iterator[str | None]:
    with store(kind, tmp_path) as address:
        yield address


@pytest.fixture
def database(url: str | None, run: Run, tmp_path: Path) -> Iterator[Database]:
    opened = open_database(url, tmp_path)
    yield opened
    run(opened.close())
