"""Reading and writing the platforms' XML: hostile documents, and any text as a value."""

import contextlib
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.callback import xml
from bot.channels.callback.errors import MalformedError

_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
_HOSTILE = {
    "a billion laughs": f'<!DOCTYPE x [<!ENTITY l0 "ha">{_LAUGHS}]><xml><Content>&l11;</Content></xml>',
    "a long entity": f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]><xml><Content>{"&a;" * 5_000}</Content></xml>',
    "a file": '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><Content>&f;</Content></xml>',
    "a far-away document": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><xml><Content>a</Content></xml>',
    "a parameter entity": '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p">%p;]><xml/>',
    "a document type alone": "<!DOCTYPE xml><xml><Content>a</Content></xml>",
    "an unknown entity": "<xml><Content>&nbsp;</Content></xml>",
    "another root": "<html><Content>a</Content></html>",
    "two roots": "<xml/><xml/>",
    "no end": "<xml><Content>a",
    "an unknown encoding": '<?xml version="1.0" encoding="klingon"?><xml/>',
    "many fields": f"<xml>{'<a/>' * 1000}</xml>",
    "JSON": '{"xml": {}}',
    "nothing": "",
    "a NUL": "<xml>\0</xml>",
}


@pytest.mark.parametrize("body", _HOSTILE.values(), ids=_HOSTILE.keys())
def test_hostile_documents(body: str) -> None:
    with pytest.raises(MalformedError):
        xml.read(body.encode())


def test_deep_nests_are_no_matter() -> None:
    depth = 100_000
    assert xml.read(b"<xml><Content>a</Content>" + b"<b>" * depth + b"</b>" * depth + b"</xml>") == {"Content": "a"}


@given(st.one_of(st.binary(), st.text(), st.text().map(lambda inside: f"<xml>{inside}</xml>")))
def test_nothing_else_is_raised(body: bytes | str) -> None:
    with contextlib.suppress(MalformedError):
        assert isinstance(xml.read(body), dict)


@given(st.text())
def test_any_text_is_written_whole_but_for_what_xml_cannot_have(text: str) -> None:
    written = xml.write({"Content": text, "CreateTime": 17})
    root = ElementTree.fromstring(written)
    sound = "".join(
        c for c in text if c in "\t\n" or 0x20 <= ord(c) <= 0xD7FF or 0xE000 <= ord(c) <= 0xFFFD or ord(c) > 0xFFFF
    )
    assert (root.findtext("Content") or "").replace("\r", "") == sound
    assert root.findtext("CreateTime") == "17"
