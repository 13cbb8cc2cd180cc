import pytest

from handlers.effects import Feedback, OpenTicket
from kb.base import KnowledgeBase
from tests.handlers.talk import Talk


@pytest.mark.parametrize(
    ("messages", "outcomes"),
    [
        # the guided fix, then the ticket
        (["考勤地址怎么改", "没解决", "没解决"], ["answer", "steps", "escalate"]),
        (["登录时提示不在人员信息库", "没解决", "还是没解决"], ["answer", "steps", "escalate"]),
        # no steps: the neighbours, then the ticket
        (["分包单位要不要考勤", "没解决", "没解决"], ["answer", "choices", "escalate"]),
        (["分包单位要不要考勤", "没解决", "都不是"], ["answer", "choices", "unknown"]),
        # steps were walked already: the neighbours
        (["考勤地址怎么改", "带我一步步做", "没解决", "没解决"], ["answer", "steps", "choices", "escalate"]),
        # everything was tried: the ticket at once
        (["人脸识别失败", "都试过了还是不行"], ["answer", "escalate"]),
        (["人脸识别失败", "这些我全都试过了，还是不行"], ["answer", "escalate"]),
        (["人脸识别失败", "能试的都试了"], ["answer", "escalate"]),
        # a refusal or a list did not help
        (["考勤率不够会罚多少钱", "没解决"], ["unknown", "escalate"]),
        # nothing to act on
        (["没解决"], ["unknown"]),
        (["没解决", "没解决", "没解决"], ["unknown", "unknown", "unknown"]),
        (["都试过了"], ["unknown"]),
        # a new subject starts with nothing unresolved
        pytest.param(
            ["考勤地址怎么改", "没解决", "停工了还要打卡吗", "没解决"], ["answer", "steps", "answer", "steps"],
        ),
    ],
)  # fmt: skip
def test_ladder(messages: list[str], outcomes: list[str], talk: Talk) -> None:
    assert [talk.says(text).outcome for text in messages] == outcomes
    if outcomes[-1] == "escalate":
        assert "工单号 1001" in talk.last.text
        assert any(isinstance(effect, OpenTicket) for effect in talk.last.wants)


def test_nothing_to_act_on_asks_what_it_is_about(talk: Talk, base: KnowledgeBase) -> None:
    assert base.knowledge.wording.unresolved_nothing in talk.says("没解决").text


@pytest.mark.parametrize("word", ["没解决", "还是不行", "不管用", "照做了还是不行", "没用"])
def test_many_words_for_it(word: str, talk: Talk) -> None:
    talk.says("考勤地址怎么改")
    said = talk.says(word)
    assert said.outcome == "steps"
    assert Feedback("faq-13", helped=False) in said.wants


def test_the_button_of_an_older_answer_is_about_that_answer(talk: Talk) -> None:
    talk.says_all(["考勤地址怎么改", "停工了还要打卡吗"])
    assert talk.says("没解决 #faq-13").wants == (Feedback("faq-13", helped=False),)
    assert talk.last.records == ("faq-13",)
    assert talk.says("有用 #faq-15").wants == (Feedback("faq-15", helped=True),)


@pytest.mark.parametrize("word", ["有用", "解决了", "搞定了", "可以了", "问题解决了"])
def test_it_helped(word: str, talk: Talk) -> None:
    talk.says("考勤地址怎么改")
    said = talk.says(word)
    assert said.outcome == "smalltalk"
    assert said.wants == (Feedback("faq-13", helped=True),)


def test_helped_by_nothing_is_no_feedback(talk: Talk) -> None:
    assert talk.says("有用").wants == ()


def test_the_neighbours_are_not_what_was_tried(talk: Talk) -> None:
    talk.says_all(["管理员是谁 #faq-08", "分包单位要不要考勤"])
    said = talk.says("没解决")
    assert said.outcome == "choices"
    assert not {"faq-08", "faq-04"} & set(said.records)


def test_an_open_ticket_is_named_instead_of_a_second(talk: Talk) -> None:
    talk.says_all(["转人工", "跳过", "跳过", "跳过", "考勤地址怎么改"])
    said = talk.says("没解决")
    assert (said.outcome, said.ticket) == ("escalate", 1001)
    assert not any(isinstance(effect, OpenTicket) for effect in said.wants)
