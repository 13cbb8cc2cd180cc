"""A 公众号 with and without the right to customer-service messages."""

import re
import time

import httpx
import pytest

from kb.base import KnowledgeBase
from tests.bot.server import serving
from tests.callbacks import ApiServer, MpPhone
from tests.callbacks.conftest import MP, Town, row_when_there, settings_of
from tests.callbacks.envelope import Account

QUESTION = "岗位选错了怎么办"
_LINK = re.compile(r'<a href="weixin://bizmsgmenu\?msgmenucontent=([^&"]+)&msgmenuid=([^"]+)">([^<]+)</a>')


def ticket_in(text: str) -> str:
    found = re.search(r"工单号 (\d+)，", text)
    assert found, text
    return found[1]


def claimed(town: Town, mp: MpPhone, user: str) -> str:
    """Somebody asks for a person, and an agent takes the case in 企业微信."""
    mp.says(user, "转人工")
    [told] = mp.hears(user, "已经登记")
    number = ticket_in(told.text)
    town.wecom.says("wang", f"认领 {number}")
    return number


@pytest.mark.parametrize("mode", ["安全", "兼容"])
def test_both_encrypted_modes(mode: str, town: Town) -> None:
    mp = MpPhone(town.url, town.api, MP, mode=mode)
    mp.says(f"m{mode == '安全'}", QUESTION)
    [answer] = mp.hears(f"m{mode == '安全'}", "【岗位选错了】")
    assert answer.how == "passive"


def test_a_key_that_is_set_means_nothing_in_plain(town: Town) -> None:
    mp = MpPhone(town.url, town.api, MP, mode="明文")
    mp.says("plain", QUESTION)
    assert set(mp.statuses) == {403}
    mp.hears("plain")


@pytest.mark.parametrize("mode", ["明文", "兼容"])
def test_without_a_key_plain_is_plain(mode: str, base: KnowledgeBase) -> None:
    with ApiServer() as api:
        settings = {**settings_of(api), "mp_aes_key": None}
        with serving(base, **settings) as url:
            mp = MpPhone(url, api, Account(MP.id, MP.token, MP.aes_key), mode=mode)
            answer = mp.post(mp.message("u", QUESTION))
            assert answer.status_code == 200
            assert "<Content><![CDATA[【岗位选错了】" in answer.text


def test_the_ways_on_are_links_that_mean_what_they_say(mp: MpPhone) -> None:
    mp.says("li", QUESTION)
    [answer] = mp.hears("li", "【岗位选错了】")
    links = {label: (content, number) for content, number, label in _LINK.findall(answer.text)}
    assert links["带我一步步做"] == ("带我一步步做", "faq-12")
    mp.says("li", "你好")
    mp.hears("li", "小帮手")
    # An old link still means its own record.
    mp.sends("li", MsgType="text", Content="带我一步步做", bizmsgmenuid="faq-12")
    mp.hears("li", "【岗位选错了】（第 1/")


def test_choices_are_links_too(mp: MpPhone) -> None:
    mp.says("zhao", "登录失败")
    [answer] = mp.hears("zhao", "哪一种")
    assert '1. <a href="weixin://bizmsgmenu?msgmenucontent=不在建委平台人员信息库&msgmenuid=prompt-02">' in answer.text
    mp.says("zhao", "1")
    mp.hears("zhao", "不在建委平台人员信息库")


def test_what_staff_say_is_an_active_message_in_plain_characters(mp: MpPhone, town: Town) -> None:
    number = claimed(town, mp, "qian")
    mp.hears("qian", "工作人员已接手")
    town.wecom.says("wang", f"回复 {number} 请退出“重新登录” <b>&amp;")
    [said] = mp.hears("qian", "请退出“重新登录” <b>&amp;")
    assert said.how == "active"
    # Written as \\u8bf7 it would be shown as that.
    assert any("请退出".encode() in body for body in town.api.bodies)


def test_after_48_hours_staff_hear_that_it_did_not_arrive(mp: MpPhone, town: Town) -> None:
    number = claimed(town, mp, "sun")
    mp.hears("sun", "工作人员已接手")
    town.api.close_window(mp.account_of("sun"))
    town.wecom.says("wang", f"回复 {number} 还在吗")
    query = "SELECT text FROM ticket_event WHERE kind = 'undelivered' AND ticket = ?"
    assert "48 小时" in str(row_when_there(town, query, number))
    mp.hears("sun")
    mp.says("sun", "在的")
    town.wecom.says("wang", f"回复 {number} 好的")
    mp.hears("sun", "好的")


def test_five_messages_and_then_the_user_has_to_say_something(mp: MpPhone, town: Town) -> None:
    number = claimed(town, mp, "zhou")
    mp.hears("zhou", "工作人员已接手")
    for line in range(6):
        town.wecom.says("wang", f"回复 {number} 第{line}句")
    mp.hears("zhou", *(f"第{line}句" for line in range(4)))
    time.sleep(0.3)
    mp.hears("zhou")
    mp.says("zhou", "收到")
    mp.hears("zhou", "第4句", "第5句")


def test_coming_and_going(mp: MpPhone, town: Town) -> None:
    mp.taps("wu", "subscribe", "qrscene_1")
    mp.hears("wu", "小帮手")
    mp.taps("wu", "CLICK", "主管部门电话")
    mp.hears("wu", "工程类型")
    mp.taps("wu", "VIEW", "http://127.0.0.1:9/")
    mp.hears("wu")
    mp.taps("wu", "unsubscribe")
    mp.hears("wu")


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({"MsgType": "voice", "MediaId": "m", "Format": "amr", "Recognition": QUESTION}, "【岗位选错了】"),
        ({"MsgType": "voice", "MediaId": "m", "Format": "amr"}, ""),
        ({"MsgType": "image", "MediaId": "m", "PicUrl": "http://127.0.0.1:9/p"}, "图片"),
        ({"MsgType": "shortvideo", "MediaId": "m", "ThumbMediaId": "t"}, ""),
    ],
)
def test_other_kinds_of_messages(fields: dict[str, object], answer: str, mp: MpPhone) -> None:
    user = f"k{len(fields)}{fields['MsgType']}"
    mp.sends(user, **fields)
    mp.hears(user, answer)


def test_the_platform_is_told_that_the_address_is_ours(mp: MpPhone, town: Town) -> None:
    query, _ = mp.wrapped("<xml></xml>")
    answer = httpx.get(f"{town.url}/mp", params={**query, "echostr": "<b>5837397576500011341"})
    assert (answer.status_code, answer.text) == (200, "<b>5837397576500011341")
    assert answer.headers["content-type"].startswith("text/plain")
    assert httpx.get(f"{town.url}/mp", params={**query, "nonce": "other", "echostr": "1"}).status_code == 403
