"""The knowledge, opened once for all tests."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from bot.opening import open_knowledge
from kb.base import KnowledgeBase
from kb.knowledge import Knowledge
from kb.load import CONTENT, load
from kb.matcher import Matcher
from kb.reader import Reader, Utterance

ROOT = Path(__file__).parent.parent

settings.register_profile("helpdesk", deadline=None, max_examples=60, derandomize=True)
settings.load_profile("helpdesk")


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """What kb/content says."""
    return load(CONTENT)


@pytest.fixture(scope="session")
def base() -> KnowledgeBase:
    """The knowledge ready for use; compiled in var/ of the project, where the program finds it again."""
    return open_knowledge(CONTENT, ROOT / "var")


@pytest.fixture(scope="session")
def matcher(base: KnowledgeBase) -> Matcher:
    return base.matcher


@pytest.fixture(scope="session")
def read(base: KnowledgeBase) -> Callable[[str], Utterance]:
    """Reads a message as the matcher does."""
    reader: Reader = base.matcher.reader
    return reader.read
