"""A person answers on the web page: ``main.py desk`` in a process of its own, beside the server."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot import desk_commands
from bot.cli import main
from bot.web.app import COOKIE
from kb.base import KnowledgeBase
from kb.knowledge import Knowledge
from tests.bot.server import serving
from tests.bot.test_web import past, send

ROOT = Path(__file__).parent.parent.parent
SOON = 10.0
"""Seconds within which words from another process have to be on the page; two are usual."""


Desk = Callable[..., str]


@pytest.fixture
def desk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, knowledge: Knowledge
) -> Desk:
    """``main.py desk``, beside the server: it knows nothing of it but the folder."""
    monkeypatch.setenv("HELPDESK_DATA", str(tmp_path))
    monkeypatch.setattr(desk_commands, "load", lambda _: knowledge)

    def run(*arguments: str) -> str:
        capsys.readouterr()
        assert main(["desk", *arguments]) == 0, capsys.readouterr().err
        return capsys.readouterr().out

    return run


def desk_apart(data: Path, *arguments: str) -> str:
    """The same, really in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HELPDESK_")}
    done = subprocess.run(
        [sys.executable, "main.py", "desk", *arguments],
        cwd=ROOT,
        env=environment | {"HELPDESK_DATA": str(data), "LC_ALL": "C"},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@contextmanager
def visiting(url: str, cookie: str | None = None) -> Iterator[httpx.Client]:
    """A browser, with what it remembers."""
    cookies = {COOKIE: cookie} if cookie else {}
    with httpx.Client(base_url=url, cookies=cookies, trust_env=False, timeout=20) as client:
        yield client


@pytest.fixture
def visitor(base: KnowledgeBase, tmp_path: Path) -> Iterator[httpx.Client]:
    """Somebody at a server whose data lie in ``tmp_path``."""
    with serving(base, tmp_path) as url, visiting(url) as client:
        yield client


class Listening:
    """The stream of a page that is open."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.iter_lines()

    def next(self) -> tuple[int, dict[str, Any]]:
        """The next thing said: its number and itself."""
        number = 0
        for line in self._lines:
            field, _, value = line.partition(": ")
            if field == "id":
                number = int(value)
            elif field == "data":
                return number, json.loads(value)
        raise AssertionError("the stream has ended")


@contextmanager
def listening(visitor: httpx.Client, after: int | str = "", heard: int | str = "") -> Iterator[Listening]:
    """``heard``: the number that a browser sends along when it connects again by itself."""
    params, headers = {"after": after}, {"Last-Event-ID": str(heard)} if heard else {}
    with visitor.stream("GET", "/chat/events", params=params, headers=headers) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        yield Listening(response)


def last(visitor: httpx.Client) -> int:
    """The number of the newest message, as the page knows it."""
    return int(visitor.get("/chat/history").json()["last"])


def text_of(said: dict[str, Any]) -> str:
    return "\n".join(str(part["text"]) for part in said["reply"]["parts"])


def wants_a_person(visitor: httpx.Client) -> str:
    """Opens a ticket; its number."""
    (reply,) = send(visitor, "转人工")
    send(visitor, "算了")
    return str(reply["parts"][0]["number"])


def test_a_person_answers_on_the_page(visitor: httpx.Client, desk: Desk, tmp_path: Path) -> None:
    number = wants_a_person(visitor)
    with listening(visitor, last(visitor)) as page:
        assert "已发给用户" in desk_apart(tmp_path, "reply", number, "请问项目备案了吗？")
        started = time.monotonic()
        _, taken = page.next()
        _, reply = page.next()
        assert time.monotonic() - started < SOON
        assert taken["from"] == "bot"
        assert "工作人员已接手" in text_of(taken)
        assert (reply["from"], text_of(reply)) == ("staff", "请问项目备案了吗？")

        assert send(visitor, "备案了") == [], "the bot keeps silent"
        assert "用户 说：备案了" in desk("show", number)

        desk("solve", number)
        _, solved = page.next()
        assert [button["label"] for button in solved["reply"]["buttons"]] == ["解决了", "还是不行"]
    assert "就到这里" in send(visitor, "解决了")[0]["parts"][0]["text"]
    assert "已关闭" in desk("list", "--all")

    said = [(message["from"], message.get("text") or text_of(message)) for message in past(visitor)]
    assert ("staff", "请问项目备案了吗？") in said
    assert [author for author, _ in said[-6:]] == ["bot", "staff", "user", "bot", "user", "bot"]


def test_nobody_else_hears_it(visitor: httpx.Client, desk: Desk) -> None:
    number = wants_a_person(visitor)
    with visiting(str(visitor.base_url)) as other:
        second = wants_a_person(other)
        with listening(other, last(other)) as page:
            desk("reply", number, "给第一位")
            desk("reply", second, "给第二位")
            assert "工作人员已接手" in text_of(page.next()[1])
            assert text_of(page.next()[1]) == "给第二位"
        assert "给第一位" not in json.dumps(past(other), ensure_ascii=False)


def test_what_was_missed_comes_after_a_broken_connection(visitor: httpx.Client, desk: Desk) -> None:
    number = wants_a_person(visitor)
    with listening(visitor, last(visitor)) as page:
        desk("reply", number, "第一句")
        page.next()
        heard, _ = page.next()
    desk("reply", number, "第二句")
    desk("reply", number, "第三句")
    with listening(visitor, heard=heard) as page:
        assert [text_of(page.next()[1]) for _ in range(2)] == ["第二句", "第三句"]
    with listening(visitor, after=1, heard=heard) as page:
        assert text_of(page.next()[1]) == "第二句", "the browser knows better than the address it connects to again"


@pytest.mark.parametrize("number", ["abc", "-1", "²", "9" * 30])
def test_an_odd_number_of_the_last_message(number: str, address: str) -> None:
    with visiting(address) as visitor:
        send(visitor, "你好")
        with listening(visitor, after=number) as page:
            assert page.next()[1]["from"] == "bot", "everything, from the beginning"


@pytest.mark.parametrize("cookie", [None, "invented"])
def test_without_a_conversation_there_is_nothing_to_listen_to(cookie: str | None, address: str) -> None:
    with visiting(address, cookie) as stranger:
        assert stranger.get("/chat/events").status_code == 204


def test_a_restart_forgets_nothing(base: KnowledgeBase, desk: Desk, tmp_path: Path) -> None:
    with serving(base, tmp_path) as url, visiting(url) as visitor:
        number = wants_a_person(visitor)
        (step,) = send(visitor, "带我一步步做 #faq-13")[-1:]
        assert step["parts"][0]["number"] == 1
        before, heard, cookie = past(visitor), last(visitor), visitor.cookies[COOKIE]

    desk("note", number, "服务停着，先记一笔")
    with serving(base, tmp_path) as url:
        with visiting(url, cookie) as visitor:
            assert past(visitor) == before
            onward = send(visitor, "下一步")[0]["parts"][0]
            assert (onward["kind"], onward["record"], onward["number"]) == ("step", "faq-13", 2)
            assert number in send(visitor, "工单号多少")[0]["parts"][0]["text"]
            desk("reply", number, "我来了")
            heard = last(visitor)
        with visiting(url) as other:
            assert int(wants_a_person(other)) > int(number), "numbers go on, and none is given twice"

    desk("reply", number, "服务停着也能回")
    with (
        serving(base, tmp_path) as url,
        visiting(url, cookie) as visitor,
        listening(visitor, heard=heard) as page,
    ):
        said = page.next()[1]
        assert (said["from"], text_of(said)) == ("staff", "服务停着也能回")
        assert send(visitor, "收到") == []
        assert "收到" in desk("show", number)
