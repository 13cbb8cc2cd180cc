"""The content as texts: the program's own folder, and over it what an editor has changed.

An overlay is ``{file name: YAML text, or None where the file is taken out}``. Only names that the content folder knows are
let in, so that no overlay can write anywhere else.
"""

import os
import re
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from bot.errors import UsageError
from bot.storage.revisions import Overlay
from kb.load import FILES, content_files
from kb.pictures import named_in

_RECORD = re.compile(r"(?:faq|prompt)-\d{2,6}\.yaml")
MOST_CHARACTERS = 1_000_000
"""Of one file; the longest of the program's own has 30,000."""
MOST_OF_ALL = 8_000_000
_OLD_SECONDS = 24 * 3600


class OverlayError(UsageError):
    """An overlay that cannot be one; the text says why."""


@dataclass(frozen=True)
class Content:
    """All files of a content folder as texts. ``base``: the program's own; ``overlay``: what stands instead."""

    base: Mapping[str, str]
    overlay: Overlay

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """File name → text, in the order of names."""
        whole = {**self.base, **self.overlay}
        return {name: text for name, text in sorted(whole.items()) if text is not None}

    def put(self, name: str, text: str | None) -> "Content":
        """With this text for the file; None takes it out. What is as in the base is no longer in the overlay."""
        overlay = {other: value for other, value in self.overlay.items() if other != name}
        if text != self.base.get(name):
            overlay[name] = text
        return Content(self.base, checked(overlay))

    @cached_property
    def pictures(self) -> frozenset[str]:
        """The pictures that its steps show."""
        return pictures_of(self.texts)

    @cached_property
    def digest(self) -> str:
        """A name for exactly these texts."""
        parts = sha256()
        for name, text in self.texts.items():
            parts.update(f"{name}\0{text}\0".encode())
        return parts.hexdigest()


def is_content(name: str) -> bool:
    """Whether a file of this name is one of a content folder."""
    return name in FILES or bool(_RECORD.fullmatch(name))


def checked(overlay: Mapping[str, object]) -> dict[str, str | None]:
    """The overlay, where it is one. Raises OverlayError: a name that is none of ours, a text that is too long."""
    found: dict[str, str | None] = {}
    for name, text in sorted(overlay.items()):
        if not is_content(name):
            raise OverlayError(
                f"不认识这个文件名：{name[:80]!r}。记录叫 faq-NN.yaml 或 prompt-NN.yaml，其余见 docs/content.md"
            )
        if text is not None and not isinstance(text, str):
            raise OverlayError(f"{name}：内容要是文字")
        if text is not None and len(text) > MOST_CHARACTERS:
            raise OverlayError(f"{name} 太长了（{len(text)} 个字），最多 {MOST_CHARACTERS} 个字")
        if text is not None and not _encodes(text):
            raise OverlayError(f"{name} 里有不能保存的字符（半个字符），请删掉")
        found[name] = text
    if sum(len(text) for text in found.values() if text) > MOST_OF_ALL:
        raise OverlayError(f"全部改动加起来太长了，最多 {MOST_OF_ALL} 个字")
    return found


def read_base(folder: Path) -> dict[str, str]:
    """The texts of a content folder. Raises OverlayError where a file is not UTF-8, OSError where it cannot be read."""
    try:
        return {path.name: path.read_bytes().decode("utf-8-sig") for path in content_files(folder)}
    except UnicodeDecodeError as error:
        raise OverlayError(f"{folder} 里有文件不是 UTF-8 编码，请另存为 UTF-8") from error


def pictures_of(texts: Mapping[str, str]) -> frozenset[str]:
    """The pictures that content files name."""
    return frozenset(name for text in texts.values() for name in named_in(text))


def overlay_of(base: Mapping[str, str], texts: Mapping[str, str]) -> dict[str, str | None]:
    """What has to lie over ``base`` to give ``texts``."""
    changed: dict[str, str | None] = {name: text for name, text in texts.items() if base.get(name) != text}
    return checked(changed | dict.fromkeys(set(base) - set(texts)))


def bases_of(base: Mapping[str, str], overlay: Overlay) -> dict[str, str]:
    """For each file of the overlay the digest of the program's own file; empty where the program has none."""
    return {name: sha256(base[name].encode()).hexdigest() if name in base else "" for name in overlay}


def outdated(base: Mapping[str, str], bases: Mapping[str, str]) -> tuple[str, ...]:
    """The overlaid files whose own text has changed since: the program was upgraded, and the overlay hides it."""
    now = bases_of(base, dict.fromkeys(bases))
    return tuple(name for name, digest in sorted(bases.items()) if now[name] != digest)


def materialised(content: Content, data: Path) -> Path:
    """The content as a folder below ``data``, written whole or not at all. Old ones are cleared away.

    Raises OverlayError where a file would be written anywhere else, whoever has put such a name into the database.
    """
    checked(content.overlay)
    shelf = data / "content"
    folder = shelf / content.digest[:16]
    if folder.exists() and _holds(folder, content.texts):
        os.utime(folder)
        return folder
    shelf.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=".part-", dir=shelf))
    try:
        write(content.texts, unfinished)
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.replace(folder)
    except OSError:
        # Another process was quicker.
        if not _holds(folder, content.texts):
            raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    _clear(shelf)
    return folder


def write(texts: Mapping[str, str], folder: Path) -> None:
    """Write the files; others in the folder are left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode())


def _holds(folder: Path, texts: Mapping[str, str]) -> bool:
    try:
        return {path.name: path.read_bytes() for path in content_files(folder)} == {
            name: text.encode() for name, text in texts.items()
        }
    except OSError:
        return False


def _clear(shelf: Path) -> None:
    """Take away what nobody has used for a day."""
    for folder in shelf.iterdir():
        try:
            if time.time() - folder.stat().st_mtime > _OLD_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
