"""``manage.py load_demo``: fill an empty database with the fictional district; a second time changes nothing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import Membership, Role
from portal import demo

SHOWN = ("admin", "methodist", "head", "deputy", "viewer", "observer")


class Command(BaseCommand):
    help = "Загрузить вымышленный округ для знакомства с порталом."

    def handle(self, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError(
                "В рабочей установке демонстрационный округ не загружается: его пароли известны всем."
            )
        made = demo.load(timezone.localdate())
        self.stdout.write(
            "Загружен вымышленный округ «Верхнелесье»." if made else "Вымышленный округ уже загружен."
        )
        logins = {f"{name}@demo.example" for name in SHOWN}
        rows = Membership.objects.filter(department__code=demo.CODE, user__email__in=logins).select_related(
            "user"
        )
        self.stdout.write(f"\nВход (пароль у всех: {demo.PASSWORD}):")
        for member in sorted(rows, key=lambda one: SHOWN.index(one.user.email.partition("@")[0])):
            self.stdout.write(
                f"  {Role(member.role).label:24} {member.user.email:24} {member.user.get_full_name()}"
            )
        self.stdout.write("")
