"""The small content folder, loaded and read once."""

import pytest

from kb.knowledge import Knowledge
from kb.load import load
from kb.reader import Reader
from tests.kb.small import write


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    """What the small folder says."""
    return load(write(tmp_path_factory.mktemp("small") / "content"))


@pytest.fixture(scope="session")
def small_reader(small: Knowledge) -> Reader:
    """Reads messages in the small folder's terms."""
    return Reader(small)
