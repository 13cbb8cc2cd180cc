"""In groups: the bot speaks to whoever speaks to it, and keeps everybody's affairs apart."""

import re
from datetime import timedelta

import pytest

from bot.clock import now
from bot.desk.hours import SHANGHAI
from kb.base import KnowledgeBase
from kb.wording import Wording
from tests.contract.conftest import GROUPS, OVERHEARING
from tests.contract.expected import missing
from tests.contract.service import Service
from tests.handlers.talk import Talk

every_group = pytest.mark.parametrize("client", GROUPS, indirect=True)


@pytest.fixture
def words(base: KnowledgeBase) -> Wording:
    return base.knowledge.wording


@every_group
def test_only_who_speaks_to_it_is_answered(service: Service, base: KnowledgeBase) -> None:
    if service.client.name in OVERHEARING:
        assert service.says("u1", "考勤地址怎么改", group="g1", addressed=False) == []
    shown = service.says("u1", "考勤地址怎么改", group="g1")
    assert missing(shown, Talk(base).says("考勤地址怎么改", group=True).replies) == []
    assert service.rows("SELECT count(*) FROM message WHERE author = 'user'") == [(1,)], "talk is not kept"


@every_group
def test_one_persons_steps_are_his(service: Service, base: KnowledgeBase) -> None:
    talk = Talk(base)
    for text in ("考勤地址怎么改", "带我一步步做"):
        talk.says(text, group=True)
        service.says("u1", text, group="g1")
    other = service.says("u2", "下一步", group="g1")
    assert missing(other, Talk(base).says("下一步", group=True).replies) == []
    assert missing(service.says("u1", "下一步", group="g1"), talk.says("下一步", group=True).replies) == []


@every_group
def test_an_answer_given_just_now_is_not_given_again(service: Service, words: Wording) -> None:
    service.says("u1", "考勤地址怎么改", group="g1")
    [again] = service.says("u2", "考勤地址怎么修改", group="g1")
    assert words.told_above[:10] in again.text
    [elsewhere] = service.says("u2", "考勤地址怎么修改", group="g2")
    assert words.told_above[:10] not in elsewhere.text


@every_group
def test_a_case_from_a_group(service: Service, words: Wording) -> None:
    [opened] = service.says("u1", "转人工", group="g1")
    number = int(re.findall(r"10\d\d", opened.text)[0])
    assert words.ask_project[:8] not in opened.text, "no personal data in a group"
    fetched = service.says("u1", f"工单 {number}")
    assert words.ask_project[:8] in "".join(one.text for one in fetched)
    assert "称呼" in "".join(one.text for one in service.says("u1", "河西安置房"))
    service.agent_does("reply", number, "已经处理")
    assert "已经处理" in "".join(one.text for one in service.hears("u1"))
    assert service.hears("u1", group="g1") == []


@every_group
def test_a_case_from_a_group_of_somebody_known(service: Service, words: Wording) -> None:
    service.says("u1", "你好")
    [opened] = service.says("u1", "转人工", group="g1")
    assert words.ticket_in_private[-8:] in opened.text
    alone = "".join(one.text for one in service.hears("u1"))
    assert words.ask_project[:8] in alone
    assert re.findall(r"10\d\d", opened.text)[0] in alone


@every_group
def test_an_admin_silences_it(service: Service, words: Wording) -> None:
    service.says("u1", "考勤地址怎么改", group="g1")
    [refused] = service.says("u1", "/静音", group="g1")
    assert words.admins_only[:6] in refused.text
    service.client.leads("u9", "g1")
    service.hears("u9", group="g1")
    [hushed] = service.says("u9", "/静音", group="g1")
    assert words.group_muted[:6] in hushed.text
    assert service.says("u1", "停工了还要打卡吗", group="g1") == []
    assert service.says("u1", "停工了还要打卡吗", group="g2") != [], "another group"
    assert service.says("u1", "停工了还要打卡吗") != [], "alone"
    [back] = service.says("u9", "/恢复", group="g1")
    assert words.group_back[:4] in back.text
    assert service.says("u1", "停工了还要打卡吗", group="g1") != []


@pytest.mark.parametrize("client", OVERHEARING, indirect=True)
def test_a_group_may_want_more(service: Service) -> None:
    service.stop()
    service.more["groups"] = ({"channel": service.client.name, "answer_unaddressed": "confident"},)
    service.start()
    assert service.says("u1", "大家早上好", group="g1", addressed=False) == []
    assert service.says("u1", "考勤地址怎么改", group="g1", addressed=False) != []
    assert service.says("u2", "考勤地址怎么改", group="g1", addressed=False) == [], "it has just been said"


@pytest.mark.parametrize("client", OVERHEARING, indirect=True)
def test_at_night_only_who_calls_it_is_answered(service: Service) -> None:
    at = now().astimezone(SHANGHAI)
    night = {"quiet_from": f"{at - timedelta(hours=1):%H:%M}", "quiet_to": f"{at + timedelta(hours=1):%H:%M}"}
    service.stop()
    service.more["groups"] = ({"channel": service.client.name, "answer_unaddressed": "always", **night},)
    service.start()
    assert service.says("u1", "考勤地址怎么改", group="g1", addressed=False) == []
    assert service.says("u1", "考勤地址怎么改", group="g1") != []


@every_group
def test_the_cool_down_can_be_left_out(service: Service, words: Wording) -> None:
    service.stop()
    service.more["groups"] = ({"channel": service.client.name, "cool_down_minutes": 0},)
    service.start()
    for user in ("u1", "u2"):
        [said] = service.says(user, "考勤地址怎么改", group="g1")
        assert words.told_above[:10] not in said.text


@every_group
def test_what_comes_twice_is_answered_once_and_a_restart_changes_nothing(service: Service, base: KnowledgeBase) -> None:
    talk = Talk(base)
    event = service.brings(lambda: service.client.say("u1", "考勤地址怎么改", group="g1"))
    talk.says("考勤地址怎么改", group=True)
    assert len(service.hears("u1", group="g1")) == 1
    service.client.redeliver(event)
    assert service.hears("u1", group="g1") == []
    service.says("u1", "带我一步步做", group="g1")
    talk.says("带我一步步做", group=True)
    service.client.leads("u9", "g1")
    service.hears("u9", group="g1")
    service.says("u9", "/静音", group="g1")
    service.stop()
    service.start()
    assert service.says("u1", "下一步", group="g1") == [], "silenced before the restart"
    service.says("u9", "/恢复", group="g1")
    again = service.says("u1", "下一步", group="g1")
    assert missing(again, talk.says("下一步", group=True).replies) == []
