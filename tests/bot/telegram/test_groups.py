"""The bot among people: whom it hears, whom it answers, and that nobody speaks or presses for another."""

import pytest

from bot.channels.telegram import delivery
from tests.bot.telegram.conftest import Desk
from tests.telegram import Group, Person

BOT = "@helpdesk_bot"
ANSWER = "岗位选错了"
QUESTION = "岗位选错了怎么办"


@pytest.fixture
def site(desk: Desk, anna: Person, ben: Person) -> Group:
    return desk.api.group("工地群", [anna, ben])


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (f"{BOT} {QUESTION}", ANSWER),
        (f"{QUESTION} @HelpDesk_Bot", ANSWER),
        (BOT, "你好！我是"),
        ("/help", "你可以直接问"),
        ("/help@Helpdesk_Bot", "你可以直接问"),
        (f"/help@helpdesk_bot {QUESTION}", ANSWER),
        ("/start@helpdesk_bot from-a-link", "你好！我是"),
        ("/contacts", "电话按工程类型"),
    ],
)
def test_who_speaks_to_the_bot_is_quoted_and_answered(
    words: str, answer: str, desk: Desk, site: Group, anna: Person
) -> None:
    asked = anna.says(words, site)
    [said] = desk.hears(site, answer)
    assert said.reply_to == asked["message_id"]
    desk.hears(anna)


@pytest.mark.parametrize("privacy", [True, False])
def test_talk_among_people_is_not_answered(privacy: bool, desk: Desk, site: Group, anna: Person) -> None:
    if not privacy:
        site.make_bot_admin()
    for words in (QUESTION, "/help@other_bot", f"@other_bot {QUESTION}", "@helpdesk_botty 在吗", "1", "转人工"):
        anna.edits(anna.says(words, site), f"{words}？")
    desk.hears(site)
    desk.hears(desk.staff)


def test_no_word_of_other_peoples_talk_is_kept(
    desk: Desk, site: Group, anna: Person, caplog: pytest.LogCaptureFixture
) -> None:
    site.make_bot_admin()
    tables = ("conversation", "message", "question_log", "outbox", "attachment", "told")
    before = {table: desk.rows(f"SELECT count(*) FROM {table}") for table in tables}
    secret = anna.says("我的身份证号是320100197001011234", site)
    anna.edits(secret, "我的身份证号是320100197001011234，别外传")
    anna.sends_photo("320100197001011234", chat=site)
    desk.hears(site)
    assert {table: desk.rows(f"SELECT count(*) FROM {table}") for table in tables} == before
    assert not [word for word in desk.words() if "320100197001011234" in word]
    assert "320100197001011234" not in caplog.text


def test_a_reply_to_the_bot_goes_on_with_the_conversation(desk: Desk, site: Group, anna: Person, ben: Person) -> None:
    anna.says(f"{BOT} {QUESTION}", site)
    [answer] = desk.hears(site, ANSWER)
    asked = anna.says("带我一步步做", site, reply_to=answer)
    [step] = desk.hears(site, "第 1/3 步")
    assert step.reply_to == asked["message_id"]
    ben.says("看不懂", site, reply_to=asked)
    desk.hears(site)


def test_two_people_in_one_group_do_not_move_each_others_steps(
    desk: Desk, site: Group, anna: Person, ben: Person
) -> None:
    for person, title in ((anna, "岗位选错了"), (ben, "修改考勤地址")):
        person.says(f"{BOT} {title}怎么办", site)
        [answer] = desk.hears(site, title)
        person.presses(answer, "带我一步步做")
        [step] = desk.hears(site, f"{title}（第 1/")
        if person is anna:
            annas = step
    bens = step
    anna.presses(annas, "下一步")
    [annas_second] = desk.hears(site, "岗位选错了（第 2/3 步）")
    assert (annas_second.id, annas_second.edits) == (annas.id, 1)
    ben.says("下一步", site, reply_to=bens)
    desk.hears(site, "修改考勤地址（第 2/")
    anna.says("上一步", site, reply_to=annas)
    desk.hears(site, "岗位选错了（第 1/3 步）")


def test_another_persons_button_is_refused_and_written_down(desk: Desk, site: Group, anna: Person, ben: Person) -> None:
    anna.says(f"{BOT} {QUESTION}", site)
    [answer] = desk.hears(site, ANSWER)
    pressed = ben.presses(answer, "带我一步步做")
    desk.hears(site)
    toast = desk.api.answers(pressed) or {}
    assert "这是别人的对话" in toast["text"]
    assert str(toast["show_alert"]).lower() == "true"
    assert desk.audit(ben) == [("another person's button", None, 0)]
    pressed = anna.presses(answer, "带我一步步做")
    [step] = desk.hears(site, "第 1/3 步")
    assert step.edits == 0
    assert desk.api.answers(pressed) is not None


def test_what_a_group_has_just_been_told_is_not_told_again(desk: Desk, site: Group, anna: Person, ben: Person) -> None:
    anna.says(f"{BOT} {QUESTION}", site)
    desk.hears(site, "怎么做：")
    ben.says(f"{BOT} 选错岗位了怎么弄", site)
    desk.hears(site, "这个问题上面刚刚答过")


def test_a_ticket_in_a_group_asks_for_nothing_personal_and_calls_its_user(
    desk: Desk, site: Group, anna: Person
) -> None:
    anna.says(f"{BOT} 转人工", site)
    [opened] = desk.hears(site, "群里不收个人信息")
    assert opened.buttons == []
    [card] = desk.hears(desk.staff, "Telegram（群里）")
    desk.wang.says("请说是哪个项目", desk.staff, reply_to=card)
    _, said = desk.hears(site, "工作人员已接手", "请说是哪个项目")
    assert f'<a href="tg://user?id={anna.id}">' in said.html
    assert said.text.startswith("你的工单有消息\n👷 工作人员\n")
    desk.hears(desk.staff, "等用户回复", "已发给用户")
    anna.says("河西二期", site, reply_to=said)
    desk.hears(site)
    desk.hears(desk.staff, "处理中", "用户：河西二期")
    desk.hears(anna)


def test_in_a_group_with_topics_the_answer_goes_where_the_question_is(desk: Desk, anna: Person) -> None:
    forum = desk.api.group("项目部", [anna], forum=True)
    first, second = forum.topic("打卡"), forum.topic("闲聊")
    anna.says(f"{BOT} {QUESTION}", forum, thread=first)
    [answer] = desk.hears(forum, ANSWER)
    assert answer.thread == first
    anna.presses(answer, "带我一步步做")
    [step] = desk.hears(forum, "第 1/3 步")
    assert step.thread == first
    anna.says(f"{BOT} 转人工", forum, thread=second)
    [opened] = desk.hears(forum, "已经登记")
    assert opened.thread == second
    [card] = desk.hears(desk.staff, "群里")
    desk.chen.says("马上处理", desk.staff, reply_to=card)
    assert [one.thread for one in desk.hears(forum, "工作人员已接手", "马上处理")] == [second, second]
    anna.says("大家好", forum)
    anna.says("这个话题好", forum, thread=first)
    desk.hears(forum)


def test_the_bot_comes_goes_and_comes_back(desk: Desk, site: Group, anna: Person, ben: Person) -> None:
    site.remove_bot(by=ben)
    desk.hears(site)
    site.add_bot(by=anna)
    desk.hears(site, "大家好，我是“宁勤绩”考勤的小帮手")
    site.joins(desk.api.person("Carl"))
    site.make_bot_admin()
    desk.hears(site)
    new = desk.api.group("新群", [anna], bot=False)
    new.add_bot(by=anna)
    desk.hears(new, "大家好")


def test_staff_hear_that_a_group_has_thrown_the_bot_out(desk: Desk, site: Group, anna: Person) -> None:
    anna.says(f"{BOT} 转人工", site)
    desk.hears(site, "已经登记")
    [card] = desk.hears(desk.staff, "待认领")
    site.remove_bot(by=anna)
    desk.hears(site)
    desk.wang.says("请说是哪个项目", desk.staff, reply_to=card)
    desk.hears(site)
    lost = "没有送达用户：对方屏蔽了机器人，或机器人不在群里"
    desk.api.until(lambda: sum(lost in said.text for said in desk.api.messages(desk.staff)) >= 2)


def test_staff_hear_what_was_still_waiting_when_a_group_threw_the_bot_out(
    desk: Desk, site: Group, anna: Person
) -> None:
    anna.says(f"{BOT} 转人工", site)
    desk.hears(site, "已经登记")
    [card] = desk.hears(desk.staff, "待认领")
    desk.api.faults.fail("sendMessage", 429, retry_after=2, chat=site)
    desk.wang.says("请说是哪个项目", desk.staff, reply_to=card)
    desk.api.until(lambda: any(call.status == 429 for call in desk.api.calls_of("sendMessage")))
    site.remove_bot(by=anna)
    desk.hears(site)
    desk.hears(desk.staff, "等用户回复", "已发给用户", "没有送达用户")


def test_a_channel_of_news_is_not_greeted(desk: Desk, anna: Person) -> None:
    channel = desk.api.group("公告", bot=False)
    channel.chat.type = "channel"
    channel.add_bot()
    desk.hears(channel)


def test_a_group_that_becomes_a_supergroup_goes_on(desk: Desk, anna: Person, ben: Person) -> None:
    old = desk.api.group("小群", [anna, ben], basic=True)
    anna.says(f"{BOT} {QUESTION}", old)
    [answer] = desk.hears(old, ANSWER)
    anna.presses(answer, "带我一步步做")
    [step] = desk.hears(old, "第 1/3 步")
    anna.says("转人工", old, reply_to=step)
    desk.hears(old, "已经登记")
    [card] = desk.hears(desk.staff, "待认领")
    new = old.upgrade()
    anna.says(f"{BOT} 工单号多少", new)
    desk.hears(new, "正在等工作人员处理")
    desk.wang.says("请退出重登", desk.staff, reply_to=card)
    desk.hears(new, "工作人员已接手", "请退出重登")
    desk.hears(old)


def test_a_group_that_became_a_supergroup_while_the_bot_had_something_to_say(desk: Desk, anna: Person) -> None:
    old = desk.api.group("小群", [anna], basic=True)
    anna.says(f"{BOT} 转人工", old)
    desk.hears(old, "已经登记")
    [card] = desk.hears(desk.staff, "待认领")
    new = old.upgrade()
    desk.api.world.pending.clear()
    desk.wang.says("请退出重登", desk.staff, reply_to=card)
    desk.hears(new, "工作人员已接手", "请退出重登")
    anna.says(f"{BOT} 工单号多少", new)
    desk.hears(new, "已有工作人员在跟进")


def test_a_question_that_is_gone_is_answered_without_a_quote(desk: Desk, site: Group, anna: Person) -> None:
    desk.api.faults.hang("sendMessage", 0.2, chat=site)
    anna.deletes(anna.says(f"{BOT} {QUESTION}", site))
    [answer] = desk.hears(site, ANSWER)
    assert answer.reply_to is None


def test_staff_who_threw_the_bot_out_hear_what_they_missed_when_they_let_it_in(
    desk: Desk, anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "_ROOM_AGAIN", 0.2)
    desk.works.remove_bot(by=desk.wang)
    desk.hears(desk.works)
    anna.says("市政工程，转人工")
    desk.api.until(lambda: any(call.status == 403 for call in desk.api.calls_of("sendMessage")))
    desk.works.add_bot(by=desk.wang)
    desk.hears(desk.works, "待认领")


def test_what_waits_for_staff_is_not_lost_when_they_throw_the_bot_out(
    desk: Desk, anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "_ROOM_AGAIN", 0.2)
    desk.api.faults.fail("sendMessage", 429, retry_after=1, chat=desk.works)
    anna.says("市政工程，转人工")
    desk.api.until(lambda: any(call.status == 429 for call in desk.api.calls_of("sendMessage")))
    desk.works.remove_bot(by=desk.wang)
    desk.api.until(lambda: not desk.api.pending)
    desk.works.add_bot(by=desk.wang)
    desk.hears(desk.works, "待认领")
