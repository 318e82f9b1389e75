"""People and departments."""

from datetime import timedelta
from hashlib import sha256

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import AuditEvent, Department, Invitation, Membership, Role, User


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    last_name = factory.Sequence(lambda n: f"Тестова{n}")
    first_name = "Мария"
    patronymic = "Петровна"
    password = factory.django.Password("test-password")


class DepartmentFactory(DjangoModelFactory):
    class Meta:
        model = Department

    code = factory.Sequence(lambda n: f"department-{n}")
    name = factory.Sequence(lambda n: f"Отдел образования округа № {n}")
    letterhead = factory.LazyAttribute(lambda d: d.name.upper())
    place = "г. Пробный"
    signatory_position = "Начальник отдела"
    signatory_name = "И.И. Образцова"


class MembershipFactory(DjangoModelFactory):
    """A methodist unless told otherwise."""

    class Meta:
        model = Membership

    class Params:
        admin = factory.Trait(role=Role.ADMIN, position="администратор")
        head = factory.Trait(role=Role.HEAD, position="начальник отдела")
        viewer = factory.Trait(role=Role.VIEWER, position="специалист")
        deputy = factory.Trait(role=Role.DEPUTY, position="заместитель директора")

    user = factory.SubFactory(UserFactory)
    department = factory.SubFactory(DepartmentFactory)
    role = Role.METHODIST
    position = "методист"


class InvitationFactory(DjangoModelFactory):
    """Open for two weeks; ``token`` is what the link holds."""

    class Meta:
        model = Invitation

    class Params:
        token = factory.Sequence(lambda n: f"token-{n}")
        expired = factory.Trait(
            expires_at=factory.LazyFunction(lambda: timezone.now() - timedelta(minutes=1))
        )
        handed_over = factory.Trait(handed=True)

    membership = factory.SubFactory(MembershipFactory, user__password=None)
    token_hash = factory.LazyAttribute(lambda invitation: sha256(invitation.token.encode()).hexdigest())
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=14))


class AuditEventFactory(DjangoModelFactory):
    class Meta:
        model = AuditEvent

    department = factory.SubFactory(DepartmentFactory)
    user = factory.SubFactory(UserFactory)
    action = "accounts.tested"
    summary = factory.Sequence(lambda n: f"Событие {n}")
