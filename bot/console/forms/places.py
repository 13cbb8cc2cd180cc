"""Districts with what people call them and their places; and where two districts meet."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from bot.console.forms import fields
from bot.console.forms.kind import Filters, Form, Kind, Row
from bot.knowledge import editing, responsibility
from bot.knowledge.content import Content
from bot.knowledge.parts import Edit, EditError, file_of, item_of, valid
from bot.knowledge.plain import plain
from kb.load import ContactsFile, PlacesFile
from kb.model import District, Overlap

_FILE, _NEW, _OVERLAP = "places.yaml", "+", "overlap-"
_NOBODY = ""
_DOUBTFUL = "单独说时说不准的名字"


class DistrictForm:
    """One district."""

    def __init__(self, content: Content, key: str) -> None:
        places = file_of(content, _FILE, PlacesFile)
        place = next((place for place, each in enumerate(places.districts) if each.name == key), None)
        if place is None:
            raise EditError(f"没有 {key} 这个区")
        self.old, self.where = places.districts[place], f"districts.{place}"
        self.title = self.old.name
        self._lines = _lines(content)
        contact = self.old.contact
        every = enumerate(places.overlaps)
        self._overlaps = [(place, each) for place, each in every if contact and contact in each.contacts]

    def part(self, content: Content) -> Any:
        """The district as it stands."""
        return plain(item_of(content, _FILE, "districts", District, self.old.name, key="name"))

    def render(self, changed: Callable[[], None]) -> None:
        """Draw the fields."""
        old = self.old
        lines = {_NOBODY: "没有单独的电话，按工程类型找", **self._lines}
        self.contact = fields.choice("归谁管", lines, old.contact or _NOBODY)
        if self._overlaps:
            with ui.column().classes("gap-1"):
                ui.label("和别的区交叉的地名不写在这里，写在：").classes("muted")
                for place, each in self._overlaps:
                    text = f"{fields.joined(each.names[:6])} 等 {len(each.names)} 个"
                    ui.link(text, f"?item={_OVERLAP}{place}").classes("muted")
        self.places = fields.words("这个区的地方", old.places, hint="街道、小区、地铁站、园区……用顿号隔开")
        self.aliases = fields.words("区的别的叫法", old.aliases)
        self.typos = fields.words("常见的错字", old.typos)
        hint = "也可能是别的意思：前面有“在”、后面有“工地”“附近”这类字，或者只说了它，才算"
        self.ambiguous = fields.words(_DOUBTFUL, old.ambiguous, hint=hint)
        for field in (self.contact, self.places, self.aliases, self.typos, self.ambiguous):
            field.on_value_change(lambda _: changed())

    def edit(self) -> Edit:
        """The district, and who answers for it."""
        values = {
            "name": self.old.name, "contact": self.contact.value or None, "places": fields.words_of(self.places),
            "aliases": fields.words_of(self.aliases), "typos": fields.words_of(self.typos),
            "ambiguous": fields.words_of(self.ambiguous),
        }  # fmt: skip
        district = valid(District, values)
        return lambda content: responsibility.assign_district(content, district)

    def key(self) -> str:
        """Its name."""
        return self.old.name

    def deletion(self) -> None:
        """It stays: Nanjing has it."""
        return


class OverlapForm:
    """Where two districts meet, so that both lines are given."""

    def __init__(self, content: Content, key: str) -> None:
        overlaps = file_of(content, _FILE, PlacesFile).overlaps
        number = key.removeprefix(_OVERLAP)
        self.place = int(number) if number.isdecimal() else None
        if self.place is not None and self.place >= len(overlaps):
            raise EditError("没有这处交叉的地方")
        self.old = overlaps[self.place] if self.place is not None else None
        self.where = f"overlaps.{self.place}" if self.old else ""
        self.title = f"交叉：{self.old.names[0]}一带" if self.old else "新的交叉的地方"
        self._count = len(overlaps)
        self._lines = _lines(content)

    def part(self, content: Content) -> Any:
        """The overlap as it stands, and how many there are: they are known by their places."""
        overlaps = file_of(content, _FILE, PlacesFile).overlaps
        if self.place is None:
            return None
        return {"overlaps": len(overlaps), "this": plain(overlaps[self.place]) if self.place < len(overlaps) else None}

    def render(self, changed: Callable[[], None]) -> None:
        """Draw the fields."""
        old = self.old
        self.contacts = fields.choices("给这几家的电话", self._lines, old.contacts if old else (), hint="至少两家")
        self.why = fields.area("为什么都给", old.why if old else "", hint="给编辑看：文件哪里没有写明")
        self.names = fields.words("哪些地方", old.names if old else (), hint="街道、小区、地铁站……用顿号隔开")
        self.ambiguous = fields.words(_DOUBTFUL, old.ambiguous if old else ())
        for field in (self.contacts, self.why, self.names, self.ambiguous):
            field.on_value_change(lambda _: changed())

    def edit(self) -> Edit:
        """The overlap. Raises EditError."""
        names, why, contacts = fields.words_of(self.names), fields.text_of(self.why), fields.picked(self.contacts)
        if not names or not why or len(contacts) < 2:
            raise EditError("地方、原因都要写，电话至少选两家。")
        ambiguous = fields.words_of(self.ambiguous)
        overlap = valid(Overlap, {"names": names, "contacts": contacts, "why": why, "ambiguous": ambiguous})
        return lambda content: editing.put_overlap(content, overlap, self.place)

    def key(self) -> str:
        """Its place in the list."""
        return f"{_OVERLAP}{self._count if self.place is None else self.place}"

    def deletion(self) -> tuple[str, Edit] | None:
        """It may go; its places are then nobody's."""
        place, old = self.place, self.old
        if place is None or old is None:
            return None
        text = f"删除这处交叉的地方？{old.names[0]}等 {len(old.names)} 个地名以后不认得了，除非写到某个区里。"
        return text, lambda content: editing.delete_overlap(content, place)


def _form(content: Content, key: str) -> Form:
    return OverlapForm(content, key) if key == _NEW or key.startswith(_OVERLAP) else DistrictForm(content, key)


def _lines(content: Content) -> dict[str, str]:
    return {each.id: each.label for each in file_of(content, "contacts.yaml", ContactsFile).contacts}


def _rows(content: Content) -> list[Row]:
    places, lines = file_of(content, _FILE, PlacesFile), _lines(content)
    districts = [
        Row(
            each.name, f"districts.{place}", each.name, fields.joined(each.places) or "还没有写地方",
            lines.get(each.contact, each.contact) if each.contact else "按工程类型",
            (*each.aliases, *each.typos, *each.places, *each.ambiguous), ("district", "line" if each.contact else "bare"),
        )
        for place, each in enumerate(places.districts)
    ]  # fmt: skip
    return districts + [
        Row(
            f"{_OVERLAP}{place}", f"overlaps.{place}", f"交叉：{each.names[0]}一带", each.why,
            fields.joined(lines.get(contact, contact) for contact in each.contacts),
            (*each.names, *each.ambiguous), ("overlap",),
        )
        for place, each in enumerate(places.overlaps)
    ]  # fmt: skip


def _filters(_: Content) -> Filters:
    return {"district": "区", "line": "有单独电话的区", "bare": "没有单独电话的区", "overlap": "交叉的地方"}


KIND = Kind(
    path="places", file=_FILE, title="地名", icon="place",
    about="用户说一个地方，就知道在哪个区、该打哪个电话。几个区说不清的地方，电话都给。",
    rows=_rows, form=_form, new={"添加交叉的地方": _NEW}, filters=_filters,
)  # fmt: skip
