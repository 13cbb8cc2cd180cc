"""Finds what is wrong with the meaning of the content: every problem at once, each with file, line and a hint."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from kb.graph import exits, reachable, step_index
from kb.knowledge import Knowledge
from kb.model import Record
from kb.normalise import plain
from kb.sayings import Sayings
from kb.yamlfile import Path_, Problem, YamlFile

_PHONE = re.compile(r"(?<![\d\[])\d(?:[ -]?\d){6,}(?!\d)")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_FILLED_IN = frozenset(("number", "of", "most", "labels", "place", "kinds", "known", "groups", "reference"))
_BUTTON_INTENTS = {
    "button_walk": "walk",
    "button_next": "next",
    "button_back": "back",
    "button_restart": "restart",
    "button_quit": "quit",
    "button_solved": "resolved",
    "button_helped": "resolved",
    "button_unresolved": "unresolved",
    "button_still": "unresolved",
    "button_none": "none_of_these",
    "button_person": "handoff",
    "button_skip": "skip",
    "button_cancel": "ticket_cancel",
}


def check(
    knowledge: Knowledge, files: Mapping[str, YamlFile], pictures: Collection[str] | None = None
) -> list[Problem]:
    """All problems of meaning in ``knowledge``, which was read from ``files``. ``pictures``: all there are, if that is known."""
    found: list[Problem] = [] if pictures is None else [*_pictures(knowledge, files, pictures)]
    for finder in (_ids, _links, _graphs, _phrasings, _phones, _kinds_of_works, _lines, _wording, _golden):
        found += finder(knowledge, files)
    return sorted(set(found))


def _record_file(record: Record, files: Mapping[str, YamlFile]) -> YamlFile:
    return next(
        (file for file in files.values() if isinstance(file.data, dict) and file.data.get("id") == record.id),
        files["phrases.yaml"],
    )


def _ids(knowledge: Knowledge, files: Mapping[str, YamlFile]) -> Iterator[Problem]:
    for name, file in files.items():
        own = file.data.get("id") if isinstance(file.data, dict) else None
        if own and name != f"{own}.yaml":
            yield file.problem(("id",), f"编号和文件名不一致：这个文件应该叫 {own}.yaml")
    lists = (
        ("contacts.yaml", "contacts", [item.id for item in knowledge.contacts]),
        ("out_of_scope.yaml", "topics", [item.id for item in knowledge.topics]),
        ("intents.yaml", "intents", [item.id for item in knowledge.intents]),
        ("project_types.yaml", "project_types", [item.id for item in knowledge.project_types]),
        ("places.yaml", "districts", [item.name for item in knowledge.districts]),
    )
    for name, key, ids in lists:
        for place, item in enumerate(ids):
            if item in ids[:place]:
                yield files[name].problem((key, place), f"编号 {item} 用了两次，请换一个")


def _links(knowledge: Knowledge, files: Mapping[str, YamlFile]) -> Iterator[Problem]:
    known = set(knowledge.record)
    for record in knowledge.records:
        file = _record_file(record, files)
        for place, other in enumerate(record.related):
            if other not in known or other == record.id:
                yield file.problem(("related", place), f"没有 {other} 这条记录（也不能指向自己）")
        if record.fuller and (record.fuller not in known or record.fuller == record.id):
            yield file.problem(("fuller",), f"没有 {record.fuller} 这条记录（也不能指向自己）")
        elif record.fuller and knowledge.record[record.fuller].fuller:
            yield file.problem(("fuller",), f"{record.fuller} 自己也写了 fuller；更完整的那条不能再指向别处")
        for number, phrasing in enumerate(record.phrasings):
            for other in phrasing.also:
                if other not in known:
                    yield file.problem(("phrasings", number), f"also 里的 {other} 不存在")
    contacts = set(knowledge.contact)
    for number, district in enumerate(knowledge.districts):
        if district.contact and district.contact not in contacts:
            yield files["places.yaml"].problem(("districts", number), f"没有 {district.contact} 这个联系方式")
    for number, overlap in enumerate(knowledge.overlaps):
        for contact in overlap.contacts:
            if contact not in contacts:
                yield files["places.yaml"].problem(("overlaps", number), f"没有 {contact} 这个联系方式")
    for number, kind in enumerate(knowledge.project_types):
        if kind.contact not in contacts:
            yield files["project_types.yaml"].problem(("project_types", number), f"没有 {kind.contact} 这个联系方式")
    for number, override in enumerate(knowledge.overrides):
        for name in sorted({override.wins, *override.over} - set(knowledge.project_type)):
            yield files["project_types.yaml"].problem(("overrides", number), f"没有 {name} 这种工程类型")
    for number, note in enumerate(knowledge.notes):
        for name in sorted(set(note.about) - known - contacts):
            yield files["editor_notes.yaml"].problem(("notes", number), f"没有 {name} 这条记录或联系方式")
    for name in sorted(set(knowledge.divisions.nanjing) - set(knowledge.district)):
        yield files["divisions.yaml"].problem(("nanjing", name), f"places.yaml 里没有 {name} 这个区")


def _graphs(knowledge: Knowledge, files: Mapping[str, YamlFile]) -> Iterator[Problem]:
    for record in knowledge.records:
        file = _record_file(record, files)
        places = step_index(record)
        if len(places) < len(record.steps):
            yield file.problem(("steps",), "有两个步骤用了同一个 id")
            continue
        for number, step in enumerate(record.steps):
            ways = sum(bool(way) for way in (step.next, step.options, step.end))
            if ways > 1:
                yield file.problem(("steps", number), "next、options、end 只能写一个")
            if ways == 0 and number == len(record.steps) - 1:
                yield file.problem(("steps", number), "最后一步要写明 end（solved、contact 或 ticket）")
            if len(step.options) == 1 or len(step.options) > 4:
                yield file.problem(("steps", number, "options"), "options 要有两到四个")
            for goto in exits(record, number):
                other = knowledge.record.get(goto)
                if goto not in places and not (other and other.steps):
                    yield file.problem(("steps", number), f"goto/next 指向的 {goto} 不存在（或那条记录没有步骤）")
            if not _can_end(record, step.id, frozenset()):
                yield file.problem(("steps", number), f"从步骤 {step.id} 一直走不到结尾（end）")
            if step.id not in reachable(record):
                yield file.problem(("steps", number), f"从第一步走不到步骤 {step.id}")


def _pictures(knowledge: Knowledge, files: Mapping[str, YamlFile], pictures: Collection[str]) -> Iterator[Problem]:
    for record in knowledge.records:
        for number, step in enumerate(record.steps):
            if step.image and step.image not in pictures:
                hint = f"找不到图片 {step.image}（没有，或者文件坏了）：在控制台重新上传，或者放进 images 文件夹"
                yield _record_file(record, files).problem(("steps", number, "image"), hint)


def _can_end(record: Record, step_id: str, seen: frozenset[str]) -> bool:
    """Whether some way from the step comes to an end, or leads on to another record."""
    places = step_index(record)
    if step_id not in places:
        return True
    if step_id in seen:
        return False
    step = record.steps[places[step_id]]
    ways = exits(record, places[step_id])
    # A step that leads nowhere is a mistake of its own, and told as that.
    return bool(step.end) or not ways or any(_can_end(record, way, seen | {step_id}) for way in ways)


def _phrasings(knowledge: Knowledge, files: Mapping[str, YamlFile]) -> Iterator[Problem]:
    seen: defaultdict[str, list[tuple[str, YamlFile, Path_]]] = defaultdict(list)
    for owner, file, path, text in _said(knowledge, files):
        seen[plain(text)].append((owner, file, path))
    for text, places in seen.items():
        first = places[0]
        for owner, file, path in places[1:]:
            where = "这条记录里" if owner == first[0] else f"{first[0]} 里"
            yield file.problem(path, f"“{text}” 在{where}已经有了，留一个就够")


def _said(knowledge: Knowledge, files: Mapping[str, YamlFile]) -> Iterator[tuple[str, YamlFile, Path_, str]]:
    for record in knowledge.records:
        for number, phrasing in enumerate(record.phrasings):
            yield record.id, _record_file(record, files), ("phrasings", number), phrasing.text
    for place, topic in enumerate(knowledge.topics):
        for number, text in enumerate(topic.phrasings):
            yield topic.id, files["out_of_scope.yaml"], ("topics", place, "phrasings", number), text
    for place, intent in enumerate(knowledge.intents):
        for number, text in enumerate(intent.phrasings):
            yield intent.id, files["intents.yaml"], ("intents", place, "phrasings", number), text


def _phones(knowledge: Knowledge, files: Mapping[str, YamlFile]) -> Iterator[Problem]:
    """Numbers live in contacts.yaml alone; elsewhere only its QQ groups may be told."""
    groups = {group for contact in knowledge.contacts for group in contact.qq_groups}
    spoken = {name for name in files if name.startswith(("faq-", "prompt-"))} | {"phrases.yaml", "out_of_scope.yaml"}
    for name in sorted(spoken):
        for path, text in _texts(files[name].data, ()):
            if "phrasings" in path or path[-1:] == ("image",):
                continue
            for number in _PHONE.findall(text):
                if re.sub(r"\D", "", number) not in groups:
                    yield files[name].problem(path, f"号码 {number} 只能写在 contacts.yaml 里")


def _texts(data: object, path: Path_) -> Iterator[tuple[Path_, str]]:
    if isinstance(data, str):
        yield path, data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _texts(value, (*path, str(key)))
    elif isinstance(data, list):
        for place, value in enumerate(data):
            yield from _texts(value, (*path, place))


def _kinds_of_works(knowledge: Knowledge, files: Mapping[str, YamlFile]) -> Iterator[Problem]:
    """A word tells one kind of works, or it tells nothing."""
    owner: dict[str, str] = {}
    for number, kind in enumerate(knowledge.project_types):
        for word in (*kind.words, *kind.typos):
            if owner.setdefault(word, kind.id) != kind.id:
                hint = f"“{word}” 在 {owner[word]} 里已经有了，一个词只能归一类"
                yield files["project_types.yaml"].problem(("project_types", number), hint)


def _lines(knowledge: Knowledge, files: Mapping[str, YamlFile]) -> Iterator[Problem]:
    for number, contact in enumerate(knowledge.contacts):
        for phone in contact.phones:
            if not re.fullmatch(r"\d{7,12}", phone):
                yield files["contacts.yaml"].problem(("contacts", number, "phones"), f"{phone} 不像电话号码")


def _wording(knowledge: Knowledge, files: Mapping[str, YamlFile]) -> Iterator[Problem]:
    sayings = Sayings(knowledge)
    file = files["phrases.yaml"]
    for button, intent in _BUTTON_INTENTS.items():
        label = getattr(knowledge.wording, button)
        if sayings.whole(label) != intent:
            yield file.problem((button,), f"打字“{label}”听不懂：请把它加进 intents.yaml 的 {intent}")
    for name, text in knowledge.wording:
        unknown = set(_PLACEHOLDER.findall(text)) - _FILLED_IN if isinstance(text, str) else ()
        for placeholder in sorted(unknown):
            yield file.problem((name,), f"没有 {{{placeholder}}} 这一项可填，请检查花括号里的字")
    for record in knowledge.wording.starters:
        if record not in knowledge.record:
            yield file.problem(("starters",), f"没有 {record} 这条记录")
    for place, group in enumerate(knowledge.wording.page_groups):
        for record in group.records:
            if record not in knowledge.record:
                yield file.problem(("page_groups", place), f"没有 {record} 这条记录")


def _golden(knowledge: Knowledge, files: Mapping[str, YamlFile]) -> Iterator[Problem]:
    known = {"records": set(knowledge.record), "contacts": set(knowledge.contact)}
    said = {plain(text) for _, _, _, text in _said(knowledge, files)}
    for number, golden in enumerate(knowledge.golden):
        missing: Iterable[str] = (
            set(golden.accept or ()) - known["records"] | set(golden.contacts or ()) - known["contacts"]
        )
        for name in sorted(missing):
            yield files["golden.yaml"].problem(("golden", number), f"没有 {name}")
        if plain(golden.q) in said:
            yield files["golden.yaml"].problem(("golden", number), f"“{golden.q}” 已经是一种说法，不能再拿来检验")
        if golden.accept is None and golden.contacts is None:
            yield files["golden.yaml"].problem(("golden", number), "要写 accept 或 contacts")
