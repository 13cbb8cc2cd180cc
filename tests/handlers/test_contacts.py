import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.base import KnowledgeBase
from kb.load import CONTENT, load
from kb.model import District
from tests.handlers.talk import Talk

KNOWLEDGE = load(CONTENT)
PHONES = {contact.id: contact.phones for contact in KNOWLEDGE.contacts}
KNOWN_NUMBERS = {number for contact in KNOWLEDGE.contacts for number in (*contact.phones, *contact.qq_groups)}
PLACES = tuple(
    name
    for district in KNOWLEDGE.districts
    for name in (district.name, *district.aliases, *district.typos, *district.places)
)
STREETS = tuple(name for names in KNOWLEDGE.divisions.nanjing.values() for name in names)
WORKS = tuple(word for kind in KNOWLEDGE.project_types for word in (kind.name, *kind.words, *kind.typos))
NOBODY: tuple[str, ...] = ()


@pytest.mark.parametrize(
    ("messages", "contacts", "asked"),
    [
        # asked for, then told
        (["主管部门电话多少"], [], "either"),
        (["主管部门电话多少", "江宁的"], ["contact-jiangning"], None),
        (["主管部门电话多少", "江宁的", "是个地铁项目"], ["contact-jiangning", "contact-rail"], None),
        (["主管部门电话", "房建工程"], ["contact-housing"], None),
        # both in one message, the district first
        (["江宁的地铁项目打哪个电话"], ["contact-jiangning", "contact-rail"], None),
        (["修马路的，在溧水，找谁"], ["contact-lishui", "contact-municipal"], None),
        # heard early, used later
        (["我们是溧水一个修马路的项目，考勤地址定偏了怎么改", "主管单位电话多少"], ["contact-lishui", "contact-municipal"], None),
        # corrected
        (["浦口区的工地，咨询电话是多少", "不对，我是江北新区的"], ["contact-jiangbei"], None),
        (["浦口区的工地，咨询电话是多少", "不对，我是江北新区的", "我们是装修的"], ["contact-jiangbei", "contact-decoration"], None),
        # a district without a line of its own
        (["鼓楼区的工地找谁咨询，电话多少"], [], "project_type"),
        (["鼓楼区的工地找谁咨询，电话多少", "住宅楼"], ["contact-housing"], None),
        (["鼓楼区的工地找谁咨询，电话多少", "住宅楼", "要是地铁项目呢"], ["contact-rail"], None),
        # where two districts' responsibilities meet
        (["主管部门电话", "顶山街道"], ["contact-jiangbei", "contact-pukou"], None),
        (["主管部门电话", "葛塘"], ["contact-jiangbei", "contact-luhe"], None),
        # asked for by name
        (["服管中心电话"], ["contact-service-center"], None),
        (["市政服务中心电话多少"], ["contact-municipal"], None),
        (["全部电话", "服管中心单独发一下"], ["contact-service-center"], None),
        # after another answer
        (["考勤地址怎么改", "江宁的主管部门电话"], ["contact-jiangning"], None),
        # not in Nanjing
        (["苏州的工地，主管部门电话多少"], [], None),
        (["苏州的工地，主管部门电话多少", "徐州鼓楼区的呢"], [], None),
        (["苏州的工地，主管部门电话多少", "说错了，是南京高淳的"], ["contact-gaochun"], None),
        (["主管部门电话", "苏州"], [], None),
    ],
)  # fmt: skip
def test_route(messages: list[str], contacts: list[str], asked: str | None, talk: Talk) -> None:
    said = talk.says_all(messages)
    assert list(said.contacts) == contacts
    assert said.asked == asked
    assert said.outcome == ("contact" if contacts else "ask" if asked else "unknown")
    told = {number for contact in contacts for number in PHONES[contact]}
    assert told <= set(re.findall(r"\d{8}", said.text))


@pytest.mark.parametrize("question", ["全部电话", "把所有主管部门的电话都发给我", "各主管部门的电话都给我"])
def test_all_numbers(question: str, talk: Talk) -> None:
    said = talk.says(question)
    assert (said.outcome, said.records) == ("contact", ("faq-28",))
    assert len(said.contacts) == 11
    assert said.contacts == tuple(PHONES)
    assert all(number in said.text for numbers in PHONES.values() for number in numbers)


def test_the_choice_of_a_line_is_explained(talk: Talk) -> None:
    said = talk.says("江宁的地铁项目打哪个电话")
    assert "江宁区、轨道工程" in said.text
    said = talk.says_all(["不对，是鼓楼的"])
    assert said.text.startswith("鼓楼区没有单独的咨询电话")


@pytest.mark.parametrize("kind", KNOWLEDGE.project_types, ids=lambda kind: kind.id)
def test_the_buttons_of_the_question_answer_it(kind: object, base: KnowledgeBase) -> None:
    asked = Talk(base).says("主管部门电话")
    assert {kind.name for kind in KNOWLEDGE.project_types} <= set(asked.labels)
    for button in asked.buttons:
        talk = Talk(base)
        talk.says("主管部门电话")
        assert talk.says(button.send).outcome == "contact", button


def bold(name: str) -> str:
    """A place name as nobody can mistake it."""
    return f"{name}工地"


@pytest.mark.parametrize("district", KNOWLEDGE.districts, ids=lambda district: district.name)
def test_every_place_of_a_district_is_that_districts(district: District, base: KnowledgeBase) -> None:
    overlaps = {name: overlap.contacts for overlap in KNOWLEDGE.overlaps for name in overlap.names}
    own = (district.contact,) if district.contact else ()
    names = (district.name, *district.aliases, *district.places, *KNOWLEDGE.divisions.nanjing.get(district.name, ()))
    wrong = {}
    for name in names:
        site = base.router.hear(base.matcher.reader.read(bold(name)))
        if site.place is None or site.place.contacts != overlaps.get(name, own):
            wrong[name] = site.place
    assert names
    assert wrong == {}


@pytest.mark.parametrize("kind", KNOWLEDGE.project_types, ids=lambda kind: kind.id)
def test_every_word_of_a_kind_of_works_is_that_kinds(kind: object, base: KnowledgeBase) -> None:
    wrong = {}
    works = next(one for one in KNOWLEDGE.project_types if one is kind)
    for word in (works.name, *works.words, *works.typos):
        site = base.router.hear(base.matcher.reader.read(f"{word}项目"))
        if base.router.route(site).contacts != (works.contact,):
            wrong[word] = site
    assert wrong == {}


def elsewhere_with_a_number(names: list[str], base: KnowledgeBase) -> list[str]:
    """Names of other cities that are sent to a line of Nanjing's."""
    read = base.matcher.reader.read
    sites = {name: base.router.hear(read(f"{name}的房建工地，主管部门电话多少")) for name in names}
    return [name for name, site in sites.items() if base.router.route(site).contacts]


def test_no_place_outside_nanjing_leads_to_a_number(base: KnowledgeBase) -> None:
    names = [name for name in KNOWLEDGE.divisions.elsewhere if len(name) > 2 and "乾" not in name]
    assert len(names) > 1_000
    assert elsewhere_with_a_number(names[::3], base) == []


def test_a_name_with_a_traditional_character_is_still_elsewhere(base: KnowledgeBase) -> None:
    assert elsewhere_with_a_number(["乾安县"], base) == []


def test_no_short_name_outside_nanjing_leads_to_a_number(base: KnowledgeBase) -> None:
    names = [name for name in KNOWLEDGE.divisions.elsewhere if len(name) == 2]
    assert elsewhere_with_a_number(names, base) == []


@settings(max_examples=20)
@given(place=st.sampled_from(("", *PLACES, *STREETS)), works=st.sampled_from(("", *WORKS)))
def test_no_number_is_made_up(base: KnowledgeBase, place: str, works: str) -> None:
    talk = Talk(base)
    for text in (f"{place}{works}工地的主管部门电话多少", f"{works}，{place}"):
        said = talk.says(text)
        shown = set(re.findall(r"\d{7,}", said.text))
        assert shown <= KNOWN_NUMBERS
        allowed = {number for contact in said.contacts for number in PHONES[contact]}
        assert {number for number in shown if len(number) == 8} <= allowed
        assert said.outcome != "contact" or said.contacts


@pytest.mark.parametrize(
    "place", ["福建路", "模范马路", "新模范马路", "金马路", "大桥南路", "南京长江大桥南堡", "鼓楼医院"]
)
def test_the_name_of_a_place_is_no_kind_of_works(place: str, talk: Talk) -> None:
    said = talk.says(f"{place}的项目打哪个电话")
    assert (said.outcome, said.asked) == ("ask", "project_type")


def test_the_pools_are_not_empty() -> None:
    assert len(PLACES) + len(STREETS) > 500
    assert len(WORKS) > 300
    assert len(KNOWN_NUMBERS) == 12 + 2
