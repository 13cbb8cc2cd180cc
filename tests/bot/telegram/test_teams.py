"""Several rooms of staff: each ticket comes to the one that answers for it, and can be handed on; topics keep them apart."""

import pytest

from tests.bot.telegram.conftest import Desk
from tests.telegram import Person, SentMessage


@pytest.mark.parametrize(
    ("words", "room"),
    [
        ("工地在江宁区，转人工", "jiangning"),
        ("我是市政项目，转人工", "works"),
        ("江宁区的市政项目，转人工", "jiangning"),
        ("工地在玄武区，转人工", "staff"),
        ("转人工", "staff"),
    ],
)
def test_a_ticket_comes_to_its_team(words: str, room: str, desk: Desk, anna: Person) -> None:
    rooms = {name: getattr(desk, name) for name in ("staff", "jiangning", "works")}
    desk.opens(anna, words, rooms.pop(room))
    for other in rooms.values():
        desk.hears(other)


def test_a_ticket_is_handed_over_with_its_history(desk: Desk, anna: Person) -> None:
    number, card = desk.takes(anna, desk.wang)
    anna.sends_photo()
    desk.hears(desk.staff, "附件：1 个", "［photo］")
    pressed = desk.wang.presses(card, "转给…")
    [choice] = desk.hears(desk.staff, f"工单 {number}")
    assert (choice.buttons, (desk.api.answers(pressed) or {})["text"]) == (["江宁组", "市政组", "返回"], "转给哪个组？")
    desk.wang.presses(choice, "返回")
    [card] = desk.hears(desk.staff, f"工单 {number}")
    assert "转给…" in card.buttons
    desk.wang.presses(card, "转给…")
    [choice] = desk.hears(desk.staff, f"工单 {number}")
    desk.wang.presses(choice, "市政组")
    [old] = desk.hears(desk.staff, "已转给市政组，这里不用再处理")
    assert old.buttons == []
    new, story, _ = desk.hears(desk.works, f"工单 {number} · 待认领", "由客服组转来，此前经过：", "［photo］")
    assert "小王 认领" in story.text
    assert "客服组 → 市政组" in story.text
    desk.hears(anna, f"你的工单 {number} 转给了更对口的工作人员")
    desk.chen.says("市政这边看一下", desk.works, reply_to=new)
    desk.hears(anna, "工作人员已接手", "市政这边看一下")
    desk.hears(desk.works, "等用户回复（小陈）", "已发给用户")
    anna.says("谢谢")
    desk.hears(desk.works, "处理中（小陈）", "用户：谢谢")
    desk.hears(desk.staff)


def test_a_ticket_nobody_has_taken_is_handed_over_without_a_word_to_the_user(desk: Desk, anna: Person) -> None:
    number, _ = desk.opens(anna)
    desk.chen.says(f"转给 {number} 江宁组", desk.staff)
    desk.hears(desk.staff, "已转给江宁组", f"工单 {number} 已转给江宁组。")
    desk.hears(desk.jiangning, f"工单 {number} · 待认领", "由客服组转来")
    desk.hears(anna)


def test_the_old_card_is_only_a_memory(desk: Desk, anna: Person) -> None:
    number, card = desk.opens(anna)
    desk.chen.says(f"转给 {number} 市政组", desk.staff)
    desk.forget()
    desk.wang.says("我来吧", desk.staff, reply_to=card)
    desk.hears(anna, "工作人员已接手", "我来吧")
    desk.hears(desk.works, "等用户回复（小王）")
    desk.hears(desk.staff, "已发给用户")


def topic_of(desk: Desk, anna: Person) -> tuple[int, SentMessage, int]:
    """A ticket in a room with topics: its number, its card, its thread."""
    number, card = desk.opens(anna, "工地在江宁区，转人工", desk.jiangning)
    assert card.thread
    return number, card, card.thread


def test_each_ticket_has_a_topic_and_what_is_said_there_goes_to_the_user(desk: Desk, anna: Person, ben: Person) -> None:
    forum = desk.jiangning
    first, _, annas = topic_of(desk, anna)
    second, _, bens = topic_of(desk, ben)
    assert annas != bens
    assert str(forum.chat.topics[annas]["name"]).startswith(f"{first} 工地在江宁区")
    desk.chen.says("江宁这边在处理", forum, thread=annas)
    desk.hears(anna, "工作人员已接手", "👷 工作人员\n江宁这边在处理")
    desk.hears(ben)
    said = desk.hears(forum, "等用户回复（小陈）", "已发给用户")
    assert {one.thread for one in said} == {annas}
    ben.says("跳过")
    desk.forget()
    desk.chen.says("认领", forum, thread=bens)
    desk.hears(ben, f"工作人员已接手你的工单 {second}")
    desk.hears(forum, f"工单 {second} · 处理中（小陈）", f"已认领工单 {second}")
    ben.says("在吗")
    [question] = desk.hears(forum, "用户：在吗")
    assert question.thread == bens
    desk.wang.says("在的", forum, reply_to=question)
    desk.hears(ben, "在的")


def test_notes_and_commands_in_a_topic_do_not_reach_the_user(desk: Desk, anna: Person) -> None:
    forum = desk.jiangning
    _, card, thread = topic_of(desk, anna)
    desk.chen.says("备注 用户在工地上", forum, thread=thread)
    desk.hears(forum, "备注已记下，用户看不到")
    desk.chen.says("备注：又打了电话", forum, thread=thread)
    desk.hears(forum, "备注已记下，用户看不到")
    desk.chen.presses(card, "加备注")
    [prompt] = desk.hears(forum, "用户看不到")
    assert prompt.thread == thread
    desk.chen.says("解决 不了就转走", forum, reply_to=prompt)
    desk.hears(forum, "备注已记下，用户看不到")
    desk.chen.says("/stats", forum, thread=thread)
    desk.hears(forum, "工单：待认领")
    desk.chen.says("加急", forum, thread=thread)
    desk.hears(forum, "‼️ 工单", "已加急")
    desk.hears(anna)
    desk.chen.says("解决", forum, thread=thread)
    desk.hears(anna, "现在可以了吗")


def test_the_general_topic_and_topics_of_their_own_are_for_talk(desk: Desk, anna: Person) -> None:
    forum = desk.jiangning
    number, card, _ = topic_of(desk, anna)
    own = forum.topic("闲聊")
    desk.chen.says("中午吃什么", forum)
    desk.chen.says("食堂", forum, thread=own)
    desk.hears(forum)
    desk.hears(anna)
    desk.chen.says(f"认领 {number}", forum, thread=own)
    desk.hears(anna, "工作人员已接手")
    said = desk.hears(forum, "处理中（小陈）", f"已认领工单 {number}")
    assert said[0].id == card.id


def test_pictures_go_into_the_topic(desk: Desk, anna: Person) -> None:
    _, _, thread = topic_of(desk, anna)
    anna.sends_photo()
    desk.hears(anna, "已经放进工单")
    said = desk.hears(desk.jiangning, "附件：1 个", "［photo］")
    assert [one.thread for one in said] == [thread, thread]


@pytest.mark.parametrize("how", ["deleted", "closed"])
def test_a_topic_that_is_gone_loses_nothing_of_what_users_say(how: str, desk: Desk, anna: Person) -> None:
    forum = desk.jiangning
    number, _, thread = topic_of(desk, anna)
    desk.chen.says("认领", forum, thread=thread)
    desk.forget()
    if how == "closed":
        forum.chat.topics[thread]["closed"] = True
        forum.make_bot_admin("member")
    else:
        del forum.chat.topics[thread]
    anna.says("还在吗")
    desk.hears(anna)
    [said] = desk.hears(forum, f"#{number} 用户：还在吗")
    assert said.thread is None
    forum.make_bot_admin()


def test_a_room_where_the_bot_may_open_no_topics(desk: Desk, anna: Person) -> None:
    desk.jiangning.make_bot_admin("member")
    desk.settle()
    number, card = desk.opens(anna, "工地在江宁区，转人工", desk.jiangning)
    assert card.thread is None
    desk.jiangning.make_bot_admin()
    desk.chen.says("好的", desk.jiangning, reply_to=card)
    desk.hears(anna, f"工作人员已接手你的工单 {number}", "好的")
