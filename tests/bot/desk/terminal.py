"""The terminal of an agent in a test."""

import io
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main


class Terminal:
    """Runs commands in this process on the folder of the test's desk."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._capsys = capsys
        self._patch = patch

    def sets(self, **settings: str) -> None:
        for name, value in settings.items():
            self._patch.setenv(f"HELPDESK_{name}", value)

    def runs(self, *arguments: str) -> str:
        """What a command prints."""
        self._capsys.readouterr()
        assert main(["desk", *arguments]) == 0, self._capsys.readouterr().err
        return self._capsys.readouterr().out

    def fails(self, *arguments: str) -> str:
        """The one sentence on stderr."""
        self._capsys.readouterr()
        assert main(["desk", *arguments]) == 1
        printed = self._capsys.readouterr()
        assert printed.out == ""
        assert printed.err.count("\n") == 1
        return printed.err.strip()

    def given(self, text: bytes) -> None:
        """What a pipe holds."""
        self._patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text), encoding="ascii"))

    def sql(self, query: str, *values: object) -> list[Any]:
        """The database, as somebody else sees it."""
        with sqlite3.connect(self.folder / "helpdesk.sqlite") as connection:
            rows = connection.execute(query, values).fetchall()
        connection.close()
        return rows

    def said(self) -> list[tuple[str, str]]:
        """What was said to the user unasked, by whom."""
        return self.sql("select author, text from message where pushed order by id")
