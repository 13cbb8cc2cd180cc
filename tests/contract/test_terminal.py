"""The terminal keeps nothing and knows no others, but says the same."""

import os
import subprocess
import sys
from pathlib import Path

from kb.base import KnowledgeBase
from tests.contract.client import Shown
from tests.contract.expected import missing
from tests.contract.test_alone import SCRIPT
from tests.handlers.talk import Talk

ROOT = Path(__file__).parents[2]


def test_the_same_conversation(base: KnowledgeBase, tmp_path: Path) -> None:
    (tmp_path / "knowledge").symlink_to(ROOT / "var" / "knowledge")
    command = [sys.executable, str(ROOT / "main.py"), "chat"]
    environment = {**os.environ, "HELPDESK_DATA": str(tmp_path), "HELPDESK_CONFIG": "", "COLUMNS": "100"}
    ran = subprocess.run(
        command,
        input="\n".join(SCRIPT),
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=True,
    )
    talk = Talk(base)
    for text in SCRIPT:
        assert missing([Shown(ran.stdout.translate(_FRAMES))], talk.says(text).replies) == [], text


_FRAMES = str.maketrans("", "", "│╭╮╰╯─")
