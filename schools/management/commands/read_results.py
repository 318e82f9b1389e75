"""``manage.py read_results FILE [--json]``: what is in a file of VPR results. Writes nothing, needs no department.

The JSON::

    {"form": "marks" | "journal" | "scores" | "tasks" | "protocol" | null (its sheets are of different forms),
     "year": calendar year of the tests or null,
     "tables": [{"sheet", "head_row", "form", "year", "grade", "subject", "level", "columns": {heading: meaning},
                 "ignored": [heading], "task_max": {task: points}, "years": [first, last] of the form or null}],
     "rows": [{"sheet", "row", "form", "scope": "school" | "department" | "region" | "country", "year", "grade",
               "subject", "level": "" | "advanced", "login", "name", "municipality", "participants",
               "values": {"marks": {"2": n, "3": n, "4": n, "5": n}, "journal": {"lowered": n, "confirmed": n,
                          "raised": n}, "histogram": [pupils by first score], "tasks": {task: share 0…1}}}],
     "faults": [{"sheet", "cell", "value", "message", "remedy", "row", "field"}],
     "skipped": [{"sheet", "row", "text", "reason"}], "notes": [text]}

``values`` hold what the form gives; counts are pupils. A school's own form («protocol») comes out as counts only: no
code of a pupil is printed. Its marks need the scale, which stands in the portal: here only first scores are counted.
Exit code 1 when there are faults or the file cannot be read.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from schools.results import FORM_NAMES, Reading, Unreadable, read


class Command(BaseCommand):
    help = "Прочитать файл результатов ВПР: вид формы, год, строки, ошибки по ячейкам. Ничего не пишет."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="книга Excel (.xlsx)")
        parser.add_argument("--json", action="store_true", help="вывести прочитанное как JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["file"]
        try:
            reading = read(path.read_bytes(), path.name)
        except OSError as error:
            raise CommandError(f"Файл «{path}» не читается: {error.strerror}.") from error
        except Unreadable as error:
            raise CommandError(f"{path.name}: {error}") from error
        told = (
            json.dumps(reading.to_json(), ensure_ascii=False, indent=1)
            if options["json"]
            else as_text(reading)
        )
        self.stdout.write(told)
        if reading.faults:
            sys.exit(1)


def as_text(reading: Reading) -> str:
    form = FORM_NAMES[reading.form] if reading.form else "разные формы"
    head = f"{form.capitalize()}, год {reading.year or 'не указан'}. Строк: {len(reading.rows)}."
    rows = [
        f"  {row.sheet}, строка {row.row}: {row.login or row.name or row.scope}, {row.subject}, {row.grade} класс, "
        f"участников {row.participants}: {row.values}"
        for row in reading.rows
    ]
    faults = [
        f"  {fault.sheet}!{fault.cell} «{fault.value}»: {fault.message} {fault.remedy}"
        for fault in reading.faults
    ]
    title = [f"Ошибок: {len(faults)}."] if faults else []
    return "\n".join([head, *rows, *reading.notes, *title, *faults])
