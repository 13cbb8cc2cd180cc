from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.base import KnowledgeBase
from kb.knowledge import Knowledge
from kb.normalise import plain
from kb.places import Gazetteer, Place
from kb.reader import Utterance


@pytest.fixture(scope="module")
def gazetteer(knowledge: Knowledge, base: KnowledgeBase) -> Gazetteer:
    return Gazetteer(knowledge, base.matcher.reader.segmenter)


OURS = {
    # districts and what they are called
    "江宁区": "江宁区",
    "江宁": "江宁区",
    "南京浦口": "浦口区",
    "高淳县": "高淳区",
    "江北新区": "江北新区",
    "江北新区直管区": "江北新区",
    "河西": "建邺区",
    "下关区": "鼓楼区",
    # streets and towns
    "桠溪街道": "高淳区",
    "白马镇": "溧水区",
    "迈皋桥街道": "栖霞区",
    "竹镇镇": "六合区",
    # names people use
    "禄口机场": "江宁区",
    "新街口": "玄武区",
    "桠溪": "高淳区",
    "仙林": "栖霞区",
    "夫子庙": "秦淮区",
    "南京南站": "雨花台区",
    "南京南站南广场": "江宁区",
    "玄武湖南侧": "玄武区",
    "秦淮河南岸": "秦淮区",
    # roads that bear the name of a province or a city
    "湖南路": "鼓楼区",
    "湖南路的工地": "鼓楼区",
    "北京东路": "玄武区",
    "山西路": "鼓楼区",
    "青岛路": "鼓楼区",
    # mistyped, misheard, dictated
    "将宁区": "江宁区",
    "浦囗": "浦口区",
    "漂水": "溧水区",
    "丽水": "溧水区",
    "六和区": "六合区",
    "建业区": "建邺区",
    # within a sentence; the last one counts, since people correct themselves
    "我们项目在江宁大学城那块": "江宁区",
    "我在江宁，不对，是浦口": "浦口区",
    "公司在徐州，工地在浦口": "浦口区",
    "工地在浦口，公司是徐州的": "浦口区",
    "浦口江北新区": "江北新区",
}


@pytest.mark.parametrize(("message", "district"), OURS.items())
def test_ours(message: str, district: str, gazetteer: Gazetteer, knowledge: Knowledge) -> None:
    contact = knowledge.district[district].contact
    assert gazetteer.find(plain(message)) == Place(district, (contact,) if contact else ())


@pytest.mark.parametrize(
    "message",
    [
        "徐州鼓楼区",
        "徐州市鼓楼区",
        "徐州的鼓楼区",
        "徐州 鼓楼区",
        "开封市鼓楼区",
        "福州鼓楼",
        "长沙雨花区",
        "宁波江北区",
        "重庆江北",
        "浙江丽水",
        "唐山的工地",
        "我们在岳阳",
        "宁波的工地",
        "浙江宁波",  # 江宁 in it is not ours
        "广东阳江",
        "江苏南通",
        "马鞍山",
        "镇江句容",
        "我在无锡的工地上",
        "不在南京，在苏州",
        "盐城",
        "海南",
        "北京",
        "连云港",
        "开封鼓楼区",
    ],
)
def test_elsewhere(message: str, gazetteer: Gazetteer) -> None:
    found = gazetteer.find(plain(message))
    assert found is not None
    assert found.elsewhere
    assert found.contacts == ()


@pytest.mark.parametrize(
    "message",
    [
        "",
        "你好",
        "南京",
        "南京市",
        "江苏省",
        "非常熟悉",  # 常熟
        "东西安装好了",  # 西安
        "第六合同段",  # 六合
        "六合同时开工",
        "管理员在哪个区域",
        "市场科",
        "镇江路",
        "考勤地址填错了",
        "主桥南通道",  # 南通
        "人行南通道封闭",
    ],
)
def test_nowhere(message: str, gazetteer: Gazetteer) -> None:
    assert gazetteer.find(plain(message)) is None


@pytest.mark.parametrize(
    ("message", "contacts"),
    [
        ("江北", {"contact-jiangbei", "contact-pukou", "contact-luhe"}),
        ("江北的项目", {"contact-jiangbei", "contact-pukou", "contact-luhe"}),
        ("泰山街道", {"contact-jiangbei", "contact-pukou"}),
        ("盘城街道", {"contact-jiangbei", "contact-pukou"}),
        ("我在顶山", {"contact-jiangbei", "contact-pukou"}),
        ("大厂街道", {"contact-jiangbei", "contact-luhe"}),
        ("葛塘", {"contact-jiangbei", "contact-luhe"}),
        ("扬子石化那边", {"contact-jiangbei", "contact-luhe"}),
        ("江北新区泰山街道", {"contact-jiangbei", "contact-pukou"}),
    ],
)
def test_where_responsibilities_meet_all_are_offered(message: str, contacts: set[str], gazetteer: Gazetteer) -> None:
    found = gazetteer.find(plain(message))
    assert found is not None
    assert set(found.contacts) == contacts


@pytest.mark.parametrize(
    ("word", "district", "beside"),
    [
        ("白马", "溧水区", "骑白马来的"),
        ("老山", "浦口区", "周末去老山玩"),
        ("凤凰", "鼓楼区", "凤凰牌自行车"),
        ("麒麟", "江宁区", "麒麟臂"),
        ("泰山", "泰山街道", "去泰山旅游"),
        ("大厂", "大厂街道", "他以前是大厂的"),
        ("建业", "建邺区", "中国建业集团"),
        ("板桥", "雨花台区", "过板桥的时候"),
    ],
)
def test_an_ordinary_word_is_a_place_only_beside_what_says_so(
    word: str, district: str, beside: str, gazetteer: Gazetteer
) -> None:
    says_so = [word, f"{word}街道", f"{word}工地", f"{word}这边", f"{word}项目", f"工地在{word}"]
    assert {
        message: place.name if (place := gazetteer.find(plain(message))) else None for message in says_so
    } == dict.fromkeys(says_so, district)
    assert gazetteer.find(plain(beside)) is None


def test_every_name_of_a_district_leads_to_it(knowledge: Knowledge, gazetteer: Gazetteer) -> None:
    overlapping = {name for overlap in knowledge.overlaps for name in overlap.names}
    names = {
        name: district.name
        for district in knowledge.districts
        for name in (
            *(district.name, *district.aliases, *district.typos, *district.places),
            *knowledge.divisions.nanjing.get(district.name, ()),
        )
        if name not in overlapping
    }
    assert len(names) > 500
    assert {name: place.name if (place := gazetteer.find(plain(name))) else None for name in names} == names


def test_every_other_place_is_elsewhere(knowledge: Knowledge, gazetteer: Gazetteer) -> None:
    names = knowledge.divisions.elsewhere
    assert len(names) > 3_000
    assert [name for name in names if not ((place := gazetteer.find(plain(name))) and place.elsewhere)] == []


@pytest.mark.parametrize(
    ("typed", "district"),
    [
        ("wo zai pukou", "浦口区"),
        ("jiangning qu", "江宁区"),
        ("gaochun", "高淳区"),
        ("lishui", "溧水区"),
        ("qixia", "栖霞区"),
    ],
)
def test_names_in_pinyin_are_found_once_read(
    typed: str, district: str, read: Callable[[str], Utterance], gazetteer: Gazetteer
) -> None:
    assert gazetteer.find(typed) is None
    found = gazetteer.find(read(typed).text)
    assert found is not None
    assert found.name == district


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("在江宁和浦口区", [("江宁", "江宁区"), ("浦口区", "浦口区")]),
        ("徐州的鼓楼区", [("徐州", "徐州"), ("鼓楼区", "鼓楼区")]),
        ("没有地方", []),
    ],
)
def test_spans(text: str, spans: list[tuple[str, str]], gazetteer: Gazetteer) -> None:
    assert [(text[start:end], place.name) for start, end, place in gazetteer.spans(text)] == spans


@given(st.text() | st.text(alphabet="徐州鼓楼区江宁浦口北新街道市六合同在的", max_size=30))
def test_any_text_has_spans_in_order(gazetteer: Gazetteer, text: str) -> None:
    lower = text.lower()
    ends = 0
    for start, end, place in gazetteer.spans(lower):
        assert ends <= start < end <= len(lower)
        assert not (place.elsewhere and place.contacts)
        ends = end
