"""Schools, their deputies, flags, the VPR and its results."""

import datetime

import factory
from factory.django import DjangoModelFactory

from schools.models import (
    Exam,
    ObjectivityFlag,
    Post,
    School,
    SchoolImport,
    VprCampaign,
    VprResult,
    VprSession,
)
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


class CampaignFactory(DjangoModelFactory):
    """The spring of 2026."""

    class Meta:
        model = VprCampaign

    department = factory.SubFactory(DepartmentFactory)
    year = 2025
    name = factory.Sequence(lambda n: f"ВПР, весна 2026 ({n + 1})")
    first_day = datetime.date(2026, 4, 20)
    last_day = datetime.date(2026, 5, 20)


class ExamFactory(DjangoModelFactory):
    """Mathematics of grade 4 with the scale of 2026."""

    class Meta:
        model = Exam

    campaign = factory.SubFactory(CampaignFactory)
    grade = 4
    subject = "математика"
    max_score = 18
    thresholds = factory.LazyFunction(lambda: {"3": 5, "4": 9, "5": 14})


class SessionFactory(DjangoModelFactory):
    """A class of a school sits a test, in the school's own department."""

    class Meta:
        model = VprSession

    school = factory.SubFactory(SchoolFactory)
    exam = factory.SubFactory(ExamFactory, campaign__department=factory.SelfAttribute("...school.department"))
    class_name = "4А"
    day = datetime.date(2026, 4, 21)


class ResultFactory(DjangoModelFactory):
    """A school's marks, nothing else."""

    class Meta:
        model = VprResult

    school = factory.SubFactory(SchoolFactory)
    department = factory.SelfAttribute("school.department")
    exam = factory.SubFactory(ExamFactory, campaign__department=factory.SelfAttribute("...school.department"))
    participants = 25
    marks = factory.LazyFunction(lambda: {"2": 2, "3": 9, "4": 10, "5": 4})
