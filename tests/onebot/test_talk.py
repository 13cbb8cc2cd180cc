"""People ask in QQ, alone and in groups; the account answers whoever asked."""

from typing import Any

import pytest

from tests.onebot.client import PATH, Bridge
from tests.onebot.office import STAFF, Office

QUESTION = "岗位选错了怎么办"
ANSWER = "岗位选错了"
ME = "小宁助手"


def test_a_question_alone_and_the_way_through_its_steps(office: Office) -> None:
    anna = office.friend()
    office.says(anna, QUESTION)
    [said] = office.hears(anna, ANSWER)
    assert (said.quoted, said.called) == (None, ())
    office.says(anna, "带我一步步做")
    office.hears(anna, "第 1/3 步")
    office.says(anna, "下一步")
    office.hears(anna, "第 2/3 步")


def test_who_asks_in_a_group_is_quoted_and_called(office: Office) -> None:
    site, anna = office.group(), office.stranger()
    asked = office.says(anna, QUESTION, site)
    [said] = office.hears(anna, ANSWER, group=site)
    assert (said.quoted, said.called) == (asked, (anna,))


@pytest.mark.parametrize(
    "words",
    [f"@{ME} {QUESTION}", f"{QUESTION} @{ME}", f"{ME}，{QUESTION}", f"@考勤问我 {QUESTION}", f"考勤问我 {QUESTION}"],
)
def test_called_by_the_name_on_its_card_or_its_own(office: Office, words: str) -> None:
    site, anna = office.group(card="考勤问我"), office.stranger()
    office.says(anna, "早", site, mention=False)
    office.bridge.until(lambda: ("get_group_member_info", {"group_id": site, "user_id": 10_001}) in office.bridge.calls)
    office.settle()
    office.says(anna, words, site, mention=False)
    office.hears(anna, ANSWER, group=site)


@pytest.mark.parametrize(
    "words",
    [
        QUESTION,
        "转人工",
        "1",
        f"@别的机器人 {QUESTION}",
        [{"type": "at", "data": {"qq": "all"}}, {"type": "text", "data": {"text": QUESTION}}],
        [{"type": "at", "data": {"qq": "555"}}, {"type": "text", "data": {"text": QUESTION}}],
    ],
)
def test_talk_among_people_is_not_answered(office: Office, words: Any) -> None:
    office.says(office.stranger(), words, office.group(), mention=False)
    office.hears(None)


def test_a_reply_to_the_account_goes_on(office: Office) -> None:
    site, anna, ben = office.group(), office.stranger(), office.stranger()
    asked = office.says(anna, QUESTION, site)
    [answer] = office.hears(anna, ANSWER, group=site)
    office.says(anna, "带我一步步做", site, mention=False, reply=answer.number)
    office.hears(anna, "第 1/3 步", group=site)
    office.says(ben, "看不懂", site, mention=False, reply=asked)
    office.hears(None)


def test_two_people_do_not_move_each_others_steps(office: Office) -> None:
    site, anna, ben = office.group(), office.stranger(), office.stranger()
    for person, question in ((anna, QUESTION), (ben, "考勤地址填错了")):
        office.says(person, question, site)
        office.settle()
        office.says(person, "带我一步步做", site)
        office.settle()
    office.forget()
    office.says(anna, "下一步", site)
    office.hears(anna, "【岗位选错了】（第 2/3 步）", group=site)
    office.says(ben, "下一步", site)
    [bens] = office.hears(ben, "第 2/", group=site)
    assert "岗位" not in bens.text


@pytest.mark.parametrize("wants", ["array", "string"])
def test_both_ways_of_writing_messages(office: Office, wants: Any) -> None:
    with Bridge(office.url + PATH, 10_011, wants=wants) as bridge:
        bridge.add_group(5, card="")
        bridge.says(77, f"{QUESTION} [急] &", 5)
        assert bridge.hears(77, ANSWER, 5).called == (77,)
        bridge.friends.add(78)
        bridge.says(78, QUESTION)
        bridge.hears(78, ANSWER)


def test_a_picture_is_seen_and_kept_with_the_ticket(office: Office) -> None:
    anna = office.friend()
    office.says(anna, "转人工")
    office.settle()
    office.says(anna, [], image="https://multimedia.nt.qq.com.cn/download?fileid=1")
    office.settle()
    assert office.rows("SELECT kind, ref FROM attachment")[-1][0] == "图片"
    shown = [one.pictures for one in office.bridge.to(group=880_001)]
    assert ("https://multimedia.nt.qq.com.cn/download?fileid=1",) in shown


@pytest.mark.parametrize(
    "event",
    [
        {"post_type": "notice", "notice_type": "notify", "sub_type": "poke", "group_id": 5, "target_id": 10_001},
        {"post_type": "notice", "notice_type": "group_recall", "group_id": 5, "message_id": 3},
        {"post_type": "request", "request_type": "friend", "flag": "f1", "comment": "你好"},
        {"post_type": "request", "request_type": "group", "sub_type": "invite", "flag": "g1", "group_id": 9},
        {"post_type": "message_sent", "message_type": "private", "message": QUESTION, "message_id": 8},
    ],
)
def test_what_is_left_alone(office: Office, event: dict[str, Any]) -> None:
    calls = len(office.bridge.calls)
    office.bridge.push({"self_id": 10_001, "time": 1, "user_id": 555, **event})
    office.hears(None)
    assert len(office.bridge.calls) == calls


def test_who_hides_in_a_group_has_a_conversation_of_his_own(office: Office) -> None:
    site = office.group()
    hidden = {"sub_type": "anonymous", "anonymous": {"id": 991, "name": "大力水手", "flag": "x"}}
    office.says(80_000_000, QUESTION, site, **hidden)
    [said] = office.hears(None, ANSWER, group=site)
    assert said.called == ()
    keys = [key for (key,) in office.rows("SELECT key FROM conversation")]
    assert f"10001.g{site}/anonymous-991" in keys


def test_somebody_from_a_group_who_writes_alone(office: Office) -> None:
    site, anna = office.group(), office.stranger()
    body = office.bridge.event(anna, [{"type": "text", "data": {"text": QUESTION}}], None, 424_242)
    office.bridge.push(body | {"sub_type": "group", "sender": body["sender"] | {"group_id": site}})
    office.hears(anna, ANSWER)
    assert office.bridge.calls[-1][1]["group_id"] == site


def test_the_owner_silences_the_group_and_calls_back(office: Office) -> None:
    site, anna, boss = office.group(), office.stranger(), office.stranger()
    office.says(anna, "/静音", site, mention=False)
    office.hears(anna, "群主或管理员", group=site)
    office.says(boss, "/静音", site, mention=False, role="owner")
    office.hears(boss, "先不说话了", group=site)
    office.says(anna, QUESTION, site)
    office.hears(None)
    office.says(boss, "/恢复", site, mention=False, role="admin")
    office.hears(boss, "我回来了", group=site)
    office.says(anna, QUESTION, site)
    office.hears(anna, ANSWER, group=site)


def test_two_accounts_never_talk_to_each_other(office: Office) -> None:
    site = office.group()
    with Bridge(office.url + PATH, 10_012) as other:
        other.add_group(site)
        office.bridge.says(10_012, QUESTION, site)
        other.friends.add(10_001)
        other.says(10_001, QUESTION)
        other.says(10_001, QUESTION, site)
        office.hears(None)
        assert not other.sent


def test_of_two_accounts_in_a_group_the_one_answers_that_is_called(office: Office) -> None:
    site, anna = office.group(), office.stranger()
    with Bridge(office.url + PATH, 10_013) as other:
        other.add_group(site)
        office.says(anna, QUESTION, site)
        other.says(
            anna,
            [{"type": "at", "data": {"qq": "10001"}}, {"type": "text", "data": {"text": QUESTION}}],
            site,
            mention=False,
        )
        office.hears(anna, ANSWER, group=site)
        assert not other.sent


def _both(accounts: tuple[Bridge, Bridge], user: int, words: str, site: int, role: str = "member") -> None:
    """All accounts in a group hear the same."""
    for account in accounts:
        account.says(user, words, site, mention=False, role=role)


def test_of_two_accounts_in_a_group_one_answers_what_names_none(office: Office) -> None:
    site, anna, boss = office.group(card="甲"), office.stranger(), office.stranger()
    with Bridge(office.url + PATH, 10_014) as other:
        other.add_group(site, card="乙")
        other.cut()  # now it says that it is in there
        other.until(lambda: sum(action == "get_group_member_info" for action, _ in other.calls) >= 1)
        both = (office.bridge, other)
        _both(both, anna, f"{ME} {QUESTION}", site)
        office.bridge.hears(anna, ANSWER, site)
        _both(both, anna, "乙，停工了还要打卡吗", site)
        other.hears(anna, "停工", site)
        _both(both, boss, "/静音", site, role="owner")
        office.bridge.hears(boss, "先不说话了", site)
        other.says(anna, "人脸识别过不去", site)
        _both(both, anna, "/恢复", site)
        _both(both, boss, "/恢复", site, role="admin")
        office.bridge.hears(boss, "我回来了", site)
        office.settle()
        assert [len(one.to(group=site)) for one in both] == [3, 1]
    office.forget()


def test_a_friend_goes_on_alone_and_somebody_else_in_the_group(office: Office) -> None:
    site, anna, ben = office.group(), office.stranger(), office.stranger()
    added = {"post_type": "notice", "notice_type": "friend_add", "self_id": 10_001, "user_id": anna}
    office.bridge.push(added)
    office.bridge.friends.add(anna)
    office.says(anna, "转人工", site)
    office.bridge.hears(anna, "后面的事我私聊你", site)
    office.bridge.hears(anna, "请告诉我项目名称")
    office.says(ben, "转人工", site)
    assert "项目名称" in office.bridge.hears(ben, "私聊我发“工单", site).text
    office.forget()
    assert not office.bridge.to(ben)


def test_who_cannot_be_written_to_alone_is_answered_in_the_group(office: Office) -> None:
    site, anna = office.group(), office.stranger()
    office.bridge.push({"post_type": "notice", "notice_type": "friend_add", "self_id": 10_001, "user_id": anna})
    office.says(anna, "转人工", site)  # who is no friend any more, without our having heard so
    said = office.bridge.hears(anna, "私聊发不到你", site)
    number = office.ticket()
    assert f"工单 {number}" in said.text
    office.bridge.hears(None, "已改在群里答复", STAFF)
    office.says(555, f"回复 {number} 先退出再登录，不行打 138 1234 5678", STAFF, mention=False)
    assert "138****5678" in office.bridge.hears(anna, "先退出再登录", site).text
    office.bridge.hears(None, "群里不显示手机号", STAFF)
    office.forget()


def test_in_a_group_it_is_said_how_to_go_on(office: Office) -> None:
    site, anna, ben = office.group(), office.stranger(), office.friend()
    office.says(anna, QUESTION, site)
    [said] = office.hears(anna, "可以回复这条消息（或者 @我）说：“带我一步步做”", group=site)
    office.says(ben, QUESTION)
    office.hears(ben, "可以回复：“带我一步步做”")
    office.says(anna, "转人工", site)
    office.settle()
    office.says(555, f"认领 {office.ticket()}", STAFF, mention=False)
    office.bridge.hears(anna, "请回复这条消息或者 @我", site)
    office.forget()
    assert said.called == (anna,)


def test_a_picture_of_an_agents_reaches_the_user(office: Office) -> None:
    anna = office.friend()
    number = _ticket(office, anna, None)
    card = office.bridge.hears(None, f"工单 {number}", STAFF)
    office.says(555, [], STAFF, mention=False, reply=card.number, image="https://gchat.qpic.cn/1")
    office.bridge.until(lambda: any(one.pictures == ("https://gchat.qpic.cn/1",) for one in office.bridge.to(anna)))
    office.forget()


def test_a_long_answer_is_one_merged_message_in_a_group_and_pieces_alone(office: Office) -> None:
    site, anna = office.group(), office.friend()
    number = _ticket(office, anna, site)
    office.says(555, f"回复 {number} {'这一段说明很长。' * 700}", 880_001, mention=False)
    office.settle()
    head, merged = office.bridge.to(group=site)[-2:]
    assert (head.called, head.nodes) == ((anna,), ())
    assert len(merged.nodes) == 4
    assert "".join(merged.nodes).count("这一段说明很长。") == 700


def test_where_merged_messages_are_unknown_it_is_pieces(office: Office) -> None:
    site, anna = office.group(), office.stranger()
    number = _ticket(office, anna, site)
    office.bridge.unsupported.add("send_group_forward_msg")
    office.says(555, f"回复 {number} {'这一段说明很长。' * 700}", 880_001, mention=False)
    office.settle()
    office.bridge.unsupported.clear()
    pieces = office.bridge.to(group=site)[-4:]
    assert [bool(one.text) for one in pieces] == [True] * 4
    assert "".join(one.text for one in pieces).count("这一段说明很长。") == 700


def _ticket(office: Office, user: int, site: int | None) -> int:
    office.says(user, "转人工", site)
    office.settle()
    return office.ticket()
