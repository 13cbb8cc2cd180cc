"""Editing by records, topics, contacts and the like: each function gives the content with one thing changed.

Only the lines of what changed are written anew. Nothing is checked here beyond what the edit itself needs: a draft may be
wrong for a while, and the check finds everything at once, with file and line.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal

from bot.knowledge.content import Content
from bot.knowledge.parts import (
    Edit,
    EditError,
    change_file,
    data_of,
    delete_item,
    item_of,
    items_of,
    put_file,
    put_item,
    valid,
)
from bot.knowledge.plain import as_it_stood, plain
from bot.knowledge.splicing import spliced
from kb.model import (
    Answer,
    Contact,
    District,
    Golden,
    Intent,
    Overlap,
    Phrasing,
    ProjectType,
    Record,
    Step,
    Term,
    Topic,
)
from kb.normalise import plain as plainly
from kb.yamlfile import parse

__all__ = ["Edit", "EditError"]
Kind = Literal["faq", "prompt"]
_TOPICS, _GOLDEN, _LEXICON, _PLACES = "out_of_scope.yaml", "golden.yaml", "lexicon.yaml", "places.yaml"
_TITLE = re.compile(r"^title:.*$", re.MULTILINE)


def put_text(content: Content, name: str, text: str | None) -> Content:
    """A whole file as typed; None takes it out."""
    return content.put(name, text)


def titles(content: Content) -> dict[str, str]:
    """Record id → its title; the id itself where the title cannot be read. Quick: no file is read whole."""
    return {
        name.removesuffix(".yaml"): _title(text) or name.removesuffix(".yaml")
        for name, text in content.texts.items()
        if name.startswith(("faq-", "prompt-"))
    }


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
    return put_file(content, f"{record.id}.yaml", plain(record))


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
    record = valid(Record, {"id": next_id(content, kind, taken), "answer": answer, "steps": tuple(steps), **values})
    return put_record(content, record), record


def delete_record(content: Content, record_id: str) -> Content:
    """Without the record, and without what names it: related records, shared phrasings, golden questions, the first screen.

    A step that leads to it stays and is found by the check: where it should lead instead, only an editor knows.
    """
    record_of(content, record_id)
    changed = content.put(f"{record_id}.yaml", None)
    for name in content.texts:
        if name.startswith(("faq-", "prompt-")) and name != f"{record_id}.yaml":
            changed = change_file(changed, name, lambda data: _without(data, record_id))
    changed = change_file(changed, _GOLDEN, lambda data: _golden_without(data, record_id))
    changed = change_file(changed, "phrases.yaml", lambda data: _screen_without(data, record_id))
    return change_file(changed, "editor_notes.yaml", lambda data: _notes_without(data, record_id))


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
    return put_item(content, _TOPICS, "topics", topic)


def topic_of(content: Content, topic_id: str) -> Topic:
    """The topic as it stands. Raises EditError."""
    return item_of(content, _TOPICS, "topics", Topic, topic_id)


def add_topic_phrasings(content: Content, topic_id: str, texts: Iterable[str]) -> Content:
    """Further ways to ask for the topic."""
    topic = topic_of(content, topic_id)
    fresh = _new(texts, {plainly(text) for text in topic.phrasings})
    return put_topic(content, topic.model_copy(update={"phrasings": (*topic.phrasings, *fresh)}))


def delete_topic(content: Content, topic_id: str) -> Content:
    """Without the topic."""
    return delete_item(content, _TOPICS, "topics", "id", topic_id)


def put_intent_phrasings(content: Content, intent_id: str, texts: Iterable[str]) -> Content:
    """All ways to say something to the bot itself."""
    intent = item_of(content, "intents.yaml", "intents", Intent, intent_id)
    changed = intent.model_copy(update={"phrasings": tuple(_new(texts, set()))})
    return put_item(content, "intents.yaml", "intents", changed)


def put_contact(content: Content, contact: Contact) -> Content:
    """An authority's line."""
    return put_item(content, "contacts.yaml", "contacts", contact)


def delete_contact(content: Content, contact_id: str) -> Content:
    """Without the line; what leads to it is found by the check."""
    return delete_item(content, "contacts.yaml", "contacts", "id", contact_id)


def put_district(content: Content, district: District) -> Content:
    """A district and its places."""
    return put_item(content, _PLACES, "districts", district, key="name")


def put_overlap(content: Content, overlap: Overlap, place: int | None = None) -> Content:
    """Where two districts meet, in place of the one that is ``place``-th of the list (from 0), or as a new one."""
    data, items = items_of(content, _PLACES, "overlaps")
    if place is None:
        changed = [*items, plain(overlap)]
    elif place < len(items):
        changed = [*items[:place], as_it_stood(items[place], plain(overlap)), *items[place + 1 :]]
    else:
        raise EditError("这处交叉的地方已经不在了")
    return content.put(_PLACES, spliced(content.texts[_PLACES], {**data, "overlaps": changed}))


def delete_overlap(content: Content, place: int) -> Content:
    """Without the ``place``-th of them (from 0)."""
    data, items = items_of(content, _PLACES, "overlaps")
    if place >= len(items):
        raise EditError("这处交叉的地方已经不在了")
    return content.put(
        _PLACES, spliced(content.texts[_PLACES], {**data, "overlaps": [*items[:place], *items[place + 1 :]]})
    )


def put_project_type(content: Content, kind: ProjectType) -> Content:
    """A kind of works and the words that tell it."""
    return put_item(content, "project_types.yaml", "project_types", kind)


def put_term(content: Content, term: Term, instead_of: str | None = None) -> Content:
    """A term of the lexicon and its other names. ``instead_of``: what the term was called before."""
    return put_item(content, _LEXICON, "terms", term, key="term", instead_of=instead_of)


def delete_term(content: Content, term: str) -> Content:
    """Without the term, and without the wrong spellings of it."""
    return put_misspellings(delete_item(content, _LEXICON, "terms", "term", term), term, ())


def put_misspellings(content: Content, term: str, wrong: Sequence[str]) -> Content:
    """All wrong spellings of a term. Raises EditError where one of them is another term's."""
    data = data_of(content, _LEXICON)
    known: dict[str, Any] = data.get("confusions") or {}
    for spelling in wrong:
        if known.get(spelling, term) != term:
            raise EditError(f"“{spelling}”已经是“{known[spelling]}”的错误写法")
    kept = {spelling: right for spelling, right in known.items() if right != term or spelling in wrong}
    changed = {**data, "confusions": kept | {spelling: term for spelling in wrong if spelling not in kept}}
    return content.put(_LEXICON, spliced(content.texts[_LEXICON], changed))


def put_loose_words(
    content: Content, words: Sequence[str], vague: Sequence[str], confusions: Mapping[str, str]
) -> Content:
    """Words that belong to no term: those kept whole, those that ask nothing, wrong → right spellings."""
    data = data_of(content, _LEXICON)
    terms = {item.get("term") for item in data.get("terms") or ()}
    known: dict[str, str] = data.get("confusions") or {}
    kept = {wrong: right for wrong, right in known.items() if right in terms or confusions.get(wrong) == right}
    taken = next((wrong for wrong in confusions if wrong in kept and kept[wrong] != confusions[wrong]), None)
    if taken:
        raise EditError(f"“{taken}”已经是“{kept[taken]}”的错误写法")
    ordered = {
        wrong: confusions.get(wrong, right) for wrong, right in known.items() if wrong in kept or wrong in confusions
    }
    changed = {**data, "words": list(words), "vague": list(vague), "confusions": ordered | dict(confusions)}
    return content.put(_LEXICON, spliced(content.texts[_LEXICON], as_it_stood(data, changed)))


def put_golden(content: Content, golden: Golden, instead_of: str | None = None) -> Content:
    """A golden question, in place of the one with the same words or of the one ``instead_of``; new: among its record's."""
    told = plain(golden)
    first = (told.get("accept") or [None])[0]

    def beside(item: dict[str, Any]) -> bool:
        return "accept" in told and "accept" in item and (item["accept"] or [None])[0] == first

    return put_item(content, _GOLDEN, "golden", golden, key="q", instead_of=instead_of, beside=beside)


def delete_golden(content: Content, question: str) -> Content:
    """Without the golden question."""
    return delete_item(content, _GOLDEN, "golden", "q", question)


def _title(text: str) -> str | None:
    found = _TITLE.search(text)
    said = parse("", found[0]).data if found else None
    return str(said["title"]) if isinstance(said, dict) and said.get("title") else None


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
