"""A bell: whoever has put something somewhere rings, whoever waits for it wakes."""

import asyncio
from collections.abc import Iterable
from weakref import WeakValueDictionary


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
    """One bell a name, for as long as somebody holds what he listens to."""

    def __init__(self) -> None:
        # Nobody says that he has gone: a page closes, and its stream is thrown away.
        self._events: WeakValueDictionary[int, asyncio.Event] = WeakValueDictionary()

    def __len__(self) -> int:
        """How many are listened to."""
        return len(self._events)

    def listen(self, name: int) -> asyncio.Event:
        """What to wait on for this one."""
        event = self._events.get(name) or asyncio.Event()
        self._events[name] = event
        return event

    def ring(self, names: Iterable[int]) -> None:
        """Wake those who wait for these."""
        for name in names:
            event = self._events.pop(name, None)
            if event:
                event.set()


async def rung(event: asyncio.Event, patience: float) -> bool:
    """Wait for the bell, at most ``patience`` seconds; whether it rang."""
    try:
        await asyncio.wait_for(event.wait(), patience)
    except TimeoutError:
        return False
    return True
