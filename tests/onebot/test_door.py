"""Who comes in, who is shown out, and that nobody at the door harms those inside."""

import logging
import time
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from bot.channels.onebot import door
from bot.channels.onebot.account import Account
from bot.serving import WithoutQuery
from tests.onebot.client import PATH, TOKEN, Bridge
from tests.onebot.office import Office

QUESTION = "岗位选错了怎么办"
ANSWER = "岗位选错了"
_BEARER = f"Bearer {TOKEN}".encode().decode("latin-1")


def enter(office: Office, path: str = PATH, self_id: str | None = "10099", **headers: str) -> ClientConnection:
    named = {"X-Self-ID": self_id} if self_id else {}
    url = office.url.replace("http", "ws", 1) + path
    return connect(url, additional_headers=named | headers, proxy=None, open_timeout=5)


def is_closed(socket: ClientConnection, within: float) -> bool:
    """Whether the program ends a connection in time; what it says before is let pass."""
    give_up = time.monotonic() + within
    try:
        while time.monotonic() < give_up:
            socket.recv(timeout=max(0.01, give_up - time.monotonic()))
    except ConnectionClosed:
        return True
    except TimeoutError:
        return False
    return False


@pytest.mark.parametrize(
    ("path", "self_id", "headers", "status"),
    [
        (PATH, "10099", {}, 401),
        (PATH, "10099", {"Authorization": "Bearer"}, 401),
        (PATH, "10099", {"Authorization": "Basic c2VjcmV0"}, 401),
        (PATH, "10099", {"Authorization": "Bearer wrong"}, 403),
        (PATH, "10099", {"Authorization": "Bearer ç§å¯"}, 403),
        (f"{PATH}?access_token=wrong", "10099", {}, 403),
        (PATH, None, {"Authorization": _BEARER}, 400),
        (PATH, "abc", {"Authorization": _BEARER}, 400),
        (PATH, "9" * 40, {"Authorization": _BEARER}, 400),
    ],
)
def test_who_is_not_let_in(
    office: Office, path: str, self_id: str | None, headers: dict[str, str], status: int
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        enter(office, path, self_id, **headers)
    assert refused.value.response.status_code == status
    assert "10099" not in office.state()["detail"]


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (PATH, {"Authorization": _BEARER}),
        (f"{PATH}/", {"Authorization": _BEARER.replace("Bearer", "token")}),
        (f"{PATH}?access_token=%E7%A7%98%E5%AF%86%20token", {}),
        (f"{PATH}/api", {"Authorization": _BEARER}),
        (f"{PATH}/event/", {"Authorization": _BEARER}),
    ],
)
def test_who_is_let_in(office: Office, path: str, headers: dict[str, str]) -> None:
    with enter(office, path, "10098", **headers) as socket:
        socket.ping().wait(5)


def test_a_token_in_the_address_is_in_no_log() -> None:
    accepted = logging.LogRecord(
        "uvicorn.error",
        logging.INFO,
        "",
        0,
        '%s - "WebSocket %s" [accepted]',
        ("::1", f"{PATH}?access_token=hunter2"),
        None,
    )
    refused = logging.LogRecord(
        "uvicorn.error", logging.INFO, "", 0, '%s - "WebSocket %s" %d', ("::1", PATH, 403), None
    )
    for record in (accepted, refused):
        assert WithoutQuery().filter(record)
    assert [record.getMessage() for record in (accepted, refused)] == [
        f'::1 - "WebSocket {PATH}" [accepted]',
        f'::1 - "WebSocket {PATH}" 403',
    ]


def test_without_a_websocket_there_is_nothing(office: Office) -> None:
    assert httpx.get(office.url + PATH, trust_env=False).status_code in (404, 405)


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "{",
        "null",
        "[]",
        "[" * 100_000,
        '{"post_type": ' * 10_000,
        '{"post_type": "message"}',
        '{"post_type": "message", "message_type": "group", "self_id": 10001, "user_id": 1, "message_id": 1}',
        '{"post_type": "message", "message_type": "private", "self_id": 10001, "user_id": {}, "message_id": []}',
        '{"post_type": "message", "message_type": "private", "self_id": 7, "user_id": 1, "message_id": 1}',
        '{"post_type": "message", "message_type": "private", "self_id": 10001, "user_id": 1e400, "message_id": 1}',
        '{"post_type": "message", "message_type": "private", "self_id": 10001, "user_id": 99999999999999999999, "message_id": 1}',
        '{"post_type": "message", "message_type": "guild", "self_id": 10001, "user_id": 1, "message_id": 1}',
        '{"post_type": "meta_event", "meta_event_type": "heartbeat", "self_id": 10001, "interval": "soon", "status": 3}',
        '{"post_type": "notice", "notice_type": 5}',
        '{"post_type": "request", "request_type": "friend"}',
        '{"post_type": "dream", "self_id": 10001}',
        '{"post_type": {"a": 1}}',
        '{"status": "ok", "retcode": 0, "echo": "nobody asked"}',
        '{"status": "ok", "retcode": "many", "echo": 5}',
        '{"status": "failed", "retcode": 1400}',
        '{"a": ' + '"' + "x" * 1_100_000 + '"}',
        "1" * 5000,
        b"\x00\xff\xfe",
        b'{"post_type": "meta_event", "meta_event_type": "lifecycle", "self_id": 10001}',
    ],
)
def test_odd_frames_do_no_harm(office: Office, frame: str | bytes) -> None:
    anna = office.friend()
    before = office.bridge.connections
    office.bridge.raw(frame)
    office.says(anna, QUESTION)
    office.hears(anna, ANSWER)
    assert office.bridge.connections == before


@pytest.mark.parametrize(
    "odd",
    [
        {"message": None},
        {"message": 5},
        {"message": {"type": "text", "data": {"text": ""}}},
        {"message": [{"type": "image", "data": {"file": None, "url": ["x"]}}]},
        {"message": "[CQ:forward,id=1][CQ:json,data={}]"},
        {"sender": None},
        {"sender": {"user_id": "x", "nickname": 5, "role": []}},
        {"time": -(2**70)},
        {"time": "yesterday"},
        {"message": "\x00\ud800"},
        {"message": [{"type": "text", "data": {"text": "字" * 50_000}}]},
        {"anonymous": "nobody", "font": {}, "raw": {"deep": [[[[]]]]}},
    ],
)
def test_odd_messages_do_no_harm(office: Office, odd: dict[str, Any]) -> None:
    anna = office.friend()
    site = office.group()
    for group in (None, site):
        body = office.bridge.event(anna, [{"type": "text", "data": {"text": "1"}}], group, next(_ids))
        office.bridge.push(body | odd)
    office.settle()
    office.forget()
    office.says(anna, QUESTION)
    office.hears(anna, ANSWER)


_ids = iter(range(900_000_001, 900_001_000))


def test_numbers_of_64_bits_and_numbers_as_text(office: Office) -> None:
    big = 9_007_199_254_740_993  # the first that a JavaScript number cannot hold
    office.bridge.friends |= {big, big + 1}
    for user, number in ((big, -(2**63)), (str(big + 1), str(2**63 - 1))):
        office.bridge.push(
            office.bridge.event(int(user), [{"type": "text", "data": {"text": QUESTION}}], None, 0)
            | {"message_id": number, "user_id": user}
        )
    for user in (big, big + 1):
        office.bridge.hears(user, ANSWER)
    office.settle()
    assert len(office.bridge.to(big)) == len(office.bridge.to(big + 1)) == 1
    office.forget()


def test_numbers_that_are_no_numbers(office: Office) -> None:
    site, anna = office.group(), office.stranger()
    words = [{"type": "at", "data": {"qq": 10_001}}, {"type": "text", "data": {"text": QUESTION}}]
    office.bridge.push(office.bridge.event(anna, words, site, 0) | {"message_id": "a1-b2/c3", "self_id": "10001"})
    office.bridge.hears(anna, ANSWER, site)
    office.forget()
    quoted = [each["data"] for each in office.bridge.calls[-1][1]["message"] if each["type"] == "reply"]
    assert quoted == [{"id": "a1-b2/c3"}]


def test_what_nobody_knows_is_logged_and_counted(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    anna = office.friend()
    office.bridge.push({"post_type": "dream_of_tomorrow", "self_id": 10_001})
    odd = {"type": "hologram", "data": {"x": 1}}
    for wants in (office.bridge.event(anna, [odd, odd], None, 77), office.bridge.event(anna, [odd], None, 78)):
        office.bridge.push(wants)
    office.says(anna, [odd, {"type": "text", "data": {"text": QUESTION}}])
    office.hears(anna, ANSWER)
    lines = [record.getMessage() for record in caplog.records if "a segment of unknown type" in record.getMessage()]
    assert len(lines) == 1
    assert "hologram" in lines[0]


def test_separate_connections_for_calls_and_events(office: Office) -> None:
    with Bridge(office.url + PATH, 10_021, roles=("API", "Event")) as bridge:
        bridge.friends.add(5)
        bridge.says(5, QUESTION)
        bridge.hears(5, ANSWER)


def test_an_account_with_events_only_says_what_is_missing(office: Office) -> None:
    with Bridge(office.url + PATH, 10_022, roles=("Event",)) as bridge:
        bridge.says(5, QUESTION)
        assert office.until_state("10022 只连了 Event，还要连 API")["state"] == "trouble"
    with Bridge(office.url + PATH, 10_022) as bridge:
        bridge.friends.add(5)
        bridge.hears(5, ANSWER)  # it has waited
    office.until_state("10022（小宁助手） 没有连接")


def test_a_second_connection_of_an_account_replaces_the_first(office: Office) -> None:
    with (
        enter(office, self_id="10023", Authorization=_BEARER) as first,
        enter(office, self_id="10023", Authorization=_BEARER) as second,
    ):
        assert is_closed(first, within=5)
        assert "get_" in str(second.recv(timeout=5))


def test_who_does_not_beat_any_more_is_let_go(office: Office) -> None:
    with enter(office, self_id="10024", Authorization=_BEARER) as socket:
        socket.send('{"post_type": "meta_event", "meta_event_type": "heartbeat", "interval": 100}')
        assert is_closed(socket, within=5)


def test_who_never_announced_a_heartbeat_is_asked(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_SILENCE", 0.5)
    monkeypatch.setattr(door, "_PROBE_WITHIN", 0.5)
    with Bridge(office.url + PATH, 10_025) as bridge:
        bridge.until(lambda: any(action == "get_status" for action, _ in bridge.calls))
        assert bridge.connections == 1
    with enter(office, self_id="10025", Authorization=_BEARER) as dumb:
        assert is_closed(dumb, within=5)


def test_an_account_that_qq_has_logged_out_waits(office: Office) -> None:
    anna = office.friend()
    beat = {"self_id": 10_001, "post_type": "meta_event", "meta_event_type": "heartbeat", "interval": 5000}
    office.bridge.online = False
    office.bridge.push(beat | {"status": {"online": False}})
    office.says(anna, QUESTION)
    assert office.until_state("已被 QQ 登出")["state"] == "trouble"
    assert "等待发送 1 条" in office.until_state("等待发送")["detail"]
    assert not office.bridge.to(anna)
    office.bridge.online = True
    office.bridge.push(beat | {"status": {"online": True}})
    office.hears(anna, ANSWER)


def test_who_sends_faster_than_is_read_is_read_slowly(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_FRAMES", (50, 1000.0))  # the next comes in after twenty seconds
    anna = office.friend()
    with Bridge(office.url + PATH, 10_026) as flood:
        flood.raw("{}")
        for _ in range(30):
            flood.raw('{"post_type": "dream"}')
        for number in range(100):
            flood.says(number, "打卡", 5, mention=False)
        office.says(anna, QUESTION)
        office.hears(anna, ANSWER)
        kept = office.rows("SELECT count(*) FROM inbox WHERE event_id LIKE '10026.%'")[0][0]
        assert int(str(kept)) < 100


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(Account.call.__kwdefaults__ or {}, "within", 0.3)


@pytest.mark.usefixtures("impatient")
def test_who_does_not_answer_is_counted(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    with enter(office, self_id="10028", Authorization=_BEARER) as dumb:
        dumb.recv(timeout=5)
        office.bridge.until(lambda: "a client does not answer" in caplog.text, "a line in the log")


def test_who_never_reads_and_never_answers_holds_up_nobody_else(office: Office) -> None:
    anna = office.friend()
    with Bridge(office.url + PATH, 10_027) as deaf:
        deaf.friends |= set(range(100))
        deaf.pause()
        for user in range(40):
            deaf.says(user, QUESTION)
        office.settle()
        office.forget()
        for _ in range(3):
            office.says(anna, QUESTION)
            office.bridge.hears(anna, ANSWER, patience=5)
            office.forget()
        assert not deaf.sent
