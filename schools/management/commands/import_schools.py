"""``manage.py import_schools FILE --department CODE [--dry-run] [--json]``: a list of schools from Excel."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Department
from portal.lib.refusals import Refused
from schools.domain import imports
from schools.listing import Unreadable

LABELS = {"new": "новых", "changed": "изменённых", "same": "без изменений", "faulty": "с ошибками"}


class Command(BaseCommand):
    help = (
        "Загрузить список школ из .xlsx: всё или ничего. При ошибках в файле ничего не пишет, код выхода 1."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="книга Excel (.xlsx)")
        parser.add_argument("--department", required=True, help="код отдела образования")
        parser.add_argument("--dry-run", action="store_true", help="только проверить")
        parser.add_argument("--json", action="store_true", help="вывести результат как JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        department = self._department(options["department"])
        data = self._data(options["file"])
        try:
            preview = imports.preview(department, data)
            news = preview["counts"]["new"] + preview["counts"]["changed"]
            if news and not preview["faults"] and not options["dry_run"]:
                staged = imports.stage(
                    department=department, by=None, file_name=options["file"].name, data=data, seen=preview
                )
                imports.apply(staged, by=None)
        except (Unreadable, Refused) as error:
            raise CommandError(f"{options['file'].name}: {error}") from error
        self.stdout.write(_as_json(preview) if options["json"] else _as_text(preview))
        if preview["faults"]:
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


def _as_json(preview: dict[str, Any]) -> str:
    faults = [
        {key: fault[key] for key in ("sheet", "cell", "value", "message", "remedy", "row", "field")}
        for fault in preview["faults"]
    ]
    result = {"counts": preview["counts"], "rows": imports.as_rows(preview), "faults": faults}
    return json.dumps(result, ensure_ascii=False, indent=1)


def _as_text(preview: dict[str, Any]) -> str:
    counts = ", ".join(f"{label}: {preview['counts'][action]}" for action, label in LABELS.items())
    faults = [
        f"  {fault['sheet']}!{fault['cell']} «{fault['value']}»: {fault['message']} {fault['remedy']}"
        for fault in preview["faults"]
    ]
    tail = ["Ничего не записано: исправьте ячейки и повторите."] if faults else []
    return "\n".join([f"Школы — {counts}.", *faults, *tail])
