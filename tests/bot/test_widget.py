"""The chat on another site, in a real browser: our server on 127.0.0.1, the site on localhost."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from kb.base import KnowledgeBase
from tests.api.desk import agent_does
from tests.bot.server import serving
from tests.bot.test_browser import DESKTOP, PHONE, browser

__all__ = ["browser"]
PATIENCE_MS = 15_000
SITE = """<!doctype html><html lang="zh-CN"><title>某工地的网站</title>
<style>* {{ color: red !important; display: block; font-size: 40px }} button {{ display: none }} iframe {{ width: 1px }}</style>
<h1>某工地</h1><a href="#x" id="link">链接</a>
<script src="{address}/static/widget.js" data-label="考勤问题" defer></script></html>"""


@contextmanager
def site(page: Callable[[], str], policy: Callable[[], str] = str) -> Iterator[int]:
    """Another site, which has one page; its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            if policy():
                self.send_header("Content-Security-Policy", policy())
            self.end_headers()
            self.wfile.write(page().encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Not into the output of the tests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


class World:
    """Our server, and a site that is on its list under the name ``localhost`` only."""

    def __init__(self, port: int, address: str, data: Path) -> None:
        self.allowed = f"http://localhost:{port}/"
        self.other = f"http://127.0.0.1:{port}/"
        self.address = address
        self.data = data


@pytest.fixture(scope="module")
def world(base: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    data, address = tmp_path_factory.mktemp("widget"), ""
    with site(lambda: SITE.format(address=address)) as port:
        origins = (f"http://localhost:{port}",)
        with serving(base, data, widget_origins=origins, remind_minutes=10_000) as address:
            yield World(port, address, data)


@pytest.fixture(params=[DESKTOP], ids=["desktop"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=request.param, locale="zh-CN")
    context.set_default_timeout(10_000)
    opened = context.new_page()
    mistakes: list[str] = []
    opened.on("pageerror", lambda error: mistakes.append(str(error)))
    yield opened
    context.close()
    assert mistakes == [], "errors in the browser's console"


def button(page: Page) -> Any:
    return page.get_by_role("button", name="考勤问题")


def chat(page: Page) -> FrameLocator:
    """The chat, opened and ready."""
    button(page).click()
    frame = page.frame_locator("ningqinji-helpdesk iframe")
    expect(frame.locator("#welcome:not([hidden]), .turn").first).to_be_visible(timeout=PATIENCE_MS)
    return frame


def ask(frame: FrameLocator, text: str) -> None:
    before = frame.locator(".bubble.bot").count()
    frame.locator("#input").fill(text)
    frame.locator("#input").press("Enter")
    expect(frame.locator(".bubble.bot")).not_to_have_count(before, timeout=PATIENCE_MS)


def test_a_question_on_another_site(page: Page, world: World) -> None:
    page.goto(world.allowed)
    frame = chat(page)
    ask(frame, "考勤地址怎么改")
    expect(frame.locator(".card.answer .title")).to_have_text("修改考勤地址")
    page.reload()
    frame = chat(page)
    expect(frame.locator(".bubble.user")).to_have_text("考勤地址怎么改")
    ask(frame, "带我一步步做")
    expect(frame.locator(".progress-text").last).to_contain_text("第 1/")
    assert {one["name"] for one in page.context.cookies()} <= {"helpdesk_framed"}, "not the cookie of our own page"


def test_what_staff_say_comes_in(page: Page, world: World, base: KnowledgeBase) -> None:
    page.goto(world.allowed)
    frame = chat(page)
    ask(frame, "转人工")
    number = int(frame.locator(".ticket-number").inner_text())
    with ThreadPoolExecutor(1) as beside:  # the browser's driver has a loop of its own in this thread
        beside.submit(agent_does, base, world.data, "reply", number, "请先核对岗位").result()
    expect(frame.locator("#messages")).to_contain_text("请先核对岗位")


def test_a_site_that_is_not_on_the_list(page: Page, world: World) -> None:
    page.goto(world.other)
    expect(page.locator("h1")).to_be_visible()
    page.wait_for_timeout(700)
    assert page.locator("ningqinji-helpdesk").count() == 0


def test_a_frame_of_a_site_that_is_not_on_the_list(page: Page, world: World) -> None:
    page.goto(world.other)
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        page.evaluate(
            "address => { const f = document.createElement('iframe'); f.id = 'own'; f.src = address; document.body.append(f) }",
            f"{world.address}/embed",
        )
    assert page.frame_locator("#own").locator("#input").count() == 0


def test_the_page_itself_is_in_no_frame(world: World) -> None:
    for path, allowed in (("/", False), ("/embed", True)):
        policy = httpx.get(world.address + path, trust_env=False).headers["content-security-policy"]
        assert (world.allowed.rstrip("/") in policy) == allowed
        assert "frame-ancestors 'self'" in policy


def test_the_keyboard(page: Page, world: World) -> None:
    page.goto(world.allowed)
    page.locator("#link").focus()
    expect(button(page)).to_be_visible()
    button(page).focus()
    expect(button(page)).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    expect(button(page)).to_have_attribute("aria-expanded", "true")
    frame = page.frame_locator("ningqinji-helpdesk iframe")
    expect(frame.locator("#input")).to_be_focused(timeout=PATIENCE_MS)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(button(page)).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="关闭").focus()
    page.keyboard.press("Escape")
    expect(button(page)).to_be_focused()


def test_the_site_keeps_its_looks_and_the_widget_its_own(page: Page, world: World) -> None:
    page.goto(world.allowed)
    expect(button(page)).to_be_visible()
    look = button(page).evaluate("node => [getComputedStyle(node).color, getComputedStyle(node).fontSize]")
    assert look == ["rgb(255, 255, 255)", "16px"]
    assert page.locator("h1").evaluate("node => getComputedStyle(node).fontSize") == "40px"


def test_a_browser_that_cannot_construct_style_sheets(page: Page, world: World) -> None:
    """Phones that get no newer system than that of 2022."""
    page.add_init_script(
        "window.CSSStyleSheet = class { constructor() { throw new TypeError('Illegal constructor'); } }"
    )
    page.goto(world.allowed)
    assert button(page).evaluate("node => getComputedStyle(node).color") == "rgb(255, 255, 255)"
    ask(chat(page), "考勤地址怎么改")


@pytest.mark.parametrize("page", [PHONE], ids=["phone"], indirect=True)
def test_a_phone(page: Page, world: World) -> None:
    page.goto(world.allowed)
    ask(chat(page), "考勤地址怎么改")
    box = page.locator("ningqinji-helpdesk .panel").bounding_box()
    assert box == {"x": 0, "y": 0, **PHONE}
    page.get_by_role("button", name="关闭").click()
    expect(button(page)).to_be_visible()


def test_a_site_with_a_policy_of_its_own(page: Page, base: KnowledgeBase, tmp_path: Path) -> None:
    address, policy = "", ""
    with ExitStack() as stack:
        port = stack.enter_context(site(lambda: SITE.format(address=address), lambda: policy))
        address = stack.enter_context(serving(base, tmp_path, widget_origins=(f"http://localhost:{port}",)))
        policy = f"default-src 'none'; script-src {address}; connect-src {address}; frame-src {address}"
        page.goto(f"http://localhost:{port}/")
        ask(chat(page), "考勤地址怎么改")
        assert button(page).evaluate("node => getComputedStyle(node).color") == "rgb(255, 255, 255)"


@pytest.mark.parametrize(
    ("origin", "status"),
    [(None, 200), ("https://elsewhere.example", 403), ("null", 403), ("https://a.b;script-src *", 403)],
)
def test_asking_whether_one_may(world: World, origin: str | None, status: int) -> None:
    headers = {} if origin is None else {"Origin": origin}
    response = httpx.get(f"{world.address}/widget", headers=headers, trust_env=False)
    assert response.status_code == status
    assert "access-control-allow-origin" not in response.headers


def test_a_page_with_a_secret_of_its_own(world: World) -> None:
    with httpx.Client(base_url=world.address, trust_env=False) as visitor:
        sent = visitor.post(
            "/chat/send", json={"text": "你好", "id": "message-1"}, headers={"X-Helpdesk-Session": "x" * 32}
        )
        cookie = sent.headers["set-cookie"]
        assert cookie.startswith("helpdesk_framed=")
        assert {"Secure", "HttpOnly", "SameSite=None", "Partitioned"} <= set(cookie.split("; "))
        secret = sent.headers["x-helpdesk-session"]
        assert visitor.get("/chat/history").json()["messages"] == []
        framed = {"Cookie": f"helpdesk_framed={secret}"}
        assert visitor.get("/chat/history", headers=framed).json()["messages"] == [], "not without the header"
        past = visitor.get("/chat/history", headers={"X-Helpdesk-Session": "", **framed}).json()["messages"]
        assert [one["from"] for one in past] == ["user", "bot"]
        past = visitor.get("/chat/history", headers={"X-Helpdesk-Session": secret}).json()["messages"]
        assert [one["from"] for one in past] == ["user", "bot"]
