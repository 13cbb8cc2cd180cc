"""In groups: the bot speaks to whoever speaks to it, and keeps everybody's affairs apart."""

import re

import pytest

from kb.base import KnowledgeBase
from kb.wording import Wording
from tests.contract.expected import missing
from tests.contract.service import Service
from tests.handlers.talk import Talk


@pytest.fixture
def words(base: KnowledgeBase) -> Wording:
    return base.knowledge.wording


def test_only_who_speaks_to_it_is_answered(in_groups: Service, base: KnowledgeBase) -> None:
    if in_groups.client.hears_all:
        assert in_groups.says("u1", "考勤地址怎么改", group="g1", addressed=False) == []
    shown = in_groups.says("u1", "考勤地址怎么改", group="g1")
    assert missing(shown, Talk(base).says("考勤地址怎么改", group=True).replies) == []
    assert in_groups.rows("SELECT count(*) FROM message WHERE author = 'user'") == [(1,)], "talk is not kept"


def test_one_persons_steps_are_his(in_groups: Service, base: KnowledgeBase) -> None:
    talk = Talk(base)
    for text in ("考勤地址怎么改", "带我一步步做"):
        talk.says(text, group=True)
        in_groups.says("u1", text, group="g1")
    other = in_groups.says("u2", "下一步", group="g1")
    assert missing(other, Talk(base).says("下一步", group=True).replies) == []
    assert missing(in_groups.says("u1", "下一步", group="g1"), talk.says("下一步", group=True).replies) == []


def test_an_answer_given_just_now_is_not_given_again(in_groups: Service, words: Wording) -> None:
    in_groups.says("u1", "考勤地址怎么改", group="g1")
    [again] = in_groups.says("u2", "考勤地址怎么修改", group="g1")
    assert words.told_above[:10] in again.text
    [elsewhere] = in_groups.says("u2", "考勤地址怎么修改", group="g2")
    assert words.told_above[:10] not in elsewhere.text


def test_a_case_from_a_group(in_groups: Service, words: Wording) -> None:
    [opened] = in_groups.says("u1", "转人工", group="g1")
    number = int(re.findall(r"10\d\d", opened.text)[0])
    assert words.ask_project[:8] not in opened.text, "no personal data in a group"
    fetched = in_groups.says("u1", f"工单 {number}")
    assert words.ask_project[:8] in "".join(one.text for one in fetched)
    assert "称呼" in "".join(one.text for one in in_groups.says("u1", "河西安置房"))
    in_groups.agent_does("reply", number, "已经处理")
    assert "已经处理" in "".join(one.text for one in in_groups.hears("u1"))
    assert in_groups.hears("u1", group="g1") == []


def test_a_case_from_a_group_of_somebody_known(in_groups: Service, words: Wording) -> None:
    in_groups.says("u1", "你好")
    [opened] = in_groups.says("u1", "转人工", group="g1")
    assert words.ticket_in_private[-8:] in opened.text
    alone = "".join(one.text for one in in_groups.hears("u1"))
    assert words.ask_project[:8] in alone
    assert re.findall(r"10\d\d", opened.text)[0] in alone


def test_an_admin_silences_it(in_groups: Service, words: Wording) -> None:
    in_groups.says("u1", "考勤地址怎么改", group="g1")
    [refused] = in_groups.says("u1", "/静音", group="g1")
    assert words.admins_only[:6] in refused.text
    in_groups.client.leads("u9", "g1")
    in_groups.hears("u9", group="g1")
    [hushed] = in_groups.says("u9", "/静音", group="g1")
    assert words.group_muted[:6] in hushed.text
    assert in_groups.says("u1", "停工了还要打卡吗", group="g1") == []
    assert in_groups.says("u1", "停工了还要打卡吗", group="g2") != [], "another group"
    assert in_groups.says("u1", "停工了还要打卡吗") != [], "alone"
    [back] = in_groups.says("u9", "/恢复", group="g1")
    assert words.group_back[:4] in back.text
    assert in_groups.says("u1", "停工了还要打卡吗", group="g1") != []


def test_a_group_may_want_more(in_groups: Service) -> None:
    if not in_groups.client.hears_all:
        pytest.skip(f"on {in_groups.client.name} the bot is told only what is said to it")
    in_groups.stop()
    in_groups.more["groups"] = ({"channel": in_groups.client.name, "answer_unaddressed": "confident"},)
    in_groups.start()
    assert in_groups.says("u1", "大家早上好", group="g1", addressed=False) == []
    assert in_groups.says("u1", "考勤地址怎么改", group="g1", addressed=False) != []
    assert in_groups.says("u2", "考勤地址怎么改", group="g1", addressed=False) == [], "it has just been said"
