"""A desk of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.base import KnowledgeBase
from kb.wording import Wording
from tests.bot.desk.counter import Counter


@pytest.fixture
def counter(base: KnowledgeBase, tmp_path: Path) -> Iterator[Counter]:
    opened = Counter.opened(base, tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def words(base: KnowledgeBase) -> Wording:
    """The bot's own sentences."""
    return base.knowledge.wording
