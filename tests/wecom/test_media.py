"""Pictures of a case are fetched and opened while the platform still gives them."""

import base64
import os
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.channels.wecom.media import MediaError, decrypted, name_in
from tests.wecom.office import Office

KEY = bytes(range(32))
PICTURE = b"\x89PNG" + bytes(1000)


class Store(BaseHTTPRequestHandler):
    """Where the platform keeps what people send."""

    content: ClassVar[dict[str, bytes]] = {}
    names: ClassVar[dict[str, str]] = {}
    failures: ClassVar[int] = 0

    def do_GET(self) -> None:
        found = self.content.get(self.path)
        if Store.failures:
            Store.failures -= 1
            self.send_response(502)
        else:
            self.send_response(200 if found is not None else 404)
        if self.path in self.names:
            self.send_header("Content-Disposition", self.names[self.path])
        self.end_headers()
        self.wfile.write(found or b"")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def store() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Store)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(5)


def encrypted(content: bytes, block: int = 32, key: bytes = KEY) -> bytes:
    padding = block - len(content) % block
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return encryptor.update(content + bytes([padding]) * padding) + encryptor.finalize()


@pytest.mark.parametrize("size", [0, 1, 15, 16, 31, 32, 33, 1000])
@pytest.mark.parametrize("block", [16, 32])
def test_what_is_encrypted_can_be_read(size: int, block: int) -> None:
    content = os.urandom(size)
    for key in (base64.b64encode(KEY).decode(), base64.b64encode(KEY).decode().rstrip("=")):
        assert decrypted(encrypted(content, block), key) == content


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", base64.b64encode(KEY).decode()),
        (b"short", base64.b64encode(KEY).decode()),
        (encrypted(b"x"), base64.b64encode(KEY[:16]).decode()),
        (encrypted(b"x"), "not base64 at all!"),
        (encrypted(b"x"), base64.b64encode(bytes(range(1, 33))).decode()),
    ],
)
def test_what_cannot_be_read(data: bytes, key: str) -> None:
    with pytest.raises(MediaError):
        decrypted(data, key)


def test_the_picture_of_a_case_is_kept(office: Office, store: str) -> None:
    Store.content["/pic"] = encrypted(PICTURE)
    Store.failures = 1
    assert _fetched(office, f"{store}/pic") == ("kept", PICTURE)


def test_a_file_is_called_what_its_sender_called_it(office: Office, store: str) -> None:
    """The message does not say: the address does."""
    Store.content["/file"] = encrypted(b"%PDF-1.7")
    Store.names["/file"] = "attachment; filename*=UTF-8''%E5%90%88%E5%90%8C%201.pdf"
    assert _fetched(office, f"{store}/file", "file") == ("kept", b"%PDF-1.7")
    [(name, path)] = office.rows("SELECT name, path FROM attachment ORDER BY id DESC LIMIT 1")
    assert name == "合同 1.pdf"
    assert str(path).endswith("-合同_1.pdf")


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("", None),
        ("attachment", None),
        ('attachment; filename="a b.pdf"', "a b.pdf"),
        ('attachment; filename="%E5%90%88%E5%90%8C.pdf"', "合同.pdf"),
        ("attachment; filename=\"x.pdf\"; filename*=utf-8''%E5%90%88%E5%90%8C.pdf", "合同.pdf"),
        ("attachment; filename*=utf-8''%00%ff", "\ufffd"),
        (f'attachment; filename="{"a" * 500}"', "a" * 200),
    ],
)
def test_the_name_that_a_header_tells(header: str, name: str | None) -> None:
    assert name_in(header) == name


def test_an_address_that_is_no_longer_good(office: Office, store: str) -> None:
    assert _fetched(office, f"{store}/gone") == ("failed", None)


def test_an_address_that_is_none(office: Office) -> None:
    assert _fetched(office, "file:///etc/passwd") == ("failed", None)


def _fetched(office: Office, url: str, kind: str = "image") -> tuple[object, bytes | None]:
    """A user in the middle of a case sends a picture or file; what became of it."""
    anna = office.friend()
    office.opens(anna)
    picture = {"msgtype": kind, kind: {"url": url, "aeskey": base64.b64encode(KEY).decode()}}
    office.expects(office.gateway.sends(anna, picture))
    office.settle()
    office.forget()
    give_up = time.monotonic() + 20
    while True:
        [(state, path)] = office.rows("SELECT state, path FROM attachment ORDER BY id DESC LIMIT 1")
        if state != "new":
            return state, (office.data / "files" / str(path)).read_bytes() if path else None
        assert time.monotonic() < give_up
        time.sleep(0.05)
