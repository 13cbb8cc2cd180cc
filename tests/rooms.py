"""Which way the imports point: ``python -m tests.rooms``.

Reads every module of the three rooms without running it. An arrow that points the wrong way, a cycle inside a room and
anything impure in ``kb`` or ``handlers`` is a problem; so is having seen too few modules to be sure.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parent.parent
LEAST_MODULES = 40

MAY_IMPORT: Mapping[str, frozenset[str]] = {
    "kb": frozenset(("kb",)),
    "handlers": frozenset(("kb", "handlers")),
    "bot": frozenset(("kb", "handlers", "bot")),
}
OURS = frozenset((*MAY_IMPORT, "main", "tests", "scripts"))
PURE = frozenset(("kb", "handlers"))

FORBIDDEN_IMPORTS = frozenset(
    (
        *("socket", "ssl", "http", "urllib", "requests", "httpx", "aiohttp", "websockets", "starlette", "uvicorn"),
        *("sqlalchemy", "psycopg", "asyncio", "threading", "multiprocessing", "subprocess", "signal"),
    )
)
"""No network, no database, no concurrency: whoever needs these lives in ``bot``."""
DATABASE_IMPORTS = frozenset(("sqlite3", "sqlite_utils"))
FORBIDDEN_NAMES = frozenset(
    (
        *("os.environ", "os.environb", "os.getenv", "os.putenv"),
        *("datetime.now", "datetime.utcnow", "datetime.today", "date.today"),
        *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today"),
        *("time.time", "time.time_ns", "time.monotonic", "time.perf_counter", "time.sleep", "time.localtime"),
        *("random.random", "random.choice", "random.randint", "random.shuffle", "random.seed", "uuid.uuid4"),
    )
)
"""No environment, no clock and no chance that comes from anywhere but an argument."""
FILE_CALLS = frozenset(
    (
        "open",
        "read_text",
        "read_bytes",
        "write_text",
        "write_bytes",
        "mkdir",
        "unlink",
        "rmdir",
        "glob",
        "rglob",
        "iterdir",
    )
)
MAY_TOUCH_FILES: Mapping[str, str] = {
    "kb.load": "reads the content folder",
    "kb.yamlfile": "reads one content file for kb.load",
    "kb.store": "writes and reads the compiled knowledge base",
    "kb.evaluate": "reads the sets it scores",
}


@dataclass(frozen=True, slots=True)
class Import:
    """One module naming another: ``target`` as written, with the modules of our own that it means."""

    module: str
    target: str
    line: int


@dataclass(slots=True)
class Walk:
    """What was seen. ``graph``: module → modules of ours that it imports."""

    graph: dict[str, set[str]] = field(default_factory=dict)
    imports: int = 0
    problems: list[str] = field(default_factory=list)


def walk(root: Path) -> Walk:
    """Look at every module of the rooms below ``root``."""
    paths = {_name(path, root): path for room in MAY_IMPORT for path in sorted((root / room).rglob("*.py"))}
    seen = Walk({name: set() for name in paths})
    for name, path in paths.items():
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        except SyntaxError as error:
            seen.problems.append(f"{path.relative_to(root)}:{error.lineno}: cannot be read: {error.msg}")
            continue
        _look(name, path.relative_to(root), tree, path.name == "__init__.py", seen)
    seen.problems += _cycles(seen.graph)
    return seen


def main(root: Path = ROOT, least: int = LEAST_MODULES) -> int:
    """Print what was found; 1 where anything is wrong."""
    seen = walk(root)
    if len(seen.graph) < least:
        seen.problems.append(
            f"only {len(seen.graph)} modules seen, at least {least} are expected: is this the project?"
        )
    if seen.problems:
        print("\n".join(seen.problems), file=sys.stderr)
        return 1
    print(f"{len(seen.graph)} modules seen, {seen.imports} imports, no wrong arrow")
    return 0


def _name(path: Path, root: Path) -> str:
    """The dotted name of a module; a package's ``__init__`` bears the package's."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _look(name: str, path: Path, tree: ast.Module, is_package: bool, seen: Walk) -> None:
    room = name.partition(".")[0]
    for found in _imports(name, tree, is_package, seen.graph):
        seen.imports += 1
        top = found.target.partition(".")[0]
        where = f"{path}:{found.line}: {name} imports {found.target}"
        if top in OURS and top not in MAY_IMPORT[room]:
            seen.problems.append(f"{where}: {room} may import only {', '.join(sorted(MAY_IMPORT[room]))}")
        elif found.target in seen.graph and found.target != name:
            seen.graph[name].add(found.target)
        if room in PURE and (top in FORBIDDEN_IMPORTS or (top in DATABASE_IMPORTS and name != "kb.store")):
            seen.problems.append(f"{where}: {room} is pure, this belongs in bot")
    if room in PURE:
        seen.problems += [f"{path}:{line}: {name} {what}: {room} is pure" for line, what in _impurities(name, tree)]


def _imports(name: str, tree: ast.Module, is_package: bool, modules: Mapping[str, object]) -> Iterator[Import]:
    """Every import, also inside functions and for type checkers; ``from room import module`` means the module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (Import(name, alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(name, node, is_package)
            for alias in node.names:
                full = f"{base}.{alias.name}"
                yield Import(name, full if full in modules or not node.module else base, node.lineno)


def _absolute(name: str, node: ast.ImportFrom, is_package: bool) -> str:
    """The module an import names, where it is relative as well."""
    if not node.level:
        return node.module or ""
    parts = name.split(".")
    above = parts[: len(parts) - node.level + (1 if is_package else 0)]
    return ".".join((*above, *((node.module,) if node.module else ())))


def _impurities(name: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    aliases = _aliases(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            full = _dotted(node, aliases)
            if full in FORBIDDEN_NAMES:
                yield node.lineno, f"uses {full}"
        if isinstance(node, ast.Call) and name not in MAY_TOUCH_FILES:
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in FILE_CALLS:
                yield node.lineno, f"touches files ({called})"


def _aliases(tree: ast.Module) -> dict[str, str]:
    """Imported name → what it stands for (``from os import environ as e``: e → os.environ)."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            tops = (alias.name.partition(".")[0] for alias in node.names if not alias.asname)
            found |= {top: top for top in tops} | {alias.asname: alias.name for alias in node.names if alias.asname}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _dotted(node: ast.expr, aliases: Mapping[str, str]) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value, aliases)}.{node.attr}"
    return aliases.get(node.id, "") if isinstance(node, ast.Name) else ""


def _cycles(graph: Mapping[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        # The sorter names each module before the one that imports it; read as arrows it is the other way round.
        return [f"a cycle: {' -> '.join(reversed(error.args[1]))}"]
    return []


if __name__ == "__main__":
    sys.exit(main())
