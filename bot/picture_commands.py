"""``main.py kb picture``: pictures for those who write the content as files."""

import argparse

from bot.errors import UsageError
from bot.knowledge.gallery import put
from bot.settings import Settings


def run_picture(settings: Settings, options: argparse.Namespace) -> int:
    """Put pictures into the content folder; print what to write at the step."""
    for path in options.files:
        try:
            raw = path.read_bytes()
        except OSError as error:
            raise UsageError(f"读不了 {path}：{error.strerror}") from error
        print(f"image: {put(raw, settings.content)}")
    return 0
