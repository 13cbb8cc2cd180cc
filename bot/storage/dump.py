"""A copy of a PostgreSQL database, by PostgreSQL's own tools."""

import os
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

from sqlalchemy.engine import URL

from bot.errors import UsageError

_DEBIAN = Path("/usr/lib/postgresql")
"""Where Debian and Ubuntu keep each version's tools."""
_TABLE = re.compile(rb'^COPY (?:[\w"]+\.)?"?(\w+)"? .*FROM stdin;$')
_LONGEST = 300


def dump(url: URL, target: Path) -> dict[str, int]:
    """Write the database at ``url`` into ``target``, read the file again from end to end; the rows of each table in it.

    Raises UsageError.
    """
    tool, reader = _tool("pg_dump"), _tool("pg_restore")
    # The password goes by the environment: what stands in a command line, every user of the machine can read.
    address = url._replace(drivername="postgresql", password=None).render_as_string(hide_password=False)
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    command = [tool, "--format=custom", "--no-password", f"--file={target}", f"--dbname={address}"]
    done = subprocess.run(command, env={**os.environ, **secret}, capture_output=True, check=False)  # noqa: S603 - found above
    if done.returncode:
        raise UsageError(f"pg_dump 没有备份成：{_said(done.stderr)}")
    return _rows(reader, target)


def _tool(name: str) -> str:
    found = shutil.which(name) or next((str(path) for path in _installed(name)), None)
    if not found:
        raise UsageError(
            f"没有找到 {name}。请安装 postgresql-client（版本不低于服务器），"
            "或者在数据库那台机器上运行 pg_dump --format=custom --file=备份文件 库名。"
        )
    return found


def _installed(name: str) -> list[Path]:
    """Newest first: a tool cannot read a server that is newer than itself."""
    paths = _DEBIAN.glob(f"*/bin/{name}")
    return sorted(paths, key=lambda path: float(path.parent.parent.name), reverse=True)


def _rows(reader: str, path: Path) -> dict[str, int]:
    """Unpack everything and count: in COPY's text a row is a line."""
    rows: Counter[str] = Counter()
    table = ""
    command = [reader, "--data-only", "--file=-", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - found above
        for line in process.stdout or ():
            begins = _TABLE.match(line) if not table else None
            if begins:
                table = begins[1].decode()
                rows[table] = 0
            elif table and line == b"\\.\n":
                table = ""
            elif table:
                rows[table] += 1
    if process.returncode:
        raise UsageError(f"备份没有通过检查（{reader} 读不完它），什么都没有留下。")
    return dict(rows)


def _said(output: bytes) -> str:
    return " ".join(output.decode("utf-8", errors="replace").split())[:_LONGEST]
