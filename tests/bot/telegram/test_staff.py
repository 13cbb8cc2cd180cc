"""The support staff at work in their chat: replies, notes, commands, and what cannot be done."""

import pytest

from tests.bot.telegram.conftest import Desk
from tests.telegram import Person


def test_a_reply_to_the_card_goes_to_the_user_and_the_answer_comes_back(desk: Desk, anna: Person) -> None:
    number, card = desk.opens(anna)
    assert card.buttons == ["认领", "回复", "转给…", "解决", "关闭", "加备注"]
    reply = desk.wang.says("请先退出再登录", desk.staff, reply_to=card)
    desk.hears(anna, f"工作人员已接手你的工单 {number}", "👷 工作人员\n请先退出再登录")
    desk.hears(desk.staff, "等用户回复（小王）", "已发给用户")
    anna.says("还是登不上")
    desk.hears(anna)
    [_, said] = desk.hears(desk.staff, "处理中（小王）", f"#{number} 用户：还是登不上")
    desk.chen.says("换个手机试试", desk.staff, reply_to=said)
    desk.hears(anna, "👷 工作人员\n换个手机试试")
    desk.hears(desk.staff, "等用户回复（小王）", "已发给用户")
    desk.chen.says("我来帮他", desk.staff, reply_to=reply)
    desk.hears(anna)
    desk.hears(desk.staff)


def test_nobody_outside_hears_a_name(desk: Desk, anna: Person) -> None:
    number, card = desk.opens(anna)
    desk.wang.presses(card, "认领")
    desk.wang.says(f"回复 {number} 好的", desk.staff)
    desk.wang.says(f"/to {number} 市政组", desk.staff)
    desk.hears(anna, "已接手", "好的", "转给了更对口的工作人员")
    for command in ("认领", "解决", "重开", "关闭"):
        desk.chen.says(f"{command} {number}", desk.works)
    desk.hears(anna, "已接手", "处理好了", "重新打开", "已关闭")
    said = "".join(str(one.body) for one in desk.api.messages(anna))
    assert not [name for name in ("小王", "小陈", str(desk.wang.id), str(desk.chen.id)) if name in said]


def test_reply_and_note_by_button(desk: Desk, anna: Person) -> None:
    number, card = desk.opens(anna)
    pressed = desk.wang.presses(card, "回复")
    [prompt] = desk.hears(desk.staff, f"✏️ #{number} 请回复这条消息，内容会发给工单 {number} 的用户")
    assert prompt.body["reply_markup"]["force_reply"]
    assert (desk.api.answers(pressed) or {})["text"] == "请在下面那条消息上回复。"
    desk.wang.says("已经在查", desk.staff, reply_to=prompt)
    desk.hears(anna, "工作人员已接手", "已经在查")
    desk.hears(desk.staff, "等用户回复", "已发给用户")
    desk.wang.presses(card, "加备注")
    [prompt] = desk.hears(desk.staff, "用户看不到")
    desk.chen.says("回复 这个用户来过三次", desk.staff, reply_to=prompt)
    desk.hears(desk.staff, "备注已记下，用户看不到")
    desk.chen.says("备注 和上周的一样", desk.staff, reply_to=card)
    desk.hears(desk.staff, "备注已记下，用户看不到")
    desk.hears(anna)
    desk.wang.says(f"/ticket {number}", desk.staff)
    [story] = desk.hears(desk.staff, f"工单 {number}")
    for line in ("小王 认领", "小王 回复：已经在查", "小陈 备注：回复 这个用户来过三次", "小陈 备注：和上周的一样"):
        assert line in story.text


def test_talk_among_colleagues_stays_there(desk: Desk, anna: Person) -> None:
    number, _ = desk.opens(anna)
    lunch = desk.wang.says("中午吃什么", desk.staff)
    desk.chen.says("食堂", desk.staff, reply_to=lunch)
    desk.chen.says(f"解决 {number} 的问题了吗", desk.staff)
    desk.chen.says("@小王 看一下", desk.staff)
    desk.chen.sends_photo("食堂今天的菜", chat=desk.staff)
    desk.hears(desk.staff)
    desk.hears(anna)
    assert desk.status(number) == "open"
    assert not [word for word in desk.words() if "中午吃什么" in word]


@pytest.mark.parametrize(
    ("command", "told", "status"),
    [
        ("认领 {}", "已认领工单 {}。", "claimed"),
        ("/claim@helpdesk_bot {}", "已认领工单 {}。", "claimed"),
        ("认领 #{}", "已认领工单 {}。", "claimed"),
        ("回复 {} 好的", "已发给用户。", "waiting"),
        ("解决 {}", "工单 {} 已标为解决，并问了用户好没好。", "solved"),
        ("关闭 {}", "工单 {} 已关闭。", "closed"),
    ],
)
def test_commands(command: str, told: str, status: str, desk: Desk, anna: Person) -> None:
    number, _ = desk.opens(anna)
    desk.wang.says(command.format(number), desk.staff)
    desk.hears(desk.staff, f"工单 {number}", told.format(number))
    assert desk.status(number) == status


def test_commands_that_leave_everything_as_it_is(desk: Desk, anna: Person) -> None:
    number, _ = desk.opens(anna)
    for command, told in (
        (f"回复 {number}", "回复的内容是空的"),
        (f"备注 {number}：急", "备注已记下"),
        (f"备注 {number}", "备注的内容是空的"),
        (f"重开 {number}", f"工单 {number} 现在是“待认领”，做不了这个操作。"),
        (f"/ticket {number}", f"工单 {number} · 待认领"),
        (f"转给 {number} 没有的组", "没有“没有的组”这个组。可以转给：江宁组、市政组"),
        (f"转给 {number} 客服组", f"工单 {number} 本来就在客服组。"),
        ("/ticket", "格式：/ticket 工单号"),
        ("/ticket abc", "没有看懂工单号“abc”。格式："),
        ("/ticket -5", "没有看懂工单号“-5”"),
        ("/ticket 99999999999999999999", "没有看懂工单号"),
        ("/ticket 99999", "没有工单 99999。发 /tickets 看现有的工单。"),
        ("认领 99999", "没有工单 99999"),
    ):
        desk.wang.says(command, desk.staff)
        desk.hears(desk.staff, told)
    desk.hears(anna)
    assert desk.status(number) == "open"


def test_lists(desk: Desk, anna: Person, ben: Person) -> None:
    agent = desk.api.person("小赵")
    desk.staff.joins(agent)
    agent.says("/mine", desk.staff)
    desk.hears(desk.staff, "你手上没有工单。")
    first, second = (desk.takes(user, agent)[0] for user in (anna, ben))
    agent.says(f"加急 {second}", desk.staff)
    desk.hears(desk.staff, "‼️", "已加急")
    agent.says("/mine", desk.staff)
    [mine] = desk.hears(desk.staff, f"工单 {first} · 处理中 · 0 分钟 · 小赵 · 转人工")
    assert mine.text.startswith(f"‼️工单 {second} · 处理中"), "the urgent one stands first"
    agent.says("/tickets@helpdesk_bot", desk.staff)
    desk.hears(desk.staff, f"‼️工单 {second} · 处理中")
    agent.says("/stats", desk.staff)
    [stats] = desk.hears(desk.staff, "工单：待认领 ")
    assert "转人工" in stats.text


def test_solved_confirmed_and_what_can_be_said_afterwards(desk: Desk, anna: Person) -> None:
    number, card = desk.takes(anna, desk.wang)
    desk.wang.presses(card, "解决")
    [asked] = desk.hears(anna, f"工作人员说工单 {number} 处理好了。现在可以了吗？")
    assert asked.buttons == ["解决了", "还是不行"]
    [card] = desk.hears(desk.staff, "已解决")
    assert card.buttons == ["重开", "关闭", "加备注"]
    anna.presses(asked, "解决了")
    desk.hears(anna, f"工单 {number} 就到这里")
    [card, _] = desk.hears(desk.staff, "已关闭", "用户确认解决了")
    assert card.buttons == ["重开", "加备注"]
    desk.wang.says("不客气", desk.staff, reply_to=card)
    desk.hears(anna)
    desk.hears(desk.staff, f"工单 {number} 已关闭，这条没有发给用户。要回复请先“重开 {number}”。")
    desk.wang.says(f"重开 {number}", desk.staff)
    desk.hears(anna, "由工作人员重新打开")
    desk.hears(desk.staff, "待认领", "已重新打开")


def test_closed_and_taken_up_again_by_the_user(desk: Desk, anna: Person) -> None:
    number, card = desk.takes(anna, desk.wang)
    desk.wang.presses(card, "关闭")
    desk.hears(anna, f"你的工单 {number} 已关闭")
    desk.hears(desk.staff, "已关闭（小王）")
    anna.says("还是不行")
    desk.hears(anna, f"工单 {number} 已重新打开")
    [card, _] = desk.hears(desk.staff, "‼️ 工单", "用户说还是不行，工单重新打开")
    assert "待认领" in card.text


def test_a_ticket_is_cancelled(desk: Desk, anna: Person) -> None:
    number, _ = desk.takes(anna, desk.wang)
    anna.says("取消工单")
    desk.hears(anna, f"工单 {number} 已取消")
    desk.hears(desk.staff, "已关闭", "用户取消了工单")
    anna.says("工单号多少")
    desk.hears(anna, "你现在没有工单")


def test_a_user_who_blocks_the_bot_is_not_waited_for(desk: Desk, anna: Person) -> None:
    number, card = desk.takes(anna, desk.wang)
    anna.blocks()
    desk.hears(desk.staff, f"#{number} ⚠️ 没有送达用户：对方屏蔽了机器人")
    desk.wang.says("在吗", desk.staff, reply_to=card)
    desk.hears(anna)
    desk.hears(desk.staff, "等用户回复", "已发给用户", f"#{number} ⚠️ 没有送达用户：对方屏蔽了机器人")
    anna.unblocks()
    anna.says("在的")
    desk.hears(anna)
    desk.hears(desk.staff, "处理中", "用户：在的")


def test_a_user_who_blocked_the_bot_while_it_did_not_look(desk: Desk, anna: Person) -> None:
    number, card = desk.opens(anna)
    anna.world.chats[anna.id].members[desk.api.world.bot_id] = "kicked"
    desk.wang.presses(card, "认领")
    desk.hears(desk.staff, "处理中", f"#{number} ⚠️ 没有送达用户：对方屏蔽了机器人")


def test_outside_staff_and_members_who_left(desk: Desk, anna: Person) -> None:
    former, unknown = desk.api.person("小周"), desk.api.person("小吴")
    desk.staff.joins(former)
    number, card = desk.opens(anna)
    desk.staff.leaves(former, by=desk.wang)
    pressed = former.presses(card, "认领")
    desk.hears(anna)
    desk.hears(desk.staff)
    toast = desk.api.answers(pressed) or {}
    assert toast["text"] == "这个只有工作人员能用。"
    assert desk.audit(former) == [("button claim", number, 0)]
    desk.api.faults.fail("getChatMember", 500)
    unknown.presses(card, "认领")
    desk.forget()
    assert desk.status(number) == "claimed", "only members see a private group: a press is proof enough"
