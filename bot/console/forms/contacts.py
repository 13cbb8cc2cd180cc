"""The authorities' telephone lines: who they are, what they answer for, and numbers that are those of the document."""

from collections.abc import Callable
from typing import Any

from nicegui import ui
from pypinyin import lazy_pinyin

from bot.console.forms import fields
from bot.console.forms.kind import Kind, Row
from bot.knowledge import editing, responsibility
from bot.knowledge.content import Content
from bot.knowledge.parts import Edit, EditError, file_of, item_of, valid
from bot.knowledge.plain import plain
from kb.load import ContactsFile, PlacesFile, ProjectTypesFile
from kb.model import Contact

_FILE, _NEW = "contacts.yaml", "+"
_EMPTY = {"id": "", "name": "", "label": "", "phones": ()}


class ContactForm:
    """One line."""

    def __init__(self, content: Content, key: str) -> None:
        contacts = file_of(content, _FILE, ContactsFile).contacts
        place = next((place for place, each in enumerate(contacts) if each.id == key), None)
        if place is None and key != _NEW:
            raise EditError(f"没有 {key} 这个电话")
        self.old = contacts[place] if place is not None else None
        self.where = f"contacts.{place}" if place is not None else ""
        self.title = self.old.label if self.old else "新的电话"
        works = file_of(content, "project_types.yaml", ProjectTypesFile).project_types
        districts = file_of(content, "places.yaml", PlacesFile).districts
        self._works = {kind.id: kind.name for kind in works}
        self._districts = {district.name: district.name for district in districts}
        self._names = {each.id: each.label for each in contacts}
        self._owners = {district.name: district.contact for district in districts if district.contact}
        self._owners |= {kind.id: kind.contact for kind in works}
        self._uses = responsibility.uses(content, key) if self.old else []

    def part(self, content: Content) -> Any:
        """The line as it stands."""
        return plain(item_of(content, _FILE, "contacts", Contact, self.key()))

    def render(self, changed: Callable[[], None]) -> None:
        """Draw the fields."""
        old = self.old or Contact.model_construct(**_EMPTY)  # type: ignore[arg-type]
        self.name = fields.line("单位全称", old.name, hint="照官方文件写，一个字不改")
        self.label = fields.line("短名称", old.label, hint="用户看到的小标题，像“房建工程”“江宁区”")
        self.phones = fields.words("电话号码", old.phones, hint="只写数字，不加区号；几个号码用顿号隔开")
        self.warning = ui.column().classes("w-full gap-1").props("role=alert")
        with self.warning:
            self.differing = ui.label().classes("badge late wrapped")
            self.compared = ui.checkbox("我拿官方文件逐位核对过了").props("dense")
        self.groups = fields.words("QQ 群号", old.qq_groups)
        self.works = fields.choices("管哪些工程", self._works, old.project_types)
        self.districts = fields.choices(
            "管哪些区", self._districts, old.districts, hint="没有列在这里的区，按工程类型找电话"
        )
        self.moved = ui.label().classes("muted")
        self.aliases = fields.words("别的叫法", old.aliases, hint="用户点名找它时怎么说，像“市监督站”“市政中心”")
        self.by_name = ui.switch("只在用户点名问它、或者要全部电话时才给", value=old.asked_by_name)
        self._changed = changed
        every = (
            self.name,
            self.label,
            self.phones,
            self.groups,
            self.works,
            self.districts,
            self.aliases,
            self.by_name,
        )
        for field in every:
            field.on_value_change(self._look)
        self._look(None)

    def _look(self, event: Any) -> None:
        """The warnings about what was typed."""
        if event is not None:
            self._changed()
        before, now = self.old.phones if self.old else (), fields.words_of(self.phones)
        self.differing.text = (
            f"号码变了：{fields.joined(before) or '（没有）'} → {fields.joined(now) or '（没有）'}。"
            "机器人只能给官方文件里的号码，错一位就会打到别人家里。"
        )
        self.warning.set_visibility(now != before)
        taken = [
            f"{name}现在归{self._names.get(owner, owner)}"
            for name in (*fields.picked(self.works), *fields.picked(self.districts))
            if (owner := self._owners.get(name)) and (self.old is None or owner != self.old.id)
        ]
        words = "，".join(taken)
        for kind, name in self._works.items():
            words = words.replace(kind, name)
        self.moved.text = f"{words}；保存后改归这里。" if taken else ""
        self.moved.set_visibility(bool(taken))

    def value(self) -> Contact:
        """What was typed. Raises EditError."""
        name, label = fields.text_of(self.name), fields.text_of(self.label)
        phones, groups = fields.words_of(self.phones), fields.words_of(self.groups)
        if not name or not label or not phones:
            raise EditError("全称、短名称和至少一个号码都要写。")
        wrong = [each for each in (*phones, *groups) if not (each.isascii() and each.isdecimal())]
        if wrong:
            raise EditError(f"“{wrong[0]}”不是号码：只写数字，几个号码用顿号隔开。")
        if phones != (self.old.phones if self.old else ()) and not self.compared.value:
            raise EditError("号码变了。拿官方文件逐位核对，打上勾再保存。")
        values = {
            "id": self.key(), "name": name, "label": label, "phones": phones, "qq_groups": groups,
            "project_types": fields.picked(self.works), "districts": fields.picked(self.districts),
            "aliases": fields.words_of(self.aliases), "asked_by_name": bool(self.by_name.value),
        }  # fmt: skip
        return valid(Contact, values)

    def edit(self) -> Edit:
        """The line, and who answers for what. Raises EditError."""
        contact, is_new = self.value(), self.old is None

        def changed(content: Content) -> Content:
            if is_new and any(each.id == contact.id for each in file_of(content, _FILE, ContactsFile).contacts):
                raise EditError(f"已经有 {contact.id} 了，换一个短名称。")
            return responsibility.assign(content, contact)

        return changed

    def key(self) -> str:
        """Its id; a new one's is made from the sounds of its short name."""
        if self.old:
            return self.old.id
        sounds = "".join(lazy_pinyin(fields.text_of(self.label), errors="ignore")) if hasattr(self, "label") else ""
        return f"contact-{sounds or 'x'}"

    def deletion(self) -> tuple[str, Edit] | None:
        """It may go; what leads to it is told."""
        if self.old is None:
            return None
        contact = self.old.id
        used = f"\n还有这些会用到它，删了要另外安排：{'、'.join(self._uses)}。" if self._uses else ""
        return f"删除“{self.old.label}”这个电话？{used}", lambda content: editing.delete_contact(content, contact)


def _rows(content: Content) -> list[Row]:
    works = {each.id: each.name for each in file_of(content, "project_types.yaml", ProjectTypesFile).project_types}
    return [_row(place, each, works) for place, each in enumerate(file_of(content, _FILE, ContactsFile).contacts)]


def _row(place: int, contact: Contact, works: dict[str, str]) -> Row:
    groups = f"QQ 群 {fields.joined(contact.qq_groups)}" if contact.qq_groups else ""
    named = "点名才给" if contact.asked_by_name else ""
    covers = fields.joined((*(works.get(kind, kind) for kind in contact.project_types), *contact.districts))
    about = " · ".join(filter(None, (contact.name, fields.joined(contact.phones), groups, named)))
    return Row(contact.id, f"contacts.{place}", contact.label, about, covers, contact.aliases)


KIND = Kind(
    path="contacts", file=_FILE, title="电话", icon="call",
    about="主管部门的电话和 QQ 群，管哪些工程、哪些区。号码只能是官方文件里的。",
    rows=_rows, form=ContactForm, new={"添加电话": _NEW}, anew=True,
)  # fmt: skip
