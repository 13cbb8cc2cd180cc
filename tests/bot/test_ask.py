import json
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.ask import Session, stream
from kb.base import KnowledgeBase

KEYS = ["q", "conversation", "outcome", "records", "contacts", "ask", "text", "buttons", "confidence", "ticket", "ms"]
NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)
LONG = 100_000


def talk(base: KnowledgeBase, lines: Iterable[dict[str, Any] | bytes]) -> list[dict[str, Any]]:
    raw = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    return [json.loads(answer) for answer in stream(raw, Session(base, now=lambda: NOON))]


@pytest.mark.parametrize(
    "q", ["考勤地址怎么改", "登录失败", "转人工", "江宁的电话", "今天天气怎么样", "你好", "", "😀"]
)
def test_a_line_has_exactly_its_keys(q: str, base: KnowledgeBase) -> None:
    (answer,) = talk(base, [{"q": q}])
    assert list(answer) == KEYS
    assert answer["q"] == q
    assert answer["conversation"] is None
    assert 0 <= answer["confidence"] <= 1
    assert answer["ms"] >= 0
    assert all(set(button) == {"label", "send"} for button in answer["buttons"])
    assert (answer["outcome"] == "silent") is (answer["text"] == "")


@pytest.mark.parametrize(
    "bad",
    [
        b"{",
        b"nonsense",
        b"[]",
        b'"q"',
        b"1",
        b"null",
        b"{}",
        b'{"q": 1}',
        b'{"q": null}',
        b'{"q": ["a"]}',
        b'{"q": "a", "mentioned": "yes"}',
        b'{"q": "a", "conversation": 5}',
        b'{"q": "a", "group": {}}',
        b'{"q": "\xff\xfe',
        b'{"q": "a"} {"q": "b"}',
        b"[" * 100_000,
        b'{"q": ' * 50_000,
        b"\x00\x01\x02",
        b"9" * 5_000,
    ],
    ids=lambda bad: bad[:24],
)
def test_a_bad_line_gets_an_error_and_the_stream_goes_on(bad: bytes, base: KnowledgeBase) -> None:
    before, error, after = talk(base, [{"q": "你好"}, bad, {"q": "谢谢"}])
    assert list(error) == ["error"]
    assert error["error"]
    assert "Traceback" not in error["error"]
    assert before["outcome"] == after["outcome"] == "smalltalk"


def test_blank_lines_a_mark_and_unknown_keys_are_no_error(base: KnowledgeBase) -> None:
    lines = [b"\n", b"   \r\n", b'\xef\xbb\xbf{"q": "\xe4\xbd\xa0\xe5\xa5\xbd", "colour": "red"}\r\n', b"\t\n"]
    assert [answer["outcome"] for answer in talk(base, lines)] == ["smalltalk"]


def test_broken_bytes_inside_a_text_are_read_as_far_as_they_can_be(base: KnowledgeBase) -> None:
    raw = '{"q": "考勤地址怎么改'.encode() + b'\xff"}'
    (answer,) = talk(base, [raw])
    assert answer["records"] == ["faq-13"]


@pytest.mark.parametrize(
    "text",
    [
        "考勤地址怎么改" * (LONG // 7),
        "a" * LONG,
        "@" * LONG,
        "#prompt-05/" * (LONG // 11),
        "怎么？" * (LONG // 3),
        "http://" * (LONG // 7),
        "\u200b\u202e" * (LONG // 2),
        "江宁" * (LONG // 2),
        "下一步，" * (LONG // 4),
        "1" * LONG,
        " " * LONG + "你好",
    ],
    ids=lambda text: text[:8],
)
def test_a_hundred_thousand_characters_take_well_under_a_second(text: str, base: KnowledgeBase) -> None:
    started = time.process_time()
    (answer,) = talk(base, [{"q": text}])
    assert time.process_time() - started < 1.0
    assert answer["q"] == text
    assert len(answer["text"]) < 5_000


def test_half_a_character_does_not_stop_the_stream(base: KnowledgeBase) -> None:
    first, second = talk(base, [b'{"q": "\\ud800"}', {"q": "\u4f60\u597d"}])
    assert first.get("outcome") in ("unknown", "silent", None)
    assert second["outcome"] == "smalltalk"


def test_lines_of_one_conversation_share_their_state(base: KnowledgeBase) -> None:
    answers = talk(
        base,
        [
            {"q": "考勤地址怎么改", "conversation": "a"},
            {"q": "停工了还要打卡吗", "conversation": "b"},
            {"q": "带我一步步做", "conversation": "a"},
            {"q": "带我一步步做", "conversation": "b"},
            {"q": "带我一步步做"},
            {"q": "带我一步步做", "conversation": "c"},
        ],
    )
    assert [answer["records"] for answer in answers[2:4]] == [["faq-13"], ["faq-15"]]
    assert [answer["outcome"] for answer in answers[2:]] == ["steps", "steps", "smalltalk", "smalltalk"]
    assert [answer["conversation"] for answer in answers] == ["a", "b", "a", "b", None, "c"]


def test_in_a_group_each_member_has_a_conversation_of_his_own(base: KnowledgeBase) -> None:
    group = {"conversation": "g", "group": "g", "mentioned": True}
    answers = talk(
        base,
        [
            {"q": "考勤地址怎么改", "user": "甲", **group},
            {"q": "带我一步步做", "user": "乙", **group},
            {"q": "带我一步步做", "user": "甲", **group},
        ],
    )
    assert [answer["outcome"] for answer in answers] == ["answer", "smalltalk", "steps"]


def test_a_group_is_not_told_the_same_twice(base: KnowledgeBase) -> None:
    line = {"q": "考勤地址怎么改", "group": "g", "mentioned": True}
    first, second, elsewhere, unmentioned = talk(
        base, [line | {"user": "甲"}, line | {"user": "乙"}, line | {"group": "h"}, line | {"mentioned": False}]
    )
    told = base.knowledge.wording.told_above
    assert [told in answer["text"] for answer in (first, second, elsewhere)] == [False, True, False]
    assert first["text"] == elsewhere["text"]
    assert (unmentioned["outcome"], unmentioned["text"]) == ("silent", "")


def test_tickets_of_one_stream_have_their_own_numbers(base: KnowledgeBase) -> None:
    answers = talk(
        base,
        [
            {"q": "转人工", "conversation": "a"},
            {"q": "转人工", "conversation": "b"},
            {"q": "查工单", "conversation": "a"},
        ],
    )
    assert [answer["ticket"] for answer in answers] == [1001, 1002, 1001]


@pytest.mark.parametrize(
    ("q", "outcome"),
    [
        ("考勤地址怎么改？还有项目经理换了微信号怎么办？", "answer"),
        ("误点了工程完工怎么办，顺便给我浦口的电话", "answer"),
    ],
)
def test_several_answers_are_one_line(q: str, outcome: str, base: KnowledgeBase) -> None:
    (answer,) = talk(base, [{"q": q}])
    assert answer["outcome"] == outcome
    assert len(answer["records"]) + len(answer["contacts"]) >= 2
