"""Tables as files: what a spreadsheet opens."""

import io
from datetime import date

import pytest
from openpyxl import load_workbook

from bot.figures.export import as_csv, as_excel
from bot.figures.values import SHEETS, Cell, Names, Sheet, sheets
from bot.storage.database import Database
from tests.bot.storage.conftest import Run
from tests.figures.test_figures import WEEK, of
from tests.figures.week import lives_through_it, moment

FORMULAS = ["=1+1", "+86 25", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", '=HYPERLINK("http://x","点")']


def sheet(*cells: Cell) -> Sheet:
    return Sheet("表", ("内容",), tuple((cell,) for cell in cells))


def test_excel_knows_the_letters_of_a_csv_file() -> None:
    assert as_csv(sheet("考勤", 3, None, date(2026, 3, 9))).decode("utf-8-sig").splitlines() == [
        "内容",
        "考勤",
        "3",
        '""',
        "2026-03-09",
    ]
    assert as_csv(sheet()).startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("text", FORMULAS)
def test_what_people_typed_is_no_formula(text: str) -> None:
    _, *lines = as_csv(sheet(text)).decode("utf-8-sig").split("\r\n", 1)
    assert lines[0].lstrip('"').startswith("'")
    book = load_workbook(io.BytesIO(as_excel([sheet(text)])))
    assert book["表"]["A2"].data_type in ("s", "n")
    assert book["表"]["A2"].data_type != "f"


def test_numbers_stay_numbers() -> None:
    assert as_csv(sheet(-3)).decode("utf-8-sig").splitlines()[1] == "-3"
    book = load_workbook(io.BytesIO(as_excel([sheet(-3, 2.5, moment("2026-03-09", "08:00"), "a\x00b")])))
    assert [cell.value for cell in book["表"]["A"]][1:3] == [-3, 2.5]


def test_everything_can_be_exported(database: Database, run: Run) -> None:
    run(lives_through_it(database))
    tables = sheets(of(run, database), Names(record=lambda record: f"题目 {record}"))
    book = load_workbook(io.BytesIO(as_excel(tables)))
    assert book.sheetnames == [table.name for table in tables] == list(SHEETS)
    assert [cell.value for cell in book["回答最多的记录"][2]] == ["faq-13", "题目 faq-13", 3, 1, 1]
    assert book["每天"].max_row == len(WEEK.days) + 1
    for table in tables:
        assert as_csv(table)


def test_a_long_table_is_written_in_parts() -> None:
    whole = as_csv(sheet("一", "二")).decode("utf-8-sig")
    assert as_csv(sheet("一")) + as_csv(sheet("二"), goes_on=True) == whole.encode("utf-8-sig")
