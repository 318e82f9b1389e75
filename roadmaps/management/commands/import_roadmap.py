"""``manage.py import_roadmap FILE --department CODE [--school CODE] --period 2021-09-01 2022-08-31``."""

from __future__ import annotations

import datetime
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Department
from portal.lib.refusals import Refused
from roadmaps.domain import importing, responsibles
from roadmaps.domain.compiling import is_unclear
from roadmaps.models import ActionItem, Roadmap
from schools.models import School


class Command(BaseCommand):
    help = "Сохраняет карту из файла Word или Excel черновиком отдела или одной его школы."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="файл .docx, .xlsx или .html")
        parser.add_argument("--department", required=True, metavar="CODE", help="код отдела")
        parser.add_argument(
            "--school", default="", metavar="CODE", help="код школы в ФИС ОКО: это её собственный план"
        )
        parser.add_argument(
            "--period",
            nargs=2,
            required=True,
            metavar="YYYY-MM-DD",
            type=_day,
            help="первый и последний день",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        department = _one(
            Department.objects.filter(code=options["department"]), "отдела", options["department"]
        )
        school = None
        if options["school"]:
            schools = School.objects.filter(department=department, code=options["school"])
            school = _one(schools, "школы", options["school"])
        try:
            roadmap = importing.import_roadmap(
                importing.read_bytes(_bytes(options["file"]), options["file"].name),
                department=department,
                school=school,
                file_name=options["file"].name,
                period=(options["period"][0], options["period"][1]),
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self._report(roadmap)

    def _report(self, roadmap: Roadmap) -> None:
        items = list(ActionItem.objects.filter(section__roadmap=roadmap))
        unclear = [item for item in items if is_unclear(item.deadline_parts)]
        asked = [item for item in items if any(map(responsibles.needs_answer, item.reach))]
        self.stdout.write(
            f"Сохранено: «{roadmap}», карта № {roadmap.pk}, {roadmap.first_day} – {roadmap.last_day}"
        )
        self.stdout.write(f"Разделов: {roadmap.sections.count()}, пунктов: {len(items)}")
        self.stdout.write(f"Непонятных сроков: {len(unclear)}, исполнителей уточнить: {len(asked)}")
        for problem in roadmap.problems:
            self.stdout.write(f"  {problem['where']}: {problem['message']} {problem['remedy']}")
        for item in unclear:
            self.stdout.write(f"  срок {item.number or item.pk}: «{item.deadline}»")


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"Нет такой даты: {text}. Нужен вид 2021-09-01.") from None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"Файл {path} не открылся: {error.strerror}.") from error


def _one(rows: Any, what: str, code: str) -> Any:
    found = rows.first()
    if found is None:
        raise CommandError(f"Нет {what} с кодом «{code}».")
    return found
