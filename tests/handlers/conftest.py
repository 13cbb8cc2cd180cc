"""A fresh conversation for each test."""

import pytest

from kb.base import KnowledgeBase
from tests.handlers.talk import Talk


@pytest.fixture
def talk(base: KnowledgeBase) -> Talk:
    return Talk(base)
