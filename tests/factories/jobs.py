"""Background work."""

import factory
from factory.django import DjangoModelFactory

from jobs.models import Job
from tests.factories.accounts import DepartmentFactory


class JobFactory(DjangoModelFactory):
    class Meta:
        model = Job

    department = factory.SubFactory(DepartmentFactory)
    kind = "test.count"
    title = "Считаем"
