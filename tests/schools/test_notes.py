"""The analytic note: words kept once, papers made by the worker from the results, doors."""

from __future__ import annotations

import io

import docx
import openpyxl
import pypdf
import pytest
from django.urls import reverse

from jobs.models import Job
from schools.models import NoteSchool, ResultNote
from tests.factories.accounts import DepartmentFactory, MembershipFactory
from tests.factories.schools import (
    ExamFactory,
    FlagFactory,
    NoteFactory,
    NoteSchoolFactory,
    OfficialMarkFactory,
    PostFactory,
    ResultFactory,
    SchoolFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def department():
    return DepartmentFactory(municipality="город Пробный", letterhead="ОТДЕЛ ОБРАЗОВАНИЯ\nГОРОДА ПРОБНОГО")


@pytest.fixture
def exam(department):
    return ExamFactory(campaign__department=department)


@pytest.fixture
def school(department, exam):
    school = SchoolFactory(department=department, name="МБОУ «Школа № 1»")
    ResultFactory(exam=exam, school=school, journal={"lowered": 5, "confirmed": 15, "raised": 5})
    FlagFactory(
        school=school, year=2025, subject="математика", source="анализ отдела", grounds="Всплеск на «4»"
    )
    OfficialMarkFactory(school=school, source__document="письмо министерства")
    return school


@pytest.fixture
def methodist(login, department):
    return login(MembershipFactory(department=department))


def address(name, exam, *more):
    return reverse(f"schools:{name}", args=[exam.campaign_id, *more])


def write(methodist, exam, school, version, **words):
    data = {"version": version, "causes": "", "measures": "", "recommendations": ""}
    return methodist.post(address("note_school", exam, school.pk), data | words)


def test_words_are_kept_and_shown(methodist, exam, school):
    said = {"version": 1, "introduction": "Справка подготовлена отделом.", "conclusions": "Усилить контроль."}
    methodist.get(address("note", exam))
    methodist.post(address("note_edit", exam), said)
    write(methodist, exam, school, 0, causes="Слабая подготовка")
    page = methodist.get(address("note", exam)).content.decode().replace("\xa0", " ")
    told = ["Справка подготовлена отделом.", "Усилить контроль.", "Слабая подготовка", "Всплеск на «4»"]
    assert [words in page for words in [*told, "письмо министерства"]] == [True] * 5


def test_a_later_edit_is_not_overwritten(methodist, login, exam, school):
    write(methodist, exam, school, 0, causes="Первый текст")
    response = write(methodist, exam, school, 0, causes="Второй текст")
    page = response.content.decode()
    assert (response.status_code, "Первый текст" in page, "Второй текст" in page) == (422, True, True)
    assert NoteSchool.objects.get().causes == "Первый текст"
    write(methodist, exam, school, 1, causes="Оба текста")
    assert NoteSchool.objects.get().causes == "Оба текста"


def test_papers_are_made_by_the_worker(methodist, exam, school, django_capture_on_commit_callbacks):
    NoteSchoolFactory(note=NoteFactory(campaign=exam.campaign), school=school, causes="Слабая подготовка")
    with django_capture_on_commit_callbacks(execute=True):
        methodist.post(address("note_make", exam))
    job = Job.objects.get()
    assert (job.state, job.done, job.total) == (Job.State.DONE, 3, 3)

    pdf = pypdf.PdfReader(io.BytesIO(content(methodist, "note_pdf", exam)))
    text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]
    for words in ("ГОРОДА ПРОБНОГО", "92,0", "Слабая подготовка", "письмо министерства", "Всплеск на «4»"):
        assert words in text

    paper = docx.Document(io.BytesIO(content(methodist, "note_docx", exam)))
    assert "4. Причины, меры и рекомендации по школам" in [p.text for p in paper.paragraphs]
    assert [cell.text for cell in paper.tables[0].rows[2].cells][:4] == [
        "МБОУ «Школа № 1»",
        "25",
        "8,0",
        "36,0",
    ]
    assert len(paper.element.xpath("//wp:docPr[@descr != '']")) == 2  # marks, and marks against the journal

    sheet = openpyxl.load_workbook(io.BytesIO(content(methodist, "note_xlsx", exam))).active
    assert sheet["B3"].value == "МБОУ «Школа № 1»"


def content(methodist, name, exam):
    return b"".join(methodist.get(address(name, exam)).streaming_content)


def test_no_paper_yet_is_not_found(methodist, exam):
    methodist.get(address("note", exam))
    assert methodist.get(address("note_pdf", exam)).status_code == 404


def test_doors(methodist, login, exam, department):
    foreign = NoteSchoolFactory(causes="Чужие причины")
    assert methodist.get(reverse("schools:note", args=[foreign.note.campaign_id])).status_code == 404
    deputy = login(PostFactory(school=SchoolFactory(department=department)).membership)
    assert deputy.get(address("note", exam)).status_code == 403
    viewer = login(MembershipFactory(department=department, viewer=True))
    assert (
        viewer.get(address("note", exam)).status_code,
        viewer.post(address("note_make", exam)).status_code,
    ) == (
        200,
        403,
    )
    assert not ResultNote.objects.filter(department=department).exists()  # looking writes nothing
