"""``manage.py import_schools FILE --department CODE [--dry-run] [--json]``: a list of schools from a file."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Department
from portal.lib.refusals import Refused
from schools.domain import imports
from schools.domain.staging import Draft
from schools.listing import Unreadable

LABELS = {"new": "новых", "changed": "изменённых", "same": "без изменений", "faulty": "с ошибками"}


class Command(BaseCommand):
    help = (
        "Загрузить список школ из .xlsx, .ods или .csv: всё или ничего. Лист и столбцы портал находит сам; что "
        "решить не может, то ошибка. При ошибках в файле ничего не пишет, код выхода 1."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="файл со списком (.xlsx, .ods, .csv)")
        parser.add_argument("--department", required=True, help="код отдела образования")
        parser.add_argument("--dry-run", action="store_true", help="только проверить")
        parser.add_argument("--json", action="store_true", help="вывести результат как JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        department = self._department(options["department"])
        data = self._data(options["file"])
        try:
            seen = imports.draft(department, data)
            counts, errors = seen.summary["counts"], seen.summary["errors"]
            if counts["new"] + counts["changed"] and not errors and not options["dry_run"]:
                name = options["file"].name
                staged = imports.stage(department=department, by=None, file_name=name, data=data, seen=seen)
                imports.apply(staged, by=None)
        except (Unreadable, Refused) as error:
            raise CommandError(f"{options['file'].name}: {error}") from error
        self.stdout.write(_as_json(seen) if options["json"] else _as_text(seen))
        if errors:
            sys.exit(1)

    def _department(self, code: str) -> Department:
        try:
            return Department.objects.get(code=code)
        except Department.DoesNotExist as error:
            known = ", ".join(Department.objects.values_list("code", flat=True)) or "пока ни одного"
            raise CommandError(f"Отдела с кодом «{code}» нет. Есть: {known}.") from error

    def _data(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            raise CommandError(f"Файл «{path}» не читается: {error.strerror}.") from error


def _faults(seen: Draft) -> Iterator[dict[str, Any]]:
    yield from seen.summary["faults"]
    for _, row in seen.rows("faulty"):
        yield from row["faults"]


def _as_json(seen: Draft) -> str:
    rows, faults = list(imports.as_rows(seen)), list(_faults(seen))
    result = {"counts": seen.summary["counts"], "rows": rows, "faults": faults}
    return json.dumps(result, ensure_ascii=False, indent=1)


def _as_text(seen: Draft) -> str:
    counts = ", ".join(f"{label}: {seen.summary['counts'][action]}" for action, label in LABELS.items())
    faults = [
        f"  {fault['sheet']}!{fault['cell']} «{fault['value']}»: {fault['message']} {fault['remedy']}"
        for fault in _faults(seen)
    ]
    tail = ["Ничего не записано: исправьте ячейки и повторите."] if faults else []
    return "\n".join([f"Школы — {counts}.", *faults, *tail])
