"""The long connection: who comes back, when, after what; and what an answer is matched with."""

import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import pairwise

import pytest

from bot.channels.wecom.errors import LostError, SilentError
from bot.channels.wecom.frames import RESPOND, SEND
from bot.channels.wecom.patience import Patience, Timing
from tests.wecom.bot import EchoBot
from tests.wecom.gateway import BOT, SECRET, UNSUBSCRIBED, Gateway


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway() as gateway:
        yield gateway


@pytest.fixture
def bot(gateway: Gateway) -> Iterator[EchoBot]:
    with EchoBot(gateway.url) as bot:
        bot.connected()
        yield bot


def test_it_says_who_it_is_and_answers(gateway: Gateway, bot: EchoBot) -> None:
    [subscription] = gateway.subscriptions
    assert subscription.frame["body"] == {"bot_id": BOT, "secret": SECRET}
    gateway.says("u1", "在吗")
    said = gateway.hears("u1", "回：在吗")
    assert (said.how, bot.health) == ("reply", f"running {BOT}")


@pytest.mark.parametrize("how", ["1000", "1001", "1006", "1011", "1008"])
def test_it_comes_back_after_every_kind_of_end(how: str, gateway: Gateway, bot: EchoBot) -> None:
    """The SDK for Python stays away for good after a 1000."""
    for times in range(2, 5):
        gateway.cut() if how == "1006" else gateway.close(int(how))
        _until(partial(_has_subscribed, gateway, times))
        gateway.says("u1", f"第{times}次")
        gateway.hears("u1", f"回：第{times}次")
    assert bot.woken == 4


def test_it_comes_back_when_nobody_answers_its_pings(gateway: Gateway, bot: EchoBot) -> None:
    gateway.until(lambda: len(gateway.of("ping")) >= 2)
    assert len(gateway.subscriptions) == 1
    gateway.fail("ping", times=2, silent=True)
    gateway.until(lambda: len(gateway.subscriptions) == 2 and gateway.is_subscribed)


def test_one_missed_pong_is_no_reason_to_leave(gateway: Gateway, bot: EchoBot) -> None:
    gateway.until(lambda: gateway.of("ping"))
    gateway.fail("ping", times=1, silent=True)
    before = len(gateway.of("ping"))
    gateway.until(lambda: len(gateway.of("ping")) >= before + 3)
    assert len(gateway.subscriptions) == 1


def test_it_waits_for_a_gateway_that_is_down() -> None:
    with Gateway() as gateway, EchoBot(gateway.url) as bot:
        bot.connected()
        gateway.stop()
        _until(lambda: "和企业微信断开了" in bot.health)
        assert bot.health.startswith("trouble")
        gateway.start()
        gateway.subscribed()
        _until(lambda: bot.health.startswith("running"))


def test_something_that_is_no_websocket() -> None:
    server = socket.create_server(("127.0.0.1", 0))
    with server, EchoBot(f"ws://127.0.0.1:{server.getsockname()[1]}") as bot:
        server.settimeout(5)
        connection, _ = server.accept()
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nhello")
        connection.close()
        _until(lambda: "和企业微信断开了" in bot.health)


def test_a_wrong_secret_is_told_and_tried_slowly(gateway: Gateway) -> None:
    with EchoBot(gateway.url, secret="wrong-secret") as bot:
        gateway.until(lambda: len(gateway.subscriptions) >= 3)
        tries = [one.at for one in gateway.subscriptions]
        assert all(later - earlier > 0.25 for earlier, later in pairwise(tries))
        assert "HELPDESK_WECOM_BOT_SECRET" in bot.health
        assert "wrong-secret" not in bot.health
        gateway.secret = "wrong-secret"
        gateway.subscribed()


def test_a_secret_in_the_platforms_words_is_not_repeated(gateway: Gateway) -> None:
    gateway.fail("aibot_subscribe", errcode=853000, errmsg=f"bad secret {SECRET}")
    with EchoBot(gateway.url) as bot:
        _until(lambda: "853000" in bot.health)
        assert SECRET not in bot.health


def test_the_secret_is_in_no_log(gateway: Gateway, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    with EchoBot(gateway.url) as bot:
        bot.connected()
        gateway.says("u1", "说给机器人听的")
        gateway.hears("u1", "回：")
        gateway.cut()
        _until(lambda: _has_subscribed(gateway, 2))
    ours = "\n".join(one.getMessage() for one in caplog.records if not one.name.startswith("websockets.server"))
    assert "subscribed" in ours
    assert SECRET not in ours
    assert "说给机器人听的" not in ours


@pytest.mark.parametrize("code", [-1, 45009, 846607])
def test_a_platform_that_is_busy_says_nothing_about_the_secret(code: int, gateway: Gateway) -> None:
    gateway.fail("aibot_subscribe", errcode=code)
    with EchoBot(gateway.url) as bot:
        gateway.subscribed()
        assert "Secret" not in bot.health


def test_no_answer_to_the_subscription(gateway: Gateway) -> None:
    gateway.fail("aibot_subscribe", silent=True)
    with EchoBot(gateway.url):
        gateway.until(lambda: len(gateway.subscriptions) == 2 and gateway.is_subscribed)


def test_two_programs_with_one_bot_do_not_fight_for_ever(gateway: Gateway) -> None:
    with EchoBot(gateway.url) as first:
        gateway.subscribed()
        with EchoBot(gateway.url):
            _until(lambda: "另一个程序正在用同一个机器人" in first.health)
            time.sleep(4.0)
            tries = [one.at for one in gateway.subscriptions]
            gaps = [later - earlier for earlier, later in pairwise(tries[1:])]
            assert len(tries) <= 8, "each comes back less and less often"
            assert min(gaps, default=1) > 0.3


def test_a_displaced_one_comes_back_when_the_other_is_gone(gateway: Gateway, bot: EchoBot) -> None:
    gateway.kick()
    _until(lambda: "另一个程序" in bot.health)
    assert bot.client.link is None
    time.sleep(0.4)
    assert not gateway.is_subscribed
    gateway.subscribed()


def test_answers_come_in_any_order(gateway: Gateway, bot: EchoBot) -> None:
    gateway.fail(RESPOND, seconds=0.3)
    gateway.says("u1", "慢")
    gateway.says("u2", "快")
    _until(lambda: bot.done == ["good", "good"])


def test_an_answer_that_does_not_come(gateway: Gateway, bot: EchoBot) -> None:
    gateway.fail(SEND, silent=True)
    with pytest.raises(SilentError):
        bot.asks(SEND, {"chatid": "u1"})
    assert len(gateway.subscriptions) == 1, "the connection is not to blame"


def test_an_answer_that_comes_late_is_remembered(gateway: Gateway, bot: EchoBot) -> None:
    gateway.says("u1", "早")
    gateway.hears("u1", "回：早")
    gateway.fail(SEND, seconds=0.7)
    with pytest.raises(SilentError):
        bot.asks(SEND, {"chatid": "u1", "msgtype": "markdown", "markdown": {"content": "x"}}, "name-1")
    link = bot.client.link
    assert link
    _until(lambda: link.late("name-1"))
    late = link.late("name-1")
    assert late
    assert late.is_good


def test_what_was_on_its_way_when_the_connection_broke(gateway: Gateway, bot: EchoBot) -> None:
    gateway.fail(SEND, cut=True)
    with pytest.raises(LostError):
        bot.asks(SEND, {"chatid": "u1"})
    gateway.until(lambda: len(gateway.subscriptions) == 2 and gateway.is_subscribed)


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "not json",
        "[]",
        "null",
        "[" * 100_000,
        '{"cmd": 1, "headers": [], "body": "x", "errcode": "0"}',
        '{"headers": {"req_id": "nobody-asked"}, "errcode": 0}',
        '{"cmd": "aibot_msg_callback"}',
        '{"cmd": "aibot_event_callback", "headers": {}, "body": {"event": []}}',
        b"\xff\xfe",
        b'{"cmd": "aibot_msg_callback"}',
        '{"cmd": "aibot_upgrade", "headers": {"req_id": "1"}, "body": {}}',
    ],
)
def test_frames_that_nobody_expects_are_passed_over(frame: str | bytes, gateway: Gateway, bot: EchoBot) -> None:
    gateway.raw(frame)
    gateway.says("u1", "还在吗")
    gateway.hears("u1", "回：还在吗")
    assert len(gateway.subscriptions) == 1


def test_a_frame_too_big_ends_the_connection_and_no_more(gateway: Gateway, bot: EchoBot) -> None:
    gateway.raw('{"cmd": "' + "x" * 5_000_000 + '"}')
    gateway.until(lambda: len(gateway.subscriptions) == 2 and gateway.is_subscribed)
    gateway.says("u1", "还在吗")
    gateway.hears("u1", "回：还在吗")
    assert 1009 in gateway.ends


def test_control_characters_in_a_message(gateway: Gateway, bot: EchoBot) -> None:
    body = '{"msgid":"m","msgtype":"text","from":{"userid":"u1"},"text":{"content":"一\u0002二\n三"}}'
    gateway.raw('{"cmd":"aibot_msg_callback","headers":{"req_id":"r"},"body":' + body + "}")
    gateway.until(lambda: any("二" in str(one.frame) for one in gateway.of(RESPOND)))


def test_it_leaves_in_good_order(gateway: Gateway) -> None:
    with EchoBot(gateway.url):
        gateway.subscribed()
    gateway.until(lambda: gateway.ends == [1000])


def test_a_connection_that_is_not_subscribed(gateway: Gateway, bot: EchoBot) -> None:
    gateway.fail(SEND, errcode=UNSUBSCRIBED)
    assert bot.asks(SEND, {"chatid": "u1"}).errcode == UNSUBSCRIBED


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (["lost"] * 8, [1, 2, 4, 8, 16, 32, 60, 60]),
        (["refused"] * 6, [60, 120, 240, 480, 600, 600]),
        (["displaced"] * 6, [120, 240, 480, 960, 1800, 1800]),
        (["lost", "healthy", "lost", "lost"], [1, 1, 2, 4]),
        (["lost"] * 6 + ["subscribed", "lost", "subscribed", "lost"], [1, 2, 4, 8, 16, 32, None, 8, None, 8]),
        (["displaced", "displaced after an hour", "displaced"], [120, 120, 240]),
        (["displaced", "lost", "displaced", "healthy"], [120, 1, 240, 1]),
        (["refused", "subscribed", "refused"], [60, None, 60]),
    ],
)
def test_how_long_it_waits(what: list[str], expected: list[float | None]) -> None:
    patience = Patience(Timing(), share=lambda: 0.0)
    acts: dict[str, Callable[[], float | None]] = {
        "lost": lambda: patience.lost(0) * 2,
        "healthy": lambda: patience.lost(61) * 2,
        "refused": patience.refused,
        "subscribed": patience.subscribed,
        "displaced": lambda: patience.displaced(30),
        "displaced after an hour": lambda: patience.displaced(3601),
    }
    assert [acts[each]() for each in what] == expected


def test_not_all_at_once() -> None:
    timing = replace(Timing(), first_pause=10)
    pauses = {Patience(timing).lost(0) for _ in range(20)}
    assert len(pauses) > 10
    assert all(5 <= pause <= 10 for pause in pauses)


def _has_subscribed(gateway: Gateway, times: int) -> bool:
    return len(gateway.subscriptions) == times and gateway.is_subscribed


def _until(fits: Callable[[], object], patience: float = 10.0) -> None:
    give_up = time.monotonic() + patience
    while not fits():
        assert time.monotonic() < give_up
        time.sleep(0.02)
