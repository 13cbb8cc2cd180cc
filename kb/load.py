"""From a folder of content files to the knowledge: the one module of this room that reads them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from kb.check import check
from kb.knowledge import Knowledge
from kb.model import (
    Contact,
    District,
    Divisions,
    EditorNote,
    Frozen,
    Golden,
    Intent,
    Lexicon,
    Overlap,
    ProjectType,
    Record,
    Topic,
    TypeOverride,
)
from kb.pictures import FOLDER, is_name, is_whole
from kb.wording import Wording
from kb.yamlfile import Problem, YamlFile, parse_file

CONTENT = Path(__file__).parent / "content"


class ContentError(Exception):
    """The content cannot be used; ``problems`` has every reason, each with file, line and hint."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ContactsFile(Frozen):
    """The shape of contacts.yaml."""

    contacts: tuple[Contact, ...]


class PlacesFile(Frozen):
    """The shape of places.yaml."""

    districts: tuple[District, ...]
    overlaps: tuple[Overlap, ...]


class ProjectTypesFile(Frozen):
    """The shape of project_types.yaml."""

    project_types: tuple[ProjectType, ...]
    overrides: tuple[TypeOverride, ...] = ()
    verbs: tuple[str, ...] = ()


class TopicsFile(Frozen):
    """The shape of out_of_scope.yaml."""

    topics: tuple[Topic, ...]


class IntentsFile(Frozen):
    """The shape of intents.yaml."""

    intents: tuple[Intent, ...]


class GoldenFile(Frozen):
    """The shape of golden.yaml."""

    golden: tuple[Golden, ...]


class NotesFile(Frozen):
    """The shape of editor_notes.yaml."""

    notes: tuple[EditorNote, ...]


FILES: dict[str, type[Frozen]] = {
    "contacts.yaml": ContactsFile,
    "places.yaml": PlacesFile,
    "divisions.yaml": Divisions,
    "project_types.yaml": ProjectTypesFile,
    "lexicon.yaml": Lexicon,
    "out_of_scope.yaml": TopicsFile,
    "intents.yaml": IntentsFile,
    "golden.yaml": GoldenFile,
    "editor_notes.yaml": NotesFile,
    "phrases.yaml": Wording,
}
RECORD_FILES = ("faq-*.yaml", "prompt-*.yaml")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a folder holds: the knowledge if it could be read, the files behind it, and what is wrong with them."""

    knowledge: Knowledge | None
    files: dict[str, YamlFile]
    problems: tuple[Problem, ...]


def content_files(folder: Path) -> list[Path]:
    """Every content file of the folder, in reading order."""
    return sorted(folder.glob("*.yaml"))


def digest(folder: Path) -> str:
    """A name for exactly this content: changes when any byte of any file does."""
    parts = sha256()
    for path in content_files(folder):
        parts.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return parts.hexdigest()


def picture_files(folder: Path) -> frozenset[str]:
    """The names of a folder's pictures; those whose bytes are not what the name says are left out."""
    paths = (path for path in (folder / FOLDER).glob("*") if is_name(path.name) and path.is_file())
    return frozenset(path.name for path in paths if is_whole(path.name, path.read_bytes()))


def read_folder(folder: Path, pictures: Collection[str] | None = ()) -> Loaded:
    """Read all files of ``folder`` and collect every problem, of form first and then of meaning.

    ``pictures``: names of those that are kept elsewhere; None where nobody can say, then none is missed.
    """
    files = {path.name: parse_file(path) for path in content_files(folder)}
    problems = [Problem(name, 1, "", "缺少这个文件") for name in FILES if name not in files]
    values: dict[str, Any] = {}
    records: list[Record] = []
    for name, file in files.items():
        if name in FILES:
            value, found = file.read(FILES[name])
            values[name] = value
        elif any(Path(name).match(pattern) for pattern in RECORD_FILES):
            record, found = file.read(Record)
            records += [record] if record else []
        else:
            found = [Problem(name, 1, "", "不认识这个文件名：记录叫 faq-NN.yaml 或 prompt-NN.yaml")]
        problems += found
    if problems:
        return Loaded(None, files, tuple(sorted(set(problems))))
    knowledge = _assemble(tuple(records), values)
    kept = None if pictures is None else {*pictures, *picture_files(folder)}
    return Loaded(knowledge, files, tuple(check(knowledge, files, kept)))


def load(folder: Path, pictures: Collection[str] | None = ()) -> Knowledge:
    """The knowledge of a folder; raises ContentError with every problem where there is one."""
    loaded = read_folder(folder, pictures)
    if loaded.problems or loaded.knowledge is None:
        raise ContentError(loaded.problems)
    return loaded.knowledge


def _assemble(records: tuple[Record, ...], values: dict[str, Any]) -> Knowledge:
    """Put the files together; the wrappers that hold one list each give it up to the whole."""
    whole = {"lexicon.yaml": "lexicon", "divisions.yaml": "divisions", "phrases.yaml": "wording"}
    parts: dict[str, Any] = {whole[name]: values[name] for name in whole}
    for name, model in FILES.items():
        if name not in whole:
            parts |= {key: getattr(values[name], key) for key in model.model_fields}
    return Knowledge(records=records, **parts)
