"""Messages as strings with CQ codes, and as arrays: both say the same."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.onebot.codes import format_codes, parse
from bot.channels.onebot.reading import content_of, segments_of
from bot.channels.onebot.segments import Segment

_names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,8}", fullmatch=True)
_others = st.builds(
    Segment, _names.filter(lambda name: name != "text"), st.dictionaries(_names, st.text(max_size=20), max_size=4)
)
_words = st.text(min_size=1, max_size=20).map(Segment.of_text)


@st.composite
def _messages(draw: st.DrawFn) -> tuple[Segment, ...]:
    """Segments, no two texts side by side: nobody can tell them from one."""
    drawn = draw(st.lists(st.one_of(_words, _others), max_size=8))
    return tuple(
        each
        for last, each in zip([None, *drawn], drawn, strict=False)
        if not (last and last.type == each.type == "text")
    )


@given(_messages())
def test_what_is_written_is_read_back(segments: tuple[Segment, ...]) -> None:
    assert parse(format_codes(segments)) == segments


@given(st.text())
@pytest.mark.parametrize("around", ["{}", "[CQ:at,qq={}]", "[CQ:{}]", "[CQ:image,{}=1]", "[CQ:face,id=1]{}["])
def test_any_text_can_be_read(around: str, text: str) -> None:
    segments = parse(around.format(text))

    assert all(isinstance(each, Segment) for each in segments)


@given(st.text())
def test_plain_words_stay_what_they_are(text: str) -> None:
    escaped = format_codes([Segment.of_text(text)])

    assert "".join(each.value("text") for each in parse(escaped)) == text


@pytest.mark.parametrize(
    ("string", "segments"),
    [
        ("考勤", [("text", {"text": "考勤"})]),
        ("[CQ:at,qq=10001] 在吗", [("at", {"qq": "10001"}), ("text", {"text": " 在吗"})]),
        ("&#91;图&#93;&amp;#91;", [("text", {"text": "[图]&#91;"})]),
        (
            "[CQ:image,file=a.jpg,url=http://x/?a=1&amp;b=2&#44;3]",
            [("image", {"file": "a.jpg", "url": "http://x/?a=1&b=2,3"})],
        ),
        ("[CQ:face]", [("face", {})]),
        ("[CQ:at,qq]", [("text", {"text": "[CQ:at,qq]"})]),
        ("[CQ:", [("text", {"text": "[CQ:"})]),
        ("[CQ:reply,id=-123][CQ:at,qq=all]", [("reply", {"id": "-123"}), ("at", {"qq": "all"})]),
    ],
)
def test_codes(string: str, segments: list[tuple[str, dict[str, str]]]) -> None:
    assert [(each.type, dict(each.data)) for each in parse(string)] == segments


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["type", "data", "qq", "id", "url"]), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(_json)
def test_any_message_can_be_read(message: Any) -> None:
    content_of(segments_of(message), {"10001"})


def _seg(type: str, **data: Any) -> dict[str, Any]:
    return {"type": type, "data": data}


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ([_seg("at", qq=10001), _seg("text", text=" 考勤地址填错了")], "考勤地址填错了"),
        ([_seg("at", qq="10001"), _seg("text", text="  考勤   地址\n 填错了 ")], "考勤 地址\n填错了"),
        ([_seg("at", qq="555", name="@老王"), _seg("text", text="说得对")], "@老王 说得对"),
        ([_seg("at", qq="555"), _seg("text", text="说得对")], "说得对"),
        ([_seg("text", text="打不了卡"), _seg("face", id=14)], "打不了卡"),
        ([_seg("json", data=json.dumps({"prompt": "[应用]宁勤绩"}))], "[应用]宁勤绩"),
        ([_seg("json", data="{")], ""),
        (_seg("text", text="只有一段"), "只有一段"),
        ("[CQ:at,qq=10001] 登不上", "登不上"),
        ([_seg("mface", id="1"), _seg("dice"), _seg("新的种类", x={"y": [1]})], ""),
        ([_seg("text", text=None), {"type": "text"}, {"data": {}}, 7, None], ""),
        (None, ""),
    ],
)
def test_words(message: Any, text: str) -> None:
    assert content_of(segments_of(message), {"10001"}).text == text


@pytest.mark.parametrize(
    ("segment", "kind", "ref"),
    [
        (_seg("image", file="A.jpg", url="https://q/a"), "图片", {"url": "https://q/a", "file": "A.jpg"}),
        (_seg("image", file="https://q/b"), "图片", {"url": "https://q/b", "file": "https://q/b"}),
        (_seg("image", file="base64://" + "A" * 900), "图片", {"url": "", "file": ""}),
        (_seg("image", file="s.gif", url="https://q/s", sub_type=1), None, None),
        (_seg("record", file="v.amr"), "文件", {"url": "", "file": "v.amr"}),
        (_seg("video", file="v.mp4", url="https://q/v"), "文件", {"url": "https://q/v", "file": "v.mp4"}),
        (_seg("file", file="施工.pdf", file_size="2048"), "文件", {"url": "", "file": "施工.pdf"}),
        (_seg("forward", id="77"), "其他", {"url": "", "file": "", "forward": "77"}),
        (_seg("face", id="1"), None, None),
    ],
)
def test_what_comes_along(segment: dict[str, Any], kind: str | None, ref: dict[str, Any] | None) -> None:
    attachments = content_of(segments_of([segment]), ()).attachments

    assert [each.kind for each in attachments] == ([kind] if kind else [])
    assert [each.ref for each in attachments] == ([ref] if ref else [])
