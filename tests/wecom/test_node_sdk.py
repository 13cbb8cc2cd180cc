"""Our client and the official Node SDK go through the same happenings at the same gateway, and send the same frames.

Where they differ on purpose, a test says how.
"""

import os
import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.wecom import sdk
from tests.wecom.bot import EchoBot
from tests.wecom.gateway import Gateway, Json, Recorded
from tests.wecom.sdk import OfficialBot

_REQUIRED = os.environ.get("HELPDESK_TEST_NODE_REQUIRED") == "1"
Bot = EchoBot | OfficialBot
BOTS: dict[str, type[EchoBot] | type[OfficialBot]] = {"ours": EchoBot, "official": OfficialBot}


@pytest.fixture(scope="module", autouse=True)
def _sdk() -> None:
    missing = sdk.installed()
    if missing and _REQUIRED:
        raise AssertionError(missing)
    if missing:
        print(f"skipped: {missing}")
        pytest.skip(missing)


def replies(gateway: Gateway, bot: Bot) -> None:
    gateway.says("u1", "在吗")
    gateway.hears("u1", "回：在吗")
    gateway.says("u2", "考勤地址怎么改", "wrGROUP")
    gateway.hears("wrGROUP", "回：")


def welcomes(gateway: Gateway, bot: Bot) -> None:
    gateway.enters("u3")
    gateway.hears("u3", "您好")


def writes_actively(gateway: Gateway, bot: Bot) -> None:
    press = {"event_key": "下一步", "task_id": "t-1", "card_type": "button_interaction"}
    gateway.happens("u4", {"eventtype": "template_card_event", "template_card_event": press})
    gateway.hears("u4", "按了 下一步")


def comes_back_after_a_break(gateway: Gateway, bot: Bot) -> None:
    gateway.cut()
    _resubscribed(gateway, 2)
    replies(gateway, bot)


def comes_back_after_a_clean_close(gateway: Gateway, bot: Bot) -> None:
    for number, code in enumerate((1000, 1001), start=2):
        gateway.close(code)
        _resubscribed(gateway, number)


def comes_back_when_nobody_answers_its_pings(gateway: Gateway, bot: Bot) -> None:
    gateway.fail("ping", times=2, silent=True)
    _resubscribed(gateway, 2)


def is_refused(gateway: Gateway, bot: Bot) -> None:
    gateway.fail("aibot_respond_msg", errcode=846605)
    gateway.says("u5", "在吗")
    _until(lambda: bot.done)
    assert bot.done == ["846605"]


def waits_for_a_late_answer(gateway: Gateway, bot: Bot) -> None:
    gateway.fail("aibot_respond_msg", seconds=0.3)
    gateway.says("u6", "慢")
    gateway.says("u7", "快")
    _until(lambda: bot.done == ["good", "good"])


def passes_over_what_it_does_not_know(gateway: Gateway, bot: Bot) -> None:
    for frame in ("not json", "[]", '{"headers":{"req_id":"x"},"errcode":0}', '{"cmd":"new","headers":{"req_id":"y"}}'):
        gateway.raw(frame)
    gateway.sends("u8", {"msgtype": "location", "location": {}})
    gateway.happens("u8", {"eventtype": "feedback_event"})
    replies(gateway, bot)


HAPPENINGS = (
    replies,
    welcomes,
    writes_actively,
    comes_back_after_a_break,
    comes_back_after_a_clean_close,
    comes_back_when_nobody_answers_its_pings,
    is_refused,
    waits_for_a_late_answer,
    passes_over_what_it_does_not_know,
)


@pytest.mark.parametrize("happening", HAPPENINGS, ids=lambda each: each.__name__)
def test_both_send_the_same_frames(happening: Callable[[Gateway, Bot], None]) -> None:
    frames = {}
    for name, kind in BOTS.items():
        with Gateway() as gateway, kind(gateway.url) as bot:
            bot.connected()
            happening(gateway, bot)
            frames[name] = [_alike(one) for one in gateway.frames if one.cmd != "ping"]
    assert frames["ours"], "something was sent"
    assert frames["ours"] == frames["official"]


def test_both_ping_alike() -> None:
    pings = {}
    for name, kind in BOTS.items():
        with Gateway() as gateway, kind(gateway.url) as bot:
            bot.connected()
            _pinged(gateway, 3)
            pings[name] = [_alike(one) for one in gateway.of("ping")[:3]]
            times = [one.at for one in gateway.of("ping")[:3]]
            assert 0.25 < times[1] - times[0] < 0.6
    assert pings["ours"] == pings["official"]
    assert set(pings["ours"][0]) == {"cmd", "headers"}, "a ping has no body"


def test_names_of_requests_look_alike() -> None:
    """The cmd, the time in milliseconds, eight hexadecimal digits; nobody uses one twice."""
    for kind in BOTS.values():
        with Gateway() as gateway, kind(gateway.url) as bot:
            bot.connected()
            _pinged(gateway, 3)
            names = [one.req_id for one in gateway.frames]
            assert len(set(names)) == len(names)
            assert all(re.fullmatch(r"(aibot_subscribe|ping)_\d{13}_[0-9a-f]{8}", name) for name in names), names


def test_difference_displaced_the_sdk_stays_away_for_good_and_we_come_back_much_later() -> None:
    """The SDK leaves it to its user to come back; a helpdesk has nobody who would look."""
    subscriptions = {}
    for name, kind in BOTS.items():
        with Gateway() as gateway, kind(gateway.url) as bot:
            bot.connected()
            gateway.kick()
            time.sleep(0.5)
            assert len(gateway.subscriptions) == 1, "neither fights for its place at once"
            time.sleep(1.5)
            subscriptions[name] = len(gateway.subscriptions)
    assert subscriptions == {"ours": 2, "official": 1}


def test_difference_refused_the_sdk_gives_up_and_we_try_on_slowly() -> None:
    """After its last try the SDK stays silent for ever; a secret that is put right on the platform helps us."""
    counts = {}
    for name, kind in BOTS.items():
        with Gateway() as gateway, kind(gateway.url, secret="wrong"):
            _tried(gateway, 3)
            time.sleep(1.5)
            gateway.secret = "wrong"
            time.sleep(1.5)
            counts[name] = gateway.is_subscribed
    assert counts == {"ours": True, "official": False}


def _alike(one: Recorded) -> Json:
    """A frame without what has to differ: the names of its own requests. A callback's name has to come back."""
    frame: dict[str, Any] = dict(one.frame)
    req_id = one.req_id
    frame["headers"] = {"req_id": req_id if req_id.startswith("callback-") else req_id.rsplit("_", 2)[0]}
    return frame


def _resubscribed(gateway: Gateway, times: int) -> None:
    gateway.until(lambda: len(gateway.subscriptions) == times and gateway.is_subscribed, f"subscription {times}")


def _pinged(gateway: Gateway, times: int) -> None:
    gateway.until(lambda: len(gateway.of("ping")) >= times, "pings")


def _tried(gateway: Gateway, times: int) -> None:
    gateway.until(lambda: len(gateway.subscriptions) >= times, "tries")


def _until(fits: Callable[[], object]) -> None:
    give_up = time.monotonic() + 10
    while not fits():
        assert time.monotonic() < give_up
        time.sleep(0.02)
