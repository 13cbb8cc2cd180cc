"""Everything below /console over plain HTTP: no way round the gate, no form of another site, nothing in a file that runs."""

import re
import socket
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from nicegui import core
from starlette.routing import Route

from bot.console.door import Door
from bot.console.pages import PAGES
from tests.console.conftest import PASSWORD, House
from tests.console.test_doors import form_of

WRITING = ("POST", "PUT", "PATCH", "DELETE", "OPTIONS")
OPEN = ("/console/login", "/console/first")
TOKEN = "helpdesk_console"
EVIL = "https://evil.example"
_NOON = "2026-03-10 04:00:00.000000"


@pytest.fixture
def nobody(house: House) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=house.url, headers={"Origin": house.url}, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def token(house: House) -> str:
    """Of an administrator's session."""
    with httpx.Client(base_url=house.url, headers={"Origin": house.url}, timeout=60) as client:
        values = {"username": "li", "password": PASSWORD, "form": form_of(client.get("/console/login").text)}
        client.post("/console/login", data=values)
        return client.cookies[TOKEN]


@pytest.fixture
def boss(house: House, token: str) -> Iterator[httpx.Client]:
    headers = {"Origin": house.url}
    with httpx.Client(base_url=house.url, headers=headers, cookies={TOKEN: token}, timeout=60) as client:
        yield client


def every_path() -> list[str]:
    """All that is served below /console: our routes, the pages, and whatever the framework brings or adds while it runs."""
    services: Any = SimpleNamespace(accounts=None)
    ours = [route.path for route in Door(services).routes() if isinstance(route, Route)]
    framework = [f"/console{getattr(route, 'path', '')}" for route in core.app.routes]
    added = ["/console/favicon.ico", "/console/_nicegui/client/x/upload/1", "/console", "/console/x", "/console/docs"]
    socket = ["/console/_nicegui_ws/socket.io/?EIO=4&transport=polling"]
    pages = [f"/console{page.path}" for page in PAGES]
    return sorted({re.sub(r"{[^}]*}", "1", path) for path in (*ours, *framework, *pages, *added, *socket)})


def test_every_route_is_behind_the_gate(nobody: httpx.Client) -> None:
    paths = every_path()
    assert len(paths) > 30
    for path in paths:
        answer = nobody.get(path)
        if path in OPEN or path.startswith("/console/_nicegui/"):
            # The framework's own scripts and styles; nothing of ours is in them.
            assert answer.status_code in (200, 307, 404, 405, 410), path
            assert f"{TOKEN}=" not in answer.headers.get("set-cookie", "")
        elif "_ws/" in path:
            assert answer.status_code == 403
        else:
            assert (answer.status_code, answer.headers["location"]) == (303, "/console/login"), path
        for method in WRITING:
            if path not in OPEN:
                assert nobody.request(method, path).status_code == 403, (method, path)


@pytest.mark.parametrize("origin", [EVIL, "null", None, "http://[::1", "http://127.0.0.1", "//x"])
def test_no_form_of_another_site_does_anything(house: House, boss: httpx.Client, origin: str | None) -> None:
    tried = 0
    with httpx.Client(base_url=house.url, cookies=boss.cookies, timeout=60) as victim:
        for path in every_path():
            mute = "_ws/" in path and origin is None
            for method in WRITING if not mute else ():
                answer = victim.request(method, path, headers={"Origin": origin} if origin else {})
                assert answer.status_code == 403, (method, path)
                tried += 1
    assert tried > 150
    assert boss.get("/console/").status_code == 200


def test_no_socket_answers_another_site(house: House, boss: httpx.Client) -> None:
    path = "/console/_nicegui_ws/socket.io/?EIO=4&transport=polling"
    assert boss.get(path).status_code == 200
    answer = boss.get(path, headers={"Origin": EVIL})
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


def test_every_answer_has_its_headers(nobody: httpx.Client, boss: httpx.Client) -> None:
    answers = [
        nobody.get("/console/login"), nobody.get("/console/"), nobody.post("/console/logout"), boss.get("/console/"),
        boss.get("/console/nothing"), boss.get("/console/audit.csv"), nobody.get("/console/first?token=x"),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [200, 303, 403, 200, 404, 200, 410]
    for answer in answers:
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "no-store" in answer.headers["cache-control"]
        # With no-referrer, browsers would send no origin along with our own forms either.
        assert answer.headers.get("referrer-policy", "same-origin") == "same-origin"
    assert "没有这个页面" in answers[4].text


def test_cookies_behind_https(house: House) -> None:
    secure = {"X-Forwarded-Proto": "https", "Origin": house.url.replace("http:", "https:")}
    page = httpx.get(f"{house.url}/console/login", headers=secure)
    before = page.headers["set-cookie"].partition(";")[0]
    values = {"username": "li", "password": PASSWORD, "form": form_of(page.text)}
    done = httpx.post(f"{house.url}/console/login", data=values, headers=secure | {"Cookie": before}, timeout=60)
    [session] = [line for line in done.headers.get_list("set-cookie") if line.startswith(f"{TOKEN}=")]
    console = httpx.get(f"{house.url}/console/", headers=secure | {"Cookie": session.partition(";")[0]}, timeout=60)
    cookies = [*page.headers.get_list("set-cookie"), *done.headers.get_list("set-cookie"), *console.headers.get_list("set-cookie")]  # fmt: skip
    assert {line.partition("=")[0] for line in cookies} == {TOKEN, f"{TOKEN}_form", f"{TOKEN}_page"}
    for line in cookies:
        flags = {part.strip().lower() for part in line.split(";")[1:]}
        if "max-age=0" in flags:
            continue
        assert {"httponly", "secure", "samesite=lax", "path=/console"} <= flags, line
    # Without https they go over http: whoever tries the program on his own machine gets in.
    assert "secure" not in httpx.get(f"{house.url}/console/login").headers["set-cookie"].lower()


def test_a_cookie_of_another_program_shuts_nobody_out(house: House, token: str) -> None:
    odd = f'prefs={{"a": [1, "b"]}}; bad name=x; {TOKEN}={token}; last="'
    assert httpx.get(f"{house.url}/console/", headers={"Cookie": odd}, timeout=60).status_code == 200


def test_too_much_is_not_even_read(house: House, nobody: httpx.Client, boss: httpx.Client) -> None:
    form = "form=x&username=" + "x" * 20_000
    urlencoded = {"Content-Type": "application/x-www-form-urlencoded"}
    assert nobody.post("/console/login", content=form, headers=urlencoded).status_code == 413
    assert nobody.post("/console/first", content=form, headers=urlencoded).status_code == 413
    chunked = nobody.post("/console/login", content=iter([form.encode()]), headers=urlencoded)
    assert chunked.status_code == 411
    upload = boss.build_request("POST", "/console/_nicegui/client/x/upload/1", headers={"Content-Length": "70000000"})
    with socket.create_connection((boss.base_url.host, boss.base_url.port or 80), timeout=60) as line:
        lines = [f"POST {upload.url.path} HTTP/1.1", *(f"{name}: {value}" for name, value in upload.headers.items())]
        line.sendall("\r\n".join([*lines, "", ""]).encode())
        assert line.recv(12) == b"HTTP/1.1 413", "before any of it is sent"


def test_signing_out_everywhere(house: House, nobody: httpx.Client) -> None:
    house.run("console", "users", "add", "leaver", typed=f"{PASSWORD}\n")
    sessions = []
    for _ in range(2):
        values = {"username": "leaver", "password": PASSWORD, "form": form_of(nobody.get("/console/login").text)}
        with httpx.Client(base_url=house.url, headers={"Origin": house.url}, cookies=nobody.cookies, timeout=60) as one:
            one.post("/console/login", data=values)
            sessions.append({TOKEN: one.cookies[TOKEN]})
    page = httpx.get(f"{house.url}/console/", cookies=sessions[0], timeout=60).text
    [form] = set(re.findall(r"[0-9a-f]{64}", page))
    answer = httpx.post(
        f"{house.url}/console/logout", data={"form": form, "everywhere": "1"}, cookies=sessions[0],
        headers={"Origin": house.url},
    )  # fmt: skip
    assert answer.status_code == 303
    assert [httpx.get(f"{house.url}/console/", cookies=each).status_code for each in sessions] == [303, 303]


FILES = {
    # path in the data folder: (name as the user sent it, content type, shown or kept)
    "1.png": ("工地.png", "image/png", "inline"),
    "2.html": ("note.html", "application/octet-stream", "attachment"),
    "3.svg": ("plan.svg", "application/octet-stream", "attachment"),
    "4.jpg.html": ("a.jpg", "application/octet-stream", "attachment"),
    "5.PDF": ('a"\r\nX-Evil: 1.pdf', "application/octet-stream", "attachment"),
}
ELSEWHERE = ("../helpdesk.sqlite", "/etc/passwd", "../../etc/passwd", "", ".", "nothing.png", "1.png/../../server.lock")


@pytest.fixture(scope="module")
def files(house: House) -> dict[str, int]:
    """Path → the number of an attachment that says so."""
    folder = house.data / "files"
    folder.mkdir(exist_ok=True)
    found = {}
    for number, path in enumerate((*FILES, *ELSEWHERE), start=101):
        if path in FILES:
            (folder / path).write_bytes(b"<script>alert(1)</script>")
        name = FILES.get(path, ("x",))[0]
        values = (number, 1, 1001, _NOON, "file", name, "{}", path, _NOON)
        columns = "id, conversation_id, ticket, at, kind, name, ref, path, due_at"
        house.rows(f"INSERT INTO attachment ({columns}) VALUES ({', '.join('?' * len(values))})", *values)
        found[path] = number
    return found


@pytest.mark.parametrize("path", FILES)
def test_what_no_browser_runs_is_shown_and_all_else_is_kept(
    boss: httpx.Client, files: dict[str, int], path: str
) -> None:
    _, kind, how = FILES[path]
    answer = boss.get(f"/console/file/{files[path]}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert answer.headers["content-disposition"].startswith(how)
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "x-evil" not in answer.headers


@pytest.mark.parametrize("path", ELSEWHERE)
def test_nothing_outside_the_folder_is_given(boss: httpx.Client, files: dict[str, int], path: str) -> None:
    assert boss.get(f"/console/file/{files[path]}").status_code == 404


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 30, "9" * 5000, "%00", "1%2F..%2F2", "１"])
def test_numbers_that_are_none(boss: httpx.Client, number: str) -> None:
    assert boss.get(f"/console/file/{number}").status_code == 404


def test_whoever_fetches_a_file_is_written_down(house: House, boss: httpx.Client, files: dict[str, int]) -> None:
    boss.get(f"/console/file/{files['2.html']}")
    [line] = house.rows("SELECT account, ticket, detail FROM audit WHERE action = 'file' ORDER BY id DESC LIMIT 1")
    assert line == ("li", 1001, "note.html")


def test_guessing_is_slowed_down(house: House, nobody: httpx.Client) -> None:
    odd = '"><script>alert(1)</script>'
    answers = []
    for _ in range(6):
        values = {"username": odd, "password": "guess", "form": form_of(nobody.get("/console/login").text)}
        answers.append(nobody.post("/console/login", data=values))
    assert [answer.status_code for answer in answers] == [401, 401, 401, 401, 401, 429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 5
    assert all("用户名或密码不对" in answer.text and "<script>" not in answer.text for answer in answers[:5])
