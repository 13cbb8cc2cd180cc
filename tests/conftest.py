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
from kb.reader import Utterance
from kb.store import Compiled
from kb.store import load as load_compiled

DATA = Path(__file__).parent.parent / "var"
"""Where the program itself keeps the compiled knowledge, so that tests find it made."""

settings.register_profile("helpdesk", deadline=None, max_examples=60, derandomize=True)
settings.load_profile("helpdesk")


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """What kb/content says."""
    return load(CONTENT)


@pytest.fixture(scope="session")
def base() -> KnowledgeBase:
    """The knowledge ready for use."""
    return open_knowledge(CONTENT, DATA)


@pytest.fixture(scope="session")
def compiled(base: KnowledgeBase) -> Compiled:
    """What the compiled file behind ``base`` holds."""
    return load_compiled(DATA / "knowledge" / f"{base.revision}.sqlite")


@pytest.fixture(scope="session")
def matcher(base: KnowledgeBase) -> Matcher:
    """Ranks what a message may mean."""
    return base.matcher


@pytest.fixture(scope="session")
def read(base: KnowledgeBase) -> Callable[[str], Utterance]:
    """Reads a message as the matcher does."""
    return base.matcher.reader.read
