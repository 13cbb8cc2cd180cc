"""How much may be said, to which callback a reply belongs, and what the platform's numbers mean."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from websockets.exceptions import ConnectionClosedError

from bot.channels.complaints import Complaints
from bot.channels.wecom.callbacks import Callback
from bot.channels.wecom.calls import Calls
from bot.channels.wecom.errors import LostError, SilentError, sorted_error
from bot.channels.wecom.frames import Frame
from bot.channels.wecom.link import Link
from bot.channels.wecom.pace import LIMITS, Pace
from bot.channels.wecom.patience import Timing
from bot.channels.wecom.replies import Replies
from bot.channels.wecom.understanding import without_call
from bot.pipeline.channel import LaterError, NeverError
from bot.storage.outbox import Delivery


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Line:
    """A connection, as far as replies look at it."""


def test_a_minute_and_an_hour() -> None:
    clock = Clock()
    pace = Pace(((2, 60.0), (3, 3600.0)), clock)
    assert pace.wait("a") == 0
    for _ in range(2):
        pace.sent("a")
        clock.now += 10
    assert pace.wait("a") == 40
    assert pace.wait("b") == 0, "each chat by itself"
    clock.now += 40
    assert pace.wait("a") == 0
    pace.sent("a")
    assert pace.wait("a") == pytest.approx(3540)
    clock.now += 3540
    assert pace.wait("a") == 0


def test_within_what_the_platform_allows() -> None:
    clock, sent = Clock(), list[float]()
    pace = Pace(LIMITS, clock)
    while clock.now < 1000 + 2 * 3600:
        wait = pace.wait("a")
        if wait:
            clock.now += wait
        else:
            pace.sent("a")
            sent.append(clock.now)
            clock.now += 0.1
    for at in sent[::97]:
        assert sum(at <= other < at + 60 for other in sent) <= 30
        assert sum(at <= other < at + 3600 for other in sent) <= 1000


CALLBACK = Callback(id="m1", req_id="r1", chat="u1", user="u1", group=False, kind="text")
DELIVERY = Delivery(
    1, "wecom", "u1", "u1", {"text": "x", "quote": "m1"}, "reply", 0, datetime(2026, 1, 1, tzinfo=UTC), None
)


@pytest.mark.parametrize(
    ("callback", "delivery", "later", "same", "expected"),
    [
        ({}, {}, 0, True, "r1"),
        ({}, {}, 299, True, "r1"),
        ({}, {}, 301, True, None),
        ({}, {}, 0, False, None),
        ({}, {"purpose": "staff"}, 0, True, None),
        ({"req_id": ""}, {}, 0, True, None),
        ({}, {"payload": {"quote": "m2"}}, 0, True, None),
        ({}, {"payload": {"quote": None}}, 0, True, None),
        ({"group": True, "chat": "g"}, {"lane": "g"}, 0, True, "r1"),
    ],
)
def test_which_callback_a_message_answers(
    callback: dict[str, Any], delivery: dict[str, Any], later: float, same: bool, expected: str | None
) -> None:
    clock, line, other = Clock(), cast("Link", Line()), cast("Link", Line())
    replies = Replies(clock)
    replies.heard(CALLBACK.model_copy(update=callback), line)
    clock.now += later
    assert replies.for_delivery(replace(DELIVERY, **delivery), line if same else other) == expected


def test_a_callback_is_answered_once_and_a_try_again_names_the_same() -> None:
    line = cast("Link", Line())
    replies = Replies()
    replies.heard(CALLBACK, line)
    replies.heard(CALLBACK.model_copy(update={"id": "m2", "req_id": "r2"}), line)
    first, second = DELIVERY, replace(DELIVERY, id=2)
    assert replies.for_delivery(first, line) == "r1"
    assert replies.for_delivery(first, line) == "r1"
    assert replies.for_delivery(second, line) is None, "what else there is to say goes actively"
    assert replies.for_delivery(replace(DELIVERY, id=3, payload={"quote": "m2"}), line) == "r2"
    replies.spent(first)
    assert replies.for_delivery(first, line) is None


def test_a_press_is_acknowledged_within_five_seconds() -> None:
    clock, line = Clock(), cast("Link", Line())
    replies = Replies(clock)
    press = CALLBACK.model_copy(update={"kind": "press"})
    replies.heard(press, line)
    assert replies.for_delivery(DELIVERY, line) is None, "an event is not replied to"
    assert replies.for_press("m1", line) == "r1"
    assert replies.for_press("m1", line) is None
    replies.heard(press, line)
    clock.now += 5
    assert replies.for_press("m1", line) is None


@pytest.mark.parametrize(
    ("code", "kind", "counts"),
    [
        (846607, LaterError, False),
        (45009, LaterError, False),
        (846609, LaterError, False),
        (-1, LaterError, True),
        (40201, LaterError, True),
        (123456, LaterError, True),
        (40003, NeverError, None),
        (40058, NeverError, None),
        (60111, NeverError, None),
        (86003, NeverError, None),
        (93001, NeverError, None),
        (93006, NeverError, None),
    ],
)
def test_what_a_number_means(code: int, kind: type[Exception], counts: bool | None) -> None:
    error = sorted_error(Frame(errcode=code, errmsg="said so"))
    assert type(error) is kind
    assert str(code) in str(error)
    assert getattr(error, "counts", None) is counts


def test_odd_things_are_counted_and_written_down_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    complaints = Complaints("wecom", clock)
    for _ in range(500):
        complaints.add("不处理的类型 x", "详情")
    clock.now += 61
    complaints.add("不处理的类型 x")
    assert complaints.counts["不处理的类型 x"] == 501
    assert len(caplog.records) == 2
    for number in range(1000):
        complaints.add(f"类型 {number}")
    assert len(complaints.counts) <= 201, "who invents types fills no memory"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("@小宁 你好", "你好"),
        ("@小宁\u2005你好", "你好"),
        ("@小宁  @老王 你好", "你好"),
        ("你好 @小宁", "你好"),
        ("@小宁", ""),
        ("问 @小宁 一下", "问 @小宁 一下"),
        ("a@b.com 是我的邮箱", "a@b.com 是我的邮箱"),
        ("", ""),
    ],
)
def test_the_call_is_left_out(text: str, meant: str) -> None:
    assert without_call(text) == meant


def test_a_platform_that_does_not_read() -> None:
    asyncio.run(_nobody_reads())


async def _nobody_reads() -> None:
    class Socket:
        async def send(self, text: str) -> None:
            await asyncio.Event().wait()

        async def recv(self) -> str:
            await asyncio.Event().wait()
            return ""

    async def taken(link: Link, frame: Frame) -> None:
        raise AssertionError

    link = Link(cast("Any", Socket()), Calls(), Timing(ack_within=0.05), taken, Complaints("wecom"))
    running = asyncio.create_task(link.run())
    asking = asyncio.create_task(link.ask("x", {}, "name"))
    with pytest.raises(LostError, match="不再读取"):
        await running
    with pytest.raises((LostError, SilentError)):
        await asking


def test_a_request_over_a_connection_that_has_just_gone_is_lost_at_once() -> None:
    asyncio.run(_already_gone())


async def _already_gone() -> None:
    class Socket:
        async def send(self, text: str) -> None:
            raise ConnectionClosedError(None, None)

    async def taken(link: Link, frame: Frame) -> None:
        raise AssertionError

    link = Link(cast("Any", Socket()), Calls(), Timing(), taken, Complaints("wecom"))
    with pytest.raises(LostError):
        async with asyncio.timeout(2):
            await link.ask("x", {}, "name")


def test_requests_of_one_name_wait_for_each_other() -> None:
    """As the SDK does it: what answers the same callback goes one after the other."""
    asyncio.run(_one_after_the_other())


async def _one_after_the_other() -> None:
    sent: list[str] = []

    class Socket:
        async def send(self, text: str) -> None:
            sent.append(text)

    async def taken(link: Link, frame: Frame) -> None:
        raise AssertionError

    calls = Calls()
    link = Link(cast("Any", Socket()), calls, Timing(), taken, Complaints("wecom"))
    asking = [asyncio.create_task(link.ask("x", {"n": number}, "same")) for number in range(3)]
    asking.append(asyncio.create_task(link.ask("x", {"n": 9}, "other")))
    for number in range(3):
        await asyncio.sleep(0.01)
        assert len(sent) == number + 2, "one of this name at a time, and others meanwhile"
        assert calls.answered(Frame(req_id="same", errcode=number))
    assert [(await task).errcode for task in asking[:3]] == [0, 1, 2]
    asking[3].cancel()
