import json
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from bot.api.limits import MOST_REQUESTS, MOST_STREAMS
from tests.api.bridge import Bridge, command, new_key, ticket, until
from tests.api.conftest import Office

CHINESE = re.compile("[一-鿿]")
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"user": "u1", "text": "\xff"}', 400),
        (b'{"user": "u1", "text": "\\u0000"}', 422),
        (b'{"user": "u\\u00001", "text": "hi"}', 422),
        (b'{"user": "u1", "text": "\\ud800"}', 422),
        (b"[]", 422),
        (b"null", 422),
        (b'"text"', 422),
        (b'{"text": "hi"}', 422),
        (b'{"user": "", "text": "hi"}', 422),
        (b'{"user": 5, "text": "hi"}', 422),
        (b'{"user": "u1"}', 422),
        (b'{"user": "u1", "text": null}', 422),
        (b'{"user": "u1", "text": "hi", "colour": 1}', 422),
        (b'{"user": "u1", "text": "hi", "mentioned": "yes"}', 422),
        (b'{"user": "u1", "text": "hi", "group": 5}', 422),
        (b'{"user": "u1", "text": "hi", "group": true}', 422),
        (b'{"user": "u1", "images": ["nonsense"]}', 422),
        (b'{"user": "u1", "images": ["aGVsbG8="]}', 422),
        (b'{"user": "u1", "images": ["ftp://example.com/a.png"]}', 422),
        (b'{"user": "u1", "images": ["Qk1oZWxsbw=="]}', 422),
        (b'{"user": "u1", "images": ["iVBORw0KGgo="]}', 422),
        (b'{"user": "u1", "images": ["", ""]}', 422),
        (b'{"user": "u1", "images": "https://example.com/a.png"}', 422),
        (b'{"user": "u1", "text": NaN}', 422),
        (b"[" * 100_000, 400),
        (b'{"user": "u1", "text": ' + b'{"a":' * 50_000, 400),
        (json.dumps({"user": "u1", "text": "长" * 20_001}).encode(), 422),
        (json.dumps({"user": "长" * 65, "text": "hi"}).encode(), 422),
        (json.dumps({"user": "/" * 64, "group": "/" * 64, "text": "hi"}).encode(), 422),
    ],
)
def test_a_bad_body(bridge: Bridge, body: bytes, status: int) -> None:
    response = bridge.http.post("/messages", content=body, headers=JSON)
    assert (response.status_code, response.json()["reference"]) == (status, None), response.text[:300]
    assert CHINESE.search(response.json()["error"]), response.json()["error"]


@pytest.mark.parametrize(
    ("query", "status"),
    [("after=-1", 422), ("after=x", 422), ("after=9" + "9" * 30, 422), ("wait=9999", 422), ("conversation=%00", 422)],
)
def test_a_bad_question(bridge: Bridge, query: str, status: int) -> None:
    for path in ("/messages", "/events"):
        if "wait" in query and path == "/events":
            continue
        assert bridge.http.get(f"{path}?{query}").status_code == status, path


def test_too_big(bridge: Bridge) -> None:
    response = bridge.http.post("/messages", content=b"x" * 6_500_000, headers=JSON)
    assert response.status_code == 413
    chunks = (b"x" * 100_000 for _ in range(70))
    response = bridge.http.post("/messages", content=chunks, headers=JSON)
    assert response.status_code == 413


def test_two_numbers(bridge: Bridge) -> None:
    assert bridge.post("你好", idempotency="a", id="b").status_code == 400


@pytest.mark.parametrize(
    ("headers", "query", "words"),
    [
        ({"Idempotency-Key": "k" * 201}, "", "太长了，最多 200 个字符"),
        ({"Idempotency-Key": ""}, "", "不能是空的"),
        ({}, "wait=soon", "要写成数字"),
    ],
)
def test_what_is_wrong_is_told(bridge: Bridge, headers: dict[str, str], query: str, words: str) -> None:
    response = bridge.http.post(f"/messages?{query}", json={"user": "u1", "text": "hi"}, headers=headers)
    assert response.status_code == 422
    assert words in response.json()["error"]


@pytest.mark.parametrize("path", ["/nothing", "/messages/", "/messages/5", "/docs/assets/../../../etc/passwd", "/"])
def test_nothing_there(bridge: Bridge, path: str) -> None:
    response = bridge.http.get(path)
    assert response.status_code == 404


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Basic abc",
        "Bearer hdk_1_wrong",
        "Bearer hdk_٣_x",
        "Bearer hdk_99999999999999999_x",
    ],
)
def test_without_a_key(office: Office, authorization: str | None) -> None:
    headers = {} if authorization is None else {b"Authorization": authorization.encode()}
    for method, path in (("POST", "/messages"), ("GET", "/messages"), ("GET", "/events"), ("GET", "/nothing")):
        response = httpx.request(method, f"{office.address}/api/v1{path}", headers=headers, trust_env=False)
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == "Bearer"


def test_scopes(office: Office) -> None:
    writer, reader = office.bridge("--scope", "messages:write"), office.bridge("--scope", "messages:read")
    assert writer.says("你好") != []
    assert writer.http.get("/messages").status_code == 403
    assert writer.http.get("/events").status_code == 403
    assert reader.post("你好").status_code == 403
    assert reader.later() == []


def test_a_revoked_key(office: Office) -> None:
    token, _ = new_key(office.data)
    bridge = office.bridge_with(token)
    bridge.says("你好")
    command(office.data, "keys", "revoke", token.split("_")[1])
    refused = bridge.post("你好")
    assert (refused.status_code, "撤销" in refused.json()["error"]) == (401, True)
    listed = command(office.data, "keys", "list")
    assert "已撤销" in listed
    assert token not in listed


def test_too_often(office: Office) -> None:
    bridge = office.bridge("--per-minute", "3")
    assert [bridge.http.get("/messages").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = bridge.post("你好")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert office.bridge().says("你好") != [], "another key"


def test_too_many_at_once(office: Office) -> None:
    bridge = office.bridge("--per-minute", "1000")
    number = ticket(bridge)
    with ThreadPoolExecutor(MOST_REQUESTS + 4) as pool:
        asked = [pool.submit(bridge.http.get, "/messages", params={"wait": 30}) for _ in range(MOST_REQUESTS + 4)]
        until(lambda: sum(one.done() for one in asked) == 4)
        office.agent_does("reply", number, "都不用等了")
        codes = [one.result().status_code for one in asked]
    assert (codes.count(429), codes.count(200)) == (4, MOST_REQUESTS)
    assert bridge.http.get("/messages").status_code == 200


def test_too_many_streams(office: Office) -> None:
    bridge = office.bridge()
    with ExitStack() as stack:
        for _ in range(MOST_STREAMS):
            stack.enter_context(bridge.listening())
        assert bridge.http.get("/events").status_code == 429
    assert bridge.later() == []


def test_the_description(office: Office) -> None:
    described: dict[str, Any] = httpx.get(f"{office.address}/api/v1/openapi.json", trust_env=False).json()
    assert {"/messages", "/events"} <= set(described["paths"])
    assert "bearer" in json.dumps(described["components"]["securitySchemes"])
    page = httpx.get(f"{office.address}/api/v1/docs", trust_env=False)
    assert page.status_code == 200
    assert "unsafe" not in page.headers["content-security-policy"].partition("style-src")[0]
    for link in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert "//" not in link, "nothing from elsewhere"
        found = httpx.get(f"{office.address}/api/v1/{link}", trust_env=False)
        assert found.status_code == 200, link
