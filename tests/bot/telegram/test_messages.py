"""Whatever a user sends in private: words of any length, edits, and the same thing twice."""

import pytest

from tests.bot.telegram.conftest import Desk
from tests.telegram import Person
from tests.telegram.world import units

QUESTION = "岗位选错了怎么办"
LOUD = '<b>&amp;</b> <script>alert(1)</script> </blockquote> "\'" {number} %s'


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (QUESTION, "岗位选错了"),
        ("/start", "你好！我是"),
        ("/start ref_42", "你好！我是"),
        ("/help", "你可以直接问"),
        ("/contacts", "电话按工程类型"),
        ("/human", "已经登记"),
        ("/status", "你现在没有工单"),
        (f"/help {QUESTION}", "岗位选错了"),
        (f"@helpdesk_bot {QUESTION}", "岗位选错了"),
    ],
)
def test_words_and_commands(words: str, answer: str, desk: Desk, anna: Person) -> None:
    anna.says(words)
    [said] = desk.hears(anna, answer)
    assert said.reply_to is None


def test_somebody_who_is_answered_sees_typing_first(desk: Desk, anna: Person) -> None:
    anna.says(QUESTION)
    desk.hears(anna, "岗位选错了")
    shown = [call.params for call in desk.api.calls_of("sendChatAction") if call.params["chat_id"] == anna.id]
    assert shown == [{"chat_id": anna.id, "action": "typing"}]


def test_the_command_menu(desk: Desk) -> None:
    menu = desk.api.call("getMyCommands")["result"]
    assert {one["command"]: one["description"] for one in menu} == {
        "start": "开始",
        "help": "怎么用",
        "contacts": "主管部门电话",
        "human": "转人工",
        "status": "我的工单",
    }


def test_hasty_fragments_are_one_question(desk: Desk, anna: Person) -> None:
    for words in ("那个", "岗位", "选错了怎么办"):
        anna.says(words)
    desk.settle()
    assert desk.api.messages(anna)[-1].text.startswith("岗位选错了")


def test_an_edited_question_is_answered_anew(desk: Desk, anna: Person) -> None:
    asked = anna.says("你好")
    desk.hears(anna, "你好！我是")
    anna.edits(asked, QUESTION)
    desk.hears(anna, "岗位选错了")


def test_an_edited_reply_of_staff_goes_nowhere_and_they_are_told(desk: Desk, anna: Person) -> None:
    _, card = desk.opens(anna)
    reply = desk.wang.says("请退出重登", desk.staff, reply_to=card)
    desk.hears(anna, "工作人员已接手", "请退出重登")
    desk.hears(desk.staff, "等用户回复", "已发给用户")
    desk.wang.edits(reply, "请先卸载")
    desk.hears(anna)
    [told] = desk.hears(desk.staff, "改过的消息不会再发给用户")
    assert told.reply_to == reply["message_id"]
    desk.wang.edits(desk.wang.says("中午吃什么", desk.staff), "晚上吃什么")
    desk.hears(desk.staff)


@pytest.mark.parametrize("words", ["字" * 4096, "字" * 20_000, "😀" * 3000, f"{QUESTION} " * 800, "\n" * 3000 + "x"])
def test_however_long_there_is_one_answer(words: str, desk: Desk, anna: Person) -> None:
    anna.says(words)
    desk.hears(anna, "")


@pytest.mark.parametrize("words", ["", " ", "\n\t", "\u200b", "\u3164", "\x00", "...", "？", "😀", "\u202e\u202d"])
def test_nothing_to_speak_of_does_no_harm(
    words: str, desk: Desk, anna: Person, caplog: pytest.LogCaptureFixture
) -> None:
    anna.sends({"text": words})
    desk.forget()
    anna.says(QUESTION)
    desk.settle()
    assert desk.api.messages(anna)[-1].text.startswith("岗位选错了")
    assert not [record for record in caplog.records if record.exc_info]


def test_signs_that_mean_something_in_html_are_shown_as_they_are(desk: Desk) -> None:
    name = "<b>张&三</b>"
    user, agent = desk.api.person(name), desk.api.person("<i>王</i>&")
    desk.staff.joins(agent)
    user.says(LOUD)
    desk.hears(user, "")
    number, card = desk.opens(user)
    assert LOUD in card.text
    for detail, question in ((LOUD, "怎么称呼你"), (name, "联系电话"), (f"13800000000 {LOUD}", "都记到工单")):
        user.says(detail)
        desk.hears(user, question)
    [card] = desk.hears(desk.staff, f"项目：{LOUD}\n称呼：{name}\n电话：13800000000 {LOUD}\n")
    agent.says(LOUD, desk.staff, reply_to=card)
    desk.hears(user, "工作人员已接手", LOUD)
    [card, _] = desk.hears(desk.staff, f"等用户回复（{agent.name}）", "已发给用户")
    user.says(LOUD)
    desk.hears(user)
    desk.hears(desk.staff, "处理中", f"用户：{LOUD}")
    agent.says(f"/ticket {number}", desk.staff)
    desk.hears(desk.staff, f"电话：13800000000 {LOUD}")


def test_what_staff_write_at_length_comes_in_as_many_messages_as_it_needs(desk: Desk, anna: Person) -> None:
    _, card = desk.opens(anna)
    long = "".join(f"第{place}步，请打开设置；" for place in range(1000))
    for length in (4080, 4090, 4096):
        desk.wang.says(long[:length], desk.staff, reply_to=card)
        desk.settle()
    said = "".join(one.text.removeprefix("👷 工作人员\n") for one in desk.api.messages(anna)[2:])
    assert said == long[:4080] + long[:4090] + long[:4096]
    assert all(units(one.text) <= 4096 for one in desk.api.messages(anna))
    desk.forget()
    desk.wang.says("😀" * 2048, desk.staff, reply_to=card)
    first, rest = desk.hears(anna, "👷 工作人员", "😀")
    assert (first.text + rest.text).count("😀") == 2048


def test_what_a_user_writes_at_length_reaches_staff_whole(desk: Desk, anna: Person) -> None:
    desk.takes(anna, desk.wang)
    long = "".join(f"第{place}次打卡，还是不行；" for place in range(700))[:4096]
    anna.says(long)
    desk.hears(anna)
    said = desk.hears(desk.staff, "用户：第0次", "还是不行")
    assert "".join(one.text for one in said).endswith(long[-3000:])
    assert long in "".join(one.text for one in said)


def test_an_update_that_comes_again_is_answered_once(desk: Desk, anna: Person) -> None:
    asked = anna.says(QUESTION)
    desk.hears(anna, "岗位选错了")
    [(event,)] = desk.rows("SELECT max(event_id) FROM inbox")
    number = int(str(event).partition(":")[2])
    for text in (QUESTION, "还在吗"):
        desk.api.push({"update_id": number, "message": {**asked, "text": text}})
    desk.hears(anna)


def test_updates_out_of_order_are_put_in_order(desk: Desk, anna: Person) -> None:
    anna.says(QUESTION)
    desk.hears(anna, "岗位选错了")
    first = desk.api.push({"poll": {}})
    desk.settle()
    head = {"date": 1, "chat": {"id": anna.id, "type": "private"}, "from": anna.json}
    with desk.api.world.changed:
        for place, words in ((3, "上一步"), (1, "带我一步步做"), (2, "下一步")):
            message = {**head, "message_id": 90 + place, "text": words}
            desk.api.push({"update_id": first + place, "message": message})
    desk.hears(anna, "第 1/3 步", "第 2/3 步", "第 1/3 步")
    desk.api.world._last_update = first + 3
