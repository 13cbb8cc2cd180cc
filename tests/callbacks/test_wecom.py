"""A 企业微信 application: what people say in its chat, and what they are answered there."""

import time

import httpx
import pytest

from bot.channels.callback import door
from tests.callbacks import WecomPhone
from tests.callbacks.conftest import Town
from tests.callbacks.envelope import document

QUESTION = "岗位选错了怎么办"


def test_a_question_is_answered_in_the_response(wecom: WecomPhone) -> None:
    wecom.says("li", QUESTION)
    [answer] = wecom.hears("li", "【岗位选错了】")
    assert answer.how == "passive"
    assert "“带我一步步做”" in answer.text


def test_a_walk_through_steps_by_text(wecom: WecomPhone) -> None:
    wecom.says("zhao", QUESTION)
    wecom.hears("zhao", "【岗位选错了】")
    wecom.says("zhao", "带我一步步做")
    wecom.hears("zhao", "第 1/")
    wecom.says("zhao", "下一步")
    wecom.hears("zhao", "第 2/")


def test_the_same_message_again_is_done_once_and_answered_once(wecom: WecomPhone) -> None:
    number = wecom.says("qian", "转人工")
    wecom.hears("qian", "已经登记")
    wecom.deliver(number)
    wecom.hears("qian")
    wecom.says("qian", "我的工单")
    wecom.hears("qian", "工单")


def test_an_answer_that_did_not_get_through_is_given_again(wecom: WecomPhone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_CALLS_AGAIN_AFTER", 0)
    number = wecom.says("shen", "转人工")
    [told] = wecom.hears("shen", "已经登记")
    wecom.deliver(number)
    # The platform repeats itself because the answer did not get through: it is given the same one.
    [again] = wecom.hears("shen", "已经登记")
    assert again.text == told.text


def test_what_comes_later_is_an_active_message(wecom: WecomPhone, town: Town) -> None:
    wecom.says("sun", "转人工")
    [told] = wecom.hears("sun", "已经登记")
    number = told.text.split("工单号 ")[1].split("，")[0]
    wecom.says("wang", f"认领 {number}")
    [claimed] = wecom.hears("sun", "工作人员已接手")
    assert claimed.how == "active"
    wecom.says("wang", f"回复 {number} 请退出重新登录")
    [reply] = wecom.hears("sun", "请退出重新登录")
    assert reply.text.startswith("👷 工作人员\n")
    wecom.hears("wang", "", "")


def test_while_a_person_is_in_charge_the_bot_is_silent_and_the_platform_need_not_wait(wecom: WecomPhone) -> None:
    wecom.says("zhou", "转人工")
    [told] = wecom.hears("zhou", "已经登记")
    number = told.text.split("工单号 ")[1].split("，")[0]
    wecom.says("wang", f"认领 {number}")
    wecom.hears("zhou", "工作人员已接手")
    wecom.hears("wang", "")
    began = time.monotonic()
    wecom.says("zhou", "我在江宁工地")
    assert time.monotonic() - began < 2
    wecom.hears("zhou")


def test_others_may_not_act_for_the_desk(wecom: WecomPhone) -> None:
    wecom.says("wu", "/tickets")
    wecom.hears("wu", "工作人员")


def test_long_words_come_whole_and_in_order(wecom: WecomPhone) -> None:
    wecom.says("zheng", "转人工")
    [told] = wecom.hears("zheng", "已经登记")
    number = told.text.split("工单号 ")[1].split("，")[0]
    lines = [f"第{line}条，请先核对合同归集的信息，再看岗位是不是选对了。" for line in range(60)]
    wecom.says("wang", f"回复 {number} " + "\n".join(lines))
    wecom.hears("zheng", "已接手", "第0条", "第", "")
    wecom.hears("wang", "")
    said = "\n".join(one.text for one in wecom.messages("zheng")[2:])
    assert said == "👷 工作人员\n" + "\n".join(lines)


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({"MsgType": "image", "PicUrl": "http://127.0.0.1:9/p.jpg", "MediaId": "m1"}, "图片"),
        ({"MsgType": "voice", "MediaId": "m2", "Format": "amr"}, ""),
        ({"MsgType": "video", "MediaId": "m3", "ThumbMediaId": "m4"}, ""),
        ({"MsgType": "location", "Label": "南京市江宁区秣陵街道", "Location_X": "31.9"}, ""),
        ({"MsgType": "link", "Title": QUESTION, "Description": "d", "Url": "http://127.0.0.1:9"}, "岗位选错了"),
        ({"MsgType": "event", "Event": "click", "EventKey": "主管部门电话", "MsgId": None}, "工程类型"),
    ],
)
def test_other_kinds_of_messages(fields: dict[str, object], answer: str, wecom: WecomPhone) -> None:
    user = f"kind-{fields['MsgType']}"
    wecom.sends(user, **fields)
    wecom.hears(user, answer)


@pytest.mark.parametrize(
    "fields",
    [
        {"MsgType": "event", "Event": "LOCATION", "Latitude": "31.9", "MsgId": None},
        {"MsgType": "event", "Event": "subscribe", "MsgId": None},
        {"MsgType": "event", "Event": "batch_job_result", "MsgId": None},
        {"MsgType": "event", "MsgId": None},
        {"MsgType": "hologram", "Content": "a"},
        {"MsgType": "text", "Content": ""},
        {"MsgType": None},
    ],
)
def test_what_is_none_of_our_business(fields: dict[str, object], wecom: WecomPhone) -> None:
    began = time.monotonic()
    wecom.sends("feng", **fields)
    wecom.hears("feng")
    assert wecom.statuses[-1] == 200
    assert time.monotonic() - began < 3


def test_who_comes_in_for_the_first_time_is_greeted(wecom: WecomPhone) -> None:
    wecom.taps("chen", "enter_agent")
    wecom.hears("chen", "你好")
    wecom.taps("chen", "enter_agent", at=int(time.time()) + 60)
    wecom.hears("chen")


def test_the_platform_is_told_that_the_address_is_ours(wecom: WecomPhone, town: Town) -> None:
    query, _ = wecom.wrapped(document({}))
    sealed = wecom.account.seal("1616140317555161061")
    query["msg_signature"] = wecom.account.signature(query["timestamp"], query["nonce"], sealed)
    answer = httpx.get(f"{town.url}/wecom", params={**query, "echostr": sealed})
    assert (answer.status_code, answer.text) == (200, "1616140317555161061")
    assert answer.headers["content-type"].startswith("text/plain")


def test_many_at_once_each_get_their_own(wecom: WecomPhone) -> None:
    people = [f"p{number:03}" for number in range(50)]
    threads = [
        wecom.aside(user, QUESTION if number % 2 else "现场收不到短信验证码") for number, user in enumerate(people)
    ]
    for thread in threads:
        thread.join()
    for number, user in enumerate(people):
        [answer] = wecom.hears(user, "")
        assert ("【岗位选错了】" in answer.text) == bool(number % 2)
