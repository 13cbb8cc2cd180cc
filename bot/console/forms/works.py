"""Kinds of works: the everyday words that tell them, and whose they are."""

from collections.abc import Callable
from typing import Any

from bot.console.forms import fields
from bot.console.forms.kind import Kind, Row
from bot.knowledge import responsibility
from bot.knowledge.content import Content
from bot.knowledge.parts import Edit, EditError, file_of, item_of, valid
from bot.knowledge.plain import plain
from kb.load import ContactsFile, ProjectTypesFile
from kb.model import ProjectType

_FILE = "project_types.yaml"


class WorksForm:
    """One kind of works."""

    def __init__(self, content: Content, key: str) -> None:
        kinds = file_of(content, _FILE, ProjectTypesFile).project_types
        place = next((place for place, each in enumerate(kinds) if each.id == key), None)
        if place is None:
            raise EditError(f"没有 {key} 这种工程")
        self.old, self.where = kinds[place], f"project_types.{place}"
        self.title = self.old.name
        self._lines = {each.id: each.label for each in file_of(content, "contacts.yaml", ContactsFile).contacts}

    def part(self, content: Content) -> Any:
        """The kind as it stands."""
        return plain(item_of(content, _FILE, "project_types", ProjectType, self.old.id))

    def render(self, changed: Callable[[], None]) -> None:
        """Draw the fields."""
        old = self.old
        self.name = fields.line("名称", old.name, hint="照官方文件写")
        self.contact = fields.choice("归谁管", self._lines, old.contact)
        self.words = fields.words("听到这些词就是它", old.words, hint="一个词只能归一类；更长的词优先")
        self.typos = fields.words("常见的错字", old.typos)
        self.objects = fields.words("修、建、挖后面的字", old.objects, hint="像“修桥”的“桥”、“盖楼”的“楼”")
        for field in (self.name, self.contact, self.words, self.typos, self.objects):
            field.on_value_change(lambda _: changed())

    def edit(self) -> Edit:
        """The kind, and who answers for it. Raises EditError."""
        name, words, objects = fields.text_of(self.name), fields.words_of(self.words), fields.words_of(self.objects)
        if not name or not words:
            raise EditError("名称和至少一个词都要写。")
        values = {
            "id": self.old.id, "name": name, "contact": self.contact.value, "words": words,
            "typos": fields.words_of(self.typos), "objects": objects,
        }  # fmt: skip
        kind = valid(ProjectType, values)
        return lambda content: responsibility.assign_project_type(content, kind)

    def key(self) -> str:
        """Its id."""
        return self.old.id

    def deletion(self) -> None:
        """It stays: the document names it."""
        return


def _rows(content: Content) -> list[Row]:
    lines = {each.id: each.label for each in file_of(content, "contacts.yaml", ContactsFile).contacts}
    return [
        Row(
            each.id, f"project_types.{place}", each.name, fields.joined(each.words),
            f"归 {lines.get(each.contact, each.contact)}", (*each.words, *each.typos),
        )
        for place, each in enumerate(file_of(content, _FILE, ProjectTypesFile).project_types)
    ]  # fmt: skip


KIND = Kind(
    path="works", file=_FILE, title="项目类型", icon="foundation",
    about="用户说“修马路”“精装修”，就知道是哪种工程、该打哪个电话。几种混在一起时谁优先，在原文里写。",
    rows=_rows, form=WorksForm,
)  # fmt: skip
