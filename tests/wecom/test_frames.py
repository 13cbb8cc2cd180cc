"""What comes over the wire is read whatever it is; what goes out is what the platform takes."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wecom.callbacks import Callback, callback_of
from bot.channels.wecom.frames import EVENT, MESSAGE, Frame, new_id, read, written

_ANY_TEXT = st.text(st.characters(exclude_categories=()))
"""With halves of characters."""
_LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | _ANY_TEXT
_ANY = st.recursive(_LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)
_WORDS = (
    *(
        "cmd",
        "headers",
        "req_id",
        "body",
        "errcode",
        "errmsg",
        "msgid",
        "chattype",
        "chatid",
        "from",
        "userid",
        "msgtype",
    ),
    *("text", "content", "mixed", "msg_item", "image", "url", "aeskey", "voice", "file", "quote", "event", "eventtype"),
    *("event_key", "task_id", "template_card_event", "create_time"),
)
_VALUES = st.sampled_from(
    (MESSAGE, EVENT, "group", "single", "mixed", "image", "enter_chat", "template_card_event", "u1")
)
_LIKELY = st.recursive(
    _LEAVES | _VALUES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_WORDS), inner, max_size=8),
    max_leaves=40,
)
BODY: dict[str, Any] = {"msgid": "m1", "chattype": "single", "from": {"userid": "u1"}, "msgtype": "text"}


@given(st.text() | st.binary())
def test_no_text_is_too_odd(raw: str | bytes) -> None:
    read(raw)


@given(_ANY | _LIKELY)
def test_no_json_is_too_odd(value: Any) -> None:
    frame = read(json.dumps(value))
    if frame:
        callback_of(frame)


@given(
    st.fixed_dictionaries(
        {"msgid": st.just("m"), "from": st.just({"userid": "u"})}, optional=dict.fromkeys(_WORDS[10:], _LIKELY)
    )
)
def test_no_callback_is_too_odd_and_each_can_be_kept(body: dict[str, Any]) -> None:
    for cmd in (MESSAGE, EVENT):
        frame = read(json.dumps({"cmd": cmd, "headers": {"req_id": "r"}, "body": body}))
        assert frame
        callback = callback_of(frame)
        if callback:
            kept = json.loads(json.dumps(callback.model_dump(mode="json"), allow_nan=False))
            assert Callback.model_validate(kept) == callback


@pytest.mark.parametrize(
    ("raw", "frame"),
    [
        ('{"headers":{"req_id":"ping_1"},"errcode":0,"errmsg":"ok"}', Frame("", "ping_1", {}, 0, "ok")),
        ('{"cmd":"aibot_msg_callback","headers":{"req_id":"r"},"body":{"a":1}}', Frame(MESSAGE, "r", {"a": 1})),
        ('{"errcode":true}', Frame()),
        ('{"errcode":"0"}', Frame()),
        ('{"body":{"a":1e999,"b":NaN}}', Frame(body={"a": None, "b": None})),
        ('\x00{"cmd":"x",\x0c"body":{"a":"1\x0b2\t3"}}\r', Frame("x", body={"a": "12\t3"})),
        ('{"headers":{"req_id":"\\ud800"}}', Frame(req_id="?")),
        ('{"headers":{"req_id":9007199254740993}}', Frame(req_id="9007199254740993")),
        ('{"headers":{"req_id":true},"cmd":1e3}', Frame()),
        (b"\xff{}", None),
        ("{", None),
        ("[1]", None),
        ("1", None),
        ("9" * 5000, None),
        ("[" * 50_000, None),
    ],
)
def test_frames(raw: str, frame: Frame | None) -> None:
    assert read(raw) == frame


def test_a_frame_of_ours() -> None:
    assert json.loads(written("ping", "p1")) == {"cmd": "ping", "headers": {"req_id": "p1"}}
    assert json.loads(written("x", "r", {"text": "半个\ud83d字"}))["body"] == {"text": "半个?字"}
    assert "中文" in written("x", "r", {"text": "中文"}), "as few bytes as can be"


def test_no_name_is_given_twice() -> None:
    assert len({new_id("ping") for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"text": {"content": " 你好 "}}, {"kind": "text", "text": "你好", "chat": "u1", "group": False}),
        ({"msgtype": "voice", "voice": {"content": "说的"}}, {"kind": "text", "text": "说的"}),
        ({"chattype": "group", "chatid": "wr1"}, {"chat": "wr1", "user": "u1", "group": True}),
        ({"chattype": "single", "chatid": "wr1"}, {"chat": "u1", "group": False}),
        ({"chattype": None, "chatid": "wr1"}, {"chat": "wr1", "group": True}),
        ({"chattype": None, "chatid": "u1"}, {"chat": "u1", "group": False}),
        ({"msgid": 7000000000000000001}, {"id": "7000000000000000001"}),
        ({"msgid": None}, {"id": "r"}),
        ({"from": {"userid": 10001}}, {"user": "10001", "chat": "10001"}),
        ({"create_time": 1700000000}, {"at": datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)}),
        ({"create_time": 10**30}, {"at": None}),
        ({"msgtype": "stream"}, {"kind": "stream", "is_known": False}),
        ({"msgtype": "text", "text": None, "quote": {"msgtype": "text", "text": {"content": "引"}}}, {"quoted": "引"}),
        ({"msgid": "m" * 500}, {"kind": "text"}),
        ({"text": {"content": "半个\ud83d字"}}, {"text": "半个?字"}),
    ],
)
def test_messages(more: dict[str, Any], expected: dict[str, Any]) -> None:
    callback = callback_of(Frame(MESSAGE, "r", BODY | more))
    assert callback
    assert {name: getattr(callback, name) for name in expected} == expected
    assert len(callback.id) <= 160


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"eventtype": "enter_chat"}, {"kind": "enter"}),
        ({"eventtype": "feedback_event"}, {"kind": "feedback_event", "is_known": True}),
        ({"eventtype": "other"}, {"kind": "other", "is_known": False}),
        (None, {"kind": "event", "is_known": False}),
        (
            {"eventtype": "template_card_event", "template_card_event": {"event_key": "下一步", "task_id": "t"}},
            {"kind": "press", "text": "下一步", "task": "t"},
        ),
        (
            {"eventtype": "template_card_event", "event_key": "k", "task_id": "t"},
            {"kind": "press", "text": "k", "task": "t"},
        ),
    ],
)
def test_events(event: Any, expected: dict[str, Any]) -> None:
    callback = callback_of(Frame(EVENT, "r", BODY | {"msgtype": "event", "event": event}))
    assert callback
    assert {name: getattr(callback, name) for name in expected} == expected


@pytest.mark.parametrize(
    "more",
    [
        {"from": {}},
        {"from": {"userid": True}},
        {"from": {"userid": "a b"}},
        {"from": {"userid": "a/b"}},
        {"from": {"userid": "a" * 65}},
        {"chattype": "group"},
        {"chattype": "group", "chatid": "x/y"},
        {"chattype": "group", "chatid": "x" * 81},
    ],
)
def test_without_who_and_where_there_is_no_callback(more: dict[str, Any]) -> None:
    assert callback_of(Frame(MESSAGE, "r", BODY | more)) is None


def test_pictures_and_files() -> None:
    items = [
        {"msgtype": "text", "text": {"content": "看图"}},
        {"msgtype": "image", "image": {"url": "https://x/1", "aeskey": "k1"}},
        {"msgtype": "image", "image": {}},
        "odd",
    ]
    callback = callback_of(Frame(MESSAGE, "r", BODY | {"msgtype": "mixed", "mixed": {"msg_item": items}}))
    assert callback
    assert callback.text == "看图"
    assert [(one.kind, one.url, one.key) for one in callback.media] == [("图片", "https://x/1", "k1")]
    named = {"msgtype": "file", "file": {"url": "https://x/2", "aeskey": "k2", "filename": "合同.pdf"}}
    callback = callback_of(Frame(MESSAGE, "r", BODY | named))
    assert callback
    assert [(one.kind, one.name) for one in callback.media] == [("文件", "合同.pdf")]
