"""The official Node SDK as a process of its own, installed by npm into a folder under ``var/``."""

import json
import os
import shutil
import subprocess
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock

from tests.wecom.gateway import BOT, SECRET

_SOURCE = Path(__file__).parent / "node"
_FOLDER = Path(__file__).parents[2] / "var" / "wecom-node"
_PACKAGE = Path("node_modules/@wecom/aibot-node-sdk/package.json")
VERSION = "1.0.7"


def installed() -> str | None:
    """Make the SDK ready; why it cannot be had, or None."""
    if not (shutil.which("node") and shutil.which("npm")):
        return "node and npm are not installed"
    _FOLDER.mkdir(parents=True, exist_ok=True)
    with FileLock(_FOLDER / "lock"):  # tests may run in several processes
        return _installed()


def _installed() -> str | None:
    for name in ("package.json", "echo.mjs"):
        shutil.copy(_SOURCE / name, _FOLDER / name)
    if _version() != VERSION:
        command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"]
        done = subprocess.run(command, cwd=_FOLDER, capture_output=True, text=True, timeout=180, check=False)
        if done.returncode:
            return f"npm install failed: {done.stderr[-300:]}"
    return None if _version() == VERSION else f"the SDK is not {VERSION}"


def _version() -> str | None:
    found = _FOLDER / _PACKAGE
    return str(json.loads(found.read_text("utf-8"))["version"]) if found.exists() else None


class OfficialBot:
    """Does what ``EchoBot`` does."""

    def __init__(self, url: str, bot: str = BOT, secret: str = SECRET) -> None:
        self._command = ["node", "echo.mjs", url, bot, secret]
        self._happened: list[tuple[str, str]] = []
        self._changed = threading.Condition()

    def __enter__(self) -> Self:
        environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
        self._process = subprocess.Popen(
            self._command,
            cwd=_FOLDER,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait(10)
        self._reader.join(10)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()

    @property
    def done(self) -> list[str]:
        """What became of each request."""
        return [detail for what, detail in self.happened if what == "done"]

    @property
    def happened(self) -> list[tuple[str, str]]:
        """Everything so far."""
        with self._changed:
            return list(self._happened)

    def connected(self) -> None:
        """Wait until it knows that it is subscribed."""
        give_up = time.monotonic() + 15
        while "authenticated" not in [what for what, _ in self.happened]:
            assert time.monotonic() < give_up, self.happened
            time.sleep(0.02)

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            try:
                found = json.loads(line)
            except ValueError:
                found = {"what": "output", "detail": line.strip()}
            with self._changed:
                self._happened.append((found["what"], found["detail"]))
                self._changed.notify_all()
