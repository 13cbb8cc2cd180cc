"""Pictures that come with a message: addresses stay addresses, what comes as base64 is kept as a file."""

import asyncio
import binascii
import re
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from bot.api.errors import RefusedError

_URL = re.compile(r"https?://[^\s/]\S*", re.IGNORECASE)
_DATA = re.compile(r"data:image/[\w.+-]+;base64,", re.IGNORECASE)
_LONGEST_URL = 2000
_BEGINNINGS = {
    "png": rb"\x89PNG\r\n\x1a\n....IHDR",
    "jpg": rb"\xff\xd8\xff[\xc0-\xfe]",
    "gif": rb"GIF8[79]a",
    "bmp": rb"BM....\0{4}....[\x0c\x28-\x7c]\0{3}",
    "webp": rb"RIFF....WEBP",
}


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture; ``content`` where it came with the message, else ``url``."""

    url: str | None = None
    content: bytes = b""
    kind: str = ""


def pictures(images: Sequence[str]) -> list[Picture]:
    """What was sent. Raises RefusedError where it is no picture."""
    return [_picture(image, place) for place, image in enumerate(images, start=1)]


async def keep(found: Sequence[Picture], folder: Path, event_id: str) -> list[dict[str, Any]]:
    """How each is referred to from now on. The same event keeps the same files, however often it comes."""
    name = sha256(event_id.encode()).hexdigest()[:24]
    return [await asyncio.to_thread(_kept, one, folder, f"api-{name}-{place}") for place, one in enumerate(found)]


def _picture(image: str, place: int) -> Picture:
    if _URL.fullmatch(image) and len(image) <= _LONGEST_URL:
        return Picture(url=image)
    try:
        # Many encoders break their lines.
        content = b64decode("".join(_DATA.sub("", image, count=1).split()), validate=True)
    except (binascii.Error, ValueError):
        raise RefusedError(422, f"第 {place} 张图片要写 http(s) 网址，或者 base64。") from None
    kind = next((kind for kind, start in _BEGINNINGS.items() if re.match(start, content, re.DOTALL)), None)
    if kind is None:
        raise RefusedError(422, f"第 {place} 张不是图片，可以用 PNG、JPEG、GIF、WebP 或 BMP。")
    return Picture(content=content, kind=kind)


def _kept(picture: Picture, folder: Path, name: str) -> dict[str, Any]:
    if picture.url is not None:
        return {"url": picture.url}
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.{picture.kind}"
    file.write_bytes(picture.content)
    return {"kept": file.name, "size": len(picture.content)}
