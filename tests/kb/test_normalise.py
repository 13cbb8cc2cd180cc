import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.normalise import LIMIT, clip, close_up, has_words, plain, without_screen_junk


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", ""),
        ("  考勤  ", "考勤"),
        ("登录\n失败\t了", "登录 失败 了"),
        ("ＡＢＣ１２３", "abc123"),
        ("①②", "12"),
        ("Excel", "excel"),
        ("請問征管編號怎麼關聯", "请问征管编号怎么关联"),
        ("後臺", "后台"),
        ("考\u200b勤\u00ad地\ufeff址", "考勤地址"),
        ("人\u202e臉", "人脸"),
        ("\x00打\x07卡", "打 卡"),
        ("\ud800打卡", "打卡"),
        ("请\u00a0问", "请 问"),
        ("＠小助手　打卡", "打卡"),
        ("@bot: 打卡", "打卡"),
        ("打卡@bot", "打卡"),
        ("@小王 @小李 你好", "你好"),
        ("[CQ:at,qq=123] 登录失败", "登录失败"),
        ("<b>登录</b>失败", "登录 失败"),
        ("看 https://example.com/a?b=c 这里", "看 这里"),
        ("怎么办？？？！！", "怎么办?!"),
        ("哈哈哈哈哈哈", "哈"),
        ("好好学习", "好好学习"),
        ("11111", "11111"),
    ],
)
def test_plain(typed: str, read: str) -> None:
    assert plain(typed) == read


@pytest.mark.parametrize(
    ("screen", "message"),
    [
        ("9:41 5g 78% 宁勤绩 登录失败 返回 确定", "宁勤绩 登录失败"),
        ("上午9:05 中国移动 登录失败", "登录失败"),
        ("12:30:45 登录", "登录"),
        ("1.2 kb/s 打卡", "打卡"),
        ("温馨提示 无实名制征管编号 确定 取消", "无实名制征管编号"),
        ("登录失败 我知道了", "登录失败"),
        ("取消工单", "取消工单"),  # a button's word inside a longer one is no button
        ("提示:登录失败", "提示:登录失败"),
        ("确定", "确定"),  # nothing else would remain
        ("10:00", "10:00"),
        ("78% 返回", "78% 返回"),
    ],
)
def test_without_screen_junk(screen: str, message: str) -> None:
    assert without_screen_junk(screen) == message


@pytest.mark.parametrize(
    ("text", "closed"),
    [("考 勤 地 址", "考勤地址"), ("考 a 勤", "考 a 勤"), ("pm 打 卡", "pm 打卡"), ("hello world", "hello world")],
)
def test_close_up(text: str, closed: str) -> None:
    assert close_up(text) == closed


@pytest.mark.parametrize(("text", "says"), [("考", True), ("a", True), ("123", False), ("😀。", False), ("", False)])
def test_has_words(text: str, says: bool) -> None:
    assert has_words(text) is says


def test_clip_keeps_beginning_and_end() -> None:
    text = "头" + "中" * 100_000 + "尾"
    assert clip("短") == "短"
    assert clip(text).startswith("头中")
    assert clip(text).endswith("中尾")
    assert len(clip(text)) == LIMIT + 1


@given(st.text())
def test_plain_is_one_line_of_visible_lower_case(text: str) -> None:
    read = plain(text)
    assert read == read.strip() == read.lower()
    assert not re.search(r"\s\s|[^\S ]", read)
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in read)


@given(st.text(alphabet="考勤地址打卡怎么办 ,?a1", max_size=40))
def test_plain_of_plain_text_changes_nothing(text: str) -> None:
    once = plain(text)
    assert plain(once) == once


@given(st.text())
def test_screen_junk_never_takes_the_words_away(text: str) -> None:
    read = plain(text)
    assert has_words(without_screen_junk(read)) == has_words(read)


@given(st.text())
def test_close_up_only_takes_spaces(text: str) -> None:
    assert close_up(text).replace(" ", "") == text.replace(" ", "")
