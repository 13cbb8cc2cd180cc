"""Buttons: of today and of before the restart, pressed twice, pressed by strangers, forged."""

from pathlib import Path

import pytest

from kb.base import KnowledgeBase
from tests.bot.server import serving
from tests.bot.telegram.conftest import Desk
from tests.bot.telegram.office import Office, settings_of
from tests.telegram import BotApi, Person


def test_a_step_card_is_edited_in_place(desk: Desk, anna: Person) -> None:
    anna.says("岗位选错了怎么办")
    [answer] = desk.hears(anna, "岗位选错了")
    anna.presses(answer, "带我一步步做")
    [first] = desk.hears(anna, "第 1/3 步")
    assert first.id != answer.id, "an answer stays where it is"
    for label, step in (
        ("下一步", "第 2/3 步"),
        ("下一步", "第 3/3 步"),
        ("上一步", "第 2/3 步"),
        ("重新开始", "第 1/3 步"),
    ):
        pressed = anna.presses(first, label)
        [card] = desk.hears(anna, step)
        assert card.id == first.id
        assert desk.api.answers(pressed) is not None, "the button does not go on turning"
        first = card
    anna.presses(first, "退出")
    [left] = desk.hears(anna, "好的，先不弄了")
    assert left.id > first.id, "the step stays to be read"


def test_the_same_button_twice(desk: Desk, anna: Person) -> None:
    anna.says("带我一步步做 #faq-12")
    [first] = desk.hears(anna, "第 1/3 步")
    presses = [anna.presses(first, "下一步") for _ in range(3)]
    [second] = desk.hears(anna, "第 2/3 步")
    assert (second.id, second.edits) == (first.id, 1), "what it says already is not said again"
    assert all(desk.api.answers(press) is not None for press in presses)


def test_a_step_card_that_is_gone_comes_anew(desk: Desk, anna: Person) -> None:
    anna.says("带我一步步做 #faq-12")
    [first] = desk.hears(anna, "第 1/3 步")
    anna.deletes(first)
    anna.presses(first, "下一步")
    [second] = desk.hears(anna, "第 2/3 步")
    assert (second.id > first.id, second.edits) == (True, 0)


def test_buttons_of_before_a_restart(base: KnowledgeBase, tmp_path: Path) -> None:
    with BotApi() as api:
        anna, wang = api.person("Anna"), api.person("小王")
        staff = api.group("客服", [wang])
        settings = settings_of(api, staff)
        office = Office(api, tmp_path, staff)
        with serving(base, tmp_path, **settings):
            anna.says("岗位选错了怎么办")
            [answer] = office.hears(anna, "岗位选错了")
            anna.presses(answer, "带我一步步做")
            [step] = office.hears(anna, "第 1/3 步")
            number, card = office.opens(anna)
        anna.presses(step, "下一步")
        with serving(base, tmp_path, **settings):
            [step] = office.hears(anna, "第 2/3 步")
            assert step.edits == 1
        wang.presses(card, "认领")
        with serving(base, tmp_path, **(settings | {"remind_minutes": 0.0001})):
            office.hears(anna, "工作人员已接手")
            office.hears(staff, f"工单 {number} · 处理中（小王）", f"工单 {number} 已等了 0 分钟，还没有人回复")
            anna.presses(answer, "没解决")
            office.hears(anna)
            office.hears(staff, "用户：没解决")


FORGED = [
    "desk:claim:{}",
    "desk:close:{}",
    "desk:hand_over:{}:deadbeef",
    "desk:ask_note:{}",
    "desk:show:{}",
    "desk:",
    "desk::",
    "desk:claim:",
    "desk:claim:-1",
    "desk:claim:٣",
    "desk:claim:99999999999999999999999999999",
    "desk:rm -rf:1001",
]


def test_a_strangers_forged_presses_of_staff_buttons(desk: Desk, anna: Person, ben: Person) -> None:
    number, card = desk.opens(anna)
    ben.says("你好")
    [greeting] = desk.hears(ben, "你好！我是")
    pressed = [ben.presses(message, data=data.format(number)) for data in FORGED for message in (greeting, card)]
    for chat in (anna, ben, desk.staff):
        desk.hears(chat)
    assert {(desk.api.answers(press) or {}).get("text") for press in pressed} == {"这个只有工作人员能用。"}
    assert [allowed for _, _, allowed in desk.audit(ben)] == [0] * len(pressed)
    assert desk.status(number) == "open"


def test_a_button_of_nothing_does_nothing_for_staff_either(desk: Desk, anna: Person) -> None:
    number, card = desk.opens(anna)
    pressed = [desk.wang.presses(card, data=data) for data in FORGED[5:]]
    desk.hears(desk.staff)
    assert {(desk.api.answers(press) or {}).get("text") for press in pressed} == {"这个按钮已经失效。"}
    assert desk.status(number) == "open"


NONSENSE = [
    *("#faq-99/none", "下一步 #faq-12/nowhere", "没解决 #faq-", "\u0000 ", "\u202e\u200b", "<b>", "' OR 1=1 --", " "),
    *("字" * 21, "x" * 5000, "认领 1001", "/tickets"),
]


def test_a_forged_press_of_a_users_button_is_at_most_a_question(
    desk: Desk, anna: Person, caplog: pytest.LogCaptureFixture
) -> None:
    anna.says("岗位选错了怎么办")
    [answer] = desk.hears(anna, "岗位选错了")
    pressed = [anna.presses(answer, data=data) for data in NONSENSE]
    desk.forget()
    assert all(desk.api.answers(press) is not None for press in pressed)
    assert desk.audit(anna) == []
    anna.says("岗位选错了怎么办")
    desk.hears(anna, "岗位选错了")
    desk.hears(desk.staff)
    assert not [record for record in caplog.records if record.exc_info]


def test_a_press_of_no_message_and_no_data(desk: Desk, anna: Person) -> None:
    query = {"id": "1", "from": anna.json, "chat_instance": "1"}
    for more in ({}, {"data": "下一步"}, {"inline_message_id": "x", "data": "下一步"}, {"game_short_name": "x"}):
        desk.api.push({"callback_query": {**query, **more}})
    desk.hears(anna)


def test_two_claim_at_once(desk: Desk, anna: Person) -> None:
    number, card = desk.opens(anna)
    first, second, again = (agent.presses(card, "认领") for agent in (desk.wang, desk.chen, desk.wang))
    desk.hears(anna, "工作人员已接手")
    desk.hears(desk.staff, "处理中（小王）")
    toasts = [(desk.api.answers(press) or {}).get("text") for press in (first, second, again)]
    assert toasts == [
        f"已认领工单 {number}。",
        f"工单 {number} 已由 小王 认领。",
        f"工单 {number} 已经在你手上。",
    ]
