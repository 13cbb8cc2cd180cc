"""Each edit changes the lines of its own thing; everything else, comments too, stays as it is."""

from difflib import unified_diff

import pytest

from bot.knowledge import editing
from bot.knowledge.content import Content, read_base
from bot.knowledge.own_words import placeholders, put_first_screen, put_sentence
from bot.knowledge.parts import Edit, EditError, file_of
from bot.knowledge.responsibility import assign, assign_district, assign_project_type, uses
from kb.load import CONTENT, ContactsFile, PlacesFile, ProjectTypesFile
from kb.model import Contact, District, Golden, Lexicon, Overlap, ProjectType, Term, Topic
from kb.wording import PageGroup


@pytest.fixture(scope="module")
def content() -> Content:
    return Content(read_base(CONTENT), {})


def changed(content: Content, edit: Edit) -> dict[str, list[str]]:
    """File → its lines that are gone (``-``) or new (``+``), without the space around them."""
    now = edit(content)
    return {
        name: [
            f"{line[0]} {line[1:].strip()}"
            for line in unified_diff(content.texts[name].splitlines(), (text or "").splitlines(), n=0, lineterm="")
            if line[0] in "+-" and line[1:].strip() and not line.startswith(("---", "+++"))
        ]
        for name, text in now.overlay.items()
    }


def contact(content: Content, contact_id: str, **update: object) -> Contact:
    found = next(each for each in file_of(content, "contacts.yaml", ContactsFile).contacts if each.id == contact_id)
    return found.model_copy(update=update)


def district(content: Content, name: str, **update: object) -> District:
    found = next(each for each in file_of(content, "places.yaml", PlacesFile).districts if each.name == name)
    return found.model_copy(update=update)


def works(content: Content, kind: str, **update: object) -> ProjectType:
    kinds = file_of(content, "project_types.yaml", ProjectTypesFile).project_types
    return next(each for each in kinds if each.id == kind).model_copy(update=update)


def test_a_number(content: Content) -> None:
    new = contact(content, "contact-rail", phones=("83753545", "83753546"))
    assert changed(content, lambda now: editing.put_contact(now, new)) == {
        "contacts.yaml": ["- phones: ['83753545']", "+ phones: ['83753545', '83753546']"]
    }


def test_a_new_topic_and_its_deletion(content: Content) -> None:
    topic = Topic(
        id="oos-parking", title="停车", near=False, say="官方解答没有讲停车。", turn_to="none", phrasings=("车停哪",)
    )
    lines = changed(content, lambda now: editing.put_topic(now, topic))["out_of_scope.yaml"]
    assert lines[0] == "+ - id: oos-parking"
    assert all(line.startswith("+") for line in lines)
    again = editing.delete_topic(editing.put_topic(content, topic), "oos-parking")
    assert again.overlay == {}


def test_a_term_under_another_name_keeps_its_place_and_its_misspellings(content: Content) -> None:
    def renamed(now: Content) -> Content:
        now = editing.put_term(now, Term(term="考勤打卡", aliases=("kq",)), instead_of="考勤")
        now = editing.put_misspellings(now, "考勤", ())
        return editing.put_misspellings(now, "考勤打卡", ("烤勤", "考琴"))

    assert changed(content, renamed) == {
        "lexicon.yaml": [
            "- - term: 考勤", "+ - term: 考勤打卡", "- 烤勤: 考勤", "- 考琴: 考勤", "- 考勒: 考勤", "+ 烤勤: 考勤打卡", "+ 考琴: 考勤打卡",
        ]
    }  # fmt: skip


def test_a_term_takes_no_other_terms_name_or_misspelling(content: Content) -> None:
    with pytest.raises(EditError, match="“打卡”已经有了"):
        editing.put_term(content, Term(term="打卡"), instead_of="考勤")
    with pytest.raises(EditError, match="“打咖”已经是“打卡”的错误写法"):
        editing.put_misspellings(content, "考勤", ("打咖",))


def test_a_deleted_term_takes_its_misspellings_along(content: Content) -> None:
    lexicon = file_of(editing.delete_term(content, "考勤"), "lexicon.yaml", Lexicon)
    assert "考勤" not in {each.term for each in lexicon.terms}
    assert "考勤" not in lexicon.confusions.values()
    assert lexicon.confusions["打咖"] == "打卡"


def test_loose_words(content: Content) -> None:
    lexicon = file_of(content, "lexicon.yaml", Lexicon)
    terms = {each.term for each in lexicon.terms}
    loose = {wrong: right for wrong, right in lexicon.confusions.items() if right not in terms}
    assert "luhe" in loose
    more = {wrong: right for wrong, right in loose.items() if wrong != "luhe"} | {"扎鸡": "闸机"}
    lines = changed(content, lambda now: editing.put_loose_words(now, (*lexicon.words, "塔吊"), lexicon.vague, more))
    assert lines == {"lexicon.yaml": ["+ - 塔吊", "- luhe: 六合", "+ 扎鸡: 闸机"]}


def test_a_golden_question_stands_with_its_records_others(content: Content) -> None:
    golden = Golden(q="归集的网址给我一个", kind="terse", accept=("faq-01",))
    now = editing.put_golden(content, golden).texts["golden.yaml"]
    assert "归集的网址给我一个" in now.partition("# faq-01")[2].partition("# faq-02")[0]
    assert changed(content, lambda now: editing.put_golden(now, golden)) == {
        "golden.yaml": ["+ - {q: 归集的网址给我一个, kind: terse, accept: [faq-01]}"]
    }


def test_a_golden_question_in_other_words(content: Content) -> None:
    golden = Golden(q="归集去哪个网站弄", kind="terse", accept=("faq-01",))
    lines = changed(content, lambda now: editing.put_golden(now, golden, "归集去哪个平台"))["golden.yaml"]
    assert [line[0] for line in lines] == ["-", "+"]
    with pytest.raises(EditError, match="已经有了"):
        editing.put_golden(content, golden.model_copy(update={"q": "考勤组怎么建"}), "归集去哪个平台")


def test_where_two_districts_meet(content: Content) -> None:
    overlap = Overlap(names=("滨江",), contacts=("contact-jiangning", "contact-pukou"), why="两边都有")
    more = editing.put_overlap(content, overlap)
    added = file_of(more, "places.yaml", PlacesFile).overlaps
    assert added[-1] == overlap
    assert editing.delete_overlap(more, len(added) - 1).overlay == {}
    with pytest.raises(EditError, match="已经不在了"):
        editing.put_overlap(content, overlap, len(added) + 1)


def test_a_district_gets_a_line_of_its_own(content: Content) -> None:
    new = district(content, "雨花台区", contact="contact-jiangning")
    assert changed(content, lambda now: assign_district(now, new)) == {
        "places.yaml": ["- contact: null", "+ contact: contact-jiangning"],
        "contacts.yaml": ["- districts: [江宁区]", "+ districts: [江宁区, 雨花台区]"],
    }


def test_what_a_line_takes_over_another_gives_up(content: Content) -> None:
    new = contact(content, "contact-pukou", districts=("浦口区", "六合区"), project_types=("rail",))
    lines = changed(content, lambda now: assign(now, new))
    assert lines["places.yaml"] == ["- contact: contact-luhe", "+ contact: contact-pukou"]
    assert lines["project_types.yaml"] == ["- contact: contact-rail", "+ contact: contact-pukou"]
    assert set(lines["contacts.yaml"]) == {
        "- project_types: [rail]", "- districts: [六合区]", "- project_types: []", "+ project_types: [rail]",
        "- districts: [浦口区]", "+ districts: [浦口区, 六合区]",
    }  # fmt: skip


def test_a_line_gives_up_a_district_but_no_kind_of_works(content: Content) -> None:
    gone = contact(content, "contact-pukou", districts=())
    assert changed(content, lambda now: assign(now, gone))["places.yaml"] == [
        "- contact: contact-pukou", "+ contact: null",
    ]  # fmt: skip
    with pytest.raises(EditError, match="房建工程不能没有电话"):
        assign(content, contact(content, "contact-housing", project_types=()))


def test_a_kind_of_works_goes_to_another_line(content: Content) -> None:
    moved = works(content, "rail", contact="contact-municipal")
    lines = changed(content, lambda now: assign_project_type(now, moved))
    assert lines["project_types.yaml"] == ["- contact: contact-rail", "+ contact: contact-municipal"]
    assert "+ project_types: [municipal, rail]" in lines["contacts.yaml"]


def test_who_needs_a_line(content: Content) -> None:
    found = uses(content, "contact-pukou")
    assert found[:3] == ["浦口区", "交叉的地方（泰山街道等）", "交叉的地方（江北等）"]
    assert found[3].endswith("个检验问题")
    assert "轨道工程" in uses(content, "contact-rail")


def test_a_sentence(content: Content) -> None:
    assert changed(content, lambda now: put_sentence(now, "step_of", "第 {number} 步，共 {of} 步")) == {
        "phrases.yaml": ["- step_of: （第 {number}/{of} 步）", "+ step_of: 第 {number} 步，共 {of} 步"]
    }


@pytest.mark.parametrize(
    ("name", "sentence", "why"),
    [
        ("step_of", "第 {number} 步", "少了 {of}"),
        ("glad", "好的，工单 {number}", "填不了 {number}"),
        ("step_of", "第 {number/{of} 步", "花括号"),
        ("step_of", "第 {number!r} 步，共 {of:>3} 步", "花括号"),
        ("step_of", "第 {} 步", "花括号"),
        ("no_such", "你好", "没有 no_such"),
        ("starters", "你好", "没有 starters"),
    ],
)
def test_a_sentence_that_the_program_could_not_fill_in(content: Content, name: str, sentence: str, why: str) -> None:
    with pytest.raises(EditError, match=why.replace("{", r"\{")):
        put_sentence(content, name, sentence)


def test_what_an_earlier_edit_lost_is_still_asked_for(content: Content) -> None:
    text = content.texts["phrases.yaml"].replace("step_of: （第 {number}/{of} 步）", "step_of: 下一步")
    lost = editing.put_text(content, "phrases.yaml", text)
    with pytest.raises(EditError, match="少了"):
        put_sentence(lost, "step_of", "再下一步")
    assert put_sentence(lost, "step_of", "（第 {number}/{of} 步）").overlay == {}


def test_placeholders() -> None:
    assert placeholders("工单 {number}，共 {of} 张，{{不是}}") == {"number", "of"}


def test_the_first_screen(content: Content) -> None:
    groups = [PageGroup(title="打卡", records=("faq-20", "faq-15"))]
    lines = changed(content, lambda now: put_first_screen(now, ("faq-20",), groups))["phrases.yaml"]
    assert lines[:2] == [
        "- starters: [prompt-01, prompt-02, prompt-03, faq-20, faq-13, faq-14]", "+ starters: [faq-20]",
    ]  # fmt: skip


def test_titles_are_read_without_reading_the_records(content: Content) -> None:
    found = editing.titles(content)
    assert len(found) == 36
    assert found["faq-13"] == "修改考勤地址"
    broken = editing.put_text(content, "faq-13.yaml", "title: 'x\n")
    assert editing.titles(broken)["faq-13"] == "faq-13"


def test_a_file_that_cannot_be_read_is_named(content: Content) -> None:
    broken = editing.put_text(content, "contacts.yaml", "contacts: [\n")
    with pytest.raises(EditError, match=r"contacts\.yaml"):
        file_of(broken, "contacts.yaml", ContactsFile)
    with pytest.raises(EditError, match=r"contacts\.yaml 现在读不出来"):
        editing.put_contact(broken, contact(content, "contact-rail"))
