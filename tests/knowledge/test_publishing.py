"""From a draft to a revision: what gets into force, what does not, and what is kept of it."""

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import select

from bot.knowledge import editing
from bot.knowledge.content import Content, OverlayError
from bot.knowledge.outcomes import NoSuchError, Published, Refused, StaleDraftError
from bot.storage.tables import audit
from kb.load import read_folder
from tests.knowledge.office import GATE, LIN, ZHAO, Office, add_gate, add_gate_to_login, lose_golden, replaced

only_sqlite = pytest.mark.parametrize("kind", ["sqlite"])
"""What the database has no part in."""


def test_a_draft_becomes_a_revision(office: Office) -> None:
    draft = office.draft(add_gate, title="补问法")
    assert [change.item for change in office.does(office.library.changes(draft))] == ["faq-01"]
    assert office.does(office.library.check(draft)).problems == ()
    assert GATE not in office.texts()["faq-01.yaml"]

    outcome = office.publish(draft, note="工地上这么说")
    assert isinstance(outcome, Published)
    assert GATE in office.texts()["faq-01.yaml"]
    [revision] = office.does(office.library.history())
    assert (revision.number, revision.author, revision.note, revision.kind) == (1, "lin", "工地上这么说", "edit")
    assert revision.golden == {"before": 2, "right_before": 2, "after": 2, "right_after": 2}
    [change] = revision.difference
    assert (change["item"], change["what"], change["fields"]) == ("faq-01", "changed", ["phrasings"])
    assert f"+  - {GATE}" in change["lines"]
    assert revision.at > draft.created_at
    with pytest.raises(NoSuchError, match="可能已经发布或丢弃"):
        office.does(office.library.draft(draft.id))


broken = {
    "it does not load": (replaced("faq-01.yaml", "title:", "titel:"), "titel", "这个键不认识"),
    "it is no YAML": (replaced("contacts.yaml", "contacts:\n", "contacts: [\n"), "", "YAML 写法有误"),
    "it does not check": (replaced("faq-01.yaml", "goto: whom", "goto: nowhere"), "steps.1", "nowhere 不存在"),
    "a record is gone": (lambda content: content.put("prompt-01.yaml", None), "", "prompt-01"),
}


@only_sqlite
@pytest.mark.parametrize("why", broken)
def test_what_is_wrong_is_refused_with_its_reasons_and_changes_nothing(office: Office, why: str) -> None:
    edit, where, hint = broken[why]
    draft = office.draft(edit)
    before = office.state
    refused = office.refused(draft)
    assert refused.reason == "problems"
    assert refused.problems == office.does(office.library.check(draft)).problems
    assert any(where in problem.where and hint in str(problem) for problem in refused.problems), refused.problems
    assert office.state == before


def test_a_golden_question_that_is_lost_stops_it(office: Office) -> None:
    draft = office.draft(lose_golden)
    before = office.state
    refused = office.refused(draft)
    assert (refused.reason, refused.text) == ("golden", "有 1 个检验问题原来答得对、现在答错，没有发布。")
    assert refused.effects
    [lost] = refused.effects.lost
    assert (lost.question, lost.before.contacts, lost.after.contacts) == (
        "浦口的电话", ("contact-pukou",), ("contact-housing",),
    )  # fmt: skip
    assert office.state == before


@only_sqlite
def test_a_new_golden_question_has_to_come_out_right(office: Office) -> None:
    wrong = replaced("golden.yaml", "golden:\n", "golden:\n  - {q: 明天会不会下雨, accept: [faq-01], kind: terse}\n")
    refused = office.refused(office.draft(wrong))
    assert refused.reason == "golden"
    assert "从 100.0% 降到 66.7%" in refused.text


@only_sqlite
def test_nothing_new_is_no_revision(office: Office) -> None:
    assert office.refused(office.draft()).reason == "nothing"


@only_sqlite
def test_what_another_window_has_changed_is_not_overwritten(office: Office) -> None:
    old = office.draft(add_gate)
    new = office.does(office.library.edit(old, ZHAO, add_gate_to_login))
    for what in (
        office.library.edit(old, LIN, partial(editing.remove_phrasings, record_id="faq-01", texts=[GATE])),
        office.library.discard(old, LIN),
    ):
        with pytest.raises(StaleDraftError, match="别的窗口"):
            office.does(what)
    assert office.refused(old).reason == "stale"
    assert office.does(office.library.draft(old.id)) == new
    office.does(office.library.discard(new, LIN))
    assert office.does(office.library.drafts()) == []


@only_sqlite
def test_a_window_of_a_draft_that_is_gone_does_not_write_into_another(office: Office) -> None:
    gone = office.draft(add_gate)
    office.does(office.library.discard(gone, LIN))
    mine = office.draft(add_gate_to_login, by=ZHAO)
    assert (mine.id, mine.version) == (gone.id, gone.version)
    for what in (office.library.edit(gone, LIN, add_gate), office.library.discard(gone, LIN)):
        with pytest.raises(StaleDraftError):
            office.does(what)
    assert office.refused(gone).reason == "stale"
    assert office.does(office.library.draft(mine.id)) == mine


@only_sqlite
def test_whoever_may_no_more_when_it_is_compiled_does_not_publish(office: Office) -> None:
    class DismissedError(Exception):
        pass

    async def dismissed() -> None:
        raise DismissedError

    draft = office.draft(add_gate)
    before = office.state
    with pytest.raises(DismissedError):
        office.does(office.library.publish(draft, LIN, "", still=dismissed))
    assert office.state == before


def test_back_and_back_to_what_the_program_brings(office: Office) -> None:
    first, brought = office.published(add_gate), office.texts(0)
    office.published(add_gate_to_login, by=ZHAO)
    back = office.does(office.library.roll_back(1, LIN, "问法不对"))
    assert isinstance(back, Published)
    assert (back.revision.number, back.revision.kind, back.revision.note) == (3, "rollback", "问法不对")
    assert office.texts() == office.texts(first.number) != office.texts(2)
    home = office.does(office.library.roll_back(0, LIN))
    assert isinstance(home, Published)
    assert (home.revision.overlay, home.revision.note) == ({}, "退回到修订 0")
    assert office.texts() == brought
    assert [(each.number, each.state) for each in office.does(office.library.history())] == [
        (4, "current"), (3, "past"), (2, "past"), (1, "past"),
    ]  # fmt: skip
    again = office.does(office.library.roll_back(0, LIN))
    assert isinstance(again, Refused)
    assert again.reason == "nothing"
    with pytest.raises(NoSuchError, match="没有修订 9"):
        office.does(office.library.roll_back(9, LIN))


@only_sqlite
def test_everything_is_written_down(office: Office) -> None:
    office.published(add_gate, note="补问法")
    office.refused(office.draft(replaced("faq-02.yaml", "title:", "titel:"), by=ZHAO))

    async def lines() -> list[tuple[str, str, str]]:
        async with office.database.read() as tx:
            rows = await tx.execute(select(audit.c.account, audit.c.action, audit.c.detail).order_by(audit.c.id))
            return [(row.account, row.action, row.detail) for row in rows]

    assert office.does(lines()) == [
        ("lin", "draft begin", "草稿 1，基于修订 0"),
        ("lin", "draft save", "草稿 1：faq-01.yaml"),
        ("lin", "knowledge edit", "修订 1：补问法（faq-01）"),
        ("zhao", "draft begin", "草稿 1，基于修订 1"),
        ("zhao", "draft save", "草稿 1：faq-02.yaml"),
        ("lin", "knowledge edit", "没有发布：内容有 2 处问题，没有发布。"),
    ]


elsewhere: dict[str, Callable[[Content], Content]] = {
    "another folder": lambda content: content.put("../faq-01.yaml", "id: faq-01"),
    "another kind of file": lambda content: content.put("notes.txt", "x"),
    "an absolute path": lambda content: content.put("/etc/cron.d/faq-01.yaml", "x"),
    "half a character": lambda content: content.put("faq-01.yaml", "title: \ud800"),
    "far too long": lambda content: content.put("faq-01.yaml", "x" * 1_000_001),
}


@only_sqlite
@pytest.mark.parametrize("what", elsewhere)
def test_nothing_is_written_anywhere_else(office: Office, what: str) -> None:
    draft = office.draft()
    with pytest.raises(OverlayError):
        office.does(office.library.edit(draft, LIN, elsewhere[what]))
    assert office.does(office.library.draft(draft.id)) == draft


@only_sqlite
def test_the_content_that_is_compiled_is_the_content_of_the_draft(office: Office) -> None:
    draft = office.draft(add_gate)
    content = office.does(office.library.draft_content(draft))
    loaded = read_folder(office.does(office.shelf.folder(content)))
    assert loaded.knowledge
    assert GATE in {phrasing.text for phrasing in loaded.knowledge.record["faq-01"].phrasings}
