"""Pictures of steps, as the content names them."""

import re
from pathlib import Path

import pytest

from kb.load import load, picture_files, read_folder
from kb.pictures import is_name, is_whole, name_of, named_in
from kb.show import show_record
from tests.kb.small import change, line_of, write

DATA = b"a picture"
NAME = name_of(DATA, "png")
"""With digits in a row, as telephone numbers have."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small content with a picture at its second step."""
    made = write(tmp_path / "content")
    change(made, "faq-01.yaml", "text: 核对通过了吗？", f"text: 核对通过了吗？\n    image: {NAME}")
    return made


def put(folder: Path, name: str, data: bytes) -> None:
    (folder / "images").mkdir(exist_ok=True)
    (folder / "images" / name).write_bytes(data)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (NAME, True),
        (NAME.replace("png", "jpg"), True),
        (NAME.upper(), False),
        (NAME.replace("png", "svg"), False),
        (f"{NAME}\n", False),
        (f"../{NAME}", False),
        ("登录页.png", False),
        ("", False),
    ],
)
def test_names(text: str, expected: bool) -> None:
    assert is_name(text) is expected


def test_a_name_is_no_telephone_number() -> None:
    assert re.search(r"\d{7}", NAME)


def test_a_name_means_these_bytes_and_no_others() -> None:
    assert is_whole(NAME, DATA)
    assert not is_whole(NAME, DATA + b"!")
    assert not is_whole("登录页.png", DATA)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"image: {NAME}", {NAME}),
        (f"{{id: a, image: '{NAME}'}}, {{image: {NAME}}}", {NAME}),
        (f"image: {NAME}  # 截图", {NAME}),
        (f"image: x{NAME}", set()),
        (f"image: {NAME}.bak", {NAME}),
        (f"image: {NAME}-2", set()),
        ("image: 登录页.png", set()),
    ],
)
def test_what_a_file_names(text: str, expected: set[str]) -> None:
    assert named_in(text) == expected


def test_a_picture_that_is_there(folder: Path) -> None:
    put(folder, NAME, DATA)
    put(folder, "readme.txt", b"?")
    assert picture_files(folder) == {NAME}
    knowledge = load(folder)
    assert knowledge.record["faq-01"].steps[1].image == NAME
    assert f"配图：{NAME}" in show_record(knowledge.record["faq-01"])


@pytest.mark.parametrize("data", [None, b"another picture"])
def test_a_picture_that_is_nowhere_or_damaged(data: bytes | None, folder: Path) -> None:
    if data is not None:
        put(folder, NAME, data)
    [problem] = read_folder(folder).problems
    line = line_of(folder, "faq-01.yaml", "image:")
    assert (problem.file, problem.line, problem.where) == ("faq-01.yaml", line, "steps.1.image")
    assert f"找不到图片 {NAME}" in problem.hint


def test_a_picture_that_is_kept_elsewhere(folder: Path) -> None:
    assert read_folder(folder, [NAME]).problems == ()
    assert read_folder(folder, [NAME.replace("png", "jpg")]).problems != ()
    assert read_folder(folder, None).problems == (), "nobody can say"


def test_a_name_of_ones_own_is_refused(folder: Path) -> None:
    change(folder, "faq-01.yaml", NAME, "登录页.png")
    [problem] = read_folder(folder, None).problems
    assert (problem.line, problem.where) == (line_of(folder, "faq-01.yaml", "image:"), "steps.1.image")
    assert "main.py kb picture" in problem.hint
