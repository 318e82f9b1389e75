"""``manage.py invite EMAIL``: a new link for a person who cannot get in, the only admin included."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.domain import invitations
from accounts.models import Membership
from portal.lib.refusals import Refused


class Command(BaseCommand):
    help = "Печатает одноразовую ссылку, по которой человек задаёт новый пароль: когда войти иначе нельзя."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--department", metavar="CODE", help="код отдела, если их у человека несколько")

    def handle(self, *args: Any, **options: Any) -> None:
        memberships = Membership.objects.active().filter(user__email__iexact=options["email"].strip())
        if options["department"]:
            memberships = memberships.filter(department__code=options["department"])
        membership = memberships.select_related("user", "department").order_by("created_at", "pk").first()
        if membership is None:
            raise CommandError(f"Никто с почтой {options['email']} сейчас не работает ни в одном отделе.")
        try:
            invitation = invitations.invite(membership, by=None, way=invitations.Way.PRINTED)
        except Refused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{membership}, {membership.department}. Ссылка (14 дней, один раз):")
        self.stdout.write(invitation.link)
