import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.phonetic import PinyinReader, fold, split_syllables, syllable, syllables

SYLLABLES = sorted(syllables())


@pytest.mark.parametrize(
    ("char", "sound"), [("考", "kao"), ("勤", "qin"), ("绿", "lv"), ("女", "nv"), ("a", ""), ("1", ""), ("，", "")]
)
def test_syllable(char: str, sound: str) -> None:
    assert syllable(char) == sound


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("zheng", "zen", True),
        ("chang", "can", True),
        ("shi", "si", True),
        ("nan", "lan", True),
        ("ning", "lin", True),
        ("zhi", "chi", False),
        ("gao", "kao", False),
        ("", "a", False),
    ],
)
def test_fold(one: str, other: str, alike: bool) -> None:
    assert (fold(one) == fold(other)) is alike


def test_folding_once_is_enough() -> None:
    assert [sound for sound in SYLLABLES if fold(fold(sound)) != fold(sound)] == []


def test_syllables_are_those_of_mandarin() -> None:
    assert 390 <= len(SYLLABLES) <= 420
    assert {"zhuang", "er", "nue", "a"} <= syllables()
    assert not {"", "m", "n", "ng", "hm"} & syllables()


@pytest.mark.parametrize(
    ("run", "parts"),
    [
        ("yaoqingma", ("yao", "qing", "ma")),
        ("zhengguanbianhao", ("zheng", "guan", "bian", "hao")),
        ("xian", ("xian",)),  # the fewest syllables
        ("fangan", ("fan", "gan")),
        ("excel", None),
        ("wifi", None),
        ("pm", None),
        ("ng", None),
        ("", ()),
    ],
)
def test_split_syllables(run: str, parts: tuple[str, ...] | None) -> None:
    assert split_syllables(run) == parts


@given(st.lists(st.sampled_from(SYLLABLES), max_size=12))
def test_whatever_is_pinyin_is_split_into_syllables_and_back(sounds: list[str]) -> None:
    run = "".join(sounds)
    parts = split_syllables(run)
    assert parts is not None
    assert "".join(parts) == run
    assert set(parts) <= syllables()
    assert len(parts) <= len(sounds)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", max_size=20))
def test_letters_are_split_into_syllables_or_not_at_all(run: str) -> None:
    parts = split_syllables(run)
    assert parts is None or ("".join(parts) == run and set(parts) <= syllables())


WORDS = {"考勤": 50, "考勤地址": 20, "邀请码": 9, "怎么": 40, "改": 30, "该": 8, "打卡": 30, "登录": 20, "失败": 20}


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("kaoqin", "考勤"),
        ("kaoqindizhi", "考勤地址"),
        ("kaoqin dizhi", "考勤地址"),
        ("zenme gai", "怎么改"),
        ("gai", "gai"),  # a single syllable may be anything
        ("yaoqingma在哪", "邀请码在哪"),
        ("denglu shibai, zenme gai", "登录失败, 怎么改"),
        ("excel", "excel"),
        ("excel kaoqin", "excel 考勤"),
        ("wo de ma ya", "wo de ma ya"),  # two letters each: initials, more likely
        ("women shangban", " wo  men  shang  ban "),  # no word fits: the sounds stay
        ("考勤", "考勤"),
        ("pm", "pm"),
        ("a b c", "a b c"),
        ("", ""),
    ],
)
def test_pinyin_is_read(typed: str, read: str) -> None:
    assert PinyinReader(WORDS).read(typed) == read


def test_the_more_frequent_word_wins() -> None:
    assert PinyinReader({"改动": 9, "盖洞": 1}).read("gaidong") == "改动"
    assert PinyinReader({"改动": 1, "盖洞": 9}).read("gaidong") == "盖洞"


@given(st.text())
def test_reading_never_fails_and_knows_ideographs_already(text: str) -> None:
    reader = PinyinReader(WORDS)
    ideographs = "".join(char for char in text if not char.isascii())
    read = reader.read(text)
    assert reader.read(ideographs) == ideographs
    assert all(char in read for char in ideographs)


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("lveguo", "略过"),
        ("lueguo", "略过"),
    ],
)
def test_u_with_dots(typed: str, word: str) -> None:
    assert PinyinReader({word: 1}).read(typed) == word
