import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Update

from bot.channels.telegram.client import GARBAGE
from bot.channels.telegram.content import Me, is_addressed, words_of
from bot.channels.telegram.envelope import event_of
from bot.channels.telegram.shape import oddity
from tests.bot.telegram.test_updates import ANNA, GROUP, PRIVATE, REAL, spoilt
from tests.telegram import Json

ME = Me(123456, "helpdesk_bot")
STAFF = frozenset(("-100",))


@pytest.mark.parametrize(
    ("update", "lane"),
    [
        ({"message": {"chat": PRIVATE, "from": ANNA}}, "telegram:7777001"),
        ({"edited_message": {"chat": PRIVATE, "from": ANNA}}, "telegram:7777001"),
        ({"message": {"chat": GROUP, "from": ANNA}}, "telegram:-1001777000001:7777001"),
        ({"callback_query": {"from": ANNA, "message": {"chat": GROUP}}}, "telegram:-1001777000001:7777001"),
        ({"callback_query": {"from": ANNA, "message": {"chat": PRIVATE}}}, "telegram:7777001"),
        ({"callback_query": {"from": ANNA}}, "telegram::7777001"),
        ({"my_chat_member": {"chat": PRIVATE, "from": ANNA}}, "telegram:7777001"),
        ({"message": {"chat": {"id": -100}, "from": ANNA}}, "telegram:-100"),
        ({"message": {"chat": {"id": "x" * 500}, "from": {"id": None}}}, "telegram:"),
        ({"message": {"chat": {"id": 10**300}, "from": ANNA}}, "telegram::7777001"),
        ({"message": []}, "telegram:"),
        ({"poll": {}}, "telegram:"),
        ({}, "telegram:"),
    ],
)
def test_lanes(update: Json, lane: str) -> None:
    event = event_of({"update_id": 7, **update}, "123456", STAFF)
    assert event is not None
    assert (event.channel, event.id, event.lane) == ("telegram", "123456:7", lane)


@pytest.mark.parametrize("number", [None, "7", 1.0, [], {}, 10**400])
def test_an_update_without_a_number_is_no_event(number: object) -> None:
    assert event_of({"update_id": number, "message": {}}, "123456", STAFF) is None
    assert event_of({}, "123456", STAFF) is None


KEYS = st.sampled_from(
    ("update_id", "message", "callback_query", "my_chat_member", "chat", "from", "id", "text", "date")
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8) | KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(KEYS, JSON, max_size=5) | spoilt())
def test_any_json_is_an_event_or_none(update: Json) -> None:
    event = event_of({"update_id": 7, **update}, "123456", STAFF)
    assert event is None or len(event.lane) < 100
    assert oddity(update) is None or isinstance(oddity(update), str)


@given(spoilt())
def test_what_looks_right_can_be_read(update: Json) -> None:
    if oddity(update):
        return
    try:
        read = Update.de_json({"update_id": 7, **update}, None)
    except GARBAGE:
        return
    said = read.message or read.edited_message
    if said:
        assert isinstance(said.chat.id, int)
        assert isinstance(words_of(said, ME), str)
        assert isinstance(is_addressed(said, ME), bool)


def test_real_updates_are_not_odd() -> None:
    assert [oddity({"update_id": 7, **update}) for update in REAL] == [None] * len(REAL)
    deep: Json = {}
    for _ in range(2000):
        deep = {"reply_to_message": deep}
    assert oddity({"message": deep})
