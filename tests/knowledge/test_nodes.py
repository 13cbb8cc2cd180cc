"""Two nodes of one installation, each a process of its own: what one of them publishes, both answer with."""

import itertools
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import insert

from bot.storage.knowledge_tables import knowledge_revision
from tests.bot.storage.stores import NOON
from tests.knowledge.office import GATE, LIN, Office, add_gate

ROOT = Path(__file__).parents[2]
_PATIENCE = 180
numbers = itertools.count(1)


class Node:
    """A server; ``talk`` is somebody at its page."""

    def __init__(self, url: str, talk: httpx.Client) -> None:
        self.url, self.talk = url, talk

    def knowledge(self) -> dict[str, Any]:
        found: dict[str, Any] = httpx.get(f"{self.url}/healthz").json()["knowledge"]
        return found

    def answers(self, text: str) -> bool:
        """Whether it gives the answer of ``faq-01``."""
        return "在平台上提交地址修改申请" in str(self.says(text))

    def says(self, text: str) -> dict[str, Any]:
        body = {"text": text, "id": f"message-{next(numbers)}"}
        answer = self.talk.post(f"{self.url}/chat/send", json=body).json()
        reply: dict[str, Any] = answer["replies"][0]
        return reply


@contextmanager
def running(content: Path, data: Path, url: str, talk: httpx.Client) -> Iterator[Node]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {"CONTENT": content, "DATA": data, "DATABASE_URL": url, "PORT": port}
    environment = os.environ | {f"HELPDESK_{name}": str(value) for name, value in settings.items()}
    data.mkdir(exist_ok=True)
    with (
        (data / "log.txt").open("w") as log,
        subprocess.Popen([sys.executable, "main.py"], cwd=ROOT, env=environment, stdout=log, stderr=log) as program,
    ):
        node = Node(f"http://127.0.0.1:{port}", talk)
        try:
            until(lambda: _answers(node))
            yield node
        finally:
            program.terminate()


def _answers(node: Node) -> bool:
    try:
        return bool(node.knowledge())
    except httpx.TransportError:
        return False


def until(what: Callable[[], bool]) -> None:
    give_up = time.monotonic() + _PATIENCE
    while not what():
        assert time.monotonic() < give_up
        time.sleep(0.05)


@pytest.mark.parametrize("kind", ["postgresql"])
def test_what_one_node_publishes_all_answer_with(
    office: Office, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office.does(office.shelf.compiled(office.does(office.library.content())))
    with ExitStack() as stack:
        talk = stack.enter_context(httpx.Client(timeout=60))
        nodes = []
        for name in ("one", "two"):
            shutil.copytree(office.data / "knowledge", tmp_path / name / "knowledge")
            nodes.append(stack.enter_context(running(office.base, tmp_path / name, url, talk)))
        one, two = nodes
        assert [node.knowledge()["number"] for node in nodes] == [0, 0]
        assert not one.answers(GATE)
        walk = next(each["send"] for each in one.says("地址填错了")["buttons"] if "一步步" in each["label"])
        assert "提交地址修改申请" in str(one.says(walk))

        office.published(add_gate)
        published = time.monotonic()
        for node in nodes:
            until(lambda node=node: node.knowledge()["number"] == 1)  # type: ignore[misc]
        with capsys.disabled():
            print(f"\nboth nodes have the revision {time.monotonic() - published:.1f} s after it was published")
        # The conversation goes on where it was, whichever node takes it.
        assert "核对通过了吗" in str(two.says("下一步"))
        assert "提交地址修改申请" in str(two.says(walk))
        assert all(node.answers(GATE) for node in nodes)

        broken(office, 2)
        for node in nodes:
            until(lambda node=node: bool(node.knowledge()["trouble"]))  # type: ignore[misc]
            assert "修订 2 没能启用，仍在用修订 1" in node.knowledge()["trouble"]
        assert all(node.answers(GATE) for node in nodes)

        office.does(office.library.roll_back(0, LIN))
        for node in nodes:
            until(lambda node=node: node.knowledge()["number"] == 3)  # type: ignore[misc]
            assert node.knowledge()["trouble"] is None
            assert not node.answers(GATE)


def broken(office: Office, number: int) -> None:
    """A revision that no program could have published."""
    values = {
        "number": number, "at": NOON, "author": "x", "note": "", "kind": "edit", "based_on": number - 1,
        "overlay": {"faq-01.yaml": "id: ["}, "bases": {}, "difference": [], "compiled": "none",
    }  # fmt: skip

    async def add() -> None:
        async with office.database.write() as tx:
            await tx.execute(insert(knowledge_revision).values(**values))

    office.does(add())
