"""Pictures of steps, where a channel sends them beside the words."""

from collections.abc import Awaitable, Callable

Pictures = Callable[[str], Awaitable[bytes | None]]
"""The bytes of a picture by its name; None where there is none, and the words go alone."""
