"""The flat XML that both platforms speak."""

from collections.abc import Mapping
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bot.channels.callback.errors import MalformedError

_MOST_FIELDS = 100


def read(body: bytes | str) -> dict[str, str]:
    """The fields of a document; what is nested in them is left out. Raises MalformedError."""
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise MalformedError(f"no XML: {type(error).__name__}") from error
    if root.tag != "xml" or len(root) > _MOST_FIELDS:
        raise MalformedError("not the XML of a callback")
    return {field.tag: (field.text or "").strip() for field in root if len(field) == 0}


def write(fields: Mapping[str, str | int]) -> str:
    """A document of fields; numbers stand bare, texts as CDATA, as the platforms write them themselves."""
    inside = "".join(
        f"<{name}>{value if isinstance(value, int) else _cdata(value)}</{name}>" for name, value in fields.items()
    )
    return f"<xml>{inside}</xml>"


def _cdata(text: str) -> str:
    sound = "".join(character for character in text if _is_allowed(ord(character)))
    return f"<![CDATA[{sound.replace(']]>', ']]]]><![CDATA[>')}]]>"


def _is_allowed(code: int) -> bool:
    """Whether XML can have this character at all."""
    return code in (0x9, 0xA, 0xD) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
