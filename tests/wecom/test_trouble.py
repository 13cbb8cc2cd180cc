"""Bad connections, refusals and limits: nothing is lost, nothing is said twice without need."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.base import KnowledgeBase
from tests.bot.server import serving
from tests.wecom.gateway import Gateway
from tests.wecom.office import STAFF, Office, settings_of

QUESTION = "岗位选错了怎么办"
ANSWER = "岗位选错了"
RESPOND, SEND = "aibot_respond_msg", "aibot_send_msg"


@pytest.fixture
def own(base: KnowledgeBase, tmp_path: Path) -> Iterator[Office]:
    """A program and a gateway of one's own, to break."""
    with Gateway() as gateway, serving(base, tmp_path, **settings_of(gateway)) as url:
        gateway.subscribed()
        yield Office(url, tmp_path, gateway)


@pytest.mark.parametrize("code", [846605, 846608])
def test_a_reply_to_what_the_platform_has_forgotten_goes_as_an_active_message(code: int, office: Office) -> None:
    anna = office.friend()
    office.gateway.fail(RESPOND, errcode=code)
    office.says(anna, QUESTION)
    said, _ = office.hears_card(anna, ANSWER)
    assert said.how == "active"
    assert len(office.gateway.to(anna)) == 2


@pytest.mark.parametrize(("times", "how"), [(1, "reply"), (2, "active")])
def test_a_reply_that_is_refused_is_tried_without_its_card_and_then_actively(
    times: int, how: str, office: Office
) -> None:
    anna = office.friend()
    office.gateway.fail(RESPOND, times=times, errcode=40058)
    office.says(anna, QUESTION)
    said, _ = office.hears_card(anna, ANSWER)
    assert said.how == how


def test_a_card_that_is_refused_costs_no_words(office: Office) -> None:
    anna = office.friend()
    office.gateway.fail(RESPOND, msgtype="stream_with_template_card", errcode=40058)
    office.gateway.fail(SEND, msgtype="template_card", errcode=40058)
    office.says(anna, QUESTION)
    [said] = office.hears(anna, ANSWER)
    assert "带我一步步做" in said.text
    assert not said.buttons


def test_an_answer_that_comes_late_is_an_answer(office: Office) -> None:
    anna = office.friend()
    office.gateway.fail(RESPOND, seconds=0.9)
    office.says(anna, QUESTION)
    office.gateway.hears(anna, ANSWER)
    _sent(office, anna)
    assert len(office.gateway.to(anna)) == 1


def test_an_answer_that_never_comes(office: Office) -> None:
    """Sent again under the same name, a stream is the same message."""
    anna = office.friend()
    office.gateway.fail(RESPOND, silent=True)
    office.says(anna, QUESTION)
    _sent(office, anna)
    assert [one.how for one in office.gateway.to(anna)] == ["reply"]
    assert len([one for one in office.gateway.of(RESPOND) if ANSWER in str(one.frame)]) >= 2


def test_too_much_at_once_waits(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.wecom.errors.AFTER_HASTE", 0.5)
    anna = office.friend()
    office.gateway.fail(RESPOND, errcode=846607)
    office.says(anna, QUESTION)
    said = office.gateway.hears(anna, ANSWER)
    assert said.how == "reply", "it is still one"
    _sent(office, anna)
    [(attempts,)] = office.rows("SELECT attempts FROM outbox WHERE lane = ?", anna)
    assert attempts == 1, "waiting as told is no fault of the message"


def test_an_active_message_too_many_waits(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.wecom.errors.AFTER_HASTE", 0.5)
    anna = office.friend()
    number, _ = office.opens(anna)
    office.gateway.fail(SEND, times=3, errcode=846607)
    office.says("agent1", f"回复 {number} 请稍等", STAFF)
    office.gateway.hears(anna, "请稍等")
    _settled(office)
    office.forget()


def test_who_cannot_be_reached_is_reported(office: Office) -> None:
    anna = office.friend()
    number, _ = office.opens(anna)
    office.gateway.fail(SEND, times=20, errcode=60111)
    office.says("agent1", f"认领 {number}", STAFF)
    failed = "SELECT error FROM outbox WHERE state = 'failed' AND lane = ?"
    give_up = time.monotonic() + 60
    while "60111" not in str(office.rows(failed, anna)):
        assert time.monotonic() < give_up, office.rows("SELECT lane, state, error FROM outbox")
        time.sleep(0.02)
    office.gateway.heal()
    _settled(office)
    office.forget()


@pytest.mark.parametrize("how", ["1000", "1001", "1006", "unsubscribed"])
def test_what_staff_say_meanwhile_is_not_lost(how: str, own: Office) -> None:
    anna = "anna"
    number, _ = own.opens(anna)
    match how:
        case "1006":
            own.gateway.cut()
        case "unsubscribed":
            own.gateway.fail(SEND, errcode=846609)
            own.gateway.fail(RESPOND, errcode=846609)
        case _:
            own.gateway.close(int(how))
    own.says("agent1", f"认领 {number}", STAFF)
    own.says("agent1", f"回复 {number} 请稍等", STAFF)
    own.gateway.hears(anna, "请稍等")
    own.gateway.until(lambda: own.gateway.is_subscribed)
    assert [one.text for one in own.gateway.to(anna) if "请稍等" in one.text] == ["👷 工作人员\n请稍等"]


def test_the_gateway_is_down_for_a_while(own: Office) -> None:
    own.says("anna", QUESTION)
    own.gateway.hears("anna", ANSWER)
    own.gateway.stop()
    own.until_state("trouble 和企业微信断开了")
    own.gateway.start()
    own.gateway.subscribed()
    own.says("anna", "带我一步步做")
    own.gateway.hears("anna", "第 1/3 步")
    own.until_state("running")


def test_cut_ten_times_under_way(own: Office) -> None:
    """Everybody who was heard gets his answer, and nobody another's."""
    people = [f"u{number}" for number in range(20)]
    for number, user in enumerate(people):
        own.gateway.says(user, QUESTION if number % 2 else "所有电话都发我")
        if number % 2:
            own.gateway.cut()
    own.gateway.subscribed()
    own.says("last", QUESTION)
    own.gateway.hears("last", ANSWER)
    _settled(own)
    heard = {str(key) for (key,) in own.rows("SELECT key FROM conversation")} - {"last"}
    assert len(heard) >= 10, "what is on the wire when it breaks is lost; the platform keeps nothing either"
    for number, user in enumerate(people):
        said = [one.plain for one in own.gateway.to(user) if one.text]
        assert bool(said) is (user in heard)
        assert all((ANSWER in one) is bool(number % 2) for one in said)


def test_displaced_and_the_web_page_goes_on(own: Office) -> None:
    own.gateway.kick()
    own.until_state("另一个程序正在用同一个机器人")
    own.gateway.subscribed()
    own.until_state("running")


def test_it_starts_with_a_wrong_secret_and_says_so(base: KnowledgeBase, tmp_path: Path) -> None:
    with Gateway() as gateway:
        settings = settings_of(gateway, wecom_bot_secret="wrong")
        with serving(base, tmp_path, **settings) as url:
            Office(url, tmp_path, gateway).until_state("trouble 企业微信不接受机器人的 ID 或 Secret")


def test_it_starts_without_a_platform(base: KnowledgeBase, tmp_path: Path) -> None:
    gateway = Gateway()
    gateway.start()
    gateway.stop()
    with serving(base, tmp_path, **settings_of(gateway)) as url:
        office = Office(url, tmp_path, gateway)
        office.until_state("trouble 和企业微信断开了")


def test_what_was_not_sent_goes_out_after_a_restart(base: KnowledgeBase, tmp_path: Path) -> None:
    with Gateway() as gateway:
        gateway.fail(RESPOND, times=1000, silent=True)
        with serving(base, tmp_path, **settings_of(gateway)) as url:
            Office(url, tmp_path, gateway).says("anna", QUESTION)
            gateway.until(lambda: gateway.of(RESPOND))
        gateway.heal()
        gateway.said.clear()
        with serving(base, tmp_path, **settings_of(gateway)):
            said = gateway.hears("anna", ANSWER)
            assert said.how == "active", "a reply belongs to the connection that the question came over"


def _sent(office: Office, lane: str) -> None:
    """Wait until everything for a chat is sent."""
    give_up = time.monotonic() + 20
    while office.rows("SELECT 1 FROM outbox WHERE lane = ? AND state = 'waiting'", lane) or not office.rows(
        "SELECT 1 FROM outbox WHERE lane = ?", lane
    ):
        assert time.monotonic() < give_up
        time.sleep(0.02)
    office.forget()


def _settled(office: Office) -> None:
    give_up = time.monotonic() + 20
    while office.rows("SELECT 1 FROM outbox WHERE state = 'waiting' UNION SELECT 1 FROM inbox WHERE state = 'new'"):
        assert time.monotonic() < give_up, office.rows("SELECT lane, error FROM outbox WHERE state = 'waiting'")
        time.sleep(0.02)
