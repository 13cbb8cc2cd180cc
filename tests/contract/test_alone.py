"""In private: every channel answers alike, in order, once, and goes on after a restart."""

import re

import pytest

from kb.base import KnowledgeBase
from tests.contract.conftest import PICTURES
from tests.contract.expected import missing
from tests.contract.service import Service
from tests.handlers.talk import Talk

SCRIPT = (
    "你好",
    "考勤地址怎么改",
    "带我一步步做",
    "下一步",
    "上一步",
    "退出",
    "项目经理换了微信号怎么办",
    "没解决",
    "人脸识别过不去",
    "江宁区的电话是多少",
    "所有电话都发我",
    "今天天气怎么样",
    "转人工",
    "河西安置房",
    "跳过",
    "13800001111",
    "我的工单",
    "取消工单",
    "谢谢",
)


def test_the_same_conversation(service: Service, base: KnowledgeBase) -> None:
    talk, client = Talk(base), service.client
    for text in SCRIPT:
        turn = talk.says(text)
        shown = service.says("u1", text)
        assert missing(shown, turn.replies) == [], (text, [one.text for one in shown], service.trace())
        assert shown, text
        assert all(client.length(one.text) <= client.limit for one in shown), text


def test_two_people_at_once(service: Service, base: KnowledgeBase) -> None:
    talks = {user: Talk(base) for user in ("u1", "u2")}
    script = ("考勤地址怎么改", "停工了还要打卡吗"), ("带我一步步做", "江宁区的电话"), ("下一步", "谢谢")
    for texts in script:
        for user, text in zip(talks, texts, strict=True):
            turn = talks[user].says(text)
            assert missing(service.says(user, text), turn.replies) == []
    assert service.hears("u1") == service.hears("u2") == []


def test_what_comes_twice_is_answered_once(service: Service) -> None:
    event = service.brings(lambda: service.client.say("u1", "考勤地址怎么改"))
    assert len(service.hears("u1")) == 1
    service.client.redeliver(event)
    assert service.hears("u1") == []
    assert len(service.says("u1", "停工了还要打卡吗")) == 1


def test_a_restart_in_the_middle(service: Service, base: KnowledgeBase) -> None:
    talk = Talk(base)
    for text in ("考勤地址怎么改", "带我一步步做"):
        talk.says(text)
        service.says("u1", text)
    service.stop()
    service.start()
    assert missing(service.says("u1", "下一步"), talk.says("下一步").replies) == []


def test_a_person_answers(service: Service) -> None:
    [opened] = service.says("u1", "转人工")
    found = re.search(r"工单号 ?(\d{4,6})", opened.text)
    assert found, opened.text
    number = int(found[1])
    service.agent_does("reply", number, "您好，请把 <合同> & 截图 发给我 *谢谢*")
    said = "".join(one.text for one in service.hears("u1"))
    for words in ("已接手", "请把", "截图", "谢谢"):
        assert words in said
    assert "小王" not in said, "who it is stays inside"
    assert service.says("u1", "好的，马上") == [], "a person is in charge"
    service.agent_does("solve", number)
    [solved] = service.hears("u1")
    assert str(number) in solved.text
    assert service.says("u1", "考勤地址怎么改"), "the bot is back"


def test_a_long_answer_is_whole(service: Service) -> None:
    [opened] = service.says("u1", "转人工")
    number = int(re.findall(r"\d{4,6}", opened.text)[0])
    words = "\n".join(f"第{line}条：" + "请先核对合同归集的信息，再看岗位是不是选对了。" * 3 for line in range(60))
    service.agent_does("reply", number, words)
    heard = service.hears("u1")
    whole = re.sub(r"\s", "", "".join(one.text for one in heard))
    assert all(service.client.length(one.text) <= service.client.limit for one in heard)
    for line in range(60):
        assert f"第{line}条：" in whole


@pytest.mark.parametrize("client", PICTURES, indirect=True)
def test_a_picture_is_a_message(service: Service, base: KnowledgeBase) -> None:
    service.brings(lambda: service.client.send_picture("u1"))
    [said] = service.hears("u1")
    assert base.knowledge.wording.picture[:6] in said.text
