"""Rows of the ledger."""

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from notifications.models import Reminder, Rules
from tests.factories.accounts import DepartmentFactory, MembershipFactory


class ReminderFactory(DjangoModelFactory):
    """A plain message in the queue, to somebody who works in the department."""

    class Meta:
        model = Reminder

    class Params:
        settled = factory.Trait(state=Reminder.State.SENT, ended_at=factory.LazyFunction(timezone.now))
        failed = factory.Trait(
            state=Reminder.State.FAILED,
            ended_at=factory.LazyFunction(timezone.now),
            attempts=8,
            problem="451 try later",
        )

    key = factory.Sequence(lambda n: f"test:{n}")
    department = factory.SubFactory(DepartmentFactory)
    membership = factory.SubFactory(MembershipFactory, department=factory.SelfAttribute("..department"))
    recipient = factory.SelfAttribute("membership.user")
    kind = "test"
    subject = "Подходит срок"
    body = "Сдайте отчёт."
    path = "/roadmaps/mine/"


class RulesFactory(DjangoModelFactory):
    class Meta:
        model = Rules

    department = factory.SubFactory(DepartmentFactory)
