import re

import pytest

from kb.base import KnowledgeBase
from tests.handlers.talk import Talk

ALL = ("考勤地址怎么改", "转人工", "1", "", "13800001111", "全部电话", "下一步 #faq-13/apply", "@小李 你看一下")


@pytest.mark.parametrize("text", ALL)
def test_nothing_is_said_when_not_addressed(text: str, talk: Talk) -> None:
    before = talk.conversation
    said = talk.says(text, group=True, addressed=False)
    assert (said.outcome, said.text, said.replies, said.effects) == ("silent", "", (), ())
    assert talk.conversation == before


@pytest.mark.parametrize("text", ["考勤地址怎么改", "登录失败", "江宁的电话", "你好", "今天天气怎么样"])
def test_whoever_addresses_it_is_answered(text: str, base: KnowledgeBase) -> None:
    in_group, alone = Talk(base).says(text, group=True), Talk(base).says(text)
    assert in_group.outcome == alone.outcome
    assert in_group.text == alone.text


def test_an_answer_just_told_is_not_repeated(talk: Talk, base: KnowledgeBase) -> None:
    talk.told = frozenset(("faq-13",))
    said = talk.says("考勤地址怎么改", group=True)
    assert (said.outcome, said.records) == ("answer", ("faq-13",))
    assert base.knowledge.wording.told_above in said.text
    assert base.knowledge.record["faq-13"].answer.short not in said.text
    assert base.knowledge.wording.told_above not in talk.says("停工了还要打卡吗", group=True).text
    assert base.knowledge.wording.told_above not in talk.says("考勤地址怎么改").text, "in private it is told in full"


def test_no_personal_data_is_asked_for(talk: Talk, base: KnowledgeBase) -> None:
    said = talk.says("转人工", group=True)
    assert (said.outcome, said.ticket) == ("escalate", 1001)
    assert base.knowledge.wording.ticket_in_group.format(number=1001) in said.text
    assert "跳过" not in said.labels
    assert talk.conversation.ticket is not None
    assert talk.conversation.ticket.asking is None


def test_nobodys_phone_is_shown(talk: Talk) -> None:
    talk.says_all(["转人工", "河西项目", "王工", "13800001111"])
    for text in ("工单号多少", "转人工", "没解决", "再说一遍", "刚才说的啥"):
        said = talk.says(text, group=True)
        assert not re.search(r"1380000|王工", said.text)


def test_two_questions_in_a_group_get_one_answer(talk: Talk) -> None:
    said = talk.says("考勤地址怎么改？还有项目经理换了微信号怎么办？", group=True)
    assert len(said.replies) == 1
