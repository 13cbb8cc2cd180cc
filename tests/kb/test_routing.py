from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.base import KnowledgeBase
from kb.model import Asking
from kb.places import Place
from kb.reader import Utterance
from kb.routing import Route, Router, Site

PUKOU, GULOU, XUZHOU = Place("浦口区", ("contact-pukou",)), Place("鼓楼区"), Place("徐州", elsewhere=True)
SITES = st.builds(
    Site,
    place=st.sampled_from([None, PUKOU, GULOU, XUZHOU]),
    types=st.lists(st.sampled_from(["housing", "municipal", "rail"]), unique=True, max_size=2).map(tuple),
)


@pytest.fixture(scope="module")
def router(base: KnowledgeBase) -> Router:
    return base.router


@pytest.mark.parametrize(
    ("site", "contacts", "ask", "elsewhere"),
    [
        (Site(), (), "either", False),
        (Site(PUKOU), ("contact-pukou",), None, False),
        (Site(GULOU), (), "project_type", False),
        (Site(None, ("rail",)), ("contact-rail",), None, False),
        (Site(PUKOU, ("rail",)), ("contact-pukou", "contact-rail"), None, False),  # the district's first
        (Site(GULOU, ("rail",)), ("contact-rail",), None, False),
        (Site(None, ("rail", "housing")), ("contact-rail", "contact-housing"), None, False),
        (Site(XUZHOU), (), None, True),
        (Site(XUZHOU, ("rail",)), (), None, True),
    ],
)
def test_route(site: Site, contacts: tuple[str, ...], ask: Asking | None, elsewhere: bool, router: Router) -> None:
    assert router.route(site) == Route(contacts, ask, elsewhere)


@pytest.mark.parametrize(
    ("before", "heard", "after"),
    [
        (Site(), Site(PUKOU), Site(PUKOU)),
        (Site(GULOU), Site(PUKOU), Site(PUKOU)),
        (Site(GULOU, ("rail",)), Site(PUKOU), Site(PUKOU, ("rail",))),
        (Site(GULOU), Site(None, ("rail",)), Site(GULOU, ("rail",))),
        (Site(GULOU, ("housing",)), Site(None, ("rail",)), Site(GULOU, ("rail",))),
        (Site(XUZHOU), Site(PUKOU), Site(PUKOU)),
    ],
)
def test_a_site_is_corrected(before: Site, heard: Site, after: Site) -> None:
    assert before.corrected(heard) == after


@given(SITES)
def test_hearing_nothing_changes_nothing(site: Site) -> None:
    assert site.corrected(Site()) == site == Site().corrected(site) == site.corrected(site)


@given(SITES, SITES, SITES)
def test_corrections_may_be_taken_together(first: Site, second: Site, third: Site) -> None:
    assert first.corrected(second).corrected(third) == first.corrected(second.corrected(third))


@given(SITES, SITES)
def test_what_is_known_stays_known(before: Site, heard: Site) -> None:
    assert before.corrected(heard).known is (before.known or heard.known)


@given(SITES)
def test_every_route_leads_on(router: Router, site: Site) -> None:
    route = router.route(site)
    assert sum((bool(route.contacts), route.ask is not None, route.elsewhere)) == 1
    assert len(set(route.contacts)) == len(route.contacts)


@pytest.mark.parametrize(
    ("message", "contacts"),
    [
        ("浦口的房建", ("contact-pukou", "contact-housing")),
        ("江宁修路", ("contact-jiangning", "contact-municipal")),
        ("高淳的地铁", ("contact-gaochun", "contact-rail")),
        ("鼓楼区的住宅", ("contact-housing",)),
        ("pukou de fangjian", ("contact-pukou", "contact-housing")),
        ("漂水的精装修", ("contact-lishui", "contact-decoration")),
        ("徐州的住宅", ()),
        ("鼓楼区", ()),
        ("你好", ()),
        ("福建路的装修", ("contact-decoration",)),  # 建路 inside a name builds no road
        ("福建路", ()),
        ("金马路的装修", ("contact-decoration",)),
        ("大厂地铁站", ("contact-jiangbei", "contact-luhe", "contact-rail")),  # but a metro station is one
    ],
)
def test_what_is_heard_leads_to(
    message: str, contacts: tuple[str, ...], router: Router, read: Callable[[str], Utterance]
) -> None:
    assert router.route(router.hear(read(message))).contacts == contacts


@pytest.mark.parametrize(
    ("message", "plain"),
    [
        ("桠溪修马路找谁", "高淳区修市政工程找谁"),
        ("江宁的住宅楼", "江宁区的房建工程"),
        ("湖南路", "鼓楼区"),
        ("福建路的装修", "鼓楼区的装饰工程"),  # a word of works inside a place's name is no works
        ("徐州的住宅", "徐州的房建工程"),
        ("考勤地址填错了", "考勤地址填错了"),
        ("", ""),
        ("怎么改管理员", "怎么改管理员"),
        ("南京鼓楼区", "鼓楼区"),
    ],
)
def test_in_plain_names(message: str, plain: str, router: Router, read: Callable[[str], Utterance]) -> None:
    assert router.in_plain_names(read(message)) == plain


@pytest.mark.parametrize(
    ("message", "contacts"),
    [
        ("服管中心电话", ("contact-service-center",)),
        ("市政中心和装饰中心", ("contact-municipal", "contact-decoration")),
        ("监督站怎么联系", ("contact-housing",)),
        ("浦口的电话", ()),  # districts are places, not names
        ("你好", ()),
    ],
)
def test_asked_for_by_name(
    message: str, contacts: tuple[str, ...], router: Router, read: Callable[[str], Utterance]
) -> None:
    assert router.named(read(message)) == contacts
