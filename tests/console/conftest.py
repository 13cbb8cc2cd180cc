"""The whole program with a console, and somebody who may use it."""

import asyncio
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from bot.storage.database import open_database
from bot.unanswered.gathering import Gathering
from kb.base import KnowledgeBase
from tests.conftest import DATA

ROOT = Path(__file__).parents[2]
PASSWORD = "gate at six 42"
_PATIENCE = 180


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

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What its database says; or, of a statement that changes it, nothing."""
        with closing(sqlite3.connect(self.data / "helpdesk.sqlite", timeout=_PATIENCE)) as database, database:
            return database.execute(query, values).fetchall()

    def gather(self, base: KnowledgeBase) -> None:
        """What the program does every few minutes: unanswered questions become clusters."""

        async def once() -> None:
            database = open_database(None, self.data)
            await Gathering(database, lambda: base, None).catch_up()
            await database.close()

        # The browser's driver has a loop in this thread.
        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, once()).result()


def _answers(house: House) -> bool:
    try:
        return httpx.get(f"{house.url}/healthz").is_success
    except httpx.TransportError:
        return False


def sign_in(page: Page, house: House, name: str) -> None:
    """Through the door, as anybody would."""
    page.goto(f"{house.url}/console/")
    expect(page).to_have_url(re.compile("/console/login"))
    page.get_by_label("用户名").fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page).to_have_url(f"{house.url}/console/")


@contextmanager
def opened(data: Path, **settings: object) -> Iterator[House]:
    """The program with its data there, and an administrator, until the end of the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    named = {"DATA": data, "PORT": port} | settings
    environment = os.environ | {f"HELPDESK_{name}": str(value) for name, value in named.items()}
    one = House(f"http://127.0.0.1:{port}", data, environment)
    one.run("console", "users", "add", "li", "--name", "小李", "--role", "admin", typed=f"{PASSWORD}\n")
    with (
        (data / "log.txt").open("w") as log,
        subprocess.Popen([sys.executable, "main.py"], cwd=ROOT, env=environment, stdout=log, stderr=log) as program,
    ):
        try:
            give_up = time.monotonic() + _PATIENCE
            while not _answers(one):
                assert time.monotonic() < give_up, (data / "log.txt").read_text(encoding="utf-8")
                time.sleep(0.1)
            yield one
        finally:
            program.terminate()
    assert "Traceback" not in (data / "log.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, base: KnowledgeBase) -> Iterator[House]:
    data = tmp_path_factory.mktemp("house")
    (data / "knowledge").mkdir()
    # Compiled once for all tests.
    shutil.copy(DATA / "knowledge" / f"{base.revision}.sqlite", data / "knowledge")
    with opened(data) as one:
        yield one
