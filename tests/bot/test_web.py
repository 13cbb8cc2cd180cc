import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from typing import Any

import httpx
import pytest

from bot.web.app import COOKIE
from kb.base import KnowledgeBase
from tests.bot.server import serving

_ids = count()


@pytest.fixture
def visitor(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, trust_env=False) as client:
        yield client


@pytest.fixture
def other(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, trust_env=False) as client:
        yield client


def new_id() -> str:
    return f"message-{next(_ids):06}"


def send(
    visitor: httpx.Client, text: str, message: str | None = None, label: str | None = None
) -> list[dict[str, Any]]:
    body = {"text": text, "id": message or new_id(), "label": label}
    response = visitor.post("/chat/send", json=body)
    assert response.status_code == 200, response.text
    replies: list[dict[str, Any]] = response.json()["replies"]
    return replies


def past(visitor: httpx.Client) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = visitor.get("/chat/history").json()["messages"]
    return messages


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html"),
        ("/static/chat.js", "text/javascript"),
        ("/static/chat.css", "text/css"),
        ("/static/icon.svg", "image/svg+xml"),
        ("/chat/start", "application/json"),
        ("/chat/history", "application/json"),
        ("/healthz", "application/json"),
        ("/readyz", "application/json"),
    ],
)
def test_what_is_there(path: str, kind: str, visitor: httpx.Client) -> None:
    response = visitor.get(path)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith(kind)


@pytest.mark.parametrize(
    "path", ["/", "/static/chat.js", "/chat/start", "/chat/history", "/healthz", "/nowhere", "/chat/send"]
)
def test_security_headers(path: str, visitor: httpx.Client) -> None:
    headers = visitor.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/chat/send", 405),
        ("POST", "/chat/start", 405),
        ("GET", "/static/../app.py", 404),
        ("GET", "/static/%2e%2e/app.py", 404),
        ("GET", "/chat/events", 204),
    ],
)
def test_what_is_not_there(method: str, path: str, status: int, visitor: httpx.Client) -> None:
    assert visitor.request(method, path).status_code == status


def test_the_first_screen(visitor: httpx.Client, base: KnowledgeBase) -> None:
    start = visitor.get("/chat/start").json()
    assert start["title"] == base.knowledge.wording.page_title
    assert [group["title"] for group in start["groups"]] == [
        *(group.title for group in base.knowledge.wording.page_groups),
        base.knowledge.wording.page_ways,
    ]
    assert all(group["items"] for group in start["groups"])


def test_everything_on_the_first_screen_is_understood(visitor: httpx.Client) -> None:
    for group in visitor.get("/chat/start").json()["groups"]:
        for item in group["items"]:
            (reply,) = send(visitor, item["send"], label=item["label"])
            assert reply["outcome"] in ("answer", "ask", "contact", "escalate"), item


def test_a_conversation(visitor: httpx.Client) -> None:
    assert [send(visitor, text)[0]["outcome"] for text in ("考勤地址怎么改", "带我一步步做", "下一步")] == [
        "answer",
        "steps",
        "steps",
    ]
    assert [message["from"] for message in past(visitor)] == ["user", "bot"] * 3


def test_the_same_id_is_answered_once(visitor: httpx.Client) -> None:
    message = new_id()
    first, second = send(visitor, "转人工", message), send(visitor, "转人工", message)
    assert first == second
    assert len(past(visitor)) == 2
    assert send(visitor, "工单号多少")[0]["parts"][0]["number"] == first[0]["parts"][0]["number"]


def test_the_same_id_at_the_same_time_is_answered_once(visitor: httpx.Client) -> None:
    send(visitor, "你好")
    message = new_id()
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda _: send(visitor, "转人工", message), range(4)))
    assert all(reply == replies[0] for reply in replies)
    assert len(past(visitor)) == 4


def test_the_history_comes_back_after_a_reload(visitor: httpx.Client) -> None:
    message = new_id()
    replies = send(visitor, "考勤地址怎么改 #faq-13", message, label="改地址")
    user, bot = past(visitor)
    assert user == {"from": "user", "text": "改地址", "id": message}
    assert bot == {"from": "bot", "reply": replies[0]}


def test_two_visitors_do_not_see_each_other(visitor: httpx.Client, other: httpx.Client) -> None:
    mine = send(visitor, "转人工")[0]["parts"][0]["number"]
    assert past(other) == []
    assert send(other, "工单号多少")[0]["outcome"] == "smalltalk"
    assert str(mine) not in json.dumps(past(other))
    assert visitor.cookies[COOKIE] != other.cookies[COOKIE]
    send(visitor, "带我一步步做 #faq-13")
    assert send(other, "下一步")[0]["outcome"] == "smalltalk"


def test_the_cookie_cannot_be_read_by_scripts_nor_chosen(visitor: httpx.Client) -> None:
    visitor.cookies.set(COOKIE, "mine")
    response = visitor.post("/chat/send", json={"text": "你好", "id": new_id()})
    cookie = response.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "=mine;" not in cookie, "a name that one can guess is not taken"


def test_looking_makes_no_conversation(visitor: httpx.Client) -> None:
    for path in ("/", "/chat/start", "/chat/history"):
        assert visitor.get(path).status_code == 200
    assert visitor.get("/chat/events").status_code == 204, "nobody is known by what the page has given him"
    for path in ("/", "/chat/history"):
        assert "set-cookie" not in visitor.get(path).headers


def test_a_first_message_whose_answer_was_lost_is_the_same_message_again(visitor: httpx.Client) -> None:
    visitor.get("/chat/start")
    begun = dict(visitor.cookies)
    message, numbers = new_id(), []
    for _ in range(2):
        visitor.cookies = httpx.Cookies(begun)
        numbers.append(send(visitor, "转人工", message)[0]["parts"][0]["number"])
    assert numbers[0] == numbers[1]
    assert [said["from"] for said in past(visitor)] == ["user", "bot"]


@pytest.mark.parametrize(
    ("cookie", "kept"),
    [
        ("x" * 31 + "-", True),
        ("mine", False),
        ("x" * 31, False),
        ("x" * 33, False),
        ("x" * 31 + ".", False),
    ],
)
def test_a_visitor_keeps_only_what_looks_like_a_secret(cookie: str, kept: bool, visitor: httpx.Client) -> None:
    visitor.cookies.set(COOKIE, cookie)
    response = visitor.post("/chat/send", json={"text": "你好", "id": new_id()})
    assert (f"={cookie};" in response.headers["set-cookie"]) is kept


def test_an_id_that_no_database_keeps_is_refused(visitor: httpx.Client) -> None:
    body = {"text": "你好", "id": new_id() + "\0"}
    assert visitor.post("/chat/send", json=body).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b"[" * 50_000,
        b'{"text": "x"}',
        b'{"id": "12345678"}',
        b'{"text": 1, "id": "12345678"}',
        b'{"text": null, "id": "12345678"}',
        b'{"text": "x", "id": "short"}',
        b'{"text": "x", "id": "12345678", "admin": true}',
        b'{"text": "x", "id": "12345678", "label": ["x"]}',
        json.dumps({"text": "x", "id": "x" * 65}).encode(),
        json.dumps({"text": "x", "id": "12345678", "label": "x" * 101}).encode(),
    ],
    ids=lambda body: body[:20],
)
def test_a_malformed_message(body: bytes, visitor: httpx.Client) -> None:
    response = visitor.post("/chat/send", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 400
    assert set(response.json()) == {"error", "reference"}
    assert "Traceback" not in response.text


def test_a_body_that_is_too_large(visitor: httpx.Client) -> None:
    response = visitor.post("/chat/send", json={"text": "长" * 200_000, "id": new_id()})
    assert response.status_code == 413
    assert response.json()["error"]


def test_a_long_message_is_answered(visitor: httpx.Client) -> None:
    (reply,) = send(visitor, "考勤地址怎么改" * 3_000)
    assert reply["parts"]


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "'; DROP TABLE x; --", "\x00\x1b[31m", "{{7*7}}", "👨‍👩‍👧", "\u202e"]
)
def test_odd_texts_come_back_as_they_were(text: str, visitor: httpx.Client) -> None:
    send(visitor, text)
    assert past(visitor)[0]["text"] == text.replace("\x00", ""), "which no database keeps"


def test_half_a_character_does_not_spoil_the_history(visitor: httpx.Client) -> None:
    body = b'{"text": "\\ud800", "id": "%s"}' % new_id().encode()
    visitor.post("/chat/send", content=body, headers={"content-type": "application/json"})
    assert visitor.get("/chat/history").status_code == 200


def test_health_says_which_fit_answers(visitor: httpx.Client, base: KnowledgeBase) -> None:
    health = visitor.get("/healthz").json()
    assert health["status"] == "ok"
    assert health["revision"] == base.revision
    assert health["fit"] == ("meaning" if base.matcher.uses_meaning else "lexical")
    assert health["records"] == len(base.knowledge.records)


class BrokenRouter:
    """A part of the knowledge that fails."""

    def hear(self, utterance: object) -> object:
        raise RuntimeError("the secret of the house")


def test_a_failure_gives_a_reference_and_no_traceback(base: KnowledgeBase, caplog: pytest.LogCaptureFixture) -> None:
    broken = replace(base, router=BrokenRouter())  # type: ignore[arg-type]
    with serving(broken) as url, httpx.Client(base_url=url, trust_env=False, timeout=30) as visitor:
        (reply,) = send(visitor, "南京江宁的工地考勤地址怎么改")
        text = reply["parts"][0]["text"]
        assert "secret" not in text
        reference = re.findall("编号 ([0-9a-f]{8})", text)
        assert reference
        assert reference[0] in caplog.text
        assert "the secret of the house" in caplog.text
        (again,) = send(visitor, "你好")
        assert again["parts"], "the conversation goes on"
        assert visitor.get("/healthz").status_code == 200
