"""The real program on some data, and a browser that is signed in to its console."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Page

ROOT = Path(__file__).parent.parent
CHROMIUM = os.environ.get("HELPDESK_TEST_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--hide-scrollbars")
USERNAME, PASSWORD, NAME = "wangyan", "demo at the gate 42", "王燕"
_PATIENCE = 300


@contextmanager
def program(data: Path) -> Iterator[str]:
    """The program on this data, with an administrator; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"HELPDESK_DATA": str(data), "HELPDESK_PORT": str(port)}
    program = [sys.executable, "main.py"]
    if not (data / "helpdesk.sqlite").exists():
        subprocess.run([*program, "demo"], cwd=ROOT, env=environment, check=True)
    add = [*program, "console", "users", "add", USERNAME, "--name", NAME, "--role", "admin"]
    subprocess.run(add, cwd=ROOT, env=environment, input=f"{PASSWORD}\n", text=True, check=False, capture_output=True)
    with (
        (data / "log.txt").open("w") as log,
        subprocess.Popen(program, cwd=ROOT, env=environment, stderr=log) as running,
    ):
        url = f"http://127.0.0.1:{port}"
        try:
            _await(url)
            yield url
        finally:
            running.terminate()


def _await(url: str) -> None:
    give_up = time.monotonic() + _PATIENCE
    while True:
        try:
            httpx.get(f"{url}/healthz")
        except httpx.TransportError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.2)
        else:
            return


def sign_in(page: Page, url: str) -> None:
    """Through the door."""
    page.goto(f"{url}/console/login")
    page.get_by_label("用户名").fill(USERNAME)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(f"{url}/console/")
