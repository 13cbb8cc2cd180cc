"""``main.py db …`` as the person who looks after the program meets it, on a file and on PostgreSQL."""

import asyncio
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import httpx
import psycopg
import pytest
from filelock import FileLock

from bot import cli
from bot import serving as serving_module
from bot.clock import now
from bot.errors import UsageError
from bot.settings import Settings
from bot.storage import dump, inbox, outbox
from bot.storage.database import Database, open_database
from bot.storage.inbox import Stored
from bot.storage.schema import head
from kb.base import KnowledgeBase
from tests.bot.server import serving
from tests.bot.storage import past
from tests.bot.storage.stores import FILE, Kind, store
from tests.postgres import give_up, new_database, psycopg_url

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one sentence on stderr of a command that failed."""
        assert self.code == 1, self
        assert self.err.strip()
        assert "\n" not in self.err.strip()
        return self.err


@dataclass(frozen=True, slots=True)
class Desk:
    """Where commands are typed: the folder and the database that the settings name."""

    kind: Kind
    url: str | None
    folder: Path
    capsys: pytest.CaptureFixture[str]

    def db(self, *arguments: str) -> Said:
        self.capsys.readouterr()
        code = cli.main(("db", *arguments))
        out, err = self.capsys.readouterr()
        return Said(code, out, err)

    def write(self, story: Callable[[Database], Coroutine[Any, Any, Any]]) -> Any:
        """Do something to the database by other ways."""

        async def run() -> Any:
            database = open_database(self.url, self.folder)
            try:
                return await story(database)
            finally:
                await database.close()

        return asyncio.run(run())

    def tell(self, command: str) -> None:
        """Say something to the database itself."""
        if self.url:
            with psycopg.connect(psycopg_url(self.url), autocommit=True) as server:
                server.execute(command.encode())
            return
        with closing(sqlite3.connect(self.folder / FILE)) as file:
            file.execute(command)
            file.commit()


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param  # type: ignore[no-any-return]  # one of the two above


@pytest.fixture
def desk(
    kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Desk]:
    folder = tmp_path / "data"
    folder.mkdir()
    with store(kind, folder) as url:
        settled(monkeypatch, folder, url)
        yield Desk(kind, url, folder, capsys)


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """A folder where nothing has ever run."""
    settled(monkeypatch, tmp_path, None)
    return Desk("sqlite", None, tmp_path, capsys)


def settled(monkeypatch: pytest.MonkeyPatch, folder: Path, url: str | None) -> None:
    for name in [name for name in os.environ if name.startswith("HELPDESK_") and not name.startswith("HELPDESK_TEST")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HELPDESK_DATA", str(folder))
    # None of the commands may look at the knowledge.
    monkeypatch.setenv("HELPDESK_CONTENT", str(folder / "nowhere"))
    if url:
        monkeypatch.setenv("HELPDESK_DATABASE_URL", url)


# upgrade


def test_upgrade_says_from_which_version_to_which(bare: Desk) -> None:
    assert f"空 → {head()}" in bare.db("upgrade").out
    assert f"已经是最新的（{head()}）" in bare.db("upgrade").out


def test_newer_tables_are_not_touched(desk: Desk) -> None:
    desk.tell("UPDATE alembic_version SET version_num = '9999'")
    assert "比程序新" in desk.db("upgrade").complaint


def test_the_server_does_not_start_before_the_upgrade(base: KnowledgeBase) -> None:
    async def start(url: str) -> None:
        database = open_database(url, Path())
        with socket.socket() as listener:
            try:
                await serving_module._serve(lambda: base, Settings(), database, listener)
            finally:
                await database.close()

    with new_database() as url, pytest.raises(UsageError, match=r"main\.py db upgrade"):
        asyncio.run(start(url))


def test_two_nodes_may_be_told_to_upgrade_at_once() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HELPDESK_")}

    def upgrade(url: str) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "main.py", "db", "upgrade"]
        told = environment | {"HELPDESK_DATABASE_URL": url}
        return subprocess.run(command, cwd=ROOT, env=told, capture_output=True, timeout=60, check=False)

    with new_database() as url, ThreadPoolExecutor(2) as pool:
        done = list(pool.map(upgrade, (url, url)))
    assert [each.returncode for each in done] == [0, 0], [each.stderr.decode() for each in done]


# check


def test_nothing_is_wrong_with_new_tables(desk: Desk) -> None:
    said = desk.db("check")
    assert (said.code, said.err) == (0, "")
    assert f"表的版本：{head()}" in said.out
    assert "收件箱：0 条在等；近 7 天失败 0 条" in said.out
    assert "没有问题" in said.out


def test_what_waits_and_what_failed_is_told_and_is_no_problem(desk: Desk) -> None:
    async def story(database: Database) -> None:
        await past.live_through(database, now())
        async with database.write() as tx:
            await inbox.accept(tx, [inbox.Event("web", "e1", "a", {})], now())
            await inbox.give_up(tx, Stored(1, "web", "e1", "a", {}, 2, now()), now(), "ValueError")
            await outbox.post(tx, [outbox.Outgoing("telegram", "1", "1", {}, "reply")], now())

    desk.write(story)
    said = desk.db("check")
    assert said.code == 0
    assert "收件箱：2 条在等，最早的一条等了 400 天；近 7 天失败 1 条" in said.out
    assert "发件箱：3 条在等，最早的一条等了 400 天；近 7 天失败 0 条" in said.out
    assert "未完成的工单：1 张" in said.out


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        ("DROP TABLE feedback", "add_table feedback"),
        ("ALTER TABLE ticket DROP COLUMN helped", "add_column"),
        ("DROP INDEX ix_audit_at", "add_index ix_audit_at"),
        ("ALTER TABLE told ADD COLUMN mood TEXT", "remove_column"),
        ("UPDATE alembic_version SET version_num = '0000'", "main.py db upgrade"),
        ("DELETE FROM alembic_version", "main.py db upgrade"),
    ],
)
def test_what_is_wrong_with_the_tables_is_told(desk: Desk, harm: str, told: str) -> None:
    with damaged(desk, harm):
        said = desk.db("check")
    assert said.code == 1
    assert told in said.out
    assert "处问题" in said.err
    assert "没有问题" not in said.out


@contextmanager
def damaged(desk: Desk, harm: str) -> Iterator[None]:
    """Tests share the tables of PostgreSQL: what one breaks is made anew."""
    desk.tell(harm)
    try:
        yield
    finally:
        if desk.url:
            desk.tell("DROP SCHEMA public CASCADE")
            desk.tell("CREATE SCHEMA public")
            desk.db("upgrade")


def test_a_row_that_points_nowhere_is_told(bare: Desk) -> None:
    bare.db("upgrade")
    bare.tell("INSERT INTO feedback (at, conversation_id, helped) VALUES ('2026-01-01 00:00:00', 77, 1)")
    said = bare.db("check")
    assert said.code == 1
    assert "feedback" in said.out
    assert "conversation" in said.out


def test_a_damaged_file_is_told(bare: Desk) -> None:
    bare.db("upgrade")
    bare.write(lambda database: past.live_through(database, now()))
    scratch(bare.folder / FILE)
    said = bare.db("check")
    assert said.code == 1
    assert "文件损坏" in said.out or "用不了" in said.err


def scratch(path: Path) -> None:
    """Write nonsense over the middle of a file."""
    with path.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xee" * (path.stat().st_size - 8192))


@pytest.mark.parametrize("command", [["check"], ["backup", "b"], ["prune", "--older-than", "9d"], ["upgrade"]])
def test_a_file_that_is_no_database(bare: Desk, command: list[str]) -> None:
    (bare.folder / FILE).write_text("this is not a database, and longer than a header of a hundred bytes" * 9)
    assert "Traceback" not in bare.db(*command).complaint


@pytest.mark.parametrize("command", [["check"], ["backup", "b"], ["prune", "--older-than", "9d"]])
def test_where_nothing_has_run_yet(bare: Desk, command: list[str]) -> None:
    assert "还没有数据库" in bare.db(*command).complaint
    assert list(bare.folder.iterdir()) == []


@pytest.mark.parametrize("command", [["check"], ["backup", "b"], ["prune", "--older-than", "9d"], ["upgrade"]])
def test_a_server_that_does_not_answer(bare: Desk, command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPDESK_DATABASE_URL", "postgresql://somebody:hush@127.0.0.1:1/nothing")
    monkeypatch.chdir(bare.folder)
    said = bare.db(*command)
    assert "hush" not in said.complaint
    assert not (bare.folder / "b").exists()


# backup


@pytest.fixture
def tools(kind: Kind) -> None:
    """What a backup of PostgreSQL is made with."""
    if kind == "postgresql" and not (shutil.which("pg_dump") or any(dump._DEBIAN.glob("*/bin/pg_dump"))):
        give_up("pg_dump is neither on PATH nor where Debian puts it")


@pytest.mark.usefixtures("tools")
def test_a_backup_is_whole_and_told(desk: Desk, tmp_path: Path) -> None:
    desk.write(lambda database: past.live_through(database, now()))
    said = desk.db("backup", str(tmp_path / "copy"))
    assert said.code == 0, said.err
    assert "已备份并检查过" in said.out
    assert "ticket 3" in said.out
    assert "message 10" in said.out
    assert str(desk.folder / "files") in said.out, "what is not in it is told"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["copy"]
    assert (tmp_path / "copy").stat().st_mode & 0o077 == 0, "nobody else may read it"


def test_a_backup_can_be_used(bare: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bare.db("upgrade")
    bare.write(lambda database: past.live_through(database, now()))
    (tmp_path / "new").mkdir()
    bare.db("backup", str(tmp_path / "new" / FILE))
    monkeypatch.setenv("HELPDESK_DATA", str(tmp_path / "new"))
    assert "未完成的工单：1 张" in bare.db("check").out


@pytest.mark.usefixtures("tools")
def test_a_backup_overwrites_only_when_told(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "copy").write_text("precious")
    assert "--force" in desk.db("backup", str(tmp_path / "copy")).complaint
    assert (tmp_path / "copy").read_text() == "precious"
    assert desk.db("backup", str(tmp_path / "copy"), "--force").code == 0
    assert (tmp_path / "copy").stat().st_size > 1000


def test_a_backup_is_never_the_database_itself(bare: Desk) -> None:
    bare.db("upgrade")
    before = (bare.folder / FILE).read_bytes()
    assert "就是正在用的数据库" in bare.db("backup", str(bare.folder / FILE), "--force").complaint
    assert (bare.folder / FILE).read_bytes() == before


def test_a_backup_needs_a_folder(desk: Desk, tmp_path: Path) -> None:
    assert "没有文件夹" in desk.db("backup", str(tmp_path / "no" / "copy")).complaint
    assert "是文件夹" in desk.db("backup", str(tmp_path), "--force").complaint


def test_a_backup_of_a_damaged_file_is_not_claimed(bare: Desk, tmp_path: Path) -> None:
    bare.db("upgrade")
    bare.write(lambda database: past.live_through(database, now()))
    scratch(bare.folder / FILE)
    copies = tmp_path / "copies"
    copies.mkdir()
    assert "没有" in bare.db("backup", str(copies / "copy")).complaint
    assert list(copies.iterdir()) == []


@pytest.mark.parametrize("kind", ["postgresql"])
def test_without_pg_dump_it_is_said_what_to_do(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dump, "_DEBIAN", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "postgresql-client" in desk.db("backup", str(tmp_path / "copy")).complaint
    assert not (tmp_path / "copy").exists()


@contextmanager
def chatting(address: str, visitors: int = 4) -> Iterator[None]:
    """People who talk all the time, each of whom has been answered at least once."""
    enough, begun = Event(), Barrier(visitors + 1, timeout=60)

    def talk(number: int) -> None:
        with httpx.Client(base_url=address, trust_env=False, timeout=60) as visitor:
            for said in count():
                body = {"text": "你好", "id": f"v{number}-message-{said}", "label": None}
                assert visitor.post("/chat/send", json=body).status_code == 200
                if said == 0:
                    begun.wait()
                if enough.is_set():
                    return

    with ThreadPoolExecutor(visitors) as pool:
        talks = [pool.submit(talk, number) for number in range(visitors)]
        try:
            begun.wait()
            yield
        finally:
            enough.set()
    for done in talks:
        done.result()


@pytest.mark.usefixtures("tools")
def test_a_backup_while_a_server_writes(base: KnowledgeBase, desk: Desk, tmp_path: Path) -> None:
    with serving(base, desk.folder, database_url=desk.url) as address, chatting(address):
        for number in range(4):
            said = desk.db("backup", str(tmp_path / f"copy{number}"))
            assert said.code == 0, said.err
    last = dict(each.split() for each in said.out.splitlines()[1].partition("：")[2].split("，"))
    # A turn is one transaction: words and answer are in the copy together, or neither is.
    assert int(last["message"]) % 2 == 0
    assert int(last["message"]) >= 8
    assert said.out.startswith("已备份并检查过")


# prune


def test_prune_says_what_is_gone_and_what_stays(desk: Desk) -> None:
    desk.write(lambda database: past.live_through(database, now()))
    (desk.folder / "files").mkdir()
    (desk.folder / "files" / "1001-FORGOTTEN.jpg").write_text("x")
    counted = desk.db("prune", "--older-than", "26w", "--dry-run")
    assert counted.code == 0
    assert "什么都没有改" in counted.out
    assert desk.write(lambda database: past.words_of(database, "FORGOTTEN")) > 10
    done = desk.db("prune", "--older-than", "26w")
    assert done.code == 0, done.err
    assert counted.out.partition("可以清除：")[2].partition("。")[0] in done.out
    assert "工单内容 1 条" in done.out
    assert "旧备份" in done.out
    assert desk.write(lambda database: past.words_of(database, "FORGOTTEN")) == 0
    assert list((desk.folder / "files").iterdir()) == []
    assert "没有什么可清除的" in desk.db("prune", "--older-than", "180d").out


@pytest.mark.parametrize("period", ["6d", "180", "d", "-1d", "0d", "1.5y", "half a year", "१d", "99999y"])
def test_a_period_that_is_none(bare: Desk, period: str) -> None:
    bare.db("upgrade")
    assert period in bare.db("prune", f"--older-than={period}").complaint


def test_prune_wants_to_know_how_old(bare: Desk) -> None:
    with pytest.raises(SystemExit) as ended:
        bare.db("prune")
    assert ended.value.code == 2


def test_older_tables_are_not_pruned(desk: Desk) -> None:
    desk.tell("UPDATE alembic_version SET version_num = '0000'")
    assert "main.py db upgrade" in desk.db("prune", "--older-than", "9d").complaint


@pytest.mark.parametrize("kind", ["sqlite"])
def test_pruning_beside_a_server_leaves_no_word_in_the_file(base: KnowledgeBase, desk: Desk) -> None:
    desk.write(lambda database: past.live_through(database, now()))
    # As the server does.
    with FileLock(desk.folder / "server.lock"), serving(base, desk.folder) as address, chatting(address):
        said = desk.db("prune", "--older-than", "180d")
        raw = b"".join(path.read_bytes() for path in desk.folder.glob(f"{FILE}*"))
    assert "文件已重写" in said.out, said.out
    assert b"FORGOTTEN" not in raw
    assert b"RECENT" in raw
    assert desk.db("check").code == 0


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(("db", "--help"))
    said = capsys.readouterr().out
    assert all(command in said for command in ("upgrade", "backup", "check", "prune"))
