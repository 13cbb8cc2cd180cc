"""Only what changed is written anew, and the result always reads as wanted."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.splicing import spliced
from kb.load import CONTENT
from kb.yamlfile import parse

WORDS = st.text(min_size=1, max_size=12) | st.sampled_from(["yes", "12:30", "a: b", "# x", "- y", "2025-01-01", "null"])


@pytest.mark.parametrize("name", sorted(path.name for path in CONTENT.glob("*.yaml")))
def test_nothing_changed_nothing_written(name: str) -> None:
    text = (CONTENT / name).read_text(encoding="utf-8")
    assert spliced(text, parse(name, text).data) == text


@given(st.lists(WORDS, max_size=4), st.integers(0, 20), st.integers(0, 20))
def test_phrasings_read_back(words: list[str], place: int, gone: int) -> None:
    text = (CONTENT / "faq-09.yaml").read_text(encoding="utf-8")
    wanted: dict[str, Any] = copy.deepcopy(parse("", text).data)
    wanted["phrasings"][place:place] = words
    del wanted["phrasings"][gone]
    read = parse("", spliced(text, wanted))
    assert read.data == wanted
