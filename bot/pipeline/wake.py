"""A bell: whoever has put something somewhere rings, whoever waits for it wakes."""

import asyncio


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


async def rung(event: asyncio.Event, patience: float) -> bool:
    """Wait for the bell, at most ``patience`` seconds; whether it rang."""
    try:
        await asyncio.wait_for(event.wait(), patience)
    except TimeoutError:
        return False
    return True
