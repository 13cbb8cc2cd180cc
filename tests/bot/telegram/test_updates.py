"""Updates as nobody should send them: whatever comes, the bot goes on with the next."""

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bot.telegram.conftest import Desk
from tests.telegram import Json

ANNA = {"id": 7_777_001, "is_bot": False, "first_name": "Anna", "language_code": "zh-hans"}
BOT = {"id": 123456, "is_bot": True, "first_name": "Helpdesk", "username": "helpdesk_bot"}
PRIVATE = {"id": 7_777_001, "type": "private", "first_name": "Anna"}
GROUP = {"id": -1_001_777_000_001, "type": "supergroup", "title": "工地群", "is_forum": True}
MENTION = {"type": "mention", "offset": 0, "length": 13}
WORDS = {"message_id": 5, "date": 1_760_000_000, "from": ANNA, "chat": PRIVATE, "text": "岗位选错了怎么办"}
KEYS = {"inline_keyboard": [[{"text": "下一步", "callback_data": "下一步 #faq-12"}]]}
SAID = {"message_id": 4, "date": 1_760_000_000, "from": BOT, "chat": PRIVATE, "text": "你好", "reply_markup": KEYS}
FILE = {"file_id": "AgAC", "file_unique_id": "u", "file_size": 10}
REAL: list[Json] = [
    {"message": WORDS},
    {"edited_message": {**WORDS, "edit_date": 1_760_000_001}},
    {"message": {**WORDS, "photo": [{**FILE, "width": 9, "height": 9}], "caption": "看"}},
    {"message": {**WORDS, "document": {**FILE, "file_name": "a.pdf", "mime_type": "application/pdf"}}},
    {"message": {**WORDS, "chat": GROUP, "text": "@helpdesk_bot 在吗", "entities": [MENTION], "message_thread_id": 3}},
    {"message": {**WORDS, "chat": GROUP, "is_topic_message": True, "message_thread_id": 3, "reply_to_message": SAID}},
    {"message": {**WORDS, "chat": GROUP, "migrate_to_chat_id": -1_001_777_000_002}},
    {"message": {**WORDS, "chat": GROUP, "text": "/help@helpdesk_bot", "sender_chat": GROUP}},
    {"callback_query": {"id": "1", "from": ANNA, "chat_instance": "1", "data": "下一步 #faq-12", "message": SAID}},
    {"callback_query": {"id": "1", "from": ANNA, "chat_instance": "1", "data": "desk:claim:1001", "message": SAID}},
    {
        "my_chat_member": {
            **{"chat": PRIVATE, "from": ANNA, "date": 1_760_000_000},
            "old_chat_member": {"user": BOT, "status": "member"},
            "new_chat_member": {"user": BOT, "status": "kicked", "until_date": 0},
        }
    },
]
JUNK: list[Any] = [
    *(None, True, 0, -1, 10**30, -(10**18), 1e300, "", "x", "😀" * 5000, "\x00", "-1", [], [[]], {}, {"id": 1}, [None]),
    *({"id": None}, {"id": "7"}, {"id": [1]}, {"type": "private"}, {"chat": {}}, [{"file_id": 1}]),
]


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to everything within."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield (*path, key)
        yield from places(child, (*path, key))


@st.composite
def spoilt(draw: st.DrawFn) -> Json:
    """A real update with a few things in it gone, or something else in their place."""
    update: Json = json.loads(json.dumps(draw(st.sampled_from(REAL))))
    for _ in range(draw(st.integers(1, 3))):
        if not update:
            break
        *way, last = draw(st.sampled_from(list(places(update))))
        inner: Any = update
        for key in way:
            inner = inner[key]
        if draw(st.booleans()):
            inner[last] = json.loads(json.dumps(draw(st.sampled_from(JUNK))))
        else:
            del inner[last]
    return update


@given(st.lists(spoilt(), min_size=10, max_size=20))
@settings(max_examples=12)
def test_the_bot_goes_on(open_desk: Desk, updates: list[Json]) -> None:
    desk = open_desk
    with desk.api.world.changed:
        for update in updates:
            desk.api.push(update)
    carl = desk.api.person("Carl")
    carl.says("岗位选错了怎么办")
    desk.settle()
    assert [said.text[:5] for said in desk.api.messages(carl)] == ["岗位选错了"]
    assert desk.rows("SELECT error, lane FROM inbox WHERE error IS NOT NULL OR state = 'failed'") == []
