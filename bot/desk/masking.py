"""What nobody should read in a group."""

import re

_MOBILE = re.compile(r"(?<!\d)(1[3-9]\d)[\s-]?\d{4}[\s-]?(\d{4})(?!\d)")


def without_mobiles(text: str) -> str:
    """The text with the middle of each mobile number hidden; offices have other numbers.

    >>> without_mobiles("找张工 138 1234 5678，办公室 025-83194968")
    '找张工 138****5678，办公室 025-83194968'
    """
    return _MOBILE.sub(r"\1****\2", text)
