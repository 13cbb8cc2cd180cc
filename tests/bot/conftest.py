"""One server for all tests of the web chat: visitors are told apart by their cookies."""

from collections.abc import Iterator

import pytest

from kb.base import KnowledgeBase
from tests.bot.server import serving


@pytest.fixture(scope="module")
def address(base: KnowledgeBase) -> Iterator[str]:
    with serving(base) as url:
        yield url
