"""The tables as a database has them, a line for each thing; ``python -m tests.bot.storage.pinned`` pins them anew."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from sqlalchemy import Connection, Inspector, inspect

from bot.storage.database import open_database
from tests.bot.storage.stores import Kind, store


def pinned_lines(kind: Kind) -> list[str]:
    """As they were when somebody last looked."""
    return _path(kind).read_text(encoding="utf-8").splitlines()


def lines_of(connection: Connection) -> list[str]:
    """As they are."""
    found = inspect(connection)
    return [line for table in sorted(found.get_table_names()) for line in _table(found, table)]


def _table(found: Inspector, table: str) -> Iterator[str]:
    yield table
    for column in found.get_columns(table):
        default = f" default {column['default']}" if column["default"] else ""
        yield f"  {column['name']} {column['type'].compile(found.dialect)}{'' if column['nullable'] else ' not null'}{default}"
    key = found.get_pk_constraint(table)
    yield f"  primary key {key['name']} {_names(key['constrained_columns'])}"
    for unique in sorted(found.get_unique_constraints(table), key=_name):
        yield f"  unique {unique['name']} {_names(unique['column_names'])}"
    for index in sorted(found.get_indexes(table), key=_name):
        where = next((f" where {value}" for name, value in _options(index) if name.endswith("_where")), "")
        yield f"  index {index['name']} {_names(index['column_names'])}{where}"
    for foreign in sorted(found.get_foreign_keys(table), key=_name):
        target = f"{foreign['referred_table']} {_names(foreign['referred_columns'])}"
        yield f"  foreign key {foreign['name']} {_names(foreign['constrained_columns'])} → {target}"


def _options(index: Any) -> list[tuple[str, Any]]:
    return sorted(index.get("dialect_options", {}).items())


def _names(columns: Any) -> str:
    return f"({', '.join(map(str, columns))})"


def _name(thing: Any) -> str:
    return str(thing["name"])


def _path(kind: Kind) -> Path:
    return Path(__file__).parent / f"schema.{kind}.txt"


async def _shape(url: str | None, folder: Path) -> list[str]:
    database = open_database(url, folder)
    async with database.read() as connection:
        lines = await connection.run_sync(lines_of)
    await database.close()
    return lines


if __name__ == "__main__":
    for each in get_args(Kind):
        with tempfile.TemporaryDirectory() as place, store(each, Path(place)) as address:
            _path(each).write_text("\n".join(asyncio.run(_shape(address, Path(place)))) + "\n", encoding="utf-8")
