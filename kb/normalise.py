"""Raw text from any keyboard, clipboard or camera → plain simplified Chinese on one line.

Nothing here knows the field: it only takes away what carries no meaning. A long message keeps its beginning and its end,
where questions stand.
"""

import re
import unicodedata
from functools import lru_cache

from opencc import OpenCC

LIMIT = 600
"""Characters of a message that are read; more than anybody types, less than a pasted file."""

_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_MENTION = re.compile(r"@[^\s@,，:：]{1,30}[\s,，:：]+|@[^\s@]{1,30}$")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_QUOTE = re.compile(r"\[CQ:[^\]]*\]")
_URL = re.compile(r"https?://\S+")
# What a photographed or pasted screen carries around its message: the status bar and the buttons.
_STATUS_BAR = re.compile(
    r"(?<![\d:])(?:[上下]午)?\d{1,2}:\d{2}(?::\d{2})?(?![\d:])|(?<!\d)\d{1,3}%|"
    r"\b[2345]g\b|\b(?:hd|volte|lte|nfc)\b|中国(?:移动|联通|电信|广电)|\d+(?:\.\d+)?\s*[km]b?/s",
    re.IGNORECASE,
)
_BUTTONS = re.compile(
    r"(?:^|(?<=[\s|/【】\[\]()<>]))(?:我?知道了|确[定认]|取消|关闭|返回|好的?|ok|温馨提示|系统提示|提示|重试|x|×|<|>|…|\.\.\.)"
    r"(?=$|[\s|/【】\[\]()<>])",
    re.IGNORECASE,
)
_SPACE = re.compile(r"\s+")
_REPEAT = re.compile(r"([^\w\s])\1+|([\u4e00-\u9fff])\2{3,}")
_BETWEEN_HAN = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")


@lru_cache(maxsize=1)
def _simplifier() -> OpenCC:
    """OpenCC reads its dictionaries when made, so one serves all."""
    return OpenCC("t2s")


def clip(raw: str, limit: int = LIMIT) -> str:
    """The message, or its beginning and end where it is longer than ``limit`` characters."""
    if len(raw) <= limit:
        return raw
    half = limit // 2
    return f"{raw[:half]} {raw[-half:]}"


@lru_cache(maxsize=256)
def plain(raw: str) -> str:
    """One line of visible, simplified, lower-case text. One turn asks for it several times, so the last ones are kept.

    >>> plain("＠小助手　請問\\u200b考勤怎麼申請？？？")
    '请问考勤怎么申请?'
    """
    text = unicodedata.normalize("NFKC", clip(raw))
    text = _CONTROL.sub(" ", _INVISIBLE.sub("", text))
    text = _URL.sub(" ", _TAG.sub(" ", _QUOTE.sub(" ", text)))
    text = _MENTION.sub(" ", text)
    if not text.isascii():
        text = _simplifier().convert(text)
    text = _REPEAT.sub(lambda found: found.group(1) or found.group(2), text)
    return _SPACE.sub(" ", text).strip().lower()


def without_screen_junk(text: str) -> str:
    """Plain text without clock, battery, network and button words, unless nothing else would remain."""
    bare = _SPACE.sub(" ", _BUTTONS.sub(" ", _STATUS_BAR.sub(" ", text))).strip()
    return bare if has_words(bare) else text


def has_words(text: str) -> bool:
    """Whether anything in the text could carry meaning (a letter or an ideograph)."""
    return any(char.isalpha() for char in text)


def close_up(text: str) -> str:
    """Text without the spaces that people and recognition put between ideographs."""
    return _BETWEEN_HAN.sub("", text)
