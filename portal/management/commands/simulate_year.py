"""``manage.py simulate_year --department CODE [--json]``: the year's mail, played on a throw-away database."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from accounts.models import Department
from portal import demo
from portal.lib.refusals import Refused
from portal.simulation import Mail, Year, empty_database, throw_away
from roadmaps.domain.digest import bearer_name, title
from roadmaps.models import Assignment


class Command(BaseCommand):
    help = "Проиграть год отдела день за днём на временной базе и показать каждое письмо. Рабочая база не меняется."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--department", required=True, metavar="CODE", help=f"«{demo.CODE}» — вымышленный округ"
        )
        parser.add_argument("--json", action="store_true", help="вывести JSON")

    def handle(self, *, department: str, json: bool, **options: Any) -> None:
        with stage(department) as one:
            try:
                mails = list(Year(one).play())
            except Refused as refusal:
                raise CommandError(str(refusal)) from None
            self.stdout.write(as_json(one, mails) if json else "\n".join(lines(mails)))


@contextmanager
def stage(code: str) -> Iterator[Department]:
    """The department on a throw-away database; the demo is made there when the real one has none."""
    laid_out = Department._meta.db_table in connection.introspection.table_names()
    department = Department.objects.filter(code=code).first() if laid_out else None
    if department:
        with throw_away(department):
            yield Department.objects.get(code=code)
    elif code == demo.CODE:
        with empty_database():
            demo.load(timezone.localdate())
            yield Department.objects.get(code=code)
    else:
        known = ", ".join(Department.objects.values_list("code", flat=True)) if laid_out else ""
        raise CommandError(f"Отдела с кодом «{code}» нет. Есть: {known or 'пока ни одного'}.")


def as_json(department: Department, mails: Iterable[Mail]) -> str:
    found = [
        {
            "day": str(mail.day),
            "person": mail.person.email,
            "name": mail.person.short_name,
            "kind": mail.kind,
            "subject": mail.subject,
            "assignments": [
                {
                    "id": duty.pk,
                    "text": title(duty),
                    "bearer": bearer_name(duty),
                    "due": str(duty.last_day) if duty.last_day else None,
                }
                for duty in mail.assignments
            ],
        }
        for mail in mails
    ]
    return json.dumps({"department": department.code, "mails": found}, ensure_ascii=False, indent=1)


def lines(mails: Iterable[Mail]) -> Iterator[str]:
    """A line per mail, then the duties by their number in the plan."""
    for mail in mails:
        yield f"{mail.day} {mail.person.short_name} <{mail.person.email}> {mail.subject}"
        yield "    " + "; ".join(
            f"{duty.item.number if duty.item else 'приказ'} {bearer_name(duty)} {until(duty)}"
            for duty in mail.assignments
        )


def until(duty: Assignment) -> str:
    return f"до {duty.last_day:%d.%m.%Y}" if duty.last_day else "постоянно"
