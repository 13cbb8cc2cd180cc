"""A throw-away PostgreSQL for tests: started once for all of them, gone with the last.

``HELPDESK_TEST_POSTGRES`` names a server to use instead (a URL whose user may create databases). Where there is neither
a server nor the program, tests that ask for one are skipped with the reason; with ``HELPDESK_TEST_POSTGRES_REQUIRED`` set
they fail.
"""

import atexit
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest
from sqlalchemy.engine import URL, make_url

_PLACES = Path("/usr/lib/postgresql")
_PATIENCE = 30.0
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}
"""Nothing has to survive the tests."""
_GUARD = '"$@" & server=$!; read -r _; kill -QUIT $server; wait $server; rm -rf "$0"'
"""Ends the server when its input is closed: when the tests are over, or were killed."""
_numbers = count(1)


def server() -> URL:
    """The address of a running server, of its database ``postgres``; skips or fails the test where there is none."""
    try:
        return _server()
    except LookupError as error:
        give_up(str(error))


def give_up(why: str) -> NoReturn:
    """Skip the test, or fail it where PostgreSQL is required."""
    if os.environ.get("HELPDESK_TEST_POSTGRES_REQUIRED"):
        pytest.fail(f"PostgreSQL is required here: {why}")
    pytest.skip(f"no PostgreSQL: {why}")


@contextmanager
def new_database() -> Iterator[str]:
    """The URL of an empty database of one's own."""
    address = server()
    name = f"helpdesk_test_{os.getpid()}_{next(_numbers)}"
    _tell(address, f'CREATE DATABASE "{name}" TEMPLATE template0')
    try:
        yield address.set(database=name).render_as_string(hide_password=False)
    finally:
        _tell(address, f'DROP DATABASE "{name}" WITH (FORCE)')


def psycopg_url(url: str | URL) -> str:
    """The same address as PostgreSQL's own library reads it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _tell(address: URL, command: str) -> None:
    with psycopg.connect(psycopg_url(address), autocommit=True) as connection:
        connection.execute(command.encode())


@cache
def _server() -> URL:
    given = os.environ.get("HELPDESK_TEST_POSTGRES")
    if given:
        return make_url(given).set(drivername="postgresql")
    return _start(_binaries())


def _binaries() -> Path:
    """The folder of the programs: on PATH, or the newest that Debian has put away."""
    on_path = [Path(found).resolve().parent for found in (shutil.which("initdb"),) if found]
    newest = sorted(_PLACES.glob("*/bin"), key=lambda place: float(place.parent.name), reverse=True)
    for place in (*on_path, *newest):
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    raise LookupError(f"initdb and postgres are neither on PATH nor in {_PLACES}/*/bin; set HELPDESK_TEST_POSTGRES")


def _start(binaries: Path) -> URL:
    """A server on a socket in a folder of its own. It refuses to run as root, so root lends it to somebody else."""
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-pg-"))
    user = _somebody() if os.geteuid() == 0 else None
    if user:
        os.chown(folder, user, -1)
    data = folder / "data"
    initdb: list[str | Path] = [
        *(binaries / "initdb", "--pgdata", data, "--username=postgres", "--auth=trust", "--encoding=UTF8"),
        *("--locale=C", "--no-sync", "--no-instructions"),
    ]
    made = subprocess.run(initdb, user=user, cwd=folder, capture_output=True, text=True, check=False)
    if made.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        raise LookupError(f"initdb failed: {made.stderr.strip()}")
    settings = [f"--{name}={value}" for name, value in _FAST.items()]
    command: list[str | Path] = [
        "sh",
        "-c",
        _GUARD,
        folder,
        binaries / "postgres",
        "-D",
        data,
        "-k",
        folder,
        "-h",
        "",
        *settings,
    ]
    with (folder / "log").open("wb") as log:
        # In a session of its own: what ends the tests must leave the one who clears up behind them.
        guard = subprocess.Popen(
            command, user=user, cwd="/", stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True
        )
    atexit.register(guard.communicate)
    address = URL.create("postgresql", "postgres", database="postgres", query={"host": str(folder)})
    _wait(address, folder / "log")
    return address


def _wait(address: URL, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            _tell(address, "SELECT 1")
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline:
                raise LookupError(f"postgres did not start: {log.read_text(errors='replace')[-500:]}") from error
            time.sleep(0.05)
        else:
            return


def _somebody() -> int:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    raise LookupError("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")
