import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.knowledge import Knowledge
from kb.sayings import Sayings


@pytest.fixture(scope="module")
def sayings(knowledge: Knowledge) -> Sayings:
    return Sayings(knowledge)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("下一步", "next"),
        ("下一步！", "next"),
        ("下一步吧", "next"),
        ("　下一步。", "next"),
        ("上一步", "back"),
        ("转人工", "handoff"),
        ("轉人工", "handoff"),
        ("没解决", "unresolved"),
        ("谢谢", "thanks"),
        ("你好", "greeting"),
        ("HELLO", "greeting"),
        ("退出", "quit"),
        ("退出考勤组", None),
        ("考勤地址填错了", None),
        ("", None),
        ("。。。", None),
        ("了", None),
    ],
)
def test_whole(text: str, intent: str | None, sayings: Sayings) -> None:
    assert sayings.whole(text) == intent


@pytest.mark.parametrize(
    ("text", "intents"),
    [
        ("好的，下一步", {"next"}),
        ("还是不行，转人工", {"unresolved", "handoff"}),
        ("下一步在哪里点考勤申请", set()),  # only mentioned
        ("下一步，考勤地址填错了", set()),  # the last clause asks something
        ("考勤地址填错了", set()),
        ("下一步" * 20, set()),  # no short message
    ],
)
def test_clauses(text: str, intents: set[str], sayings: Sayings) -> None:
    assert intents <= sayings.clauses(text).keys()
    assert bool(intents) is bool(sayings.clauses(text))


@pytest.mark.parametrize(
    ("text", "says"),
    [("你好，谢谢", True), ("谢谢", True), ("你好，考勤地址填错了", False), ("", False), ("，，", False)],
)
def test_nothing_else(text: str, says: bool, sayings: Sayings) -> None:
    assert sayings.nothing_else(text) is says


@pytest.mark.parametrize(
    ("text", "intent", "says"),
    [
        ("弄了半天不行你给我转人工吧", "handoff", True),
        ("考勤地址填错了", "handoff", False),
        ("转人工", "no-such", False),
    ],
)
def test_contains(text: str, intent: str, says: bool, sayings: Sayings) -> None:
    assert sayings.contains(text, intent) is says


def test_every_button_that_can_be_typed_is_understood(knowledge: Knowledge, sayings: Sayings) -> None:
    labels = {knowledge.wording.button_next: "next", knowledge.wording.button_person: "handoff"}
    assert {label: sayings.whole(label) for label in labels} == labels


@given(st.text())
def test_any_text_is_heard(sayings: Sayings, text: str) -> None:
    assert set(sayings.clauses(text)) <= {intent for intent in sayings.clauses(text) if intent}
    if sayings.nothing_else(text):
        assert sayings.clauses(text)
