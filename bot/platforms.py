"""Which platforms are set up: one line for each."""

from collections.abc import Iterator

from bot.platform import Parts, Platform
from bot.telegram import Telegram


def platforms(parts: Parts) -> Iterator[Platform]:
    """The platforms that the settings name a secret for."""
    settings = parts.settings
    if settings.telegram_token:
        yield Telegram(parts, settings.telegram_token.get_secret_value())
