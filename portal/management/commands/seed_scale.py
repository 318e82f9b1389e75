"""``manage.py seed_scale``: a whole region in an empty database, to measure the portal by."""

from __future__ import annotations

import datetime
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from accounts.models import Department
from portal import scale
from portal.scale.districts import logins

MOST_ON_SQLITE = 100_000  # duties; more takes PostgreSQL


class Command(BaseCommand):
    help = "Наполнить пустую базу вымышленным регионом, чтобы измерить скорость портала."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--departments", type=int, default=100, help="отделов")
        parser.add_argument("--schools", type=int, default=40, help="школ в отделе")
        parser.add_argument("--items", type=int, default=60, help="строк в дорожной карте года")
        parser.add_argument("--seed", type=int, default=7, help="то же число — те же строки")
        parser.add_argument(
            "--today", type=datetime.date.fromisoformat, help="на какой день, ГГГГ-ММ-ДД; обычно сегодня"
        )

    def handle(
        self,
        *,
        departments: int,
        schools: int,
        items: int,
        seed: int,
        today: datetime.date | None,
        **options: Any,
    ) -> None:
        size = scale.Size(departments, schools, items)
        refuse_unfit(size)
        written = scale.seed(size, today or timezone.localdate(), seed=seed, say=self.stderr.write)
        self.stdout.write("Записано строк:")
        for name, number in sorted(written.items()):
            self.stdout.write(f"  {name:32} {number:>10,}".replace(",", " "))
        self.stdout.write(f"\nВход (пароль у всех: {scale.PASSWORD}), в отделах с 001 по {departments:03}:")
        for role, email in logins(1):
            self.stdout.write(f"  {role.label:24} {email}")


def refuse_unfit(size: scale.Size) -> None:
    """A database in which a made-up region would do harm, or never be ready."""
    if settings.PRODUCTION:
        raise CommandError("В рабочую установку вымышленный регион не загружается: его пароли известны всем.")
    if min(size.departments, size.schools, size.items) < 1 or size.departments > 999 or size.schools > 999:
        raise CommandError("Отделов и школ в отделе — от 1 до 999, строк в карте — не меньше 1.")
    if connection.vendor != "postgresql" and size.assignments > MOST_ON_SQLITE:
        raise CommandError(
            f"Получится около {size.assignments} поручений: для этого нужна PostgreSQL (DATABASE_URL). "
            f"В этой базе — не больше {MOST_ON_SQLITE}: уменьшите число отделов, школ или строк."
        )
    if Department.objects.exists():
        raise CommandError("База не пуста: регион загружается только в пустую базу.")
