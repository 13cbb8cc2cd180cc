"""Starts the helpdesk: ``python main.py`` serves, ``python main.py --help`` says what else there is."""

import sys

from bot.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
