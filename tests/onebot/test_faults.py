"""What goes wrong between the program, the bridge and QQ: nothing is lost, and hardly anything is said twice."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.channels.onebot import account, backlog, channel, pace, understanding
from kb.base import KnowledgeBase
from tests.bot.server import serving
from tests.onebot.client import PATH, TOKEN, Bridge, Fault
from tests.onebot.conftest import HASTE
from tests.onebot.office import STAFF, Office

QUESTION = "岗位选错了怎么办"
ANSWER = "岗位选错了"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(account.Account.call.__kwdefaults__ or {}, "within", 0.5)


def test_answers_in_any_order(office: Office) -> None:
    people = [office.friend() for _ in range(5)]
    office.bridge.hold = len(people)
    for person in people:
        office.says(person, QUESTION)
    office.settle()
    for person in people:
        sent = office.bridge.to(person)
        assert len(sent) == 1
        [(kept,)] = office.rows("SELECT sent_as FROM outbox WHERE lane = ?", f"10001.p{person}")
        assert kept == f"10001.{sent[0].number}"


@pytest.mark.parametrize(
    ("fault", "copies"),
    [
        (Fault("lost"), 1),
        (Fault("never"), 2),
        (Fault("late", seconds=0.6), 1),
        (Fault("cut before"), 1),
        (Fault("cut"), 2),
        (Fault("failed", answer={"status": "failed", "retcode": 200, "wording": "发送超时"}), 1),
        (Fault("failed", answer={"status": "failed", "retcode": 9057}), 1),
        (Fault("failed", times=2, answer={"status": "failed", "retcode": -1, "message": "?"}), 1),
        (Fault("failed", answer={"status": "failed", "retcode": "100", "message": None}), 1),
        (Fault("failed", answer={"status": "ok", "retcode": None, "data": None, "wording": None}), 0),
        (Fault("failed", answer={"status": "async", "retcode": 1, "data": None}), 0),
    ],
    ids=lambda value: f"{value.how} {value.answer.get('retcode', '')}" if isinstance(value, Fault) else str(value),
)
@pytest.mark.usefixtures("impatient")
def test_an_answer_that_does_not_come_as_it_should(office: Office, fault: Fault, copies: int) -> None:
    anna = office.friend()
    office.bridge.fail("send_private_msg", fault)
    office.says(anna, QUESTION)
    office.settle()
    assert len(office.bridge.to(anna)) == copies
    assert [state for (state,) in office.rows("SELECT state FROM outbox WHERE lane = ?", f"10001.p{anna}")] == ["sent"]


@pytest.mark.usefixtures("impatient")
def test_in_doubt_it_is_said_twice_and_not_again(office: Office) -> None:
    anna = office.friend()
    office.bridge.fail("send_private_msg", Fault("never", times=10, where=anna))
    office.says(anna, QUESTION)
    office.settle()
    assert len(office.bridge.to(anna)) == 2
    [(state, error)] = office.rows("SELECT state, error FROM outbox WHERE lane = ?", f"10001.p{anna}")
    assert (state, "没有确认" in str(error)) == ("failed", True)
    office.bridge.faults.clear()


@pytest.mark.usefixtures("impatient")
def test_a_merged_message_in_doubt_goes_out_in_pieces(office: Office) -> None:
    site, anna = office.group(), office.stranger()
    office.says(anna, "转人工", site)
    office.settle()
    office.bridge.fail("send_group_forward_msg", Fault("lost"))
    office.says(555, f"回复 {office.ticket()} {'这一段说明很长。' * 700}", STAFF, mention=False)
    office.settle()
    assert len(office.bridge.to(group=site)[-4:]) == 4
    assert "".join(one.text for one in office.bridge.to(group=site)).count("这一段说明很长。") == 700
    assert office.rows("SELECT 1 FROM outbox WHERE state = 'failed' AND lane = ?", f"10001.g{site}") == []


@pytest.mark.usefixtures("impatient")
def test_a_merged_message_whose_answer_is_late_is_not_sent_again(office: Office) -> None:
    site, anna = office.group(), office.stranger()
    office.says(anna, "转人工", site)
    office.settle()
    office.bridge.fail("send_group_forward_msg", Fault("late", seconds=0.6))
    office.says(555, f"回复 {office.ticket()} {'这一段说明很长。' * 700}", STAFF, mention=False)
    office.settle()
    last = office.bridge.to(group=site)[-1]
    assert len(last.nodes) == 4


def test_who_is_no_friend_cannot_be_written_to(office: Office) -> None:
    stranger = office.stranger()
    office.says(stranger, QUESTION)
    office.settle()
    rows = office.rows("SELECT state, attempts, error FROM outbox WHERE lane = ?", f"10001.p{stranger}")
    assert [(state, attempts) for state, attempts, _ in rows] == [("failed", 1)]
    assert "好友" in str(rows[0][2])


def test_a_muted_account_is_told_of_and_holds_up_nobody(office: Office) -> None:
    site, anna, ben = office.group(), office.stranger(), office.friend()
    office.bridge.muted.add(site)
    office.says(anna, QUESTION, site)
    office.says(ben, QUESTION)
    office.hears(ben, ANSWER)
    assert "禁言" in str(office.rows("SELECT error FROM outbox WHERE lane = ?", f"10001.g{site}"))


@pytest.mark.parametrize("rudely", [False, True])
def test_what_was_to_be_sent_waits_for_the_account(office: Office, rudely: bool) -> None:
    anna = office.friend()
    for number in range(3):
        office.says(anna, QUESTION)
        office.bridge.cut(rudely=rudely)
        assert office.bridge.connections > number
    office.settle()
    assert 1 <= len({one.number for one in office.bridge.to(anna)}) <= 6
    assert not office.rows("SELECT 1 FROM outbox WHERE state = 'failed' AND lane = ?", f"10001.p{anna}")


def test_what_was_said_just_before_a_break_is_heard(office: Office) -> None:
    for _ in range(3):
        people = [office.friend() for _ in range(15)]
        words = [{"type": "text", "data": {"text": QUESTION}}]
        office.bridge.bursts([office.bridge.event(user, words, None, user) for user in people])
        office.bridge.until(lambda people=people: all(office.bridge.to(user) for user in people), "answers")  # type: ignore[misc]
    office.settle()
    office.forget()


def test_breaks_do_not_change_the_order(office: Office) -> None:
    anna = office.friend()
    said = [f"第{number}句" for number in range(6)]
    for number, words in enumerate(said):
        before = office.bridge.connections
        texts = [{"type": "text", "data": {"text": words}}]
        office.bridge.bursts([office.bridge.event(anna, texts, None, 7_000_000 + number)])
        office.bridge.until(lambda before=before: office.bridge.connections > before, "a new connection")  # type: ignore[misc]
    query = "SELECT text FROM message JOIN conversation c ON c.id = conversation_id WHERE author = 'user' AND c.key = ?"
    kept = query + " ORDER BY message.id"
    office.bridge.until(lambda: len(office.rows(kept, f"10001.p{anna}")) == len(said), "all that was said")
    assert [text for (text,) in office.rows(kept, f"10001.p{anna}")] == said
    office.forget()


def test_an_answer_whose_quote_is_refused_goes_without_it(office: Office) -> None:
    site, anna = office.group(), office.stranger()
    gone = {"status": "failed", "retcode": 1200, "message": "找不到被引用的消息"}
    office.bridge.fail("send_group_msg", Fault("failed", times=2, answer=gone))
    office.says(anna, QUESTION, site)
    [said] = office.hears(anna, ANSWER, group=site)
    assert (said.quoted, said.called) == (None, (anna,))


def test_a_message_that_comes_twice_is_answered_once(office: Office) -> None:
    anna = office.friend()
    asked = office.says(anna, QUESTION)
    office.settle()
    office.bridge.redeliver(asked)
    office.bridge.cut()
    office.bridge.redeliver(asked)
    office.settle()
    assert len(office.bridge.to(anna)) == 1


def test_a_number_that_was_used_before_is_a_new_message(office: Office) -> None:
    anna = office.friend()
    for words in (QUESTION, "停工了还要打卡吗"):
        event = office.bridge.event(anna, [{"type": "text", "data": {"text": words}}], None, 3)
        office.bridge.push(event)
        office.bridge.push(event)
        office.bridge.arrived()
    office.bridge.hears(anna, "停工")
    office.hears(anna, ANSWER, "停工")


def test_a_restart_does_not_make_it_faster(
    base: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "WINDOW", 12.0)
    settings: dict[str, Any] = {"onebot_token": TOKEN, "onebot_rate": 3, "onebot_account_rate": 100}
    times: list[float] = []
    for first in (0, 3):
        with serving(base, tmp_path, **settings) as url, Bridge(url + PATH) as bridge:
            bridge.add_group(7)
            for user in range(first, first + 3):
                bridge.says(user, "在吗", 7)
            bridge.until(lambda bridge=bridge: len(bridge.to(group=7)) == 3, patience=60)  # type: ignore[misc]
            times += [one.at for one in bridge.to(group=7)]
    assert times[3] - times[0] >= 11.5


def test_who_never_stops_waits_for_his_answers_first(
    base: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(understanding, "_MOST_UNSENT", 5)
    settings: dict[str, Any] = {"onebot_token": TOKEN, "onebot_rate": 2, "onebot_account_rate": 100}
    with serving(base, tmp_path, **settings) as url, Bridge(url + PATH) as bridge:
        bridge.friends |= {5, 6}
        office = Office(url, tmp_path, bridge)
        for number in range(40):
            bridge.says(5, f"在吗{number}")
        bridge.says(6, QUESTION)
        bridge.hears(6, ANSWER)
        undone = "SELECT count(*) FROM inbox WHERE state = 'new'"
        bridge.until(lambda: not office.rows(undone)[0][0], "the inbox done")
        waiting = int(str(office.rows("SELECT count(*) FROM outbox WHERE state = 'waiting'")[0][0]))
        assert 5 <= waiting <= 8


def test_nothing_is_lost_over_a_restart_of_the_program(base: KnowledgeBase, tmp_path: Path) -> None:
    settings: dict[str, Any] = {"onebot_token": TOKEN, **HASTE}
    with serving(base, tmp_path, **settings) as url, Bridge(url + PATH) as bridge:
        bridge.friends.add(5)
        bridge.fail("send_private_msg", Fault("lost", times=100))
        bridge.says(5, QUESTION)
        bridge.until(lambda: not [fault for _, fault in bridge.faults if fault.times == 100])
    with serving(base, tmp_path, **settings) as url, Bridge(url + PATH) as bridge:
        bridge.friends.add(5)
        bridge.hears(5, ANSWER)


@pytest.mark.parametrize(
    ("allowed", "event", "call"),
    [
        (
            "onebot_accept_friends",
            {"request_type": "friend", "flag": "f"},
            ("set_friend_add_request", {"flag": "f", "approve": True}),
        ),
        (
            "onebot_accept_groups",
            {"request_type": "group", "sub_type": "invite", "flag": "g", "group_id": 9},
            ("set_group_add_request", {"flag": "g", "approve": True, "sub_type": "invite"}),
        ),
    ],
)
def test_requests_are_granted_where_the_settings_say_so(
    base: KnowledgeBase, allowed: str, event: dict[str, Any], call: tuple[str, Any]
) -> None:
    settings: dict[str, Any] = {"onebot_token": TOKEN, allowed: True}
    with serving(base, **settings) as url, Bridge(url + PATH) as bridge:
        request = {"post_type": "request", "self_id": 10_001, "user_id": 7}
        bridge.push(
            request | {"request_type": "group", "sub_type": "add", "flag": "somebody wants to join", "group_id": 9}
        )
        bridge.push(request | event)
        bridge.until(lambda: call in bridge.calls)
        assert len([one for one, _ in bridge.calls if one.startswith("set_")]) == 1


def test_the_program_starts_and_says_that_it_waits(
    base: KnowledgeBase, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "bot.pipeline.supervisor")
    with serving(base, tmp_path, onebot_token=TOKEN, onebot_staff_group=STAFF) as url:
        nobody = Bridge(url + PATH)
        state = Office(url, tmp_path, nobody).until_state("等待")
        assert (state["state"], PATH in state["detail"]) == ("waiting", True)
        said = [record.getMessage() for record in caplog.records]
        assert "channel web: running" in said
        assert f"channel onebot: waiting (等待 OneBot 连到 {PATH})" in said


def test_a_group_that_waits_long_is_told_of_once(
    base: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "WINDOW", 4.0)
    monkeypatch.setattr(backlog, "_LONG", timedelta(seconds=1))
    monkeypatch.setattr(channel, "_LOOK_SECONDS", 0.2)
    settings = {"onebot_token": TOKEN, "onebot_staff_group": STAFF, "onebot_rate": 2, "onebot_account_rate": 100}
    with serving(base, tmp_path, **settings) as url, Bridge(url + PATH) as bridge:
        bridge.add_group(STAFF)
        bridge.add_group(7)
        office = Office(url, tmp_path, bridge)
        for user in range(6):
            bridge.says(user, "在吗", 7)
        assert "等待发送" in office.until_state("等待发送")["detail"]
        told = bridge.hears(None, "QQ 群 7 的消息发得太密", STAFF)
        assert "等待发送" in told.text
        bridge.until(lambda: len(bridge.to(group=7)) == 6, patience=60)
        assert len([one for one in bridge.to(group=STAFF) if "发得太密" in one.text]) == 1
        office.settle()
        give_up = time.monotonic() + 10
        while "等待发送" in office.state()["detail"]:
            assert time.monotonic() < give_up
            time.sleep(0.1)


def test_private_chats_that_wait_long_are_told_of_together(
    base: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "WINDOW", 6.0)
    monkeypatch.setattr(backlog, "_LONG", timedelta(seconds=1))
    monkeypatch.setattr(channel, "_LOOK_SECONDS", 0.2)
    settings = {"onebot_token": TOKEN, "onebot_staff_group": STAFF, "onebot_rate": 100, "onebot_account_rate": 4}
    with serving(base, tmp_path, **settings) as url, Bridge(url + PATH) as bridge:
        bridge.add_group(STAFF)
        bridge.friends |= set(range(12))
        for user in range(12):
            bridge.says(user, "在吗")
        told = bridge.hears(None, "QQ 号 10001 私聊的消息发得太密", STAFF, patience=60)
        assert "等待发送" in told.text
        bridge.until(lambda: all(bridge.to(user) for user in range(12)), patience=60)
        assert len([one for one in bridge.to(group=STAFF) if "发得太密" in one.text]) == 1
