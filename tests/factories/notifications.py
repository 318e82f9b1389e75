"""Rows of the ledger."""

import factory
from factory.django import DjangoModelFactory

from notifications.models import Reminder
from tests.factories.accounts import DepartmentFactory, UserFactory


class ReminderFactory(DjangoModelFactory):
    class Meta:
        model = Reminder

    key = factory.Sequence(lambda n: f"test:{n}")
    department = factory.SubFactory(DepartmentFactory)
    recipient = factory.SubFactory(UserFactory)
    kind = "test"
    subject = "Подходит срок"
    body = "Сдайте отчёт."
    path = "/roadmaps/mine/"
