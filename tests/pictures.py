"""Pictures for tests: drawn, not kept, and put where a program finds them."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw

from bot.knowledge.picturing import cleaned
from bot.storage.pictures import Picture
from kb.base import KnowledgeBase
from kb.knowledge import Knowledge


def drawn(
    kind: str = "PNG", size: tuple[int, int] = (300, 200), mode: str = "RGB", colour: int = 0, **how: object
) -> bytes:
    """A file with a picture in it. ``kind``: as Pillow calls it; ``how``: for its writer."""
    image = Image.new("RGB", size, (40 * colour % 256, 120, 200))
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 2, size[1] // 2), fill="white")
    file = BytesIO()
    image.convert(mode).save(file, kind, **how)
    return file.getvalue()


def picture(colour: int = 0) -> Picture:
    """A picture of ours."""
    return cleaned(drawn(colour=colour))


def put_into(folder: Path, shown: Picture) -> Path:
    """A content folder with this picture."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    (folder / "images" / shown.name).write_bytes(shown.data)
    return folder


def pictured(base: KnowledgeBase, record_id: str, images: dict[int, str], **more: str) -> KnowledgeBase:
    """The knowledge with pictures at some steps of a record, by their places. ``more``: for each of these steps."""
    record = base.knowledge.record[record_id]
    steps = tuple(
        step.model_copy(update={"image": images[place], **more}) if place in images else step
        for place, step in enumerate(record.steps)
    )
    changed = record.model_copy(update={"steps": steps})
    records = tuple(changed if each.id == record_id else each for each in base.knowledge.records)
    # A copy would have its look-ups of before.
    parts = {name: getattr(base.knowledge, name) for name in Knowledge.model_fields}
    return replace(base, knowledge=Knowledge.model_construct(**parts | {"records": records}))
