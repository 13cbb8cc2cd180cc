"""The command line as a person meets it: in a process of its own."""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from kb.load import CONTENT

ROOT = Path(__file__).parent.parent.parent


def run(*arguments: str, given: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("HELPDESK_")}
    env |= {"HELPDESK_DATA": str(ROOT / "var"), "LC_ALL": "C", "PYTHONIOENCODING": "ascii", **environment}
    command = [sys.executable, "main.py", *arguments]
    return subprocess.run(command, input=given, capture_output=True, cwd=ROOT, env=env, timeout=300, check=False)


def complaint(done: subprocess.CompletedProcess[bytes]) -> str:
    """The one sentence on stderr of a command that failed."""
    text = done.stderr.decode().strip()
    assert done.returncode == 1, text
    assert "Traceback" not in text
    assert text
    assert "\n" not in text
    return text


def test_ask(base: object) -> None:
    done = run("ask", "考勤地址", "怎么改")
    assert done.returncode == 0, done.stderr.decode()
    assert "地址修改申请" in done.stdout.decode()


def test_ask_without_a_question() -> None:
    assert "main.py ask" in complaint(run("ask"))


def test_ask_jsonl(base: object) -> None:
    lines = ['{"q": "登录失败", "conversation": "c"}', "{bad", '{"q": "1", "conversation": "c"}']
    done = run("ask", "--jsonl", given="\n".join(lines).encode() + b'\n{"q": "\xff"}\n')
    assert done.returncode == 0, done.stderr.decode()
    first, bad, second, broken = (json.loads(line) for line in done.stdout.decode().splitlines())
    assert first["outcome"] == "choices"
    assert list(bad) == ["error"]
    assert second["records"] == first["records"][:1]
    assert broken["outcome"]


def test_check_of_our_own_content() -> None:
    done = run("kb", "check")
    assert done.returncode == 0, done.stdout.decode()
    assert "36 条记录" in done.stdout.decode()


def test_check_names_file_and_line(tmp_path: Path) -> None:
    content = shutil.copytree(CONTENT, tmp_path / "content")
    record = content / "faq-13.yaml"
    lines = record.read_text(encoding="utf-8").splitlines()
    place = next(number for number, line in enumerate(lines, start=1) if line.startswith("title:"))
    lines[place - 1] = "titel: 修改考勤地址"
    record.write_text("\n".join(lines), encoding="utf-8")
    (content / "contacts.yaml").write_text("contacts: [", encoding="utf-8")
    done = run("kb", "check", HELPDESK_CONTENT=str(content))
    said = done.stdout.decode()
    assert done.returncode == 1
    assert f"faq-13.yaml:{place}" in said
    assert "contacts.yaml:1" in said
    assert "Traceback" not in done.stderr.decode()


def test_show() -> None:
    done = run("kb", "show", "faq-13")
    assert done.returncode == 0
    assert "修改考勤地址" in done.stdout.decode()


def test_show_of_nothing() -> None:
    assert "nope" in complaint(run("kb", "show", "nope"))


def test_a_port_that_is_taken(base: object) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert port in complaint(run(HELPDESK_PORT=port))


def test_settings_that_cannot_be_used() -> None:
    assert "HELPDESK_PORT" in complaint(run("kb", "check", HELPDESK_PORT="x"))


def test_an_unknown_log_level() -> None:
    assert "HELPDESK_LOG_LEVEL" in complaint(run("kb", "show", "nope", HELPDESK_LOG_LEVEL="loud"))


@pytest.mark.parametrize("arguments", [["--help"], ["kb", "--help"]])
def test_help(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 0
    assert "知识库" in done.stdout.decode() or "检查" in done.stdout.decode()


def test_an_unknown_command() -> None:
    done = run("dance")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr.decode()
