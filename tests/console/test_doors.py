"""Who gets into the console, by which door, and who does not."""

import re
from collections.abc import Iterator

import httpx
import pytest

from bot.console.pages import PAGES as ALL
from tests.console.conftest import PASSWORD, House
from tests.pictures import drawn

PAGES = {
    "/": "agent", "/tickets/1": "agent", "/figures": "agent", "/unanswered": "editor", "/unanswered/1": "editor",
    "/knowledge": "editor", "/revisions": "editor", "/drafts/1": "editor", "/drafts/1/records/faq-01": "editor",
    "/drafts/1/files/contacts.yaml": "editor", "/drafts/1/contacts": "editor", "/drafts/1/works": "editor",
    "/drafts/1/places": "editor", "/drafts/1/topics": "editor", "/drafts/1/lexicon": "editor",
    "/drafts/1/golden": "editor", "/drafts/1/intents": "editor", "/drafts/1/wording": "editor",
    "/templates": "editor", "/notices": "editor", "/people": "admin", "/audit": "admin",
    "/account": "agent",
}  # fmt: skip
ROLES = ("agent", "editor", "admin")
REFUSAL = "的权限才能做这个操作"


@pytest.fixture
def browser(house: House) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=house.url, headers={"Origin": house.url}, timeout=30) as client:
        yield client


def form_of(page: str) -> str:
    found = re.search(r'name="form" value="([^"]+)"', page)
    assert found
    return found[1]


def sign_in(browser: httpx.Client, name: str, password: str = PASSWORD) -> httpx.Response:
    values = {"form": form_of(browser.get("/console/login").text), "username": name, "password": password}
    return browser.post("/console/login", data=values)


@pytest.fixture(scope="module")
def staffed(house: House) -> House:
    for role in ROLES:
        house.run("console", "users", "add", f"the-{role}", "--role", role, typed=f"{PASSWORD}\n")
    return house


@pytest.mark.parametrize("path", [*PAGES, "/audit.csv", "/file/1"])
def test_without_a_session_there_is_only_the_login(browser: httpx.Client, path: str) -> None:
    answer = browser.get(f"/console{path}")
    assert (answer.status_code, answer.headers.get("location")) == (303, "/console/login")


@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_its_pages(staffed: House, house: House, browser: httpx.Client, role: str) -> None:
    assert sign_in(browser, f"the-{role}").status_code == 303
    for path, needed in PAGES.items():
        answer = browser.get(f"/console{path}")
        assert answer.status_code == 200
        assert (REFUSAL in answer.text) == (ROLES.index(role) < ROLES.index(needed)), path
    assert browser.get("/console/audit.csv").status_code == (200 if role == "admin" else 403)
    written = house.rows("SELECT allowed FROM audit WHERE account = ? AND action = 'audit export'", f"the-{role}")
    assert written[-1:] == [(int(role == "admin"),)]


def test_the_table_has_every_page() -> None:
    shown = {re.sub("{number}", "1", page.path) for page in ALL}
    shown = {path.replace("{record}", "faq-01").replace("{name}", "contacts.yaml") for path in shown}
    assert shown == set(PAGES)


def test_a_form_of_another_page_is_refused(staffed: House, browser: httpx.Client) -> None:
    browser.get("/console/login")
    values = {"form": "x" * 43, "username": "the-agent", "password": PASSWORD}
    assert browser.post("/console/login", data=values).status_code == 403
    values["form"] = form_of(browser.get("/console/login").text)
    assert browser.post("/console/login", data=values, headers={"Origin": "https://evil.example"}).status_code == 403


def test_nobody_is_signed_out_by_another_site(staffed: House, browser: httpx.Client) -> None:
    sign_in(browser, "the-agent")
    assert browser.post("/console/logout", data={"everywhere": "1"}).status_code == 403
    assert browser.get("/console/").status_code == 200


def test_a_session_that_somebody_planted_is_not_taken_over(staffed: House, browser: httpx.Client) -> None:
    browser.cookies.set("helpdesk_console", "planted", domain="127.0.0.1", path="/console")
    answer = sign_in(browser, "the-agent")
    [cookie] = [line for line in answer.headers.get_list("set-cookie") if line.startswith("helpdesk_console=")]
    assert "planted" not in cookie
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    with httpx.Client(base_url=staffed.url, cookies={"helpdesk_console": "planted"}) as thief:
        assert thief.get("/console/").status_code == 303


def test_nothing_is_uploaded_without_a_session(staffed: House, browser: httpx.Client) -> None:
    path = "/console/_nicegui/client/00000000-0000-0000-0000-000000000000/upload/1"
    picture = {"file": ("a.png", drawn(), "image/png")}
    assert browser.post(path, files=picture).status_code == 403
    sign_in(browser, "the-agent")
    assert browser.post(path, files=picture).status_code == 404
    assert browser.post(path, files=picture, headers={"Origin": "https://evil.example"}).status_code == 403
    chunks = (b"x" for _ in range(3))
    assert browser.post(path, content=chunks).status_code == 411, "how much is to come, nobody says"


def test_no_socket_for_another_site(staffed: House, browser: httpx.Client) -> None:
    sign_in(browser, "the-agent")
    upgrade = {
        "Origin": "https://evil.example", "Connection": "Upgrade", "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }  # fmt: skip
    answer = browser.get("/console/_nicegui_ws/socket.io/?EIO=4&transport=websocket", headers=upgrade)
    assert answer.status_code == 403


def test_an_address_that_leads_nowhere_says_so(staffed: House, browser: httpx.Client) -> None:
    sign_in(browser, "the-agent")
    answer = browser.get("/console/nothing-here")
    assert answer.status_code == 404
    assert "没有这个页面" in answer.text
    assert "exist" not in answer.text
