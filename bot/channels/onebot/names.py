"""Whether words call the bot by its name, where no mention was clicked together."""

import re
from collections.abc import Sequence
from functools import lru_cache

_STOP = r"(?=[\s,，:：、.。!！?？~～]|$)"


def without_name(text: str, names: Sequence[str]) -> str | None:
    """The words without the name that they call; None where they call nobody of these.

    >>> without_name("@小宁 考勤地址填错了", ("小宁",))
    '考勤地址填错了'
    >>> without_name("小宁，在吗", ("小宁",))
    '在吗'
    >>> without_name("小宁静说她打不了卡", ("小宁",)) is None
    True
    """
    if not names:
        return None
    found = _pattern(tuple(names)).search(text)
    if not found:
        return None
    rest = f"{text[: found.start()]} {text[found.end() :]}"
    return rest.strip(" ,，:：、\n\t")


@lru_cache(maxsize=512)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    """At the beginning as one calls a person, or anywhere with an @."""
    either = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?:\A\s*@?|@)(?:{either}){_STOP}", re.IGNORECASE)
