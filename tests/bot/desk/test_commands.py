"""``main.py desk …`` as an agent in the terminal meets it."""

import getpass
import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot import desk_commands
from bot.cli import main
from kb.knowledge import Knowledge
from kb.load import load
from tests.bot.desk.counter import Counter
from tests.bot.desk.terminal import Terminal

NOBODYS_TOKEN = "1:x"
ME = getpass.getuser()


@pytest.fixture
def terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, knowledge: Knowledge
) -> Terminal:
    monkeypatch.setenv("HELPDESK_DATA", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "160")
    # Read once for all; test_without_the_compiled_knowledge reads it as it is.
    monkeypatch.setattr(desk_commands, "load", lambda _: knowledge)
    return Terminal(tmp_path, capsys, monkeypatch)


@pytest.fixture
def opened(counter: Counter, terminal: Terminal) -> Counter:
    """老李 has asked on the web page and wants a person."""
    user = counter.user()
    user.says("考勤地址怎么改")
    user.says("转人工")
    user.says("算了")
    terminal.sql("update conversation set channel = 'web'")
    return counter


def test_nothing_to_list(counter: Counter, terminal: Terminal) -> None:
    assert terminal.runs("list") == "现在没有未完成的工单。\n"
    assert terminal.runs("list", "--all") == "还没有工单。\n"
    assert terminal.runs("undelivered") == "没有发不出去的消息。\n"


def test_listing(opened: Counter, terminal: Terminal) -> None:
    terminal.sql("update ticket set priority = 'urgent'")
    listing = terminal.runs("list")
    for part in ("1001", "待认领 加急", "客服组", "考勤地址怎么改", "网页"):
        assert part in listing
    terminal.runs("close", "1001")
    assert "1001" not in terminal.runs("list")
    assert "已关闭" in terminal.runs("list", "--all")


def test_showing(opened: Counter, terminal: Terminal) -> None:
    opened.agent("小王").does("note", "像是平台的问题")
    whole = terminal.runs("show", "1001")
    for part in (
        *("工单 1001 · 待认领", "问题：考勤地址怎么改", "渠道：网页", "机器人答过：修改考勤地址"),
        *("用户 提交工单：考勤地址怎么改", "小王 备注：像是平台的问题", "【修改考勤地址】", "已经登记，工单号 1001"),
    ):
        assert part in whole
    assert terminal.runs("show", "#1001") == whole


def test_what_users_write_does_not_steer_the_terminal(counter: Counter, terminal: Terminal) -> None:
    user = counter.user()
    user.says("\x1b]0;boo\x07\x1b[31m[bold]粗[/bold] \u202eabc")
    user.says("转人工")
    terminal.sql("update ticket set question = ?", "\x1b[2J[red]红[/red]")
    for command in (("list",), ("show", "1001")):
        printed = terminal.runs(*command)
        assert not {"\x1b", "\x07", "\u202e"} & set(printed)
        assert "[red]红[/red]" in printed
    assert "[31m[bold]粗[/bold] abc" in printed


def test_answering_a_visitor_of_the_page(opened: Counter, terminal: Terminal) -> None:
    said = terminal.runs("reply", "1001", "请先", "刷新页面")
    assert said == "已发给用户。他用的是网页：页面开着马上能看到，关了的话下次打开能看到。\n"
    assert terminal.said()[-1] == ("staff", "请先 刷新页面")
    case = opened.case()
    assert (case.status, case.agent) == ("waiting", ME)
    assert opened.kinds()[-2:] == ["claim", "reply"]
    assert terminal.sql("select channel, account, action, ticket from audit") == [("terminal", ME, "reply", 1001)]


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("第一行\n第二行\n".encode(), "第一行\n第二行"),
        ("\ufeff好的\r\n".encode(), "好的"),
        (b"\xff\xfe ok", "\ufffd\ufffd ok"),
        (b"a\0b", "ab"),
    ],
)
def test_words_from_a_pipe(given: bytes, text: str, opened: Counter, terminal: Terminal) -> None:
    terminal.given(given)
    terminal.runs("reply", "1001")
    assert terminal.said()[-1] == ("staff", text)


def test_the_other_deeds(opened: Counter, terminal: Terminal) -> None:
    assert terminal.runs("claim", "1001") == "已认领工单 1001。\n"
    assert terminal.runs("note", "1001", "等平台回话") == "备注已记下，用户看不到。\n"
    assert terminal.runs("solve", "1001") == "工单 1001 已标为解决，并问了用户好没好。\n"
    assert terminal.runs("reopen", "1001") == "工单 1001 已重新打开。\n"
    assert terminal.runs("close", "1001") == "工单 1001 已关闭。\n"
    assert opened.kinds()[-5:] == ["claim", "note", "solve", "reopen", "close"]
    assert "等平台回话" not in str(terminal.said())


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("show", "4711"), "没有工单 4711。现有的工单：main.py desk list"),
        (("claim", "4711"), "没有工单 4711。现有的工单：main.py desk list"),
        (("reply", "4711", "好的"), "没有工单 4711。现有的工单：main.py desk list"),
        (("reply", "4711"), "没有工单 4711。现有的工单：main.py desk list"),
        (("show", "abc"), "工单号“abc”看不懂，要写成数字，例如：main.py desk show 1001"),
        (("close", "99999999999"), "工单号“99999999999”看不懂"),
        (("reply", "1001"), "没有写内容，什么也没发。"),
        (("reply", "1001", " "), "没有写内容，什么也没发。"),
        (("note", "1001", ""), "没有写内容，什么也没记。"),
        (("reply", "1001", "长" * 8_001), "太长了：一次最多 8000 字，这条没有发给用户。请分几次发。"),
        (("reopen", "1001"), "工单 1001 现在是“待认领”，做不了这个操作。"),
    ],
)
def test_what_cannot_be_done(arguments: Sequence[str], why: str, opened: Counter, terminal: Terminal) -> None:
    terminal.given(b" \n")
    before = (opened.case(), opened.history(), terminal.said())
    assert terminal.fails(*arguments).startswith(why)
    assert (opened.case(), opened.history(), terminal.said()) == before


def test_a_closed_ticket(opened: Counter, terminal: Terminal) -> None:
    terminal.runs("close", "1001")
    complaint = terminal.fails("reply", "1001", "还有一件事")
    assert "工单 1001 已关闭，这条没有发给用户" in complaint
    assert "main.py desk reopen 1001" in complaint
    assert terminal.fails("solve", "1001") == "工单 1001 现在是“已关闭”，做不了这个操作。"
    terminal.runs("reopen", "1001")
    assert terminal.runs("reply", "1001", "还有一件事")


def test_two_agents(opened: Counter, terminal: Terminal) -> None:
    opened.agent("小王").does("claim")
    assert terminal.fails("claim", "1001") == "工单 1001 已由 小王 认领。"
    assert terminal.runs("reply", "1001", "他在路上，我先答"), "but helping out is fine"


def test_the_staff_room_sees_what_is_said_in_the_terminal(opened: Counter, terminal: Terminal) -> None:
    terminal.sql("update conversation set channel = 'telegram', address = '42'")
    terminal.sets(TELEGRAM_TOKEN=NOBODYS_TOKEN, TELEGRAM_STAFF_CHAT="-100")
    terminal.sql("delete from outbox")
    said = terminal.runs("reply", "1001", "请先刷新页面")
    assert "由正在运行的程序送出" in said
    posts = [
        (address, json.loads(payload)["html"])
        for address, payload in terminal.sql(
            "select address, payload from outbox where channel = 'telegram' order by id"
        )
    ]
    assert [address for address, _ in posts] == ["42", "-100", "42", "-100"]
    taken, words, reply, card = (html for _, html in posts)
    assert "工作人员已接手" in taken
    assert words == f"<b>#1001</b> {ME}在终端回复：请先刷新页面"
    assert reply == "👷 <b>工作人员</b>\n请先刷新页面"
    assert f"等用户回复（{ME}）" in card
    terminal.runs("note", "1001", "查过了")
    [(payload,)] = terminal.sql("select payload from outbox order by id desc limit 1")
    assert f"{ME}在终端备注：查过了" in json.loads(payload)["html"]


def test_without_a_token_telegram_gets_nothing_yet(opened: Counter, terminal: Terminal) -> None:
    terminal.sql("update conversation set channel = 'telegram', address = '42'")
    assert "没有设置 HELPDESK_TELEGRAM_TOKEN" in terminal.runs("reply", "1001", "好的")


def test_what_was_not_delivered(counter: Counter, terminal: Terminal) -> None:
    counter.user().says("转人工")
    counter.agent("小王").does("reply", "在吗")
    counter.delivers("老李", "room-1")
    printed = terminal.runs("undelivered")
    for part in (
        "用户 老李",
        "客服群 room-1",
        "工作人员的话",
        "机器人的回答",
        "给客服的消息",
        "03-04 12:00",
        "对方屏蔽了机器人",
    ):
        assert part in printed
    assert "没有送达：对方屏蔽了机器人" in terminal.runs("show", "1001")


def test_without_the_compiled_knowledge(
    opened: Counter, terminal: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(desk_commands, "load", load)
    assert terminal.runs("claim", "1001") == "已认领工单 1001。\n"
    assert {path.name.partition("-")[0] for path in tmp_path.iterdir()} == {"helpdesk.sqlite"}
    (tmp_path / "content").mkdir()
    terminal.sets(CONTENT=str(tmp_path / "content"))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert main(["desk", "solve", "1001"]) == 1
    assert terminal.runs("list"), "which needs no knowledge at all"


def test_an_empty_folder(terminal: Terminal) -> None:
    assert "还没有数据库" in terminal.fails("list")
    assert list(terminal.folder.iterdir()) == [], "looking makes no database"


def test_tables_of_another_version(opened: Counter, terminal: Terminal) -> None:
    terminal.sql("update alembic_version set version_num = '0000'")
    assert "main.py db upgrade" in terminal.fails("list")


def test_a_file_that_is_no_database(terminal: Terminal) -> None:
    (terminal.folder / "helpdesk.sqlite").write_bytes(b"not a database" * 100)
    assert "用不了" in terminal.fails("list")
