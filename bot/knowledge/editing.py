"""Editing by records, topics, contacts and the like: each function gives the content with one thing changed.

Only the lines of what changed are written anew. Nothing is checked here beyond what the edit itself needs: a draft may be
wrong for a while, and the check finds everything at once, with file and line.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Literal, TypeVar

from pydantic import BaseModel

from bot.errors import UsageError
from bot.knowledge.content import Content
from bot.knowledge.plain import as_it_stood, plain
from bot.knowledge.splicing import spliced, written
from kb.load import PlacesFile
from kb.model import (
    Answer,
    Contact,
    District,
    EditorNote,
    Golden,
    Intent,
    Lexicon,
    Overlap,
    Phrasing,
    ProjectType,
    Record,
    Step,
    Term,
    Topic,
)
from kb.normalise import plain as plainly
from kb.wording import Wording
from kb.yamlfile import parse

Kind = Literal["faq", "prompt"]
M = TypeVar("M", bound=BaseModel)
Edit = Callable[[Content], Content]
_TOPICS, _GOLDEN, _LEXICON, _PLACES = "out_of_scope.yaml", "golden.yaml", "lexicon.yaml", "places.yaml"


class EditError(UsageError):
    """An edit that cannot be made; the text says why."""


def put_text(content: Content, name: str, text: str | None) -> Content:
    """A whole file as typed; None takes it out."""
    return content.put(name, text)


def record_of(content: Content, record_id: str) -> Record:
    """The record as it stands. Raises EditError where there is none, or it cannot be read."""
    name = f"{record_id}.yaml"
    if name not in content.texts:
        raise EditError(f"没有 {record_id} 这条记录")
    record, problems = parse(name, content.texts[name]).read(Record)
    if record is None:
        raise EditError("；".join(str(problem) for problem in problems))
    return record


def put_record(content: Content, record: Record) -> Content:
    """The record in place of the one with its id, or as a new one."""
    return _put(content, f"{record.id}.yaml", plain(record))


def next_id(content: Content, kind: Kind = "faq", taken: Collection[str] = ()) -> str:
    """A record id that nothing has or had. ``taken``: files that earlier revisions had (``Library.files_ever``)."""
    numbers = [
        int(name.removeprefix(f"{kind}-").removesuffix(".yaml"))
        for name in (*content.base, *content.overlay, *taken)
        if name.startswith(f"{kind}-")
    ]
    return f"{kind}-{max(numbers, default=0) + 1:02}"


def new_record(
    content: Content,
    *,
    title: str,
    question: str,
    short: str,
    source: str = "补充",
    kind: Kind = "faq",
    notes: Sequence[str] = (),
    steps: Sequence[Step] = (),
    phrasings: Iterable[str] = (),
    taken: Collection[str] = (),
) -> tuple[Content, Record]:
    """A record with a new id, and the content with it. Raises EditError where a value cannot be one."""
    values = {"title": title, "question": question, "source": source, "phrasings": list(dict.fromkeys(phrasings))}
    answer = Answer(short=short, notes=tuple(notes))
    record = _valid(Record, {"id": next_id(content, kind, taken), "answer": answer, "steps": tuple(steps), **values})
    return put_record(content, record), record


def delete_record(content: Content, record_id: str) -> Content:
    """Without the record, and without what names it: related records, shared phrasings, golden questions, the first screen.

    A step that leads to it stays and is found by the check: where it should lead instead, only an editor knows.
    """
    record_of(content, record_id)
    changed = content.put(f"{record_id}.yaml", None)
    for name in content.texts:
        if name.startswith(("faq-", "prompt-")) and name != f"{record_id}.yaml":
            changed = _change(changed, name, lambda data: _without(data, record_id))
    changed = _change(changed, _GOLDEN, lambda data: _golden_without(data, record_id))
    changed = _change(changed, "phrases.yaml", lambda data: _screen_without(data, record_id))
    return _change(changed, "editor_notes.yaml", lambda data: _notes_without(data, record_id))


def add_phrasings(content: Content, record_id: str, texts: Iterable[str], also: Sequence[str] = ()) -> Content:
    """Further ways to ask for the record; those it has already are left out."""
    record = record_of(content, record_id)
    known = {plainly(phrasing.text) for phrasing in record.phrasings}
    fresh = [Phrasing(text=text, also=tuple(also)) for text in _new(texts, known)]
    return put_record(content, record.model_copy(update={"phrasings": (*record.phrasings, *fresh)}))


def remove_phrasings(content: Content, record_id: str, texts: Iterable[str]) -> Content:
    """Without these ways to ask."""
    record, gone = record_of(content, record_id), {plainly(text) for text in texts}
    kept = tuple(phrasing for phrasing in record.phrasings if plainly(phrasing.text) not in gone)
    return put_record(content, record.model_copy(update={"phrasings": kept}))


def put_topic(content: Content, topic: Topic) -> Content:
    """An out-of-scope topic."""
    return _put_item(content, _TOPICS, "topics", topic)


def topic_of(content: Content, topic_id: str) -> Topic:
    """The topic as it stands. Raises EditError."""
    return _item(content, _TOPICS, "topics", Topic, topic_id)


def put_topic_phrasings(content: Content, topic_id: str, texts: Iterable[str]) -> Content:
    """All ways to ask for the topic."""
    topic = topic_of(content, topic_id)
    return put_topic(content, topic.model_copy(update={"phrasings": tuple(_new(texts, set()))}))


def add_topic_phrasings(content: Content, topic_id: str, texts: Iterable[str]) -> Content:
    """Further ways to ask for the topic."""
    topic = topic_of(content, topic_id)
    fresh = _new(texts, {plainly(text) for text in topic.phrasings})
    return put_topic(content, topic.model_copy(update={"phrasings": (*topic.phrasings, *fresh)}))


def delete_topic(content: Content, topic_id: str) -> Content:
    """Without the topic."""
    return _delete_item(content, _TOPICS, "topics", "id", topic_id)


def put_intent_phrasings(content: Content, intent_id: str, texts: Iterable[str]) -> Content:
    """All ways to say something to the bot itself."""
    intent = _item(content, "intents.yaml", "intents", Intent, intent_id)
    changed = intent.model_copy(update={"phrasings": tuple(_new(texts, set()))})
    return _put_item(content, "intents.yaml", "intents", changed)


def put_contact(content: Content, contact: Contact) -> Content:
    """An authority's line."""
    return _put_item(content, "contacts.yaml", "contacts", contact)


def delete_contact(content: Content, contact_id: str) -> Content:
    """Without the line; what leads to it is found by the check."""
    return _delete_item(content, "contacts.yaml", "contacts", "id", contact_id)


def put_district(content: Content, district: District) -> Content:
    """A district and its places."""
    return _put_item(content, _PLACES, "districts", district, key="name")


def put_places(content: Content, districts: Sequence[District], overlaps: Sequence[Overlap]) -> Content:
    """All districts, and where two of them meet."""
    return _put(content, _PLACES, plain(PlacesFile(districts=tuple(districts), overlaps=tuple(overlaps))))


def put_project_type(content: Content, kind: ProjectType) -> Content:
    """A kind of works and the words that tell it."""
    return _put_item(content, "project_types.yaml", "project_types", kind)


def put_term(content: Content, term: Term) -> Content:
    """A term of the lexicon and its other spellings."""
    return _put_item(content, _LEXICON, "terms", term, key="term")


def delete_term(content: Content, term: str) -> Content:
    """Without the term."""
    return _delete_item(content, _LEXICON, "terms", "term", term)


def put_lexicon(content: Content, lexicon: Lexicon) -> Content:
    """The whole lexicon."""
    return _put(content, _LEXICON, plain(lexicon))


def put_golden(content: Content, golden: Golden) -> Content:
    """A golden question, in place of the one with the same words."""
    return _put_item(content, _GOLDEN, "golden", golden, key="q")


def delete_golden(content: Content, question: str) -> Content:
    """Without the golden question."""
    return _delete_item(content, _GOLDEN, "golden", "q", question)


def put_note(content: Content, notes: Sequence[EditorNote]) -> Content:
    """All notes on the source document."""
    return _put(content, "editor_notes.yaml", {"notes": [plain(note) for note in notes]})


def put_wording(content: Content, wording: Wording) -> Content:
    """All sentences the bot says of its own."""
    return _put(content, "phrases.yaml", plain(wording))


def _put(content: Content, name: str, data: dict[str, Any]) -> Content:
    text = content.texts.get(name)
    if text is None:
        return content.put(name, written(data))
    old = parse(name, text)
    return content.put(name, spliced(text, as_it_stood(old.data, data) if not old.problems else data))


def _change(content: Content, name: str, change: Callable[[Any], Any]) -> Content:
    if name not in content.texts:
        return content
    return content.put(name, spliced(content.texts[name], change(_data(content, name))))


def _data(content: Content, name: str) -> Any:
    """What a file says. Raises EditError where it cannot be read: changing a part of it would lose the rest."""
    file = parse(name, content.texts.get(name, ""))
    if file.problems or not isinstance(file.data, dict):
        raise EditError(f"{name} 现在读不出来，请先改好它：{'；'.join(map(str, file.problems)) or '文件是空的'}")
    return file.data


def _items(content: Content, name: str, field: str) -> tuple[dict[str, Any], list[Any]]:
    data = _data(content, name)
    items = data.get(field) or []
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise EditError(f"{name} 的 {field} 现在不是列表，请先改好它")
    return data, items


def _item(content: Content, name: str, field: str, model: type[M], item_id: str) -> M:
    _, items = _items(content, name, field)
    found = next((item for item in items if item.get("id") == item_id), None)
    if found is None:
        raise EditError(f"{name} 里没有 {item_id}")
    return _valid(model, found)


def _put_item(content: Content, name: str, field: str, value: BaseModel, key: str = "id") -> Content:
    data, items = _items(content, name, field)
    wanted = plain(value)
    places = [place for place, item in enumerate(items) if str(item.get(key, "")).strip() == wanted[key]]
    changed = [*items]
    if places:
        changed[places[0]] = as_it_stood(items[places[0]], wanted)
    else:
        changed.append(wanted)
    return content.put(name, spliced(content.texts[name], {**data, field: changed}))


def _delete_item(content: Content, name: str, field: str, key: str, value: str) -> Content:
    data, items = _items(content, name, field)
    kept = [item for item in items if str(item.get(key, "")).strip() != value]
    if len(kept) == len(items):
        raise EditError(f"{name} 里没有 {value}")
    return content.put(name, spliced(content.texts[name], {**data, field: kept}))


def _valid(model: type[M], values: dict[str, Any]) -> M:
    try:
        return model.model_validate(values)
    except ValueError as error:
        raise EditError(str(error)) from error


def _new(texts: Iterable[str], known: set[str]) -> list[str]:
    """The texts that are not known yet, each once."""
    fresh: list[str] = []
    for text in texts:
        bare, read = " ".join(text.split()), plainly(text)
        if read and read not in known:
            known.add(read)
            fresh.append(bare)
    return fresh


def _less(items: Any, gone: str) -> Any:
    return [item for item in items if item != gone] if isinstance(items, list) else items


def _without(data: dict[str, Any], gone: str) -> dict[str, Any]:
    """A record that does not name another one."""
    changed = {key: _less(value, gone) if key == "related" else value for key, value in data.items()}
    if changed.get("fuller") == gone:
        del changed["fuller"]
    if isinstance(changed.get("phrasings"), list):
        changed["phrasings"] = [
            {**item, "also": _less(item["also"], gone)} if isinstance(item, dict) and "also" in item else item
            for item in changed["phrasings"]
        ]
    return changed


def _golden_without(data: dict[str, Any], gone: str) -> dict[str, Any]:
    """Questions that only this record answers go with it; an empty list would forbid an answer."""
    items = [
        {**item, "accept": _less(item["accept"], gone)} if gone in (item.get("accept") or ()) else item
        for item in data["golden"]
        if item.get("accept") != [gone]
    ]
    return {**data, "golden": items}


def _screen_without(data: dict[str, Any], gone: str) -> dict[str, Any]:
    groups = [{**group, "records": _less(group["records"], gone)} for group in data.get("page_groups", ())]
    return {**data, "starters": _less(data.get("starters", []), gone), "page_groups": groups}


def _notes_without(data: dict[str, Any], gone: str) -> dict[str, Any]:
    return {**data, "notes": [{**note, "about": _less(note["about"], gone)} for note in data["notes"]]}
