"""Two editors at once: what both changed comes together, what cannot is shown to whoever publishes last."""

import asyncio
from functools import partial

import pytest

from bot.knowledge import editing
from bot.knowledge.difference import difference, merge
from bot.knowledge.outcomes import Conflicting, Outcome, Published, Refused
from bot.storage.revisions import Draft
from kb.model import Contact
from tests.knowledge.office import GATE, LIN, ZHAO, Office, add_gate, add_gate_to_login, replaced

only_sqlite = pytest.mark.parametrize("kind", ["sqlite"])
rename = partial(replaced, "faq-01.yaml", "title: 修改考勤地址")
CONTACTS = """\
# 电话以公告为准
contacts:
  # 房建
  - {id: contact-housing, name: 房建站, phones: ['83270001']}
  - {id: contact-pukou, name: 浦口区, phones: ['58150002']}
"""


@only_sqlite
def test_changes_of_different_records_are_both_published(office: Office) -> None:
    first, second = office.draft(add_gate), office.draft(add_gate_to_login, by=ZHAO)
    assert isinstance(office.publish(first), Published)
    checked = office.does(office.library.check(second))
    assert (checked.newest, checked.warnings) == (
        1, ("草稿基于修订 0，现在用的是修订 1：发布时会合并两边的改动。",),
    )  # fmt: skip
    outcome = office.publish(second, ZHAO)
    assert isinstance(outcome, Published)
    assert outcome.revision.based_on == 1
    assert [change["item"] for change in outcome.revision.difference] == ["faq-02"]
    assert GATE in office.texts()["faq-01.yaml"]
    assert "换了手机就进不去了" in office.texts()["faq-02.yaml"]


@only_sqlite
@pytest.mark.parametrize(("side", "title"), [("mine", "改打卡地址"), ("theirs", "换考勤地址")])
def test_changes_of_the_same_record_wait_for_somebody_to_choose(office: Office, side: str, title: str) -> None:
    theirs = office.draft(rename("title: 换考勤地址"), by=ZHAO)
    mine = office.draft(rename("title: 改打卡地址"), add_gate_to_login)
    assert isinstance(office.publish(theirs, ZHAO), Published)
    before = office.state

    outcome = office.publish(mine)
    assert isinstance(outcome, Conflicting)
    [conflict] = outcome.conflicts
    assert (outcome.newest, conflict.file, conflict.item) == (1, "faq-01.yaml", "faq-01")
    assert ["修改考勤地址" in conflict.before, "改打卡地址" in conflict.mine, "换考勤地址" in conflict.theirs] == [
        True, True, True,
    ]  # fmt: skip
    assert office.state == before

    assert isinstance(office.does(office.library.rebase(mine, LIN)), Conflicting)
    assert office.state == before
    settled = office.does(office.library.rebase(mine, LIN, {("faq-01.yaml", "faq-01"): side}))  # type: ignore[dict-item]
    assert isinstance(settled, Draft)
    assert settled.based_on == 1
    text = office.does(office.library.draft_content(settled)).texts
    assert f"title: {title}" in text["faq-01.yaml"]
    assert "换了手机就进不去了" in text["faq-02.yaml"]


@only_sqlite
def test_what_only_fits_together_badly_is_found_by_the_check(office: Office) -> None:
    gone = office.draft(partial(editing.delete_record, record_id="faq-02"))
    mine = office.draft(replaced("prompt-01.yaml", "phrasings:", "related: [faq-02]\nphrasings:"), by=ZHAO)
    merged = merge(
        office.texts(),
        office.does(office.library.draft_content(mine)).texts,
        office.does(office.library.draft_content(gone)).texts,
    )
    assert merged.conflicts == ()
    assert "faq-02.yaml" not in merged.texts
    both = office.does(office.library.save(mine, ZHAO, {**gone.overlay, **mine.overlay}))
    refused = office.refused(both)
    assert any("faq-02" in problem.hint for problem in refused.problems)


def test_two_nodes_publish_at_the_same_moment(office: Office) -> None:
    drafts = office.draft(add_gate), office.draft(add_gate_to_login, by=ZHAO)

    async def both() -> list[Outcome]:
        return list(
            await asyncio.gather(
                *(office.library.publish(draft, by, "") for draft, by in zip(drafts, (LIN, ZHAO), strict=True))
            )
        )

    outcomes = office.does(both())
    numbers = sorted(outcome.revision.number for outcome in outcomes if isinstance(outcome, Published))
    assert numbers == [1, 2], outcomes
    assert GATE in office.texts()["faq-01.yaml"]
    assert "换了手机就进不去了" in office.texts()["faq-02.yaml"]
    assert office.does(office.library.drafts()) == []


@only_sqlite
def test_the_same_draft_is_published_once(office: Office) -> None:
    draft = office.draft(add_gate)

    async def twice() -> list[Outcome]:
        return list(await asyncio.gather(*(office.library.publish(draft, LIN, "") for _ in range(2))))

    [one, other] = sorted(office.does(twice()), key=lambda outcome: isinstance(outcome, Refused))
    assert isinstance(one, Published)
    assert isinstance(other, Refused)
    assert len(office.does(office.library.history())) == 1


def lines(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("mine", "theirs", "together"),
    [
        (("'83270001'", "'83270009'"), ("'58150002'", "'58150008'"), ("83270009", "58150008")),
        (("'83270001'", "'83270009'"), ("# 房建", "# 房屋建筑"), ("83270009", "# 房屋建筑")),
        (
            ("name: 浦口区", "name: 浦口区站"),
            (
                "  - {id: contact-pukou",
                "  - {id: contact-luhe, name: 六合区, phones: ['57100003']}\n  - {id: contact-pukou",
            ),
            ("浦口区站", "57100003", "# 电话以公告为准"),
        ),
    ],
    ids=["two contacts", "a comment stays", "one changed, one new"],
)
def test_items_of_one_file_come_together(
    mine: tuple[str, str], theirs: tuple[str, str], together: tuple[str, ...]
) -> None:
    name = "contacts.yaml"
    merged = merge({name: CONTACTS}, {name: lines(CONTACTS, *mine)}, {name: lines(CONTACTS, *theirs)})
    assert merged.conflicts == ()
    assert [part for part in together if part not in merged.texts[name]] == []


@pytest.mark.parametrize(
    ("mine", "theirs", "texts"),
    [
        (("'83270001'", "'83270008'"), ("'83270001'", "'83270009'"), ("83270008", "83270009")),
        (("  - {id: contact-housing, name: 房建站, phones: ['83270001']}\n", ""), ("'83270001'", "'83270009'"), ("", "83270009")),
    ],
    ids=["changed otherwise", "taken out and changed"],
)  # fmt: skip
def test_the_same_item_is_a_conflict(mine: tuple[str, str], theirs: tuple[str, str], texts: tuple[str, str]) -> None:
    name = "contacts.yaml"
    sides = {name: CONTACTS}, {name: lines(CONTACTS, *mine)}, {name: lines(CONTACTS, *theirs)}
    merged = merge(*sides)
    [conflict] = merged.conflicts
    assert conflict.item == "contact-housing"
    assert texts[0] in conflict.mine
    assert (conflict.mine == "") == (texts[0] == "")
    assert texts[1] in conflict.theirs
    kept = merge(*sides, {(name, "contact-housing"): "mine"})
    assert kept.conflicts == ()
    assert "83270009" not in kept.texts[name]


def test_differences_name_what_they_are_about() -> None:
    changed = lines(lines(CONTACTS, "'83270001'", "'83270009'"), "  - {id: contact-pukou", "  - {id: contact-new")
    found = {(change.item, change.what): change.fields for change in difference({"contacts.yaml": CONTACTS}, {"contacts.yaml": changed})}  # fmt: skip
    assert found == {
        ("contact-housing", "changed"): ("phones",),
        ("contact-pukou", "removed"): (),
        ("contact-new", "added"): (),
    }


@only_sqlite
def test_a_number_that_is_taken_is_not_given_again(office: Office) -> None:
    content = office.does(office.library.content())
    made, record = editing.new_record(content, title="新的", question="新的怎么办？", short="这样。", taken=["faq-07.yaml"])  # fmt: skip
    assert record.id == "faq-08"
    assert editing.record_of(made, "faq-08").title == "新的"


@only_sqlite
def test_edits_write_only_what_changed(office: Office) -> None:
    content = office.does(office.library.content())
    contact = Contact(id="contact-pukou", name="浦口区", label="浦口区", phones=("58150009",), districts=("浦口区",), aliases=("浦口",))  # fmt: skip
    changed = editing.put_contact(content, contact)
    [change] = difference(content.texts, changed.texts)
    assert (change.item, change.fields) == ("contact-pukou", ("phones",))
    gone = editing.delete_record(content, "faq-02")
    about = {(each.item, each.what) for each in difference(content.texts, gone.texts)}
    assert ("faq-02", "removed") in about
    assert ("faq-01", "changed") in about
