import pytest

from handlers.effects import LogQuestion
from kb.base import KnowledgeBase
from tests.handlers.talk import Talk


@pytest.mark.parametrize(
    ("question", "record", "says"),
    [
        ("考勤地址怎么改", "faq-13", "地址修改申请"),
        ("一天两次打卡要隔多久才算数", "faq-17", "四小时"),
        ("停工了还要打卡吗", "faq-15", "报备"),
        ("人脸识别失败", "faq-20", "清理微信缓存"),
        ("岗位选错了怎么改", "faq-12", "移出考勤组"),
        ("提示未进行身份证验证，怎么弄", "prompt-04", "实名认证"),
        ("无实名制征管编号", "prompt-05", "实名制平台"),
        ("登录时提示不在人员信息库", "prompt-02", "核对通过"),
    ],
)
def test_one_answer(question: str, record: str, says: str, talk: Talk) -> None:
    said = talk.says(question)
    assert (said.outcome, said.records) == ("answer", (record,))
    assert says in said.text
    assert said.contacts == ()
    assert said.wants == ()


def test_the_buttons_of_an_answer(talk: Talk, base: KnowledgeBase) -> None:
    said = talk.says("考勤地址怎么改")
    assert said.labels[:3] == ("带我一步步做", "有用", "没解决")
    related = [base.knowledge.record[name].title for name in base.knowledge.record["faq-13"].related[:2]]
    assert said.labels[3:] == tuple(related)


def test_what_has_no_steps_offers_none(talk: Talk, base: KnowledgeBase) -> None:
    without = [record for record in base.knowledge.records if not record.steps]
    assert without
    for record in without:
        said = talk.says(f"{record.title} #{record.id}")
        assert "带我一步步做" not in said.labels


def test_every_record_can_be_asked_for_by_its_button(base: KnowledgeBase) -> None:
    for record in base.knowledge.records:
        said = Talk(base).says(f"{record.title} #{record.id}")
        assert (said.outcome, said.records) == ("answer", (record.id,))
        assert record.answer.short in said.text
        assert all(note in said.text for note in (*record.answer.notes, *record.answer.warnings, *record.causes))


def test_the_question_is_logged(talk: Talk) -> None:
    (log,) = talk.says("考勤地址怎么改").effects
    assert isinstance(log, LogQuestion)
    assert (log.text, log.outcome, log.records) == ("考勤地址怎么改", "answer", ("faq-13",))
    assert 0.5 < log.confidence <= 1


def test_a_long_question_is_logged_cut(talk: Talk) -> None:
    (log,) = talk.says("考勤地址怎么改" * 500).effects
    assert isinstance(log, LogQuestion)
    assert len(log.text) == 500
