import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import UsageError
from tests.api.bridge import command, new_key


def test_a_key_is_shown_once_and_kept_nowhere(tmp_path: Path) -> None:
    token, secret = new_key(tmp_path, "--webhook", "http://127.0.0.1:9/hook", name="钉钉桥")
    assert len(token.split("_", 2)[2]) >= 32
    assert secret
    listed = command(tmp_path, "keys", "list")
    assert token not in listed
    assert secret not in listed
    with closing(sqlite3.connect(tmp_path / "helpdesk.sqlite")) as file:
        [row] = file.execute("SELECT * FROM api_key").fetchall()
    assert token not in str(row)


def test_revoking(tmp_path: Path) -> None:
    assert "还没有" in command(tmp_path, "keys", "list")
    new_key(tmp_path)
    assert "已经撤销" in command(tmp_path, "keys", "revoke", "1")
    assert re.search("已撤销", command(tmp_path, "keys", "list"))
    for number in ("1", "2", "x", "9" * 30):
        with pytest.raises(UsageError):
            command(tmp_path, "keys", "revoke", number)


@pytest.mark.parametrize(
    "arguments",
    [
        ("",),
        ("a" * 81,),
        ("a\nb",),
        ("a", "--expires", "soon"),
        ("a", "--expires", "0d"),
        ("a", "--scope", "everything"),
        ("a", "--per-minute", "0"),
        ("a", "--webhook", "ftp://example.com"),
        ("a", "--webhook", "https://user:pass@example.com/"),
        ("a", "--webhook", "http://[::1"),
        ("a", "--webhook", "http://example.com:port/"),
        ("a", "--webhook", "http://example.com:99999/"),
        ("a", "--webhook", "http://example.com/\x00"),
        ("a", "--webhook", "http://xn--/"),
    ],
)
def test_what_cannot_be_made(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        command(tmp_path, "keys", "add", *arguments)
