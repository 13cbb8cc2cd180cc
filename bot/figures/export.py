"""Tables as files: CSV that Excel opens as it should, and Excel's own."""

import csv
import io
import re
from collections.abc import Sequence
from datetime import datetime

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from wcwidth import wcswidth

from bot.desk.hours import SHANGHAI
from bot.figures.values import Cell, Sheet

_FORMULA = tuple("=+-@＝＋－＠\t\r\n")
"""Some spreadsheets read the wide ones alike."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_BOM = "\ufeff"
_WIDEST = 60


def as_csv(sheet: Sheet, *, goes_on: bool = False) -> bytes:
    """One table; ``goes_on``: further rows of one that is begun, without its headings."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    if not goes_on:
        text.write(_BOM)
        writer.writerow(sheet.headings)
    writer.writerows([_plain(cell) for cell in row] for row in sheet.rows)
    return text.getvalue().encode()


def as_excel(sheets: Sequence[Sheet]) -> bytes:
    """A workbook with a table on each sheet."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        page = book.create_sheet(sheet.name[:31])
        page.append(list(sheet.headings))
        for row in sheet.rows:
            page.append([_cell(cell) for cell in row])
            for place, value in enumerate(row, start=1):
                if isinstance(value, str):
                    # Whatever it begins with, it is text and no formula.
                    page.cell(page.max_row, place).data_type = "s"
        for cell in page[1]:
            cell.font = Font(bold=True)
        page.freeze_panes = "A2"
        for place, width in enumerate(_widths(sheet), start=1):
            page.column_dimensions[get_column_letter(place)].width = width
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _plain(cell: Cell) -> str | int | float:
    """A cell of a CSV file. People's words that a spreadsheet would take for a formula get a mark in front."""
    if isinstance(cell, str):
        return f"'{cell}" if cell.lstrip().startswith(_FORMULA) or cell.startswith(_FORMULA) else cell
    if isinstance(cell, datetime):
        return cell.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    return "" if cell is None else cell if isinstance(cell, int | float) else cell.isoformat()


def _cell(cell: Cell) -> Cell:
    if isinstance(cell, datetime):
        return cell.astimezone(SHANGHAI).replace(tzinfo=None)
    return _CONTROL.sub(" ", cell) if isinstance(cell, str) else cell


def _widths(sheet: Sheet) -> list[int]:
    columns = zip(sheet.headings, *sheet.rows, strict=True)
    return [min(_WIDEST, max(wcswidth(_CONTROL.sub(" ", str(cell))) for cell in column) + 2) for column in columns]
