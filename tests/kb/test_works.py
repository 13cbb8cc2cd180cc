import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.knowledge import Knowledge
from kb.works import Works


@pytest.fixture(scope="module")
def works(knowledge: Knowledge) -> Works:
    return Works(knowledge)


HOUSING, MUNICIPAL, RAIL, DECORATION = ("housing",), ("municipal",), ("rail",), ("decoration",)


@pytest.mark.parametrize(
    ("message", "kinds"),
    [
        # everyday words
        ("住宅楼", HOUSING),
        ("我们是盖学校的", HOUSING),
        ("安置房项目", HOUSING),
        ("修马路", MUNICIPAL),
        ("雨水管", MUNICIPAL),
        ("隧道", MUNICIPAL),
        ("绿化", MUNICIPAL),
        ("地铁5号线", RAIL),
        ("S1线", RAIL),
        ("盾构", RAIL),
        ("精装修", DECORATION),
        ("幕墙", DECORATION),
        # misspelt
        ("房健", HOUSING),
        ("士政", MUNICIPAL),
        ("鬼道", RAIL),
        # a verb of building and what is built, in either order
        ("架桥的", MUNICIPAL),
        ("铺路", MUNICIPAL),
        ("挖渠", MUNICIPAL),
        ("桥翻修", MUNICIPAL),
        ("盖楼", HOUSING),
        ("建厂", HOUSING),
        ("造一座跨河桥", MUNICIPAL),
        ("盖两栋楼", HOUSING),
        ("修了一条乡村路", MUNICIPAL),
        # the longer word wins
        ("市政府大楼", HOUSING),
        ("学校装修", DECORATION),
        ("管片拼装", RAIL),
        # two kinds, in the order named
        ("住宅和地铁", ("housing", "rail")),
        ("地铁和住宅", ("rail", "housing")),
        # one of two wins, by the content's rules
        ("地铁站装修", RAIL),
        ("地铁隧道", RAIL),
        ("地铁站主体结构", RAIL),
        ("污水管盾构", MUNICIPAL),
        ("小区门口道路", MUNICIPAL),
        ("小区道路", HOUSING),
        ("天桥装修", MUNICIPAL),
        ("马路边的门店装修", DECORATION),
        ("厂房外立面", DECORATION),
        # none
        ("", ()),
        ("打卡", ()),
        ("提交安全资料", ()),  # 交安
        ("账号线上办", ()),  # 号线
        ("安装师傅", ()),  # 装师
        ("主管片区", ()),  # 管片
        ("公路", ()),
        ("高铁站", ()),
        ("水利工程", ()),
        ("怎么改管理员", ()),
        ("我是做管理的", ()),
        ("主管改了", ()),
        ("怎么修改路径", ()),
        ("谁做处理要管理员吗", ()),
        ("修改楼号", ()),
        ("线路改了", ()),
        ("工地板房里网特别卡", ()),
    ],
)
def test_find(message: str, kinds: tuple[str, ...], works: Works) -> None:
    assert works.find(message) == kinds


def test_every_word_tells_its_kind(knowledge: Knowledge, works: Works) -> None:
    words = {word: kind.id for kind in knowledge.project_types for word in (kind.name, *kind.words, *kind.typos)}
    assert len(words) > 300
    assert {word: kinds[0] if (kinds := works.find(word)) else None for word in words} == words


def test_no_word_stands_under_two_kinds(knowledge: Knowledge) -> None:
    words = [word for kind in knowledge.project_types for word in {kind.name, *kind.words, *kind.typos}]
    assert sorted({word for word in words if words.count(word) > 1}) == []


def test_every_override_names_kinds_that_exist(knowledge: Knowledge) -> None:
    named = {kind for override in knowledge.overrides for kind in (*override.over, override.wins)}
    assert named <= knowledge.project_type.keys()


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("住宅和s1线", [("住宅", "housing"), ("s1线", "rail")]),
        ("修马路", [("马路", "municipal")]),
        ("打卡", []),
        ("学校装修", [("学校装修", "decoration")]),
        ("地铁车站", [("地铁车站", "rail")]),
    ],
)
def test_spans(text: str, spans: list[tuple[str, str]], works: Works) -> None:
    assert [(text[start:end], kind) for start, end, kind in works.spans(text)] == spans


@given(st.text() | st.text(alphabet="地铁站装修住宅楼道路桥隧污水管盾构", max_size=30))
def test_any_text_names_each_kind_once(works: Works, knowledge: Knowledge, text: str) -> None:
    kinds = works.find(text)
    assert len(set(kinds)) == len(kinds)
    assert set(kinds) <= knowledge.project_type.keys()
