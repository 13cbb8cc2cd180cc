"""How much goes through the whole pipeline: ``python -m bench.pipeline [--people 200] [--messages 10]``.

A real server on SQLite, a Bot API stand-in over real HTTP, and people who each send their next message when the reply to
the last one is there. Beside it, in the same run, what ``advance()`` alone does with the same messages: the ceiling.
"""

import argparse
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count, cycle, islice
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bot.opening import compiled_path, open_knowledge
from handlers.advance import advance
from handlers.conversation import Conversation
from handlers.message import Incoming, Scene
from kb.load import CONTENT
from tests.telegram import BotApi, Person

ROOT = Path(__file__).parent.parent
_PATIENCE = 120
_SECONDS_TO_START = 90
_RATE = "100000"
"""The Bot API's own limit of 30 messages a second would be all that is measured."""


def main() -> None:
    """Run both and draw the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--messages", type=int, default=10, help="each person sends so many")
    options = parser.parse_args()
    base = open_knowledge(CONTENT, ROOT / "var")
    questions = [record.question for record in base.knowledge.records]
    texts = list(islice(cycle(questions), options.messages))
    alone = _alone(base, texts, options.people)
    with tempfile.TemporaryDirectory() as folder:
        figures = _through(Path(folder), texts, options.people)
    table = Table("", "messages a second", "median ms", "99th percentile ms", "memory MB")
    table.add_row("advance() alone, one thread", *alone, "")
    table.add_row("whole pipeline, inbox to outbox", *figures)
    Console().print(table)


def _alone(base: object, texts: list[str], people: int) -> tuple[str, str, str]:
    numbers = count(1001)
    took = []
    for _ in range(min(people, 20)):
        conversation = Conversation()
        for text in texts:
            started = time.perf_counter()
            scene = Scene(datetime.now(UTC), lambda: next(numbers))
            conversation = advance(conversation, Incoming(text), base, scene).conversation  # type: ignore[arg-type]
            took.append(time.perf_counter() - started)
    took.sort()
    return f"{len(took) / sum(took):.0f}", f"{_at(took, 0.5) * 1000:.1f}", f"{_at(took, 0.99) * 1000:.1f}"


def _through(folder: Path, texts: list[str], people: int) -> tuple[str, str, str, str]:
    compiled = compiled_path(CONTENT, ROOT / "var")
    (folder / "knowledge").mkdir()
    shutil.copy(compiled, folder / "knowledge" / compiled.name)
    with BotApi() as api:
        server = subprocess.Popen([sys.executable, "main.py"], cwd=ROOT, env=_environment(folder, api))
        try:
            crowd = [api.person(f"Person {number}") for number in range(people)]
            crowd[0].says("你好")
            api.wait(crowd[0], count=1, timeout=_SECONDS_TO_START)
            took = _talk(api, crowd, texts)
            memory = _memory(server.pid)
        finally:
            server.terminate()
            server.wait(_PATIENCE)
    waits = _waits(folder / "helpdesk.sqlite")
    rate = f"{people * len(texts) / took:.0f}"
    return rate, f"{_at(waits, 0.5):.0f}", f"{_at(waits, 0.99):.0f}", f"{memory:.0f}"


def _environment(folder: Path, api: BotApi) -> dict[str, str]:
    return os.environ | {
        "HELPDESK_DATA": str(folder),
        "HELPDESK_PORT": str(_free_port()),
        "HELPDESK_TELEGRAM_TOKEN": api.token,
        "HELPDESK_TELEGRAM_API_URL": api.url,
        "HELPDESK_TELEGRAM_RATE": _RATE,
        "HELPDESK_LOG_LEVEL": "WARNING",
    }


def _talk(api: BotApi, crowd: list[Person], texts: list[str]) -> float:
    """Everybody talks; the seconds it took."""
    with Progress() as bar, ThreadPoolExecutor(8) as pool:
        task = bar.add_task("messages", total=len(crowd) * len(texts))
        started = time.perf_counter()
        for number, text in enumerate(texts, start=1):
            for person in crowd:
                person.says(text)
            list(pool.map(lambda person, least=number: api.wait(person, count=least, timeout=_PATIENCE), crowd))
            bar.advance(task, len(crowd))
        return time.perf_counter() - started


def _waits(file: Path) -> list[float]:
    """Milliseconds from the inbox to the outbox, of every message but the first."""
    with sqlite3.connect(file) as database:
        rows = database.execute("select received_at, done_at from inbox where state = 'done' order by id").fetchall()
    waits = [
        (datetime.fromisoformat(done) - datetime.fromisoformat(came)).total_seconds() * 1000 for came, done in rows
    ]
    return sorted(waits[1:])


def _at(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))]


def _memory(process: int) -> float:
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
