"""The example in the docs, as a program of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.api.bridge import new_key
from tests.api.conftest import Office

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "bridge.py"


def test_the_example_bridge(office: Office) -> None:
    token, _ = new_key(office.data)
    environment = {**os.environ, "HELPDESK_URL": office.address, "HELPDESK_KEY": token, "NO_PROXY": "*"}
    with subprocess.Popen(
        [sys.executable, str(EXAMPLE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, encoding="utf-8"
    ) as bridge:
        assert bridge.stdin is not None
        assert bridge.stdout is not None
        bridge.stdin.write("张三: 转人工\n")
        bridge.stdin.flush()
        shown = bridge.stdout.readline()
        assert shown.startswith("→ 张三: ")
        number = int(re.findall(r"\d{4,6}", shown)[0])
        office.agent_does("reply", number, "请先核对岗位")
        heard = next(line for line in bridge.stdout if "请先核对岗位" in line)
        assert heard
        bridge.stdin.close()
        bridge.stdout.read()
    assert bridge.returncode == 0
