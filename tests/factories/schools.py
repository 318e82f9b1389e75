"""Schools, their deputies, flags."""

import datetime

import factory
from factory.django import DjangoModelFactory

from schools.models import ObjectivityFlag, Post, School, SchoolImport
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


class SchoolImportFactory(DjangoModelFactory):
    """A list with one new school, waiting for a decision."""

    class Meta:
        model = SchoolImport

    department = factory.SubFactory(DepartmentFactory)
    file_name = "школы.xlsx"
    file = factory.django.FileField(data=b"xlsx", filename="schools.xlsx")
    preview = factory.LazyFunction(
        lambda: {
            "counts": {"new": 1, "changed": 0, "same": 0, "faulty": 0},
            "rows": [
                {
                    "sheet": "Лист1",
                    "row": 2,
                    "action": "new",
                    "school": None,
                    "changes": {},
                    "values": {"name": "Школа № 1", "code": "sch700001"},
                }
            ],
            "faults": [],
            "skipped": [],
            "tables": [],
        }
    )
