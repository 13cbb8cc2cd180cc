"""One file of the content, or one item of a list in it, read and changed; the rest of the file stays as it stands."""

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel

from bot.errors import UsageError
from bot.knowledge.content import Content
from bot.knowledge.plain import as_it_stood, plain
from bot.knowledge.splicing import spliced, written
from kb.yamlfile import YamlFile, parse

M = TypeVar("M", bound=BaseModel)
Edit = Callable[[Content], Content]


class EditError(UsageError):
    """An edit that cannot be made; the text says why."""


def file_of(content: Content, name: str, model: type[M]) -> M:
    """What a whole file says. Raises EditError where it cannot be read."""
    value, problems = parse(name, content.texts.get(name, "")).read(model)
    if value is None:
        raise EditError("；".join(str(problem) for problem in problems))
    return value


def put_file(content: Content, name: str, data: dict[str, Any]) -> Content:
    """A whole file that says this."""
    text = content.texts.get(name)
    if text is None:
        return content.put(name, written(data))
    old = parse(name, text)
    return content.put(name, spliced(text, as_it_stood(old.data, data) if not old.problems else data))


def change_file(content: Content, name: str, change: Callable[[Any], Any]) -> Content:
    """A file that says something else; nothing where there is no such file."""
    if name not in content.texts:
        return content
    return content.put(name, spliced(content.texts[name], change(data_of(content, name))))


def data_of(content: Content, name: str) -> Any:
    """What a file says. Raises EditError where it cannot be read: changing a part of it would lose the rest."""
    file = parse(name, content.texts.get(name, ""))
    if file.problems or not isinstance(file.data, dict):
        raise EditError(f"{name} 现在读不出来，请先改好它：{'；'.join(map(str, file.problems)) or '文件是空的'}")
    return file.data


def items_of(content: Content, name: str, field: str) -> tuple[dict[str, Any], list[Any]]:
    """What a file says, and its list under ``field``. Raises EditError."""
    data = data_of(content, name)
    items = data.get(field) or []
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise EditError(f"{name} 的 {field} 现在不是列表，请先改好它")
    return data, items


def item_of(content: Content, name: str, field: str, model: type[M], item_id: str, key: str = "id") -> M:
    """One item of the list. Raises EditError."""
    _, items = items_of(content, name, field)
    found = next((item for item in items if str(item.get(key, "")).strip() == item_id), None)
    if found is None:
        raise EditError(f"{name} 里没有 {item_id}")
    return valid(model, found)


def put_item(
    content: Content,
    name: str,
    field: str,
    value: BaseModel,
    key: str = "id",
    *,
    instead_of: str | None = None,
    beside: Callable[[dict[str, Any]], bool] | None = None,
) -> Content:
    """The value in place of the item with its key, or of the one that had the key ``instead_of``; or as a new one.

    A new one comes last, or before the last of those ``beside`` which it belongs. Raises EditError.
    """
    data, items = items_of(content, name, field)
    wanted = plain(value)
    names = [str(item.get(key, "")).strip() for item in items]
    if instead_of is not None and instead_of != wanted[key]:
        if wanted[key] in names:
            raise EditError(f"“{wanted[key]}”已经有了")
        if instead_of not in names:
            raise EditError(f"{name} 里没有 {instead_of}")
    places = [place for place, each in enumerate(names) if each == (wanted[key] if instead_of is None else instead_of)]
    changed = [*items]
    if places:
        changed[places[0]] = as_it_stood(items[places[0]], wanted)
    else:
        siblings = [place for place, item in enumerate(items) if beside and beside(item)]
        changed.insert(siblings[-1] if siblings else len(items), wanted)
    return content.put(name, spliced(content.texts[name], {**data, field: changed}))


def delete_item(content: Content, name: str, field: str, key: str, value: str) -> Content:
    """Without the item. Raises EditError where there is none."""
    data, items = items_of(content, name, field)
    kept = [item for item in items if str(item.get(key, "")).strip() != value]
    if len(kept) == len(items):
        raise EditError(f"{name} 里没有 {value}")
    return content.put(name, spliced(content.texts[name], {**data, field: kept}))


def valid(model: type[M], values: dict[str, Any]) -> M:
    """The values as one. Raises EditError."""
    value, problems = YamlFile("", values, {}).read(model)
    if value is None:
        raise EditError("；".join(f"{problem.where}：{problem.hint}" for problem in problems))
    return value
