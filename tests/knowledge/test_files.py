"""The knowledge as files: out and in again without a byte lost, and nothing else in the folder touched."""

import io
import zipfile
from pathlib import Path

import pytest

from bot.console.revisions import _unzipped, _zipped
from bot.errors import UsageError
from bot.knowledge.content import write
from bot.knowledge.outcomes import Published, Refused
from tests.kb.small import FILES, change
from tests.knowledge.office import GATE, LIN, Office, add_gate, replaced

only_sqlite = pytest.mark.parametrize("kind", ["sqlite"])


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@only_sqlite
def test_out_and_in_again(office: Office, tmp_path: Path) -> None:
    odd = replaced("editor_notes.yaml", "notes:\n", "# 第一行\r\n\n\nnotes:   # 空格\n")
    office.published(odd, add_gate)
    out, again = tmp_path / "out", tmp_path / "again"
    names = office.does(office.library.export(out))
    assert sorted(files_of(out)) == sorted(names) == sorted(office.texts())
    assert files_of(out)["editor_notes.yaml"].startswith("# 第一行\r\n\n\nnotes:   # 空格\n".encode())

    same = office.does(office.library.import_folder(out, LIN))
    assert isinstance(same, Refused)
    assert same.reason == "nothing"
    assert isinstance(office.does(office.library.roll_back(0, LIN)), Published)
    assert GATE not in office.texts()["faq-01.yaml"]
    back = office.does(office.library.import_folder(out, LIN))
    assert isinstance(back, Published)
    assert (back.revision.kind, back.revision.note) == ("import", "从 out 导入")
    office.does(office.library.export(again))
    assert files_of(again) == files_of(out)


@only_sqlite
def test_a_folder_that_is_wrong_changes_nothing(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    office.does(office.library.export(folder))
    before = office.state
    change(folder, "faq-01.yaml", "goto: whom", "goto: nowhere")
    outcome = office.does(office.library.import_folder(folder, LIN))
    assert isinstance(outcome, Refused)
    assert outcome.problems
    (folder / "faq-01.yaml").write_bytes(FILES["faq-01.yaml"].encode("gbk"))
    (tmp_path / "empty").mkdir()
    for place, why in ((folder, "UTF-8"), (tmp_path / "empty", "没有知识文件")):
        with pytest.raises(UsageError, match=why):
            office.does(office.library.import_folder(place, LIN))
    assert office.state == before


@only_sqlite
def test_an_export_leaves_what_is_not_ours(office: Office, tmp_path: Path) -> None:
    for name in ("compose.yaml", "faq-99.yaml", "notes.txt"):
        (tmp_path / name).write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="已经有 1 个"):
        office.does(office.library.export(tmp_path))
    office.does(office.library.export(tmp_path, replace_all=True))
    found = files_of(tmp_path)
    assert {name: found.get(name) for name in ("compose.yaml", "faq-99.yaml", "notes.txt")} == {
        "compose.yaml": b"mine", "faq-99.yaml": None, "notes.txt": b"mine",
    }  # fmt: skip


def test_an_archive_is_the_same_files(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    there.mkdir()
    write(FILES, here)
    _unzipped(_zipped(here, list(FILES)), there)
    assert files_of(there) == {name: text.encode() for name, text in FILES.items()}


def archive(*files: tuple[str, bytes], cut: int = 0) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files:
            made.writestr(name, data)
    return file.getvalue()[: -cut or None]


damaged = bytearray(archive(("faq-01.yaml", b"id: faq-01 " * 1000)))
damaged[60:70] = b"\xff" * 10


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"no archive", "这不是能打开的 zip"),
        (archive(("faq-01.yaml", b"x" * 100), cut=30), "这不是能打开的 zip"),
        (bytes(damaged), "这不是能打开的 zip"),
        (archive(("faq-01.yaml", b"0" * 9_000_000)), "太大"),
        (archive(("old/faq-01.yaml", b"1"), ("new/faq-01.yaml", b"2")), "同名"),
    ],
    ids=["no archive", "cut off", "damaged", "a bomb", "one name twice"],
)
def test_archives_that_are_none(tmp_path: Path, data: bytes, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        _unzipped(data, tmp_path)


def test_nothing_of_an_archive_lands_outside(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    names = ("../../evil.yaml", "/abs.yaml", "__MACOSX/._faq-01.yaml", "deep/faq-01.yaml", "run.sh")
    _unzipped(archive(*((name, b"x") for name in names)), inside)
    assert sorted(path.name for path in tmp_path.rglob("*.*")) == ["abs.yaml", "evil.yaml", "faq-01.yaml"]
    assert [path.parent for path in tmp_path.rglob("*.yaml")] == [inside] * 3
