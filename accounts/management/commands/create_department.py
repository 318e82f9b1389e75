"""``manage.py create_department CODE NAME --admin EMAIL``: the first step on an empty installation."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.domain import departments, invitations, people
from accounts.models import Role
from portal.lib.refusals import Refused

TITLES = {"code": "Код", "name": "Наименование", "time_zone": "Часовой пояс"}


def named(error: ValidationError) -> Iterator[str]:
    """Each fault after the name of what was given wrongly."""
    by_field = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    for name, faults in by_field.items():
        yield from (f"{TITLES[name]}: {fault}" if name in TITLES else fault for fault in faults)


class Command(BaseCommand):
    help = "Создаёт отдел образования и его администратора; печатает ссылку-приглашение для администратора."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="код отдела латиницей, например severny")
        parser.add_argument("name", help="наименование отдела")
        parser.add_argument("--admin", required=True, metavar="EMAIL", help="почта администратора")
        parser.add_argument("--last-name", default="Администратор", help="фамилия администратора")
        parser.add_argument("--first-name", default="")
        parser.add_argument("--patronymic", default="")
        parser.add_argument("--time-zone", default="Europe/Moscow", help="например Asia/Barnaul")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with transaction.atomic():
                link = self.create(options)
        except ValidationError as error:
            raise CommandError("\n".join(named(error))) from error
        except Refused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Отдел «{options['name']}» создан. Ссылка для {options['admin']} (14 дней, один раз):"
        )
        self.stdout.write(link)

    def create(self, options: dict[str, Any]) -> str:
        department = departments.create(
            operator=None, code=options["code"], name=options["name"], time_zone=options["time_zone"]
        )
        membership = people.add_member(
            department=department,
            by=None,
            email=options["admin"],
            last_name=options["last_name"],
            first_name=options["first_name"],
            patronymic=options["patronymic"],
            role=Role.ADMIN,
        )
        return invitations.invite(membership, by=None, way=invitations.Way.PRINTED).link
