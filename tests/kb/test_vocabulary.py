import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.base import KnowledgeBase
from kb.knowledge import Knowledge
from kb.load import CONTENT, load
from kb.vocabulary import Vocabulary

LEXICON = load(CONTENT).lexicon
TERMS = [entry.term for entry in LEXICON.terms]
HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)


@pytest.fixture(scope="module")
def vocabulary(knowledge: Knowledge, base: KnowledgeBase) -> Vocabulary:
    return Vocabulary(knowledge.lexicon, base.matcher.reader.segmenter.is_ordinary)


def test_every_alias_becomes_its_term(vocabulary: Vocabulary) -> None:
    pairs = {alias.lower(): entry.term for entry in LEXICON.terms for alias in entry.aliases}
    assert len(pairs) > 200
    assert {alias: vocabulary.rewrite(alias) for alias in pairs} == pairs


def test_terms_and_words_stay(vocabulary: Vocabulary) -> None:
    words = [*TERMS, *LEXICON.words]
    assert [word for word in words if vocabulary.rewrite(word) != word] == []


def test_every_confusion_is_put_right(vocabulary: Vocabulary) -> None:
    assert {wrong: vocabulary.rewrite(wrong) for wrong in LEXICON.confusions} == LEXICON.confusions


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        # aliases, the longest first
        ("甲方说没有", "建设单位说没有"),
        ("总包项目部", "施工总承包单位施工项目经理部"),
        ("项目经理部在哪", "施工项目经理部在哪"),
        ("考勤码失效", "考勤二维码失效"),
        # short forms and initials
        ("没有zgbh", "没有征管编号"),
        ("xmjl和sgy", "项目经理和施工员"),
        ("pm打卡", "项目经理打卡"),
        ("spm", "spm"),
        ("zgbhx", "zgbhx"),
        ("wxkq怎么算", "无效考勤怎么算"),  # no alias: the first letters of a term
        ("zyjlgcs", "专业监理工程师"),
        ("dw", "dw"),  # two letters may stand for anything
        # other characters of the same sound, and of nearly the same
        ("考琴打不了", "考勤打不了"),
        ("腰请码", "邀请码"),
        ("政管编号", "征管编号"),
        ("象目经理", "项目经理"),
        ("零勤绩", "宁勤绩"),
        ("按全员", "安全员"),
        ("和同归集", "合同归集"),
        ("听工", "停工"),
        # one unlike character in a long term
        ("征管偏号关联", "征管编号关联"),
        ("监理丹位", "监理单位"),
        ("形像进度表", "形象进度表"),
    ],
)
def test_rewrite(said: str, meant: str, vocabulary: Vocabulary) -> None:
    assert vocabulary.rewrite(said) == meant


@pytest.mark.parametrize(
    "sentence",
    [
        "今天下雨工地停电了",
        "我想问一下公司食堂几点开门",
        "他请了一天假",
        "手机定不了位",
        "能不能清除假数据",
        "工人听工长的",
        "工程师说的",
        "申请公章",
        "合格证丢了",
        "我爱北京天安门",
        "订位",
        "excel",
        "hello world",
        "施工原因停了",
        "质量原因",
        "安全原因",
        "管理原则",
        "监理原来的",
        "资料原件",
        "请加我微信",
    ],
)
def test_ordinary_words_are_left_alone(sentence: str, vocabulary: Vocabulary) -> None:
    assert vocabulary.rewrite(sentence) == sentence


@given(st.lists(st.sampled_from(TERMS), min_size=1, max_size=5), st.sampled_from([",", " ", "?", "1"]))
def test_terms_in_a_row_stay(vocabulary: Vocabulary, terms: list[str], between: str) -> None:
    sentence = between.join(terms)
    assert vocabulary.rewrite(sentence) == sentence


@given(st.text())
def test_any_text_is_rewritten(vocabulary: Vocabulary, text: str) -> None:
    assert isinstance(vocabulary.rewrite(text), str)


@given(st.text(alphabet=HAN, max_size=30))
def test_repair_exchanges_characters_one_for_one(vocabulary: Vocabulary, text: str) -> None:
    assert len(vocabulary.repair(text)) == len(text)


@given(st.sampled_from([term for term in TERMS if len(term) >= 4 and "B" not in term and "C" not in term]), st.data())
def test_one_misread_character_of_a_long_term(vocabulary: Vocabulary, term: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(term) - 1))
    repaired = vocabulary.repair(f"{term[:place]}龘{term[place + 1 :]}")
    # Where two terms differ in that one character, either may be meant.
    assert repaired in {*TERMS, *LEXICON.words}
    assert len(repaired) == len(term)
    assert sum(one != other for one, other in zip(repaired, term, strict=True)) <= 1
