"""Schools, their deputies, flags, the VPR and its results."""

import datetime
import gzip

import factory
from factory.django import DjangoModelFactory

from schools.models import (
    AbsentGrade,
    ComputedSign,
    Exam,
    NoteSchool,
    ObjectivityFlag,
    OfficialList,
    OfficialMark,
    Post,
    ResultImport,
    ResultNote,
    ScheduleImport,
    School,
    SchoolImport,
    SessionEvent,
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
    rows = factory.django.FileField(
        data=gzip.compress(
            b'new\t{"sheet":"A","row":2,"school":null,"changes":{},"values":{"name":"N 1","code":"sch700001"},'
            b'"faults":[]}\n'
        ),
        filename="rows.jsonl.gz",
    )
    preview = factory.LazyFunction(
        lambda: {
            "counts": {"new": 1, "changed": 0, "same": 0, "faulty": 0},
            "skipped": 0,
            "errors": 0,
            "faults": [],
            "tables": [],
            "hidden": [],
            "missing": [],
            "missing_count": 0,
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


class AbsentGradeFactory(DjangoModelFactory):
    class Meta:
        model = AbsentGrade

    campaign = factory.SubFactory(CampaignFactory)
    school = factory.SubFactory(SchoolFactory, department=factory.SelfAttribute("..campaign.department"))
    grade = 10


class SessionEventFactory(DjangoModelFactory):
    """A day was given."""

    class Meta:
        model = SessionEvent

    school = factory.SubFactory(SchoolFactory)
    exam = factory.SubFactory(ExamFactory, campaign__department=factory.SelfAttribute("...school.department"))
    class_name = "4А"
    what = SessionEvent.What.DAY
    after = datetime.date(2026, 4, 21)


class ScheduleImportFactory(DjangoModelFactory):
    """A read file without rows, waiting for a decision."""

    class Meta:
        model = ScheduleImport

    campaign = factory.SubFactory(CampaignFactory)
    department = factory.SelfAttribute("campaign.department")
    file_name = "график.xlsx"
    file = factory.django.FileField(data=b"xlsx", filename="schedule.xlsx")
    preview = factory.LazyFunction(
        lambda: {
            "counts": {"new": 0, "changed": 0, "same": 0, "faulty": 0},
            "rows": [],
            "faults": [],
            "tables": [],
        }
    )


class ResultFactory(DjangoModelFactory):
    """A school's marks, nothing else."""

    class Meta:
        model = VprResult

    school = factory.SubFactory(SchoolFactory)
    department = factory.SelfAttribute("school.department")
    exam = factory.SubFactory(ExamFactory, campaign__department=factory.SelfAttribute("...school.department"))
    participants = 25
    marks = factory.LazyFunction(lambda: {"2": 2, "3": 9, "4": 10, "5": 4})


class ResultImportFactory(DjangoModelFactory):
    """A file without a row, waiting for a decision."""

    class Meta:
        model = ResultImport

    department = factory.SubFactory(DepartmentFactory)
    file_name = "отметки.xlsx"
    file = factory.django.FileField(data=b"xlsx", filename="results.xlsx")
    preview = factory.LazyFunction(
        lambda: {
            "reading": {"form": "marks", "year": 2026, "tables": [], "rows": [], "faults": [], "notes": []},
            "counts": {"new": 0, "changed": 0, "same": 0, "faulty": 0},
            "rows": [],
            "faults": [],
            "skipped": [],
            "missing": [],
        }
    )


class OfficialListFactory(DjangoModelFactory):
    class Meta:
        model = OfficialList

    department = factory.SubFactory(DepartmentFactory)
    file_name = "перечень.xlsx"
    file = factory.django.FileField(data=b"xlsx", filename="official.xlsx")
    document = "письмо министерства"
    number = "12-п"
    issued_on = datetime.date(2026, 7, 1)
    preview = factory.LazyFunction(lambda: {"rows": [], "faults": [], "skipped": [], "tables": []})


class OfficialMarkFactory(DjangoModelFactory):
    """A mark of a list of the school's own department, taken over already."""

    class Meta:
        model = OfficialMark

    school = factory.SubFactory(SchoolFactory)
    source = factory.SubFactory(
        OfficialListFactory,
        department=factory.SelfAttribute("..school.department"),
        state=OfficialList.State.APPLIED,
    )
    year = 2026
    grade = 4
    subject = "математика"


class NoteFactory(DjangoModelFactory):
    class Meta:
        model = ResultNote

    campaign = factory.SubFactory(CampaignFactory)
    department = factory.SelfAttribute("campaign.department")


class NoteSchoolFactory(DjangoModelFactory):
    class Meta:
        model = NoteSchool

    note = factory.SubFactory(NoteFactory)
    school = factory.SubFactory(SchoolFactory, department=factory.SelfAttribute("..note.department"))


class SignFactory(DjangoModelFactory):
    """A spike that was found at «4»."""

    class Meta:
        model = ComputedSign

    school = factory.SubFactory(SchoolFactory)
    exam = factory.SubFactory(ExamFactory, campaign__department=factory.SelfAttribute("...school.department"))
    code = "threshold_spike"
    at = 9
    found = True
    p = 0.001
    n = 25
    enough_data = True
    text = "На границе «4» учеников 9, по плавной кривой 3."
