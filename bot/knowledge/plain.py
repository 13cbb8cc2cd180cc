"""Values of ``kb.model`` as the content files write them: without what is left out there, in the words that stand there."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from bot.knowledge.splicing import name_of
from kb.model import Golden, Phrasing, Record

_NOTHING: tuple[object, ...] = (None, False, [], "")


def plain(value: BaseModel) -> dict[str, Any]:
    """What a file says for the value."""
    data = value.model_dump(mode="json", exclude_defaults=True)
    if isinstance(value, Record):
        data["phrasings"] = [_phrasing(each) for each in value.phrasings]
        if not data["phrasings"]:
            del data["phrasings"]
    if isinstance(value, Golden):
        # An empty list means that nothing may be answered, a list that is left out means nothing.
        data |= {name: list(told) for name in ("accept", "contacts") if (told := getattr(value, name)) is not None}
    return data


def _phrasing(phrasing: Phrasing) -> str | dict[str, Any]:
    return {"text": phrasing.text, "also": list(phrasing.also)} if phrasing.also else phrasing.text


def as_it_stood(old: Any, new: Any) -> Any:
    """``new``, written the way ``old`` writes the same: defaults that it spells out stay, so do its forms of a phrasing."""
    if isinstance(old, dict) and isinstance(new, str) and set(old) <= {"text", "also"} and not old.get("also"):
        return old if _text(old.get("text")) == new else new
    if isinstance(old, dict) and isinstance(new, Mapping):
        kept = {key: value for key, value in old.items() if key not in new and value in _NOTHING}
        told = {key: as_it_stood(old[key], value) if key in old else value for key, value in new.items()}
        return kept | told
    if isinstance(old, list) and isinstance(new, list | tuple):
        known = {name: item for item in reversed(old) if (name := name_of(item)) is not None}
        stripped = {_text(name): item for name, item in known.items()}
        return [as_it_stood(stripped[name], item) if (name := name_of(item)) in stripped else item for item in new]
    return old if isinstance(old, str) and isinstance(new, str) and _text(old) == new else new


def _text(value: object) -> str | None:
    return value.strip() if isinstance(value, str) else None
