"""Schools, their deputies, flags."""

import datetime

import factory
from factory.django import DjangoModelFactory

from schools.models import ObjectivityFlag, Post, School
from tests.factories.accounts import DepartmentFactory, MembershipFactory


class SchoolFactory(DjangoModelFactory):
    class Meta:
        model = School

    department = factory.SubFactory(DepartmentFactory)
    name = factory.Sequence(lambda n: f"МБОУ «СОШ № {n + 1}»")
    code = factory.Sequence(lambda n: f"sch{900000 + n}")


class PostFactory(DjangoModelFactory):
    """A deputy of a school, in the school's own department."""

    class Meta:
        model = Post

    school = factory.SubFactory(SchoolFactory)
    membership = factory.SubFactory(
        MembershipFactory, deputy=True, department=factory.SelfAttribute("..school.department")
    )


class FlagFactory(DjangoModelFactory):
    class Meta:
        model = ObjectivityFlag

    school = factory.SubFactory(SchoolFactory)
    year = 2025
    subject = "русский язык"
    grade = 4
    source = "перечень за 2025 год"
    opened_on = datetime.date(2025, 10, 1)
