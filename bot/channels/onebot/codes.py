"""CQ codes: a message as one string, ``看[CQ:image,file=1.jpg]这里``. Reading never fails: what is no code is text."""

import re
from collections.abc import Iterable, Iterator

from bot.channels.onebot.segments import Segment

_CODE = re.compile(r"\[CQ:(?P<type>[\w.-]+)(?P<data>(?:,[^,=\[\]]+=[^,\[\]]*)*)\]", re.ASCII)
_ESCAPED = re.compile(r"&(?:amp|#91|#93|#44);")
_PLAIN = {"&amp;": "&", "&#91;": "[", "&#93;": "]", "&#44;": ","}


def parse(text: str) -> tuple[Segment, ...]:
    """The segments of a string."""
    return tuple(_segments(text))


def _segments(text: str) -> Iterator[Segment]:
    place = 0
    for code in _CODE.finditer(text):
        if code.start() > place:
            yield Segment.of_text(_unescaped(text[place : code.start()]))
        pairs = (pair.partition("=") for pair in code["data"].split(",")[1:])
        yield Segment(code["type"], {name: _unescaped(value) for name, _, value in pairs})
        place = code.end()
    if place < len(text):
        yield Segment.of_text(_unescaped(text[place:]))


def format_codes(segments: Iterable[Segment]) -> str:
    """The string of segments."""
    return "".join(map(_formatted, segments))


def _formatted(segment: Segment) -> str:
    if segment.type == "text":
        return _escaped(segment.value("text"))
    data = "".join(f",{name}={_escaped(segment.value(name)).replace(',', '&#44;')}" for name in segment.data)
    return f"[CQ:{segment.type}{data}]"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("[", "&#91;").replace("]", "&#93;")


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: _PLAIN[found[0]], text)
