"""A bridge as the tests need one: it posts, listens, and may have a webhook that does as it is told."""

import argparse
import contextlib
import io
import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from bot import api_commands
from bot.api_parser import api_parser
from bot.settings import Settings

PATIENCE = 60.0
_numbers = count()


def new_key(data: Path, *arguments: str, name: str = "桥", url: str | None = None) -> tuple[str, str]:
    """A key as the command line makes it; and the secret of its webhook, if it has one."""
    said = command(data, "keys", "add", name, *arguments, url=url)
    secret = re.search(r"^whs_\S+$", said, re.MULTILINE)
    token = re.search(r"^hdk_\S+$", said, re.MULTILINE)
    assert token, said
    return token[0], secret[0] if secret else ""


def command(data: Path, *arguments: str, url: str | None = None) -> str:
    """What ``main.py api …`` prints. ``url``: of the database, where it is not the file in the folder."""
    parser = argparse.ArgumentParser()
    api_parser(parser, lambda name: getattr(api_commands, f"run_{name}"))
    options = parser.parse_args(arguments)
    with contextlib.redirect_stdout(io.StringIO()) as out:
        assert options.run(Settings(data=data, database_url=SecretStr(url) if url else None), options) == 0
    return out.getvalue()


def until(happened: Callable[[], Any], patience: float = PATIENCE) -> Any:
    """What comes of it as soon as anything does."""
    give_up = time.monotonic() + patience
    while not (found := happened()):
        assert time.monotonic() < give_up, "it did not happen"
        time.sleep(0.02)
    return found


class Bridge:
    """One key's side."""

    def __init__(self, address: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self.http = httpx.Client(base_url=f"{address}/api/v1", headers=headers, trust_env=False, timeout=30)

    def post(
        self, text: str = "", *, idempotency: str | None = None, wait: float = 20, **fields: Any
    ) -> httpx.Response:
        body = {"user": "u1", "text": text, **fields}
        headers = {"Idempotency-Key": idempotency or f"message {next(_numbers)}"}
        return self.http.post("/messages", json=body, headers=headers, params={"wait": wait})

    def says(self, text: str, **fields: Any) -> list[dict[str, Any]]:
        response = self.post(text, **fields)
        assert response.status_code == 200, response.text
        replies: list[dict[str, Any]] = response.json()["replies"]
        return replies

    def later(self, **query: Any) -> list[dict[str, Any]]:
        response = self.http.get("/messages", params=query)
        assert response.status_code == 200, response.text
        messages: list[dict[str, Any]] = response.json()["messages"]
        return messages

    @contextmanager
    def listening(self, last: int | None = None, **query: Any) -> Iterator[Iterator[dict[str, Any]]]:
        """What comes over the stream."""
        headers = {} if last is None else {"Last-Event-ID": str(last)}
        with self.http.stream("GET", "/events", params=query, headers=headers, timeout=PATIENCE) as response:
            assert response.status_code == 200
            heard = (json.loads(line[6:]) for line in response.iter_lines() if line.startswith("data: "))
            start = next(heard)
            assert last is None or start == {"id": last}
            yield heard

    def close(self) -> None:
        self.http.close()


def ticket(bridge: Bridge, **fields: str) -> int:
    [said] = bridge.says("转人工", **fields)
    return int(re.findall(r"\d{4,6}", said["text"])[0])


@dataclass
class Hook:
    """A webhook. ``answers``: the status codes to give, then 200 for ever; ``got``: bodies that were taken."""

    address: str
    answers: list[int] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    tries: int = 0

    def texts(self) -> Sequence[str]:
        return [json.loads(body)["message"]["text"] for _, body in self.got]


@contextmanager
def webhook() -> Iterator[Hook]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.tries += 1
            status = hook.answers.pop(0) if hook.answers else 200
            if status == 200:
                hook.got.append((dict(self.headers), body))
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", f"{hook.address}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Not into the output of the tests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hook = Hook(f"http://127.0.0.1:{server.server_port}/hook")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
