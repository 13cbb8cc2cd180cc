"""What becomes of files that people upload as pictures."""

import random
import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from bot.knowledge.picturing import PictureError, cleaned, trusted
from kb.pictures import is_whole, name_of
from tests.pictures import drawn

BLOCK = bytes(1000)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def claiming(width: int, height: int, *more: bytes) -> bytes:
    """A small file that says it holds so many pixels."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + chunk(b"IDAT", zlib.compress(BLOCK)) + chunk(b"IEND", b"")


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "是空的"),
        (b"\0", "不是图片"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "不是图片"),
        (b"<!doctype html><script>alert(1)</script>", "不是图片"),
        (b"%PDF-1.7\n", "不是图片"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (drawn("BMP"), "不是图片"),
        (drawn("TIFF"), "不是图片"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "不是图片"),
        (b"GIF89a<script>alert(1)</script>", "图片"),
        (b"\x89PNG\r\n\x1a\n<html>", "不是图片"),
        (drawn("PNG")[:200], "不完整"),
        (drawn("JPEG")[:900], "不完整"),
        (drawn("WEBP")[:150], "图片"),
        (drawn("GIF")[:200], "不完整"),
        (claiming(300, 200), "不完整"),
        (claiming(60_000, 60_000), "像素太多"),
        (claiming(12_000, 12_000), "像素太多"),
        (claiming(6_000, 6_000), "像素太多"),
        (claiming(20, 20, chunk(b"zTXt", b"x\0\0" + zlib.compress(bytes(300_000_000), 9))), "图片"),
        (drawn(size=(40, 900)), "太细长"),
        (drawn("BMP", size=(1500, 1200)), "太大（5.1 MB），最大 5 MB"),
    ],
)  # fmt: skip
def test_what_is_refused(raw: bytes, words: str) -> None:
    with pytest.raises(PictureError, match=words):
        cleaned(raw)


@pytest.mark.parametrize(
    ("raw", "kind", "size"),
    [
        (drawn("PNG"), "png", (300, 200)),
        (drawn("JPEG"), "jpg", (300, 200)),
        (drawn("WEBP"), "png", (300, 200)),
        (drawn("GIF"), "png", (300, 200)),
        (drawn("GIF", save_all=True, append_images=[Image.new("RGB", (300, 200))]), "png", (300, 200)),
        (drawn("JPEG", mode="CMYK"), "jpg", (300, 200)),
        (drawn("PNG", mode="RGBA"), "png", (300, 200)),
        (drawn("PNG", mode="P"), "png", (300, 200)),
        (drawn("PNG", mode="P", transparency=0), "png", (300, 200)),
        (drawn("PNG", mode="LA"), "png", (300, 200)),
        (drawn("PNG", mode="1"), "png", (300, 200)),
        (drawn("PNG", mode="I;16"), "png", (300, 200)),
        (drawn("JPEG", size=(4000, 3000)), "jpg", (1080, 810)),
        (drawn("PNG", size=(1440, 3200)), "png", (1080, 2400)),
        (drawn("PNG", size=(1000, 8000)), "png", (500, 4000)),
        (drawn("PNG", size=(1, 1)), "png", (1, 1)),
    ],
)  # fmt: skip
def test_what_is_taken(raw: bytes, kind: str, size: tuple[int, int]) -> None:
    made = cleaned(raw)
    assert made.name.endswith(f".{kind}")
    assert is_whole(made.name, made.data)
    assert (made.width, made.height) == opened(made.data).size == size
    assert trusted(made.name, made.data) == made
    assert cleaned(raw) == made


def test_a_photograph_in_a_big_png_becomes_small() -> None:
    noise = Image.effect_noise((1000, 1000), 80).convert("RGB")
    file = BytesIO()
    noise.save(file, "PNG")
    made = cleaned(file.getvalue())
    assert made.name.endswith(".jpg")
    assert len(made.data) < len(file.getvalue()) / 2


def test_nothing_is_told_of_where_and_by_whom_it_was_taken() -> None:
    told = Image.Exif()
    told[0x010F] = "PhoneMaker"
    told[0x0112] = 6
    told.get_ifd(0x8825).update({1: "N", 2: (32.0, 3.0, 30.0)})
    raw = drawn("JPEG", size=(600, 300), exif=told, comment=b"PhoneMaker")
    assert b"PhoneMaker" in raw
    made = cleaned(raw)
    assert (made.width, made.height) == (300, 600)
    assert b"PhoneMaker" not in made.data
    assert not opened(made.data).getexif()
    assert opened(made.data).info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    named = drawn("PNG", exif=told)
    assert opened(cleaned(named).data).info == {}


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_damaged_files_are_pictures_or_refused(kind: str) -> None:
    chance = random.Random(7)
    raw = drawn(kind, size=(60, 40))
    refused = 0
    for _ in range(150):
        spoilt = bytearray(raw)
        for _ in range(chance.randint(1, 4)):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        try:
            made = cleaned(bytes(spoilt[: chance.choice((None, chance.randrange(len(spoilt))))]))
            assert is_whole(made.name, made.data)
        except PictureError:
            refused += 1
    assert refused > 20


@pytest.mark.parametrize(
    ("kind", "raw", "words"),
    [
        ("jpg", drawn("PNG"), "没有处理过"),
        ("png", drawn("PNG", size=(2000, 1000)), "没有处理过"),
        ("jpg", drawn("JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"), "没有处理过"),
        ("png", b"<svg/>", "不是图片"),
        ("png", drawn("PNG")[:150], "不完整"),
    ],
)  # fmt: skip
def test_a_file_of_a_folder_that_was_never_cleaned_is_refused(kind: str, raw: bytes, words: str) -> None:
    with pytest.raises(PictureError, match=words):
        trusted(name_of(raw, kind), raw)


def test_a_file_whose_name_does_not_fit_is_refused() -> None:
    made, other = cleaned(drawn()), cleaned(drawn(colour=1))
    with pytest.raises(PictureError, match="对不上"):
        trusted(made.name, other.data)
