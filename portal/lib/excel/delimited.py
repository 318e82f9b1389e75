"""Text with columns (.csv): the code and the mark between columns are found by the text itself."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

from portal.lib.excel.model import MAX_CELLS, Sheet, Unreadable

MARKS = (";", "\t", ",")
PROBED = 50  # lines by which the mark is judged

# ="0012" is how people keep leading noughts in a CSV; '=… is how a formula is disarmed.
_QUOTED = re.compile(r'="([^"]*)"')
_DISARMED = re.compile(r"'(?=[=+\-@\t\r])")


def read_delimited(data: bytes) -> list[Sheet]:
    """One sheet named «CSV», every cell text; raises `Unreadable` when nothing stands between columns."""
    text = decoded(data).replace("\0", "")
    rows, cells = [], 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=_mark(text)):
            rows.append([_cell(value) for value in row])
            cells += len(row)
            if cells > MAX_CELLS:
                raise Unreadable(
                    "В файле слишком много ячеек. Оставьте в нём только нужные строки и столбцы."
                )
    except csv.Error as error:
        raise Unreadable(
            f"Строка {len(rows) + 1} не читается: в ней не закрыта кавычка или слишком длинный текст. Исправьте её."
        ) from error
    return [Sheet("CSV", hidden=False, rows=rows)]


def decoded(data: bytes) -> str:
    """UTF-8 with or without a mark, UTF-16 with one (Excel's «Текст Юникод»), else Windows-1251."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1251", errors="replace")


def _mark(text: str) -> str:
    """The mark that cuts the most lines into the same number of columns."""
    lines = [line for line in text.splitlines()[:PROBED] if line.strip()]
    best, best_score = "", (0, 0)
    for mark in MARKS:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=mark) if len(row) > 1)
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        if (count, width) > best_score:
            best, best_score = mark, (count, width)
    if not best:
        raise Unreadable(
            "Это текст, а не таблица: между столбцами нет ни «;», ни табуляции, ни запятых. "
            "Откройте список в Excel и сохраните как «Книга Excel (*.xlsx)»."
        )
    return best


def _cell(value: str) -> str:
    if quoted := _QUOTED.fullmatch(value):
        return quoted[1]
    return _DISARMED.sub("", value, count=1)
