"""The real server as a subprocess, what can be asked of it, and visitors of its web chat who do not give up."""

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx

from bot.opening import compiled_path
from kb.load import CONTENT, load
from kb.wording import Wording
from tests.telegram import BotApi

ROOT = Path(__file__).parent.parent.parent
_COMPILED = ROOT / "var" / "knowledge"
_READY_WITHIN = 120.0
_PATIENCE = 90.0
"""As the page has it."""
_LOOK_AGAIN = 0.03
_PORTS = range(10_000, 18_000)
"""Neither the stand-in's nor those that the system gives to callers: ours stays free while the server is down."""
_ALWAYS = "{days: [1, 2, 3, 4, 5, 6, 7], opens: '00:00', closes: '23:59'}"


@dataclass(frozen=True, slots=True)
class Question:
    """Something to ask. ``title`` stands above the one reply to it; ``text`` is what a button of the page sends."""

    title: str
    text: str

    def numbered(self, number: int) -> str:
        """The message; a pointer may stand behind any words."""
        return f"第{number}问：{self.text}"


@dataclass(frozen=True, slots=True)
class Material:
    """What can be asked, and how the bot words things."""

    questions: tuple[Question, ...]
    words: Wording


class RealServer:
    """``python main.py``, which can be killed and started again: folder, port and log stay the same."""

    def __init__(self, data: Path, api: BotApi, staff_chat: int | None = None) -> None:
        self._log = data / "server.log"
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        inherited = {name: value for name, value in os.environ.items() if not _is_setting(name)}
        settings = {
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "DATA": str(data),
            "DESK_HOURS": _ALWAYS,
            "TELEGRAM_TOKEN": api.token,
            "TELEGRAM_API_URL": api.url,
            "TELEGRAM_RATE": "1000",
            **({"TELEGRAM_STAFF_CHAT": str(staff_chat)} if staff_chat else {}),
        }
        self._environment = inherited | {f"HELPDESK_{name}": value for name, value in settings.items()}
        self._process: subprocess.Popen[bytes] | None = None
        _bring_knowledge(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()

    @property
    def log(self) -> str:
        """All that it has written, over all its lives."""
        return self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""

    def start(self) -> None:
        """Start; whether it is ready is another question."""
        if self._process is not None:
            raise RuntimeError("the server runs already")
        with self._log.open("ab") as log:
            command = [sys.executable, str(ROOT / "main.py")]
            self._process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)

    def await_ready(self, timeout: float = _READY_WITHIN) -> None:
        """Wait until the web chat answers."""
        give_up = time.monotonic() + timeout
        while time.monotonic() < give_up:
            ended = self._process.poll() if self._process else "nothing"
            if ended is not None:
                raise RuntimeError(f"the server has ended by itself with {ended}:\n{self.log[-3000:]}")
            if self.state() is not None:
                return
            time.sleep(_LOOK_AGAIN)
        raise TimeoutError(f"the server is not ready after {timeout} s:\n{self.log[-3000:]}")

    def state(self) -> dict[str, Any] | None:
        """What it says of itself; None where it does not answer."""
        try:
            return dict(httpx.get(f"{self.url}/healthz", trust_env=False, timeout=5).json())
        except httpx.HTTPError:
            return None

    def kill(self) -> None:
        """SIGKILL: no goodbye, nothing finished."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self, timeout: float = 30) -> float:
        """SIGTERM; the seconds it took. Raises where it does not end, or not well."""
        if self._process is None:
            raise RuntimeError("the server does not run")
        began = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(timeout)
        self._process = None
        if code:
            raise RuntimeError(f"the server ended with {code}:\n{self.log[-3000:]}")
        return time.monotonic() - began


class Visitor:
    """Somebody at the web page: each message has an id, and goes out again under it until there is an answer."""

    def __init__(self, server: RealServer) -> None:
        self._client = httpx.Client(base_url=server.url, trust_env=False, timeout=_PATIENCE)
        self.ids: list[str] = []

    def ask(self, text: str, give_up_after: float = 180) -> list[dict[str, Any]]:
        """Say something; the replies."""
        self.ids.append(str(uuid4()))
        return self.again(self.ids[-1], text, give_up_after)

    def again(self, id: str, text: str, give_up_after: float = 180) -> list[dict[str, Any]]:
        """Send a message until it is answered; one that has been answered before gets the same answer."""
        give_up = time.monotonic() + give_up_after
        while time.monotonic() < give_up:
            try:
                response = self._client.post("/chat/send", json={"id": id, "text": text, "label": None})
            except httpx.TransportError:
                time.sleep(_LOOK_AGAIN)
                continue
            if response.status_code == httpx.codes.OK:
                return list(response.json()["replies"])
            if response.status_code != httpx.codes.ACCEPTED:
                raise AssertionError(f"{response.status_code} {response.text}")
        raise AssertionError(f"no answer within {give_up_after} s: {text}")

    def history(self) -> list[dict[str, Any]]:
        """What the page shows after a reload."""
        return list(self._client.get("/chat/history").raise_for_status().json()["messages"])

    def close(self) -> None:
        """Leave."""
        self._client.close()


@cache
def material() -> Material:
    """One question for each record of the knowledge, told apart by their titles."""
    knowledge = load(CONTENT)
    questions = tuple(Question(record.title, f"{record.title} #{record.id}") for record in knowledge.records)
    if len({question.title for question in questions}) < len(questions):
        raise ValueError("two records have the same title: their replies cannot be told apart")
    return Material(questions, knowledge.wording)


class _Gateway(BaseHTTPRequestHandler):
    status = 502
    asked = threading.Event()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(self.status)
        self.send_header("content-type", "text/html")
        self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(b"<html>nginx</html>")
        if self.path.endswith("/sendMessage"):
            self.asked.set()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@contextlib.contextmanager
def gateway(port: int, status: int) -> Iterator[threading.Event]:
    """What answers in the place of a Bot API that is down: a page for people. The event: a message has met it."""
    _Gateway.status = status
    _Gateway.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", port), _Gateway) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield _Gateway.asked
        server.shutdown()


def title_of(replies: Sequence[dict[str, Any]]) -> str:
    """What stands above the answer of the page's one reply."""
    return str(replies[0]["parts"][0].get("title", replies[0])) if len(replies) == 1 else f"{len(replies)} replies"


def _bring_knowledge(data: Path) -> None:
    """The compiled knowledge, made where it is missing: the server would take 40 s for that."""
    if not compiled_path(CONTENT, _COMPILED.parent).exists():
        subprocess.run([sys.executable, "main.py", "kb", "build"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    shutil.copytree(_COMPILED, data / "knowledge", dirs_exist_ok=True)


def _is_setting(name: str) -> bool:
    return name.startswith("HELPDESK_") or name.lower().endswith("_proxy")


def _free_port() -> int:
    while True:
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", random.choice(_PORTS))) as trial:
            return int(trial.getsockname()[1])
