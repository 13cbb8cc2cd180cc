"""Signature and encryption: known answers, any text there and back, and whatever is no message."""

import base64
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.callback.errors import CallbackError, ForgedError, MalformedError
from bot.channels.callback.seal import Seal, check_signature, sign
from tests.callbacks.conftest import KEY, WECOM

# The example in the documentation of 企业微信's encryption.
_DOCUMENTED = Seal("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7")
_QUESTION = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="

seal = Seal(KEY, WECOM.id)


def test_the_documented_example() -> None:
    check_signature("5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3", "QDG6eK", "1409659589", "263014780", _QUESTION)
    assert _DOCUMENTED.open(_QUESTION) == "1616140317555161061"


@given(st.text(st.characters(codec="utf-8")))
def test_any_text_there_and_back(text: str) -> None:
    assert seal.open(seal.close(text)) == text
    assert WECOM.unseal(seal.close(text)) == text
    assert seal.open(WECOM.seal(text)) == text


@given(st.text(st.characters(codec="utf-8")))
def test_the_same_text_looks_different_each_time(text: str) -> None:
    assert seal.close(text) != seal.close(text)


@given(st.one_of(st.text(), st.binary().map(lambda raw: base64.b64encode(raw).decode())))
def test_what_was_not_sealed_is_refused(sealed: str) -> None:
    with pytest.raises(CallbackError):
        seal.open(sealed)


@given(st.binary(min_size=32, max_size=32), st.integers(0, 200), st.integers(1, 255))
def test_a_changed_letter_is_refused_or_stays_a_text(salt: bytes, place: int, change: int) -> None:
    raw = bytearray(base64.b64decode(seal.close("岗位选错了怎么办" + salt.hex())))
    raw[place % len(raw)] ^= change
    with contextlib.suppress(CallbackError):
        assert isinstance(seal.open(base64.b64encode(raw).decode()), str)


def test_a_letter_to_somebody_else() -> None:
    with pytest.raises(ForgedError):
        seal.open(Seal(KEY, "ww-of-another").close("你好"))


@pytest.mark.parametrize("key", ["", "short", KEY[:-1], KEY + "A", "!" * 43, "密" * 43])
def test_what_is_no_key(key: str) -> None:
    with pytest.raises(ValueError, match="EncodingAESKey"):
        Seal(key, WECOM.id)


def test_another_key() -> None:
    with pytest.raises(MalformedError):
        Seal(KEY[::-1][:42] + "E", WECOM.id).open(seal.close("你好" * 20))


@given(st.text(), st.lists(st.text(), min_size=1, max_size=4))
def test_only_the_right_signature_counts(claimed: str, parts: list[str]) -> None:
    check_signature(sign(*parts), *parts)
    if claimed != sign(*parts):
        with pytest.raises(ForgedError):
            check_signature(claimed, *parts)
