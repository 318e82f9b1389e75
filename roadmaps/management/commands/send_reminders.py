"""``manage.py send_reminders``: what is due at a moment, for whom; recorded and sent unless it is only asked."""

from __future__ import annotations

import datetime
import json
from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import Department
from notifications.domain import delivery
from notifications.domain.rules import rules_of
from roadmaps.domain import reminders
from roadmaps.domain.due import CONTROLLER, HEAD, REPORT, Due

STEPS = {CONTROLLER: "controller", HEAD: "head", REPORT: "report"}


class Command(BaseCommand):
    help = "Разослать напоминания о сроках. Можно запускать сколько угодно раз и одновременно: дважды не уйдёт ничего."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--now", help="момент, например 2026-03-02T08:00; без пояса — по времени каждого отдела"
        )
        parser.add_argument("--department", metavar="CODE", help="только этот отдел")
        parser.add_argument("--dry-run", action="store_true", help="показать и ничего не записывать")
        parser.add_argument("--json", action="store_true", help="вывести JSON")

    def handle(
        self, *, now: str | None, department: str | None, dry_run: bool, json: bool, **options: Any
    ) -> None:
        moment = parsed(now)
        due: list[dict[str, Any]] = []
        recorded = sent = 0
        for one in departments(department):
            local = moment if moment.tzinfo else moment.replace(tzinfo=one.tz)
            people = reminders.pending(rules_of(one), local) if dry_run else reminders.morning(one, local)
            due += [line(one, item) for dues in people.values() for item in dues]
            if not dry_run:
                recorded += len(people)
                sent += deliver(one, local)
        answer = {
            "now": moment.isoformat(),
            "dry_run": dry_run,
            "due": due,
            "recorded": recorded,
            "sent": sent,
        }
        self.stdout.write(as_json(answer) if json else words(answer))


def parsed(text: str | None) -> datetime.datetime:
    if text is None:
        return timezone.now()
    try:
        return datetime.datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"«{text}» — не момент времени. Пример: 2026-03-02T08:00.") from None


def departments(code: str | None) -> list[Department]:
    if code is None:
        return reminders.busy_departments()
    found = Department.objects.filter(code=code)
    if not found:
        raise CommandError(f"Отдела с кодом «{code}» нет.")
    return list(found)


def line(department: Department, due: Due) -> dict[str, Any]:
    """One thing one person is to hear. ``kind``: before, today or overdue for the bearer, report of what
    goes on; controller, head above.
    """
    days = None if due.step in STEPS else int(due.step)
    kind = STEPS.get(due.step) or ("before" if days and days > 0 else "overdue" if days else "today")
    user = due.member.user
    return {
        "department": department.code,
        "kind": kind,
        "days": days,
        "assignment": due.assignment,
        "due": str(due.last_day),
        "person": user.email,
        "name": user.short_name,
    }


def deliver(department: Department, moment: datetime.datetime) -> int:
    """Everything of the department that may go out at the moment; what a dead server leaves, beat takes up."""
    sent = 0
    while settled := delivery.sweep(moment, department=department):
        sent += settled
    return sent


def as_json(answer: dict[str, Any]) -> str:
    return json.dumps(answer, ensure_ascii=False, indent=2)


def words(answer: dict[str, Any]) -> str:
    lines = [
        f"{one['person']}: {one['kind']}, поручение {one['assignment']}, срок {one['due']}"
        for one in answer["due"]
    ]
    end = "Пробный запуск, ничего не записано." if answer["dry_run"] else (
        f"Записано писем: {answer['recorded']}, отправлено: {answer['sent']}."
    )  # fmt: skip
    return "\n".join([*lines, end])
