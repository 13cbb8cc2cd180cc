"""Pictures of steps by their names. A name is made of what is in the file, so it never comes to mean another picture."""

import re
from hashlib import sha256

FOLDER = "images"
"""Where a content folder has them."""
KINDS = ("png", "jpg")
_DIGITS = 32
_NAME = rf"[0-9a-f]{{{_DIGITS}}}\.(?:{'|'.join(KINDS)})"
_WHOLE = re.compile(_NAME)
_WITHIN = re.compile(rf"(?<![\w.-]){_NAME}(?![\w-])", re.ASCII)


def name_of(data: bytes, kind: str) -> str:
    """The name of a picture. ``kind``: one of ``KINDS``."""
    return f"{sha256(data).hexdigest()[:_DIGITS]}.{kind}"


def is_name(text: str) -> bool:
    """Whether it is the name of a picture."""
    return _WHOLE.fullmatch(text) is not None


def is_whole(name: str, data: bytes) -> bool:
    """Whether these bytes are the ones the name was made of."""
    return is_name(name) and name == name_of(data, name.rpartition(".")[2])


def named_in(text: str) -> frozenset[str]:
    """The pictures that a content file names; it need not be free of mistakes."""
    return frozenset(_WITHIN.findall(text))
