from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from wcwidth import iter_graphemes

from bot.channels.splitting import clip, cuts, split, utf8, utf16

FAMILY = "👨‍👩‍👧‍👦"
ACCENTED = "e\u0301"
LENGTHS: tuple[Callable[[str], int], ...] = (len, utf16, utf8)

PIECES: list[tuple[str, int, tuple[str, ...]]] = [
    ("", 5, ()),
    (" \n\u3000 ", 5, ()),
    ("五个字以内", 5, ("五个字以内",)),
    ("  前后空白  ", 4, ("前后空白",)),
    ("第一段。\n还有\n\n第二段。也有", 14, ("第一段。\n还有", "第二段。也有")),
    ("第一行。还有\n第二行。也有", 11, ("第一行。还有", "第二行。也有")),
    ("先点登录，再输密码。然后等一等", 14, ("先点登录，再输密码。", "然后等一等")),
    ("他说：“好了。”然后走了", 9, ("他说：“好了。”", "然后走了")),
    ("先点登录，再输密码然后等一等", 12, ("先点登录，", "再输密码然后等一等")),
    ("press next then wait", 12, ("press next", "then wait")),
    ("see 1,234.5 now", 11, ("see 1,234.5", "now")),
    ("一二三四五六七", 3, ("一二三", "四五六", "七")),
    ("刚好\n    换行", 2, ("刚好", "换行")),
    ("甲。乙丙丁戊己庚辛壬癸子丑寅卯，辰", 16, ("甲。乙丙丁戊己庚辛壬癸子丑寅卯，", "辰")),
    ("甲。乙丙丁戊己庚辛壬癸子丑寅卯辰巳午", 16, ("甲。", "乙丙丁戊己庚辛壬癸子丑寅卯辰巳午")),
    (f"甲{FAMILY}乙", 8, (f"甲{FAMILY}", "乙")),
    (f"甲{FAMILY}乙", 7, ("甲", FAMILY, "乙")),
    (f"a{ACCENTED}b", 2, ("a", ACCENTED, "b")),
    ("好！\ufe0f的", 2, ("好", "！\ufe0f", "的")),
    ("🇨🇳🇨🇳🇨🇳", 5, ("🇨🇳🇨🇳", "🇨🇳")),
    ("e" + "\u0301" * 5, 4, ("e" + "\u0301" * 3, "\u0301" * 2)),
]  # fmt: skip

TEXTS = st.lists(
    st.one_of(
        st.sampled_from(("。", "，", "\n", "\n\n", " ", "\r\n", "”", ". ", "\u3000", "字", "word", "①", "&", "<b>")),
        st.sampled_from((FAMILY, ACCENTED, "🇨🇳", "⚠️", "👍🏽", "क्ष", "한", "\u200d", "\ufe0f")),
        st.text(max_size=6),
    ),
    max_size=60,
).map("".join)


@pytest.mark.parametrize(("text", "limit", "pieces"), PIECES)
def test_pieces(text: str, limit: int, pieces: tuple[str, ...]) -> None:
    assert split(text, limit) == pieces


def test_a_channel_has_its_own_length() -> None:
    assert split("😀😀😀", 4, utf16) == ("😀😀", "😀")
    assert split("一二三", 6, utf8) == ("一二", "三")
    with pytest.raises(ValueError, match="2"):
        split("一二三", 2, utf8)


@given(TEXTS, st.integers(min_value=4, max_value=80), st.sampled_from(LENGTHS))
@example(" \u0301a", 4, len)
@example("\n" * 90 + "a", 4, len)
def test_every_piece_is_within_the_limit_and_nothing_is_lost(
    text: str, limit: int, length: Callable[[str], int]
) -> None:
    pieces = split(text, limit, length)
    assert all(piece and 0 < length(piece) <= limit for piece in pieces)
    places = [0, *(place for cut in cuts(text, limit, length) for place in cut), len(text)]
    assert places == sorted(places)
    between = [text[stop:start] for stop, start in zip(places[::2], places[1::2], strict=True)]
    assert "".join(between).strip() == ""
    assert "".join("".join(pieces).split()) == "".join(text.split())


@given(TEXTS, st.integers(min_value=30, max_value=80))
def test_no_character_is_cut(text: str, limit: int) -> None:
    whole = _characters(text)
    if all(len(character) <= limit for character in whole):
        assert [character for piece in split(text, limit) for character in _characters(piece)] == whole


def _characters(text: str) -> list[str]:
    return [character for character in iter_graphemes(text) if not character.isspace()]


def test_a_long_text_takes_no_long_time() -> None:
    text = "这是一句话，里面有一个逗号。" * 20_000
    pieces = split(text, 4096, utf16)
    assert "".join(pieces) == text
    assert len(pieces) < len(text) / 4000
    assert all(piece.endswith("。") for piece in pieces)


@pytest.mark.parametrize(
    ("text", "limit", "mark", "clipped"),
    [
        ("十个字以内", 10, "…", "十个字以内"),
        ("正好五个字", 5, "…", "正好五个字"),
        ("多出一个字", 4, "…", "多出一…"),
        ("多出 一个字", 4, "…", "多出…"),
        (f"一{FAMILY}二", 5, "", "一"),
        (f"{FAMILY}{FAMILY}", 7, "", FAMILY),
        ("", 0, "", ""),
        ("一", 0, "", ""),
    ],
)
def test_clip(text: str, limit: int, mark: str, clipped: str) -> None:
    assert clip(text, limit, mark=mark) == clipped


@given(TEXTS, st.integers(min_value=1, max_value=64), st.sampled_from(LENGTHS))
def test_clip_keeps_the_beginning(text: str, limit: int, length: Callable[[str], int]) -> None:
    clipped = clip(text, limit, length)
    assert text.startswith(clipped)
    assert length(clipped) <= limit
    marked = clip(text, limit, length, mark="~")
    assert length(marked) <= limit
    assert marked == text or marked.endswith("~")
