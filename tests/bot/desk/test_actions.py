"""What is a command and what is talk. Talk in a ticket's topic goes to the user, so both mistakes matter."""

import pytest

from bot.desk.actions import Command, Verb, overlong, parse

HERE = 1001
"""The ticket of the topic."""


@pytest.mark.parametrize(
    ("typed", "verb", "number", "text"),
    [
        ("认领 1024", "claim", 1024, ""),
        ("认领1024", "claim", 1024, ""),
        ("认领 #1024", "claim", 1024, ""),
        ("认领：1024", "claim", 1024, ""),
        ("认领 １０２４", "claim", 1024, ""),
        ("  认领  1024  ", "claim", 1024, ""),
        ("认领　１０２４", "claim", 1024, ""),
        ("认领工单1024", "claim", 1024, ""),
        ("认领 工单 1024", "claim", 1024, ""),
        ("认领 1024号。", "claim", 1024, ""),
        ("1024 认领", "claim", 1024, ""),
        ("#1024 解决！", "solve", 1024, ""),
        ("工单1024关闭", "close", 1024, ""),
        ("claim 1024", "claim", 1024, ""),
        ("/claim 1024", "claim", 1024, ""),
        ("/CLAIM 1024", "claim", 1024, ""),
        ("/claim@helpdesk_bot 1024", "claim", 1024, ""),
        ("/claim 1024 我来", "claim", 1024, "我来"),
        ("/认领 1024", "claim", 1024, ""),
        ("回复 1024 请先刷新", "reply", 1024, "请先刷新"),
        ("回复1024：请先刷新", "reply", 1024, "请先刷新"),
        ("回复 1024，请先刷新", "reply", 1024, "请先刷新"),
        ("回复 1024\n第一行\n第二行", "reply", 1024, "第一行\n第二行"),
        ("回复 1024", "reply", 1024, ""),
        ("reply 1024 please reload", "reply", 1024, "please reload"),
        ("备注 1024 已联系平台", "note", 1024, "已联系平台"),
        ("加备注 1024 已联系平台", "note", 1024, "已联系平台"),
        ("转给 1024 江宁组", "hand_over", 1024, "江宁组"),
        ("/to 1024 江宁组", "hand_over", 1024, "江宁组"),
        ("解决 1024", "solve", 1024, ""),
        ("关闭 1024", "close", 1024, ""),
        ("重开 1024", "reopen", 1024, ""),
        ("重新打开 1024", "reopen", 1024, ""),
        ("加急 1024", "urgent", 1024, ""),
        ("工单 1024", "show", 1024, ""),
        ("/ticket 1024", "show", 1024, ""),
        ("/tickets", "list", None, ""),
        ("/mine", "mine", None, ""),
        ("/stats@helpdesk_bot", "stats", None, ""),
    ],
)
@pytest.mark.parametrize("about", [None, HERE])
def test_a_command_with_its_number(typed: str, verb: Verb, number: int | None, text: str, about: int | None) -> None:
    assert parse(typed, about) == Command(verb, number, text)


@pytest.mark.parametrize(
    ("typed", "verb", "text"),
    [
        ("认领", "claim", ""),
        ("/claim", "claim", ""),
        ("claim", "claim", ""),
        ("解决", "solve", ""),
        ("关闭", "close", ""),
        ("回复", "reply", ""),
        ("回复 请先刷新", "reply", "请先刷新"),
        ("回复：请先刷新", "reply", "请先刷新"),
        ("回复 3天内处理好", "reply", "3天内处理好"),
        ("备注 已联系平台", "note", "已联系平台"),
        ("转给 江宁组", "hand_over", "江宁组"),
        ("/to 江宁组", "hand_over", "江宁组"),
        ("工单", "show", ""),
    ],
)
def test_where_the_ticket_is_clear_it_needs_no_number(typed: str, verb: Verb, text: str) -> None:
    assert parse(typed, HERE) == Command(verb, HERE, text)


@pytest.mark.parametrize(
    "talk",
    [
        "",
        "/",
        "你好",
        "解决不了",
        "解决了",
        "解决 不了",
        "解决 1001 的问题了吗",
        "解决1个问题",
        "关闭 考勤页面再打开",
        "关闭 2 小时再开",
        "关闭了",
        "认领 1001 的是谁",
        "认领的人呢",
        "工单怎么看",
        "工单 怎么看",
        "工单 1001 怎么样了",
        "工单1001怎么样了",
        "重新打开页面试试",
        "重新打开 app 试试",
        "加急处理一下",
        "转给小王看看",
        "回复慢了点",
        "备注栏里写的什么",
        "to be honest",
        "note that it rains",
        "close the app",
        "mine is broken",
        "tickets",
        "stats",
        "unclaimed",
        "请认领 1001",
        "认领 99999999999",
        "/dance 1001",
    ],
)
@pytest.mark.parametrize("about", [None, HERE])
def test_talk_is_no_command(talk: str, about: int | None) -> None:
    assert parse(talk, about) is None


@pytest.mark.parametrize("talk", ["回复 请先刷新", "备注 已联系平台", "转给 江宁组", "claim", "close"])
def test_among_colleagues_words_without_a_number_are_talk(talk: str) -> None:
    assert parse(talk) is None


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ("/ticket abc", "abc"),
        ("/ticket 1001x", "1001x"),
        ("/claim 99999999999", "99999999999"),
        ("/claim ²", "²"),
        ("/claim -5", "-5"),
        ("/ticket", ""),
        ("认领", ""),
    ],
)
def test_a_command_whose_number_is_missing_or_none(typed: str, wrong: str) -> None:
    command = parse(typed)
    assert command is not None
    assert (command.number, command.wrong) == (None, wrong)


@pytest.mark.parametrize(
    ("typed", "verb", "text"),
    [
        ("回复1024请先刷新", "reply", "请先刷新"),
        ("备注 1024已打电话", "note", "已打电话"),
        ("转给1024江宁组", "hand_over", "江宁组"),
    ],
)
def test_words_right_behind_the_number(typed: str, verb: Verb, text: str) -> None:
    assert parse(typed) == Command(verb, 1024, text)
    assert parse("备注 3天内处理", HERE) == Command("note", HERE, "3天内处理"), (
        "where the ticket is clear, words are words"
    )


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("解决 1024 已经好了", "解决 1024"),
        ("关闭工单１０２４，用户不回", "关闭 1024"),
        ("解决 1001 的问题了吗", None),
        ("解决 1024 了没有？", None),
        ("认领 1001 的是谁", None),
        ("解决 1024", None),
        ("关闭 2 小时再开", None),
        ("回复 1024 好了", None),
    ],
)
def test_a_command_with_too_many_words_is_noticed(typed: str, meant: str | None) -> None:
    assert overlong(typed) == meant
