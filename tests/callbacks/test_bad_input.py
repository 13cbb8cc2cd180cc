"""What does not come from the platform, or comes a second time, or is no message: refused, counted, and no harm done."""

import base64
import os
import socket
import time
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels import complaints
from bot.channels.callback import door
from tests.callbacks import Phone
from tests.callbacks.conftest import Town
from tests.callbacks.envelope import Account, document

BOMB = '<!DOCTYPE x [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><xml><Content>&b;</Content></xml>'


@pytest.fixture(params=["wecom", "mp"])
def phone(request: pytest.FixtureRequest, town: Town) -> Iterator[Phone]:
    one: Phone = getattr(town, request.param)
    yield one
    # Whatever it was, the next message is answered.
    user = f"after-{os.urandom(4).hex()}"
    one.says(user, "你好")
    one.hears(user, "小帮手")


def posted(phone: Phone, query: dict[str, str], body: str | bytes) -> int:
    content = body.encode() if isinstance(body, str) else body
    return httpx.post(f"{phone.url}{phone.path}", params=query, content=content, timeout=10).status_code


def signed(phone: Phone, body: str) -> tuple[dict[str, str], str]:
    """A body that is no envelope, as well signed as can be."""
    query, _ = phone.wrapped(document({"FromUserName": "u"}))
    return query, body


def test_a_wrong_signature(phone: Phone) -> None:
    query, body = phone.wrapped(document(phone.message("u", "你好")))
    for name in ("msg_signature", "timestamp", "nonce"):
        assert posted(phone, {**query, name: query[name][::-1] + "0"}, body) == 403
        assert posted(phone, {key: value for key, value in query.items() if key != name}, body) == 403
    assert posted(phone, {**query, "msg_signature": "é" * 40}, body) == 403
    assert posted(phone, {}, body) == 403


def test_a_wrong_token_or_key(phone: Phone) -> None:
    account = phone.account
    stranger = type(phone)(phone.url, phone.api, Account(account.id, "guessed", account.aes_key))
    assert stranger.post(stranger.message("u", "你好")).status_code == 403
    other_key = type(phone)(phone.url, phone.api, Account(account.id, account.token, "A" * 43))
    assert other_key.post(other_key.message("u", "你好")).status_code == 400


def test_a_letter_to_another_account(phone: Phone) -> None:
    account = Account("wx-of-another", phone.account.token, phone.account.aes_key)
    other = type(phone)(phone.url, phone.api, account)
    assert other.post(other.message("u", "你好")).status_code == 403


def test_an_old_one(phone: Phone) -> None:
    for off in (-700, 700, -10_000_000):
        query, body = phone.wrapped(document(phone.message("u", "你好")), timestamp=int(time.time()) + off)
        assert posted(phone, query, body) == 403


def test_a_replay(phone: Phone, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """The same bytes over and over do nothing but be counted, and after a while they are not even looked at."""
    monkeypatch.setattr(complaints, "_EVERY_SECONDS", 0)
    query, body = phone.wrapped(document(phone.message("replayed", "你好")))
    answers = [httpx.post(f"{phone.url}{phone.path}", params=query, content=body.encode()) for _ in range(8)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [403] * 3
    assert [len(answer.text) > 100 for answer in answers] == [True] + [False] * 7
    said = [record.getMessage() for record in caplog.records]
    assert sum("come before" in line for line in said) == 4
    assert sum("signature used before" in line for line in said) == 3


def test_an_oversized_body(phone: Phone) -> None:
    query, _ = phone.wrapped(document(phone.message("u", "你好")))
    assert posted(phone, query, b"<xml>" + b"a" * 1024 * 1024) == 413


def test_as_long_as_is_allowed(phone: Phone) -> None:
    query, body = phone.wrapped(document(phone.message("long", "字" * 200_000)))
    assert posted(phone, query, body) == 200


@pytest.mark.parametrize("inside", [BOMB, "", "{}", "<xml>", "<html/>", "<xml></xml>", "<xml><FromUserName/></xml>"])
def test_a_sealed_letter_with_no_message_in_it(inside: str, phone: Phone) -> None:
    account = phone.account
    sealed, at = account.seal(inside), str(int(time.time()))
    query = {
        "timestamp": at,
        "nonce": "n",
        "signature": account.signature(at, "n"),
        "msg_signature": account.signature(at, "n", sealed),
    }
    assert posted(phone, query, document({"Encrypt": sealed})) == 400


@pytest.mark.parametrize("user", ["a/b", "a b", "", "用户", "a" * 101, "a\nb", "../x"])
def test_names_that_no_account_has(user: str, phone: Phone) -> None:
    assert phone.post({**phone.message("u", "你好"), "FromUserName": user}).status_code == 400


def test_a_bomb_outside(phone: Phone) -> None:
    assert posted(phone, *signed(phone, BOMB)) == 400


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods(method: str, phone: Phone) -> None:
    assert httpx.request(method, f"{phone.url}{phone.path}").status_code == 405


def test_a_question_of_nobody_we_know(phone: Phone) -> None:
    for query in ({}, {"echostr": "1"}, {"echostr": "1", "signature": "x", "timestamp": "y", "nonce": "z"}):
        answer = httpx.get(f"{phone.url}{phone.path}", params=query)
        assert (answer.status_code, answer.text) == (403, "")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=300),
    st.dictionaries(st.sampled_from(["msg_signature", "timestamp", "nonce"]), st.text(max_size=50)),
)
def test_any_bytes(town: Town, body: bytes, query: dict[str, str]) -> None:
    for phone in (town.wecom, town.mp):
        whole = {name: value.encode("utf-8", "replace").decode() for name, value in query.items()}
        assert posted(phone, whole, body) in (400, 403)
        sealed = base64.b64encode(body).decode()
        at = str(int(time.time()))
        proof = {
            "msg_signature": phone.account.signature(at, "n", sealed),
            "signature": phone.account.signature(at, "n"),
        }
        assert posted(phone, {**proof, "timestamp": at, "nonce": "n"}, document({"Encrypt": sealed})) in (400, 403)


def test_a_body_that_never_comes(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_BODY_SECONDS", 0.5)
    host, port = town.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 5) as line:
        line.sendall(f"POST /wecom HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1000\r\n\r\n<xml>".encode())
        assert line.recv(200).startswith(b"HTTP/1.1 408")
    town.wecom.says("meanwhile", "你好")
    town.wecom.hears("meanwhile", "小帮手")


def test_a_flood_of_forgeries_does_not_keep_people_waiting(town: Town) -> None:
    with httpx.Client() as client:
        for _ in range(300):
            assert client.post(f"{town.url}/wecom", content=b"<xml/>").status_code == 403
    began = time.monotonic()
    town.wecom.says("patient", "你好")
    town.wecom.hears("patient", "小帮手")
    assert time.monotonic() - began < 3
