"""A bell: whoever has put something somewhere rings, whoever waits for it wakes."""

import asyncio
from collections.abc import Iterable


class Bell:
    """Rings for everyone who waits at that moment or comes before the next wait."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        """Wake all."""
        self._event.set()
        self._event = asyncio.Event()

    def listen(self) -> asyncio.Event:
        """What to wait on; taken before looking, so that nothing rung in between is missed."""
        return self._event


class Bells:
    """One bell a conversation, for as long as somebody waits."""

    def __init__(self) -> None:
        self._bells: dict[int, Bell] = {}

    def listen(self, name: int) -> asyncio.Event:
        """What to wait on for this conversation."""
        return self._bells.setdefault(name, Bell()).listen()

    def ring(self, names: Iterable[int]) -> None:
        """Wake those who wait for these."""
        for name in names:
            bell = self._bells.pop(name, None)
            if bell:
                bell.ring()


async def rung(event: asyncio.Event, patience: float) -> bool:
    """Wait for the bell, at most ``patience`` seconds; whether it rang."""
    try:
        await asyncio.wait_for(event.wait(), patience)
    except TimeoutError:
        return False
    return True
