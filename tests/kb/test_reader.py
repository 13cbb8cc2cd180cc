from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.reader import Utterance

Read = Callable[[str], Utterance]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("考 勤 地 址 填 错", "考勤地址填错"),
        ("9:41 5G 登录失败 确定", "登录失败"),
        ("@小助手 zgbh咋弄", "征管编号咋弄"),
        ("登入不了", "登录失败"),
        ("PM daka", "项目经理打卡"),
        ("zhengguanbianhao meiyou", "征管编号没有"),
        ("zenme shenqing kaoqin", "怎么申请考勤"),
        ("kaoqin dizhi zenme gai", "考勤地址怎么改"),
        ("excel导出", "excel导出"),
        ("下一步", "下一步"),
    ],
)
def test_read(raw: str, text: str, read: Read) -> None:
    assert read(raw).text == text


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("pukou", "浦口"),
        ("jiangning qu", "江宁区"),
        ("gaochun", "高淳"),
        ("jiangbei xinqu", "江北新区"),
        ("ditie", "地铁"),
        ("zhuzhailou", "住宅楼"),
        ("luhe", "六合"),
        ("xuanwu", "玄武"),
        ("qinhuai", "秦淮"),
        ("yuhuatai", "雨花台"),
        ("jianye qu", "建邺区"),
        ("xiulu", "修路"),
    ],
)
def test_names_typed_in_pinyin(typed: str, name: str, read: Read) -> None:
    assert read(typed).text == name


def test_an_utterance_keeps_what_was_typed(read: Read) -> None:
    utterance = read("＠小助手 ZGBH咋弄")
    assert utterance.raw == "＠小助手 ZGBH咋弄"
    assert utterance.plain == "zgbh咋弄"
    assert utterance.words == ("征管编号", "咋", "弄")
    assert utterance.sounds == ("zen", "guan", "bian", "hao", "za", "lon")


@pytest.mark.parametrize("raw", ["", "   ", "😀😀", "。", "\u200b", "@bot", "123", "\x00\x01"])
def test_empty(raw: str, read: Read) -> None:
    assert read(raw).empty


@pytest.mark.parametrize("raw", ["嗯", "a", "考勤。", "1号楼"])
def test_not_empty(raw: str, read: Read) -> None:
    assert not read(raw).empty


@given(st.text())
def test_anything_can_be_read(read: Read, raw: str) -> None:
    utterance = read(raw)
    assert utterance.raw == raw
    assert all(utterance.words)
    assert all(utterance.sounds)
    assert all(word in utterance.text for word in utterance.words)
