from pathlib import Path

import pytest

from tests import rooms

CLEAN = {
    "kb/__init__.py": "",
    "kb/base.py": "from dataclasses import dataclass\n",
    "kb/load.py": "from pathlib import Path\nfrom kb.base import thing\ntext = Path('x').read_text()\n",
    "handlers/__init__.py": "",
    "handlers/answer.py": "from datetime import datetime, timedelta\nfrom kb import base\nfrom kb.load import load\n",
    "bot/__init__.py": "",
    "bot/cli.py": "import os\nimport asyncio\nfrom handlers import answer\nnow = os.environ\n",
}


def plant(root: Path, **changes: str) -> Path:
    for name, text in (CLEAN | {path.replace("__", "/", 1) + ".py": text for path, text in changes.items()}).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def test_our_rooms_are_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    assert rooms.main() == 0, capsys.readouterr().err
    seen = rooms.walk(rooms.ROOT)
    assert len(seen.graph) >= rooms.LEAST_MODULES
    assert sum(map(len, seen.graph.values())) > len(seen.graph), "imports between our own modules were followed"
    expected = f"{len(seen.graph)} modules seen, {seen.imports} imports, no wrong arrow"
    assert capsys.readouterr().out.strip() == expected


def test_a_clean_tree_is_clean(tmp_path: Path) -> None:
    seen = rooms.walk(plant(tmp_path))
    assert seen.problems == []
    assert seen.graph["handlers.answer"] == {"kb.base", "kb.load"}
    assert seen.graph["bot.cli"] == {"handlers.answer"}
    assert len(seen.graph) == len(CLEAN)
    assert seen.imports == 10


@pytest.mark.parametrize(
    ("module", "text", "arrow"),
    [
        ("kb__base", "from handlers.answer import answer\n", "kb.base imports handlers.answer"),
        ("kb__base", "import bot.cli\n", "kb.base imports bot.cli"),
        ("kb__base", "def later():\n    from bot import cli\n", "kb.base imports bot.cli"),
        ("handlers__answer", "from bot.cli import main\n", "handlers.answer imports bot.cli"),
        ("handlers__answer", "import tests.rooms\n", "handlers.answer imports tests.rooms"),
        ("bot__cli", "import main\n", "bot.cli imports main"),
        ("bot__cli", "from main import run\n", "bot.cli imports main"),
        ("kb__base", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import bot\n", "kb.base imports bot"),
        ("kb__base", "from ..handlers import answer\n", "kb.base imports handlers.answer"),
    ],
)
def test_a_wrong_arrow_is_seen(module: str, text: str, arrow: str, tmp_path: Path) -> None:
    problems = rooms.walk(plant(tmp_path, **{module: text})).problems
    assert len(problems) == 1
    assert arrow in problems[0]
    assert problems[0].startswith(
        f"{module.replace('__', '/')}.py:{text.splitlines().index(text.splitlines()[-1]) + 1}"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"kb__base": "from kb.load import load\n"},
        {"kb__base": "from kb import load\n"},
        {"kb__base": "from . import load\n"},
        {"kb__base": "from .load import load\n"},
        {"kb__base": "def later():\n    import kb.load\n"},
        {"kb__base": "import kb.third\n", "kb__third": "from kb import load\n"},
    ],
)
def test_a_cycle_is_seen(changes: dict[str, str], tmp_path: Path) -> None:
    problems = rooms.walk(plant(tmp_path, **changes)).problems
    assert len(problems) == 1
    path = problems[0].removeprefix("a cycle: ").split(" -> ")
    assert path[0] == path[-1]
    assert {"kb.base", "kb.load"} <= set(path)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("import socket\n", "imports socket"),
        ("from http import client\n", "imports http"),
        ("import http.server\n", "imports http.server"),
        ("from sqlalchemy import select\n", "imports sqlalchemy"),
        ("import sqlite3\n", "imports sqlite3"),
        ("import asyncio\n", "imports asyncio"),
        ("import os\nhome = os.environ['HOME']\n", "uses os.environ"),
        ("from os import environ\nhome = environ['HOME']\n", "uses os.environ"),
        ("import os as o\nhome = o.getenv('HOME')\n", "uses os.getenv"),
        ("from datetime import datetime\nnow = datetime.now()\n", "uses datetime.datetime.now"),
        ("from datetime import date\nnow = date.today()\n", "uses datetime.date.today"),
        ("import datetime\nnow = datetime.datetime.now()\n", "uses datetime.datetime.now"),
        ("import datetime as dt\nclock = dt.datetime.now\n", "uses datetime.datetime.now"),
        ("import time\nnow = time.time()\n", "uses time.time"),
        ("from time import time as clock\nnow = clock()\n", "uses time.time"),
        ("import random\nluck = random.random()\n", "uses random.random"),
        ("text = open('x').read()\n", "touches files (open)"),
        ("from pathlib import Path\ntext = Path('x').read_text()\n", "touches files (read_text)"),
    ],
)
def test_what_is_impure_is_seen(text: str, why: str, tmp_path: Path) -> None:
    problems = rooms.walk(plant(tmp_path, kb__base=text)).problems
    assert any(why in problem for problem in problems), problems
    assert rooms.walk(plant(tmp_path / "running", bot__cli=text)).problems == [], "bot may do so"


def test_an_argument_called_like_a_module_is_no_impurity(tmp_path: Path) -> None:
    text = "from random import Random\ndef shuffled(random: Random) -> float:\n    return random.random()\n"
    assert rooms.walk(plant(tmp_path, kb__base=text)).problems == []


def test_a_module_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    assert "cannot be read" in rooms.walk(plant(tmp_path, kb__base="def (:\n")).problems[0]


def test_too_few_modules_are_no_proof(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rooms.main(plant(tmp_path), least=8) == 1
    assert "only 7 modules seen" in capsys.readouterr().err
    assert rooms.main(tmp_path, least=7) == 0
    assert capsys.readouterr().out == "7 modules seen, 10 imports, no wrong arrow\n"
    assert rooms.main(tmp_path / "nowhere") == 1
