"""The forms of the content: what is opened and saved as it is changes nothing; what is typed is read as meant."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nicegui import Client
from nicegui.page import page

from bot.console.forms import fields
from bot.console.forms.contacts import ContactForm
from bot.console.forms.kind import Kind, is_at
from bot.console.forms.kinds import KINDS
from bot.console.phrasings_form import PhrasingsForm
from bot.console.steps_form import StepsForm
from bot.knowledge.content import Content, read_base
from bot.knowledge.editing import EditError
from kb.knowledge import Knowledge
from kb.load import CONTENT
from kb.model import Phrasing
from kb.yamlfile import parse

WORDS = st.lists(st.text("考勤打卡 nqj0", min_size=1).map(str.strip).filter(bool), unique=True)
AN_ITEM_OF_EACH = 2


@pytest.fixture(scope="module")
def content() -> Content:
    return Content(read_base(CONTENT), {})


@pytest.fixture
def drawn() -> Iterator[None]:
    """A page to draw on, with no browser behind it."""
    with Client(page("/forms-under-test"), request=None):
        yield


def nothing() -> None:
    """Nobody is told of changes."""


async def kept(event: object, told: object) -> None:
    """Nobody uploads a picture."""


@given(WORDS)
def test_words_in_a_row_read_back(words: list[str]) -> None:
    assert fields.parted(fields.joined(words)) == tuple(words)


def test_words_may_be_parted_in_any_way() -> None:
    assert fields.parted("桥北，浦镇,泰山\n 大厂；桥北、") == ("桥北", "浦镇", "泰山", "大厂")


def test_lines_are_counted_once_and_trimmed() -> None:
    assert fields.one_a_line(" 打卡  失败 \n\n打卡 失败\n补卡") == ("打卡 失败", "补卡")


@pytest.mark.usefixtures("drawn")
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.path))
def test_saved_as_it_was_opened_nothing_changes(kind: Kind, content: Content) -> None:
    rows = kind.rows(content)
    assert len(rows) >= 4
    for row in rows[:: len(rows) // AN_ITEM_OF_EACH]:
        form = kind.form(content, row.key)
        form.render(nothing)
        assert (form.key(), form.where) == (row.key, row.where)
        assert form.edit()(content).overlay == {}, row.key


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.path))
def test_a_thing_stands_where_the_check_says(kind: Kind, content: Content) -> None:
    file = parse(kind.file, content.texts[kind.file])
    for row in kind.rows(content):
        path = tuple(int(part) if part.isdecimal() else part for part in row.where.split("."))
        assert path in file.lines, row.key


def test_a_problem_belongs_to_its_thing_alone() -> None:
    assert is_at("contacts.1.phones", "contacts.1")
    assert not is_at("contacts.12.phones", "contacts.1")
    assert not is_at("contacts", "")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.path))
def test_what_is_not_there_has_no_form(kind: Kind, content: Content) -> None:
    with pytest.raises(EditError):
        kind.form(content, "no-such-thing")


@pytest.mark.usefixtures("drawn")
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.new], ids=lambda kind: str(kind.path))
def test_an_empty_form_is_not_saved(kind: Kind, content: Content) -> None:
    for key in kind.new.values():
        form = kind.form(content, key)
        form.render(nothing)
        with pytest.raises(EditError):
            form.edit()


@pytest.mark.usefixtures("drawn")
def test_another_number_is_compared_with_the_document_first(content: Content) -> None:
    form = ContactForm(content, "contact-rail")
    form.render(nothing)
    assert not form.warning.visible
    form.phones.value = "83753545、83753546"
    assert form.warning.visible
    assert "83753545 → 83753545、83753546" in form.differing.text
    with pytest.raises(EditError, match="逐位核对"):
        form.edit()
    form.compared.value = True
    assert "'83753546'" in form.edit()(content).texts["contacts.yaml"]
    form.phones.value = "八三七五"
    with pytest.raises(EditError, match="不是号码"):
        form.edit()


@pytest.mark.usefixtures("drawn")
def test_steps_and_phrasings_of_every_record_read_back(knowledge: Knowledge) -> None:
    titles = {record.id: record.title for record in knowledge.records}
    for record in knowledge.records:
        assert StepsForm(record.steps, nothing, kept, records=titles).values() == record.steps
        assert PhrasingsForm(record.phrasings, titles, nothing).values() == record.phrasings


@pytest.mark.usefixtures("drawn")
def test_phrasings_shared_by_records(content: Content) -> None:
    form = PhrasingsForm((Phrasing(text="一"), Phrasing(text="二", also=("faq-02",))), {"faq-02": "申请考勤"}, nothing)
    own, (_, _, shared) = form._own, form._groups[0]
    own.value, shared.value = "三\n一", "二\n四"
    assert form.values() == (
        Phrasing(text="一"), Phrasing(text="二", also=("faq-02",)), Phrasing(text="三"), Phrasing(text="四", also=("faq-02",)),
    )  # fmt: skip
    form._add((), ["五"])
    with pytest.raises(EditError, match="还有哪些记录能答"):
        form.values()
