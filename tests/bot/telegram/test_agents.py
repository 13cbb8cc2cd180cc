"""Who may act for the desk, and who only tries."""

from tests.bot.telegram.conftest import Desk
from tests.telegram import Person

ONLY_STAFF = "这个只有工作人员能用。"


def test_a_stranger_who_types_what_staff_type(desk: Desk, anna: Person, ben: Person) -> None:
    number, _ = desk.opens(anna)
    tries = [
        ("/tickets", "command list", None),
        ("/mine", "command mine", None),
        ("/stats", "command stats", None),
        (f"/ticket {number}", "command show", number),
        ("/ticket", "command show", None),
        (f"/claim {number}", "command claim", number),
        (f"/认领 {number}", "command claim", number),
        (f"/reply {number} 骗人的", "command reply", number),
        (f"/note {number} 乱写", "command note", number),
        (f"/to {number} 江宁组", "command hand_over", number),
        (f"/close {number}", "command close", number),
        (f"/urgent@helpdesk_bot {number}", "command urgent", number),
    ]
    for command, _, _ in tries:
        ben.says(command)
        desk.hears(ben, ONLY_STAFF)
    desk.hears(anna)
    desk.hears(desk.staff)
    assert desk.audit(ben) == [(action, ticket, 0) for _, action, ticket in tries]
    assert desk.status(number) == "open"


def test_another_persons_ticket_number_opens_nothing(desk: Desk, anna: Person) -> None:
    number, _ = desk.takes(anna, desk.wang)
    for words in ("工单 {} 怎么样了", "我的工单号是 {}，处理到哪了", "认领 {}", "重开 {}", "取消工单 {}", "{}"):
        stranger = desk.api.person("陌生人")
        stranger.says(words.format(number))
        desk.settle()
        assert not [said for said in desk.api.messages(stranger) if "正在等" in said.text or "在跟进" in said.text]
    desk.hears(anna)
    desk.hears(desk.staff)
    assert desk.status(number) == "claimed"


def test_in_a_group_of_users_nobody_commands(desk: Desk, anna: Person, ben: Person) -> None:
    number, _ = desk.opens(anna)
    site = desk.api.group("工地群", [anna, ben, desk.li])
    for command in ("/tickets", f"/ticket {number}", "/stats", f"/claim {number}", f"认领 {number}"):
        for person in (ben, desk.li):
            person.says(command, site)
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
