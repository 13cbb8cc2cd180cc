from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.noise import Noise
from kb.phonetic import fold, syllable

TEXTS = ("考勤地址填错了怎么办", "烤情地质天措乐", "征管编号没有关联上", "登录失败提示没有信息")


def make() -> Noise:
    return Noise(TEXTS, lambda text: [text[place : place + 2] for place in range(0, len(text), 2)])


NOISE = make()
SENTENCES = st.text(alphabet="".join(TEXTS) + "a1，", min_size=1, max_size=30)


@given(SENTENCES, st.text(max_size=5))
def test_the_same_sentence_and_seed_give_the_same_noise(text: str, seed: str) -> None:
    assert NOISE.versions(text, seed) == NOISE.versions(text, seed) == make().versions(text, seed)


def test_another_seed_gives_other_noise() -> None:
    assert len({tuple(NOISE.versions(TEXTS[0], str(seed))) for seed in range(20)}) > 10


@given(SENTENCES)
def test_versions_are_others_than_the_sentence_and_no_two_are_the_same(text: str) -> None:
    versions = NOISE.versions(text, "s")
    assert text not in versions
    assert "" not in versions
    assert len(set(versions)) == len(versions)


@given(SENTENCES, st.integers())
def test_misspelt_characters_sound_alike(text: str, seed: int) -> None:
    misspelt = NOISE.misspelt(text, Random(seed))
    assert [fold(syllable(char)) for char in misspelt] == [fold(syllable(char)) for char in text]


@given(SENTENCES, st.integers())
def test_misread_changes_ideographs_only(text: str, seed: int) -> None:
    misread = NOISE.misread(text, Random(seed))
    assert len(misread) == len(text)
    assert all(new == old or syllable(old) for new, old in zip(misread, text, strict=True))


@given(SENTENCES, st.integers())
def test_broken_off_is_a_beginning_or_an_end(text: str, seed: int) -> None:
    broken = NOISE.broken_off(text, Random(seed))
    assert text.startswith(broken) or text.endswith(broken)
    assert len(broken) < len(text) or len(text) <= 2


@pytest.mark.parametrize("seed", range(5))
def test_in_pinyin(seed: int) -> None:
    assert NOISE.in_pinyin("考勤地址a", Random(seed)).replace(" ", "") == "kaoqindizhia"


@pytest.mark.parametrize("seed", range(5))
def test_wrapped_keeps_the_sentence(seed: int) -> None:
    wrapped = NOISE.wrapped(TEXTS[0], Random(seed))
    assert TEXTS[0] in wrapped[1:-1]


def test_misspelling_does_happen() -> None:
    assert any(NOISE.misspelt(TEXTS[0], Random(seed)) != TEXTS[0] for seed in range(5))
    assert any(NOISE.misread(TEXTS[0], Random(seed)) != TEXTS[0] for seed in range(5))
