"""Who may act for the desk, and who only tries."""

import pytest

from tests.bot.telegram.conftest import Desk
from tests.telegram import Person

ONLY_STAFF = "这个只有工作人员能用。"


@pytest.mark.parametrize(
    ("command", "action", "number"),
    [
        ("/tickets", "command list", None),
        ("/mine", "command mine", None),
        ("/stats", "command stats", None),
        ("/ticket {}", "command show", True),
        ("/ticket", "command show", None),
        ("/claim {}", "command claim", True),
        ("/认领 {}", "command claim", True),
        ("/reply {} 骗人的", "command reply", True),
        ("/note {} 乱写", "command note", True),
        ("/to {} 江宁组", "command hand_over", True),
        ("/close {}", "command close", True),
        ("/urgent@helpdesk_bot {}", "command urgent", True),
    ],
)
def test_a_stranger_who_types_what_staff_type(
    command: str, action: str, number: bool | None, desk: Desk, anna: Person, ben: Person
) -> None:
    ticket, _ = desk.opens(anna)
    ben.says(command.format(ticket))
    desk.hears(ben, ONLY_STAFF)
    desk.hears(anna)
    desk.hears(desk.staff)
    assert desk.audit(ben) == [(action, ticket if number else None, 0)]
    assert desk.status(ticket) == "open"


@pytest.mark.parametrize(
    "words", ["工单 {} 怎么样了", "我的工单号是 {}，处理到哪了", "认领 {}", "重开 {}", "取消工单 {}", "{}"]
)
def test_another_persons_ticket_number_opens_nothing(words: str, desk: Desk, anna: Person, ben: Person) -> None:
    desk.opens(anna)
    number, _ = desk.takes(anna_too := desk.api.person("Anna II"), desk.wang)
    ben.says(words.format(number))
    desk.settle()
    assert not [said for said in desk.api.messages(ben) if "正在等" in said.text or "在跟进" in said.text]
    desk.hears(anna_too)
    desk.hears(desk.staff)
    assert desk.status(number) == "claimed"


@pytest.mark.parametrize("command", ["/tickets", "/ticket {}", "/stats", "/claim {}", "认领 {}"])
def test_in_a_group_of_users_nobody_commands(command: str, desk: Desk, anna: Person, ben: Person) -> None:
    number, _ = desk.opens(anna)
    site = desk.api.group("工地群", [anna, ben, desk.li])
    for person in (ben, desk.li):
        person.says(command.format(number), site)
    desk.settle()
    assert not [said for said in desk.api.messages(site) if f"工单 {number}" in said.text]
    desk.hears(desk.staff)
    assert desk.status(number) == "open"


def test_an_agent_on_the_list_acts_from_a_private_chat(desk: Desk, anna: Person) -> None:
    number, card = desk.opens(anna)
    desk.li.says(f"/urgent {number}")
    desk.hears(desk.li, f"工单 {number} 已加急")
    desk.hears(desk.staff, f"‼️ 工单 {number}")
    desk.li.says("/tickets")
    desk.hears(desk.li, f"‼️工单 {number} · 待认领")
    desk.li.says(f"/claim {number}")
    desk.hears(desk.li, f"已认领工单 {number}")
    desk.hears(anna, "工作人员已接手")
    desk.hears(desk.staff, "处理中（老李）")
    desk.li.says(f"/reply {number} 请退出重登")
    desk.hears(desk.li, "已发给用户")
    desk.hears(anna, "👷 工作人员\n请退出重登")
    desk.hears(desk.staff, "等用户回复（老李）")
    anna.says("好了")
    desk.hears(desk.staff, "处理中（老李）", "用户：好了")
    desk.li.says(f"/note {number} 老用户")
    desk.hears(desk.li, "备注已记下")
    desk.li.says("/mine")
    desk.hears(desk.li, f"工单 {number} · 处理中 · 0 分钟 · 老李")
    desk.li.says(f"/ticket {number}")
    desk.hears(desk.li, "老李 备注：老用户")
    desk.li.says(f"/solve {number}")
    desk.hears(desk.li, f"工单 {number} 已标为解决")
    desk.hears(anna, "现在可以了吗")
    desk.hears(desk.staff, "已解决（老李）")
    desk.li.presses(card, "关闭")
    desk.hears(desk.staff, "已关闭（老李）")
    assert [allowed for _, _, allowed in desk.audit(desk.li)][-8:] == [1] * 8


def test_an_agent_on_the_list_is_a_user_too(desk: Desk) -> None:
    desk.li.says("岗位选错了怎么办")
    desk.hears(desk.li, "岗位选错了")
    desk.li.says("解决了")
    desk.hears(desk.li, "太好了")
    desk.li.says("/ticket 99999")
    desk.hears(desk.li, "没有工单 99999")
    desk.li.says("/ticket 十")
    desk.hears(desk.li, "没有看懂工单号“十”")


def test_whoever_wants_to_know_the_number_of_a_chat_is_told(desk: Desk, anna: Person) -> None:
    anna.says("/id")
    desk.hears(anna, f"这个聊天的编号是 {anna.id}。")
    desk.wang.says("/id@helpdesk_bot", desk.works)
    desk.hears(desk.works, f"这个聊天的编号是 {desk.works.id}。")
    group = desk.api.group("小群", [anna], basic=True)
    anna.says("/id@other_bot", group)
    desk.hears(group)
    new = group.upgrade()
    anna.says("/id", new)
    desk.hears(new, f"这个聊天的编号是 {new.id}。")


def test_staff_ask_the_bot_in_their_own_chat(desk: Desk) -> None:
    desk.wang.says("@helpdesk_bot 岗位选错了怎么办", desk.staff)
    [answer] = desk.hears(desk.staff, "岗位选错了")
    desk.wang.presses(answer, "带我一步步做")
    desk.hears(desk.staff, "第 1/3 步")
    assert desk.audit(desk.wang)[-1:] != [("another person's button", None, 0)]
