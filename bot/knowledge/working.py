"""Runs ``bot.knowledge.worker`` beside the server; whoever waits for it may give up, then it is ended."""

import asyncio
import contextlib
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kb

_LONGEST_LINE = 64 * 1024 * 1024
Tell = Callable[["Progress"], None]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far something is. ``stage``: in words; ``share``: 0 to 1; ``done`` and ``of``: questions, while comparing."""

    stage: str
    share: float
    done: int = 0
    of: int = 0


class WorkError(Exception):
    """It could not be done; the text says why, for the person who can act."""


def silent(_: Progress) -> None:
    """Tells nobody."""


async def build(content: Path, target: Path, tell: Tell = silent) -> None:
    """Compile and fit a folder. Raises WorkError."""
    await _run("build", content, target, (), lambda line: tell(Progress(line["stage"], line["share"])))


async def compare(old: Path, new: Path, asked: Sequence[str], tell: Tell = silent) -> dict[str, Any]:
    """What two compiled files answer differently. Raises WorkError."""

    def told(line: dict[str, Any]) -> None:
        done, of = line["done"], line["of"]
        tell(Progress("比较回答", done / max(1, of), done, of))

    return await _run("compare", old, new, asked, told)


async def _run(
    what: str, one: Path, other: Path, asked: Sequence[str], told: Callable[[dict[str, Any]], None]
) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.knowledge.worker", what, str(one.resolve()), str(other.resolve())),
        cwd=Path(kb.__file__).parent.parent,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=_LONGEST_LINE,
    )
    assert process.stdin
    assert process.stdout
    try:
        process.stdin.write(json.dumps(list(asked), ensure_ascii=False).encode())
        with contextlib.suppress(ConnectionError):
            await process.stdin.drain()
        process.stdin.close()
        last: dict[str, Any] = {}
        async for raw in process.stdout:
            last = json.loads(raw) if raw.startswith(b"{") else last
            if "result" not in last and "failed" not in last and raw.startswith(b"{"):
                told(last)
        code = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if "result" in last:
        result: dict[str, Any] = last["result"]
        return result
    raise WorkError(last.get("why") or f"编译进程意外退出，代码 {code}：请检查内存和磁盘空间")
