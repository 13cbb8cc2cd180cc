"""Keeps tasks going: each restarts by itself after a failure, and none takes another down."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

log = logging.getLogger(__name__)
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 60.0
_HEALTHY_AFTER = 60.0
_LOOK_SECONDS = 1.0
_TROUBLE = ("trouble", "stopped")


@dataclass(slots=True)
class Health:
    """How a channel is doing, for whoever watches: starting, running, standby, trouble or stopped."""

    state: str = "starting"
    detail: str = ""
    since: datetime | None = None

    def turn(self, state: str, detail: str = "") -> None:
        """Note a change."""
        if (state, detail) != (self.state, self.detail):
            self.state, self.detail, self.since = state, detail, datetime.now(UTC)


async def keep_running(name: str, run: Callable[[], Awaitable[None]], health: Health) -> None:
    """Run a task for ever: after a failure again, with growing pauses. Ends when cancelled or when ``run`` returns."""
    pause = _FIRST_PAUSE
    loop = asyncio.get_running_loop()
    while True:
        started = loop.time()
        try:
            await run()
        except asyncio.CancelledError:
            health.turn("stopped")
            raise
        except Exception as error:
            log.exception("%s failed; it starts again in %.0f s", name, pause)
            health.turn("trouble", type(error).__name__)
        else:
            health.turn("stopped")
            return
        pause = _FIRST_PAUSE if loop.time() - started > _HEALTHY_AFTER else pause
        await asyncio.sleep(pause)
        pause = min(_LONGEST_PAUSE, pause * 2)


async def tell_states(states: Mapping[str, Health]) -> None:
    """Write into the log how each channel is doing, at the beginning and whenever its state is another."""
    told: dict[str, str] = {}
    while True:
        for name, health in states.items():
            if told.get(name) != health.state:
                told[name] = health.state
                level = logging.WARNING if health.state in _TROUBLE else logging.INFO
                log.log(level, "channel %s: %s%s", name, health.state, f" ({health.detail})" if health.detail else "")
        await asyncio.sleep(_LOOK_SECONDS)
