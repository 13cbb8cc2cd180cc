"""The whole program with a console, and somebody who may use it."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from bot.storage.database import open_database
from bot.unanswered.gathering import Gathering
from kb.base import KnowledgeBase
from tests.conftest import DATA

ROOT = Path(__file__).parents[2]
PASSWORD = "gate at six 42"
_PATIENCE = 60


@dataclass
class House:
    """The running program."""

    url: str
    data: Path
    environment: dict[str, str]

    def run(self, *arguments: str, typed: str = "") -> str:
        """A command beside it."""
        command = [sys.executable, "main.py", *arguments]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=self.environment,
            input=typed,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=True,
        )
        return done.stdout

    def gather(self, base: KnowledgeBase) -> None:
        """What the program does every few minutes: unanswered questions become clusters."""

        async def once() -> None:
            database = open_database(None, self.data)
            await Gathering(database, lambda: base, None).catch_up()
            await database.close()

        # The browser's driver has a loop in this thread.
        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, once()).result()


@pytest.fixture(scope="module")
def house(base: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    data = tmp_path_factory.mktemp("house")
    # Where it has been compiled for other tests, this program need not do it again.
    if (DATA / "knowledge").exists():
        shutil.copytree(DATA / "knowledge", data / "knowledge")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "HELPDESK_DATA": str(data),
        "HELPDESK_PORT": str(port),
    }
    one = House(f"http://127.0.0.1:{port}", data, environment)
    one.run("console", "users", "add", "li", "--name", "小李", "--role", "admin", typed=f"{PASSWORD}\n")
    with (
        (data / "log.txt").open("w") as log,
        subprocess.Popen([sys.executable, "main.py"], cwd=ROOT, env=environment, stdout=log, stderr=log) as program,
    ):
        give_up = time.monotonic() + _PATIENCE
        while time.monotonic() < give_up:
            try:
                httpx.get(f"{one.url}/healthz")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield one
        program.terminate()
    assert "Traceback" not in (data / "log.txt").read_text(encoding="utf-8")
