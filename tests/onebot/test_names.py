"""Names, chats and words that are easily taken for each other."""

import pytest

from bot.channels.complaints import Complaints
from bot.channels.onebot.errors import DoubtfulError, failed, sorted_error
from bot.channels.onebot.lanes import Lane, marked, unmarked
from bot.channels.onebot.names import without_name
from bot.channels.onebot.shape import Answer
from bot.pipeline.channel import LaterError, NeverError


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("@小宁 考勤地址填错了", "考勤地址填错了"),
        ("考勤地址填错了 @小宁", "考勤地址填错了"),
        ("小宁，考勤地址填错了", "考勤地址填错了"),
        ("小宁 在吗", "在吗"),
        ("@考勤小帮手 登不上", "登不上"),
        ("@小宁", ""),
        ("小宁静今天没来", None),
        ("@小宁静 你来一下", None),
        ("我问过小宁了", None),
        ("考勤地址填错了", None),
    ],
)
def test_called_by_name(text: str, rest: str | None) -> None:
    assert without_name(text, ("小宁", "考勤小帮手")) == rest


def test_nobody_is_called_by_no_name() -> None:
    assert without_name("@ 你好", ()) is None


@pytest.mark.parametrize(
    ("name", "lane"),
    [
        ("10001.g123", Lane("10001", group="123")),
        ("10001.p456", Lane("10001", user="456")),
        ("10001.p456.123", Lane("10001", group="123", user="456")),
        ("*.g123", Lane("*", group="123")),
    ],
)
def test_chats_have_names(name: str, lane: Lane) -> None:
    assert Lane.read(name) == lane
    assert str(lane) == name
    assert lane.is_group == (".g" in name)


@pytest.mark.parametrize("name", ["", "10001", ".g1", "10001.g", "10001.x1"])
def test_what_is_no_chat(name: str) -> None:
    with pytest.raises(ValueError, match="no chat"):
        Lane.read(name)


def test_a_message_has_a_number_for_one_account_only() -> None:
    assert unmarked(marked("10001", "-77"), "10001") == "-77"
    assert unmarked(marked("10001", "-77"), "10002") is None
    assert unmarked("", "10001") is None


@pytest.mark.parametrize(
    ("retcode", "words", "expected"),
    [
        (200, "你已被禁言", NeverError),
        (120, "", NeverError),
        (100, "SEND_MSG_API_ERROR 请先添加对方为好友", NeverError),
        (400, "不能发送临时消息", NeverError),
        (200, "群不存在", NeverError),
        (100, "you are not in the group", NeverError),
        (200, "发送超时", DoubtfulError),
        (200, "Timeout: NTEvent serviceAndMethod:NodeIKernelMsgService/sendMsg", DoubtfulError),
        (9057, "", LaterError),
        (100, "消息发送失败，账号可能被风控", LaterError),
        (-1, "", LaterError),
    ],
)
def test_what_a_refusal_means(retcode: int, words: str, expected: type[Exception]) -> None:
    error = failed(Answer(status="failed", retcode=retcode, wording=words), "e")

    assert isinstance(error if expected is DoubtfulError else sorted_error(error), expected)


def test_complaints_are_counted_and_not_repeated(caplog: pytest.LogCaptureFixture) -> None:
    times = iter([0.0, 1.0, 2.0, 61.0])
    complaints = Complaints("onebot", lambda: next(times))
    for _ in range(4):
        complaints.add("a frame is not JSON", "x" * 1000)

    assert complaints.counts["a frame is not JSON"] == 4
    assert ["(1 since" in line or "(3 since" in line for line in caplog.messages] == [True, True]
    assert all(len(line) < 300 for line in caplog.messages)
