"""Pictures from QQ are copied while they can be."""

import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from bot.channels.onebot import files
from tests.onebot.office import Office

_PICTURE = b"\xff\xd8 a picture"


class _Pictures(BaseHTTPRequestHandler):
    """``/ok`` is one, ``/late`` is there the second time, ``/gone`` is not, ``/big`` is too big, ``/away`` is elsewhere."""

    asked: list[str] = []  # noqa: RUF012 - a server's handlers are made anew for each request

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path == "/gone" or (self.path == "/late" and self.asked.count("/late") == 1):
            self.send_error(404)
            return
        self.send_response(302 if self.path == "/away" else 200)
        self.send_header("Content-Type", "image/jpeg")
        if self.path == "/away":
            self.send_header("Location", "/ok")
        self.end_headers()
        self.wfile.write(_PICTURE * (1000 if self.path == "/big" else 1))

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def pictures() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Pictures) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    ("path", "state"),
    [("/ok", "kept"), ("/late", "kept"), ("/gone", "failed"), ("/big", "failed"), ("/away", "failed"), ("", "skipped")],
)
def test_a_copy(office: Office, pictures: str, path: str, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_EVERY_SECONDS", 0.05)
    monkeypatch.setattr(files, "_MOST_ATTEMPTS", 2)
    monkeypatch.setattr(files, "_MOST_BYTES", 1000)
    anna = office.friend()
    office.says(anna, "转人工")
    office.settle()
    picture = {"type": "image", "data": {"file": "A.jpg", "url": pictures + path if path else "file:///etc/passwd"}}
    office.says(anna, [picture])
    office.settle()
    give_up = time.monotonic() + 20
    query = "SELECT state, path FROM attachment ORDER BY id DESC LIMIT 1"
    while office.rows(query)[0][0] == "new":
        assert time.monotonic() < give_up
        time.sleep(0.05)
    [(became, name)] = office.rows(query)
    assert became == state
    if state == "kept":
        assert str(name).endswith("-picture.jpg")
        assert (office.data / "files" / str(name)).read_bytes() == _PICTURE
    office.forget()
