"""Makes a picture of ours from whatever somebody uploads: really decoded, without metadata, no wider than a phone needs."""

import struct
import zlib
from io import BytesIO

from PIL import Image, ImageOps

from bot.errors import UsageError
from bot.storage.pictures import Picture
from kb.pictures import is_whole, name_of

MOST_BYTES = 5 * 1024 * 1024
"""Of an upload."""
_MOST_PIXELS = 30_000_000
_WIDEST, _HIGHEST = 1080, 4000
_LONGEST_SHAPE = 20
"""Times as long as wide; Telegram takes none that are longer."""
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_QUALITY = 85
_BIG_PNG = 800_000
"""Bytes from which on a picture without gaps is a photograph, which JPEG makes small."""
_PLAIN_MODES = ("1", "L", "RGB", "RGBA", "LA")
_CLEAR_MODES = ("RGBA", "LA", "PA")
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
_UNREADABLE = (OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, struct.error, zlib.error)
"""What Pillow's decoders raise over files that are none, or not whole."""
_KINDS = "PNG、JPG、WebP 或 GIF"


class PictureError(UsageError):
    """A file that cannot be a picture of ours; the text says why, and what to do."""


def cleaned(raw: bytes) -> Picture:
    """The picture in a file somebody uploads, of an animation the first frame. Takes a second: not for the event loop.

    Raises PictureError.
    """
    if len(raw) > MOST_BYTES:
        raise PictureError(f"图片太大（{len(raw) / 1024 / 1024:.1f} MB），最大 {MOST_BYTES // 1024 // 1024} MB。")
    opened = _opened(raw)
    if opened.format == "JPEG":
        # Decoded at a size near the one that is wanted, which spares most of the memory.
        opened.draft("RGB", (_WIDEST, _WIDEST))
    image = ImageOps.exif_transpose(_decoded(opened))
    image = _plain(image)
    image.thumbnail((_WIDEST, _HIGHEST), Image.Resampling.LANCZOS)
    data, kind = _written(image, photograph=opened.format == "JPEG")
    return Picture(name_of(data, kind), image.width, image.height, data)


def trusted(name: str, raw: bytes) -> Picture:
    """A picture that was made by ``cleaned`` before and comes from a folder. Raises PictureError."""
    if not is_whole(name, raw):
        raise PictureError(f"图片 {name} 的内容和名字对不上，文件坏了或者换过。新图片请用 main.py kb picture 加。")
    try:
        opened = _opened(raw)
        image = _decoded(opened)
    except PictureError as error:
        raise PictureError(f"图片 {name}：{error}") from error
    fits = image.width <= _WIDEST and image.height <= _HIGHEST and len(raw) <= MOST_BYTES
    if not fits or opened.getexif() or opened.format != {"png": "PNG", "jpg": "JPEG"}[name.rpartition(".")[2]]:
        raise PictureError(f"图片 {name} 没有处理过（太大，或者带着拍摄信息）。请用 main.py kb picture 加。")
    return Picture(name, image.width, image.height, raw)


def _opened(raw: bytes) -> Image.Image:
    """The file as far as its head; what is in it is not decoded yet."""
    if not raw:
        raise PictureError("文件是空的，请重新选一张图片。")
    try:
        image = Image.open(BytesIO(raw), formats=_FORMATS)
        width, height = image.size
    except _BOMBS as error:
        raise PictureError(_too_many()) from error
    except _UNREADABLE as error:
        raise PictureError(
            f"这个文件不是图片，或者格式不支持。请用 {_KINDS}（iPhone 的 HEIC 先截图或转成 JPG）。"
        ) from error
    if width * height > _MOST_PIXELS:
        raise PictureError(_too_many())
    if max(width, height) > _LONGEST_SHAPE * min(width, height):
        raise PictureError("图片太细长了，请截成几张。")
    return image


def _decoded(image: Image.Image) -> Image.Image:
    try:
        image.load()
    except _BOMBS as error:
        raise PictureError(_too_many()) from error
    except _UNREADABLE as error:
        raise PictureError("图片不完整，打不开。请重新截图或者重新下载后再传。") from error
    return image


def _too_many() -> str:
    return f"图片的像素太多，最多 {_MOST_PIXELS // 10_000} 万。请缩小后再传。"


def _plain(image: Image.Image) -> Image.Image:
    """In a mode that scales well and that every format keeps."""
    if image.mode in _CLEAR_MODES or "transparency" in image.info:
        image = image.convert("RGBA")
    elif image.mode not in _PLAIN_MODES:
        image = image.convert("RGB")
    # A new one has nothing but its pixels: no place, no camera, no comment.
    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    return bare


def _written(image: Image.Image, *, photograph: bool) -> tuple[bytes, str]:
    """As PNG or JPEG, which every messenger takes."""
    if not photograph:
        png = BytesIO()
        image.save(png, "PNG", optimize=True)
        if image.mode in _CLEAR_MODES or len(png.getvalue()) < _BIG_PNG:
            return png.getvalue(), "png"
    jpeg = BytesIO()
    image.convert("RGB").save(jpeg, "JPEG", quality=_QUALITY, optimize=True)
    return jpeg.getvalue(), "jpg"
