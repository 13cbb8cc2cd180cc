"""People talk with the bot in WeCom, alone and in groups, by word, by button, with pictures."""

from typing import Any

import pytest

from tests.wecom.gateway import ME, Json
from tests.wecom.office import LISTED, STAFF, Office

QUESTION = "岗位选错了怎么办"
ANSWER = "**【岗位选错了"


def test_a_question_alone_and_the_way_through_its_steps(office: Office) -> None:
    anna = office.friend()
    office.says(anna, QUESTION)
    [said] = office.hears(anna, ANSWER)
    assert said.how == "reply"
    assert "带我一步步做" in said.buttons
    assert "带我一步步做" in said.text, "for clients that show no cards"
    office.says(anna, "带我一步步做")
    office.hears(anna, "第 1/3 步")
    office.says(anna, "下一步")
    office.hears(anna, "第 2/3 步")


def test_a_button_is_the_same_as_its_text(office: Office) -> None:
    anna = office.friend()
    office.says(anna, QUESTION)
    [said] = office.hears(anna, ANSWER)
    office.expects(office.gateway.presses(anna, said, "带我一步步做"))
    step, card = office.hears_card(anna, "第 1/3 步")
    assert (step.how, card.how) == ("active", "active"), "an event cannot be replied to"
    office.expects(office.gateway.presses(anna, card, "下一步"))
    office.hears_card(anna, "第 2/3 步")
    assert ("带我一步步做",) in office.rows("SELECT text FROM message WHERE author = 'user'")


def test_the_card_shows_what_was_pressed(office: Office) -> None:
    anna = office.friend()
    office.says(anna, QUESTION)
    [said] = office.hears(anna, ANSWER)
    before = len(office.gateway.marked)
    office.expects(office.gateway.presses(anna, said, "没解决"))
    office.gateway.until(lambda: len(office.gateway.marked) > before, "mark")
    marked = office.gateway.marked[-1]
    assert marked["userids"] == [anna], "for nobody else"
    assert marked["template_card"]["main_title"]["desc"] == "已选：没解决"
    assert marked["template_card"]["task_id"] == said.task
    office.forget()


def test_an_older_form_of_the_press_and_a_card_nobody_remembers(office: Office) -> None:
    anna = office.friend()
    office.says(anna, QUESTION)
    office.hears(anna, ANSWER)
    event = {"eventtype": "template_card_event", "event_key": "带我一步步做", "task_id": "old-1"}
    office.expects(office.gateway.happens(anna, event))
    office.hears_card(anna, "第 1/3 步")


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        ({"msgtype": "text", "text": {"content": QUESTION}}, ANSWER),
        ({"msgtype": "voice", "voice": {"content": QUESTION}}, ANSWER),
        ({"msgtype": "mixed", "mixed": {"msg_item": [{"msgtype": "text", "text": {"content": QUESTION}}]}}, ANSWER),
        (
            {"msgtype": "text", "text": {"content": ""}, "quote": {"msgtype": "text", "text": {"content": QUESTION}}},
            ANSWER,
        ),
        ({"msgtype": "image", "image": {"url": "https://x/1", "aeskey": "k"}}, "图"),
        ({"msgtype": "file", "file": {"url": "https://x/1", "aeskey": "k", "filename": "a.docx"}}, ""),
        ({"msgtype": "video", "video": {"url": "https://x/1", "aeskey": "k"}}, ""),
    ],
)
def test_kinds_of_messages(content: Json, answer: str, office: Office) -> None:
    anna = office.friend()
    office.expects(office.gateway.sends(anna, content))
    office.hears(anna, answer)


def test_a_picture_with_words_is_kept_with_its_key(office: Office) -> None:
    anna = office.friend()
    items = [
        {"msgtype": "text", "text": {"content": QUESTION}},
        {"msgtype": "image", "image": {"url": "https://x/pic", "aeskey": "key-1"}},
    ]
    office.expects(office.gateway.sends(anna, {"msgtype": "mixed", "mixed": {"msg_item": items}}))
    office.settle()
    office.forget()
    [(kind, ref)] = office.rows("SELECT kind, ref FROM attachment ORDER BY id DESC LIMIT 1")
    assert kind == "图片"
    assert "https://x/pic" in str(ref)
    assert "key-1" in str(ref)


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        (f"@{ME} {QUESTION}", ANSWER),
        (f"@{ME}\u2005{QUESTION}", ANSWER),
        (f"{QUESTION} @{ME}", ANSWER),
        (f"请问 @{ME} {QUESTION}", ANSWER),
        (f"@老王 @{ME} {QUESTION}", ANSWER),
        (f"@{ME}", "你好！我是"),
    ],
)
def test_the_call_is_not_part_of_the_question(content: str, answer: str, office: Office) -> None:
    anna, site = office.friend(), office.group()
    office.expects(office.gateway.sends(anna, {"msgtype": "text", "text": {"content": content}}, site))
    [said] = office.hears(site, answer)
    assert said.how == "reply"
    assert "<@" not in said.text, "a reply shows by itself whom it is for"


def test_a_reply_in_a_group_answers_the_message_it_belongs_to(office: Office) -> None:
    site = office.group()
    asked = {office.says(user, text, site): text for user, text in (("u-1", QUESTION), ("u-2", "所有电话都发我"))}
    office.settle()
    answers = {str(one.answers): one.plain for one in office.gateway.to(site)}
    assert set(answers) == set(asked)
    for msgid, text in asked.items():
        assert ("岗位选错了" in answers[msgid]) is (text == QUESTION)
    office.forget()


def test_two_messages_at_once_get_each_its_own_reply(office: Office) -> None:
    anna = office.friend()
    asked = [office.gateway.says(anna, text) for text in (QUESTION, "所有电话都发我")]
    for msgid in asked:
        office.expects(msgid)
    first, second = office.hears(anna, ANSWER, "84632225")
    assert [first.answers, second.answers] == asked


def test_somebody_passes_anothers_question_on(office: Office) -> None:
    site = office.group()
    quote = {"msgtype": "text", "text": {"content": QUESTION}}
    office.expects(office.gateway.says(office.friend(), "", site, quote=quote))
    office.hears(site, ANSWER)


def test_two_people_in_one_group_do_not_move_each_others_steps(office: Office) -> None:
    site, anna, ben = office.group(), office.friend(), office.friend()
    office.says(anna, QUESTION, site)
    office.hears(site, ANSWER)
    office.says(anna, "带我一步步做", site)
    [step] = office.hears(site, "第 1/3 步")
    office.expects(office.gateway.presses(ben, step, "下一步", site))
    his, _ = office.hears_card(site, "第 2/3 步")
    assert his.text.startswith(f"<@{ben}>\n"), "an active message calls whom it is for"
    office.says(anna, "下一步", site)
    [hers] = office.hears(site, "第 2/3 步")
    assert hers.how == "reply"


def test_what_comes_twice_is_answered_once(office: Office) -> None:
    anna = office.friend()
    asked = office.says(anna, QUESTION)
    office.hears(anna, ANSWER)
    office.gateway.redeliver(asked)
    office.says(anna, "带我一步步做")
    office.hears(anna, "第 1/3 步")


def test_whoever_opens_the_chat_is_welcomed(office: Office) -> None:
    anna = office.friend()
    entered = office.gateway.enters(anna)
    said = office.gateway.hears(anna, "你好！我是")
    assert said.how == "welcome"
    office.gateway.redeliver(entered)
    office.says(anna, QUESTION)
    office.settle()
    assert [one.how for one in office.gateway.to(anna)] == ["welcome", "reply"]
    office.forget()


@pytest.mark.parametrize(
    "content",
    [
        {"msgtype": "stream", "stream": {"id": "s"}},
        {"msgtype": "location", "location": {}},
        {"msgtype": "text"},
        {"msgtype": "text", "text": {"content": ["x"]}},
        {},
        {"msgtype": "text", "text": {"content": "x"}, "from": {"userid": "a/b"}},
        {"msgtype": "text", "text": {"content": "x"}, "from": "u"},
        {"msgtype": "text", "text": {"content": "x"}, "chattype": "group", "chatid": 2**70},
    ],
)
def test_what_nobody_can_answer_is_passed_over(content: Any, office: Office) -> None:
    anna = office.friend()
    frame = office.gateway.body(anna) | content
    office.gateway.raw(office.gateway.frame("aibot_msg_callback", "odd-1", frame))
    office.says(anna, QUESTION)
    office.hears(anna, ANSWER)


def test_feedback_and_unknown_events_are_passed_over(office: Office) -> None:
    anna = office.friend()
    office.gateway.happens(anna, {"eventtype": "feedback_event", "feedback_event": {"id": "1", "type": 1}})
    office.gateway.happens(anna, {"eventtype": "moon_event"})
    office.says(anna, QUESTION)
    office.hears(anna, ANSWER)


def test_words_of_people_become_no_markup(office: Office) -> None:
    anna = office.friend()
    number, _ = office.opens(anna)
    office.says(anna, "跳过")
    office.forget()
    office.says(LISTED, f"认领 {number}", STAFF)
    office.settle()
    office.forget()
    office.says(anna, "<@all> [点我](http://evil.example) **急** `x` <font color='red'>")
    office.settle()
    shown = [one.text for one in office.gateway.to(STAFF) if "点我" in one.text]
    assert shown
    for sign in ("<@all>", "](", "**急**", "`", "<font"):
        assert sign not in shown[0]
    office.forget()


def test_number_and_id(office: Office) -> None:
    site = office.group()
    office.says(office.friend(), "/id", site)
    office.hears(site, site)


def test_the_channel_says_how_it_is_doing(office: Office) -> None:
    assert office.state().startswith("running aib")
