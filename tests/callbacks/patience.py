"""Turns that take as long as a test wants them to: not so many seconds, but until something has happened."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bot.channels.callback.line import Line
from bot.channels.callback.windows import Handout, Windows
from bot.pipeline.turns import Turns

LONG = 20.0
"""Seconds that even a busy machine needs not."""


def turns_wait(monkeypatch: pytest.MonkeyPatch, ready: Callable[[], bool]) -> None:
    """No turn is taken before it is ``ready``."""
    take = Turns.take

    async def taken(self: Turns, *args: Any) -> None:
        while not ready():
            await asyncio.sleep(0.01)
        await take(self, *args)

    monkeypatch.setattr(Turns, "take", taken)


def turns_wait_for_call(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """No turn is taken before the platform has called so often; that call is not left without its answer."""
    wait, opened = Windows.wait, list[str]()

    async def waited(self: Windows, chat: str, event: str, seconds: float, line: Line) -> Handout | None:
        opened.append(event)
        return await wait(self, chat, event, LONG if len(opened) >= number else seconds, line)

    monkeypatch.setattr(Windows, "wait", waited)
    turns_wait(monkeypatch, lambda: len(opened) >= number)
