"""Who answers for which district and kind of works.

Three files tell it: the line says what it answers for (contacts.yaml), the district and the kind of works name their line
(places.yaml, project_types.yaml). These edits change all of them together.
"""

from collections.abc import Sequence
from typing import Any

from bot.knowledge.content import Content
from bot.knowledge.editing import put_contact, put_district, put_project_type
from bot.knowledge.parts import EditError, change_file, file_of
from kb.load import ContactsFile, GoldenFile, PlacesFile, ProjectTypesFile
from kb.model import Contact, District, ProjectType

_CONTACTS, _PLACES, _WORKS = "contacts.yaml", "places.yaml", "project_types.yaml"


def assign(content: Content, contact: Contact) -> Content:
    """The line with what it answers for. Raises EditError where a kind of works would be left without one."""
    for kind in file_of(content, _WORKS, ProjectTypesFile).project_types:
        if kind.contact == contact.id and kind.id not in contact.project_types:
            raise EditError(f"{kind.name}不能没有电话：请到接手的那家单位里勾上它。")
    content = _taken(content, contact.id, contact.districts, contact.project_types)
    content = _told(content, _WORKS, "project_types", "id", dict.fromkeys(contact.project_types, contact.id))
    left = [
        district.name
        for district in file_of(content, _PLACES, PlacesFile).districts
        if district.contact == contact.id and district.name not in contact.districts
    ]
    content = _told(
        content, _PLACES, "districts", "name", dict.fromkeys(left) | dict.fromkeys(contact.districts, contact.id)
    )
    return put_contact(content, contact)


def assign_district(content: Content, district: District) -> Content:
    """The district with its line, and the line with the district."""
    content = put_district(content, district)
    return _claimed(content, "districts", district.name, district.contact)


def assign_project_type(content: Content, kind: ProjectType) -> Content:
    """The kind of works with its line, and the line with it."""
    content = put_project_type(content, kind)
    return _claimed(content, "project_types", kind.id, kind.contact)


def uses(content: Content, contact_id: str) -> list[str]:
    """What would lead nowhere without the line, in words."""
    places = file_of(content, _PLACES, PlacesFile)
    found = [district.name for district in places.districts if district.contact == contact_id]
    found += [f"交叉的地方（{each.names[0]}等）" for each in places.overlaps if contact_id in each.contacts]
    works = file_of(content, _WORKS, ProjectTypesFile).project_types
    found += [kind.name for kind in works if kind.contact == contact_id]
    asked = sum(contact_id in (each.contacts or ()) for each in file_of(content, "golden.yaml", GoldenFile).golden)
    return found + ([f"{asked} 个检验问题"] if asked else [])


def _taken(content: Content, owner: str, districts: Sequence[str], kinds: Sequence[str]) -> Content:
    """Without what ``owner`` answers for in the lists of the others."""
    for other in file_of(content, _CONTACTS, ContactsFile).contacts:
        kept = {
            "districts": tuple(name for name in other.districts if name not in districts),
            "project_types": tuple(kind for kind in other.project_types if kind not in kinds),
        }
        if other.id != owner and (kept["districts"], kept["project_types"]) != (other.districts, other.project_types):
            content = put_contact(content, other.model_copy(update=kept))
    return content


def _claimed(content: Content, field: str, name: str, owner: str | None) -> Content:
    """The lists of all lines, with ``name`` in its owner's alone."""
    for contact in file_of(content, _CONTACTS, ContactsFile).contacts:
        listed: tuple[str, ...] = getattr(contact, field)
        wanted = tuple(each for each in listed if each != name or contact.id == owner)
        if contact.id == owner and name not in listed:
            wanted += (name,)
        if wanted != listed:
            content = put_contact(content, contact.model_copy(update={field: wanted}))
    return content


def _told(content: Content, file: str, field: str, key: str, owners: dict[str, Any]) -> Content:
    """A file whose items name these lines."""

    def told(data: dict[str, Any]) -> dict[str, Any]:
        items = [{**item, "contact": owners[item[key]]} if item.get(key) in owners else item for item in data[field]]
        return {**data, field: items}

    return change_file(content, file, told) if owners else content
