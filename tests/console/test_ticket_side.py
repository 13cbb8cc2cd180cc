"""What is offered beside a ticket."""

from dataclasses import replace

from bot.console.ticket_side import suggested, words_of
from bot.storage.tickets import Case
from kb.base import KnowledgeBase
from tests.bot.storage.stores import NOON

CASE = Case(
    number=1001, conversation_id=1, channel="web", key="k", address="k", group=None, status="open", priority="normal",
    question="考勤地址填错了怎么改", tried=(), project_types=(), district=None, contacts=(), project=None, person=None,
    phone=None, team=None, agent_id=None, agent=None, opened_at=NOON, changed_at=NOON, first_reply_at=None, reminders=0,
    solved_at=None, closed_at=None,
)  # fmt: skip


def test_the_likeliest_record_comes_first_and_is_sent_whole(base: KnowledgeBase) -> None:
    found = suggested(base, CASE)
    assert found.records[0].id == "faq-13"
    record = base.knowledge.record["faq-13"]
    assert words_of(record, base).startswith(f"【{record.title}】")


def test_the_line_is_the_one_of_the_ticket_or_of_what_it_is_about(base: KnowledgeBase) -> None:
    assert suggested(base, replace(CASE, contacts=("contact-rail",))).contacts == ("contact-rail",)
    assert suggested(base, replace(CASE, project_types=("housing",))).contacts == ("contact-housing",)
    assert suggested(base, replace(CASE, question="江宁的项目打不了卡")).contacts == ("contact-jiangning",)


def test_what_the_knowledge_no_longer_has_is_no_trouble(base: KnowledgeBase) -> None:
    assert suggested(base, replace(CASE, project_types=("water",))).contacts == ()
    assert suggested(base, replace(CASE, question=None)).contacts == ()
