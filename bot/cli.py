"""The command line: ``main.py`` alone serves; ``ask``, ``chat`` and ``kb`` do one thing each."""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.settings import Settings, SettingsError, read_settings


class UsageError(Exception):
    """Something the person at the command line can mend; the text says what."""


def main(arguments: Sequence[str]) -> int:
    """Run one command; 0 where it worked, 1 with one clear sentence on stderr where it did not."""
    _speak_utf8()
    options = _parser().parse_args(arguments)
    try:
        settings = read_settings(os.environ)
        logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
        run: Callable[[Settings, argparse.Namespace], int] = options.run
        return run(settings, options)
    except (SettingsError, UsageError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has enough; nothing is left to say, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _speak_utf8() -> None:
    """Pipes are UTF-8 on every system, whatever its locale."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="replace")
