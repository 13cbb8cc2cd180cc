"""Fields of forms, and what is typed into them: a line, lines, words in a row, a choice."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from nicegui import ui

F = TypeVar("F", ui.input, ui.textarea, ui.select)
_BETWEEN_WORDS = re.compile(r"[、，,；;\n\r]+")


def joined(words: Iterable[str]) -> str:
    """Words in a row, as they stand in a field."""
    return "、".join(words)


def parted(text: str) -> tuple[str, ...]:
    """The words of a row, each once; between them 、 or a comma, a semicolon, a new line."""
    return tuple(dict.fromkeys(word for part in _BETWEEN_WORDS.split(text) if (word := part.strip())))


def one_a_line(text: str) -> tuple[str, ...]:
    """The lines that say something, each once."""
    return tuple(dict.fromkeys(line for part in text.splitlines() if (line := " ".join(part.split()))))


def text_of(field: Any) -> str:
    """What stands in a field."""
    return str(field.value or "").strip()


def words_of(field: Any) -> tuple[str, ...]:
    """The words in a field of ``words``."""
    return parted(text_of(field))


def lines_of(field: Any) -> tuple[str, ...]:
    """The lines in a field of ``lines``."""
    return one_a_line(text_of(field))


def line(label: str, value: str = "", *, hint: str = "", longest: int = 0) -> ui.input:
    """One line. ``longest``: characters; 0 where there is no limit."""
    field = ui.input(label, value=value).classes("w-full")
    return _dressed(field, hint, f"maxlength={longest} counter" if longest else "")


def area(label: str, value: str = "", *, hint: str = "") -> ui.textarea:
    """A text of several lines."""
    return _dressed(ui.textarea(label, value=value).classes("w-full"), hint, "autogrow")


def lines(label: str, values: Iterable[str], *, hint: str = "") -> ui.textarea:
    """One thing a line."""
    return area(label, "\n".join(values), hint=hint)


def words(label: str, values: Iterable[str], *, hint: str = "") -> ui.textarea:
    """Words in a row."""
    return area(label, joined(values), hint=hint)


def choice(label: str, options: Mapping[str, str], value: str, *, hint: str = "") -> ui.select:
    """One of a few."""
    known = dict(options) if value in options else {**options, value: value}
    return _dressed(ui.select(known, label=label, value=value).classes("w-full"), hint, "options-dense")


def choices(label: str, options: Mapping[str, str], values: Iterable[str], *, hint: str = "") -> ui.select:
    """Some of many, found by typing; in the order of choosing."""
    chosen = list(values)
    known = {**options, **{value: value for value in chosen if value not in options}}
    field = ui.select(known, label=label, value=chosen, multiple=True, with_input=True).classes("w-full")
    return _dressed(field, hint, "use-chips options-dense")


def picked(field: ui.select) -> tuple[str, ...]:
    """What was chosen in a field of ``choices``."""
    return tuple(field.value or ())


def _dressed(field: F, hint: str, more: str = "") -> F:
    told = f'hint="{hint}"' if hint else ""
    field.props(f"outlined dense hide-bottom-space {more} {told}")
    return field
