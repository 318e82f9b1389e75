"""The matrix: every cell the state that burns most, the same on the page, in Excel and on paper."""

from __future__ import annotations

import datetime
import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from jobs.models import Job
from roadmaps.domain.matrix import NOTHING, Cell, Duty, Matrix, cell
from roadmaps.models import Assignment
from roadmaps.templatetags.matrix import matrix_cells
from tests.factories.accounts import MembershipFactory
from tests.factories.orders import OrderFactory
from tests.factories.roadmaps import ActionItemFactory, AssignmentFactory, RoadmapFactory, SectionFactory
from tests.factories.schools import PostFactory, SchoolFactory

TODAY = datetime.date(2026, 3, 10)


def duty(state="assigned", last=datetime.date(2026, 5, 1), first=None, extended=False):
    return Duty(1, state, first, last, extended)


@pytest.mark.parametrize(
    ("duties", "text"),
    [
        ([duty(last=datetime.date(2026, 3, 9))], "просрочено 1 день"),
        ([duty("returned", last=datetime.date(2026, 3, 8))], "просрочено 2 дня"),
        ([duty("returned")], "возвращено"),
        ([duty("reported", last=datetime.date(2026, 3, 1))], "на проверке"),
        ([duty(last=TODAY)], "срок близко сегодня"),
        ([duty(last=datetime.date(2026, 3, 12))], "срок близко 2 дня"),
        ([duty(extended=True)], "продлено до 01.05"),
        ([duty("doing")], "в работе"),
        ([duty(first=datetime.date(2026, 4, 20))], "не начато с 20.04"),
        ([duty(last=None)], "идёт"),
        ([duty("accepted")], "принято"),
        ([duty("exempt")], "не касается"),
        ([duty("accepted"), duty("accepted"), duty()], "не начато 2 из 3"),
        ([duty("accepted"), duty("accepted")], "принято 2 из 2"),
        ([duty("accepted"), duty("exempt")], "принято"),
        ([duty("accepted"), duty(last=datetime.date(2026, 3, 9))], "просрочено 1 день"),
    ],
)
def test_one_state_for_all_occurrences(duties, text):
    assert cell(duties, TODAY).text.replace("\xa0", " ") == text


# With the database


@pytest.fixture
def methodist():
    return MembershipFactory()


@pytest.fixture
def plan(methodist):
    department = methodist.department
    return RoadmapFactory(
        department=department,
        state="approved",
        order=OrderFactory(department=department),
        name="Карта округа",
    )


def row(plan, heading="I. Подготовка", **fields):
    section = plan.sections.filter(heading=heading).first() or SectionFactory(roadmap=plan, heading=heading)
    return ActionItemFactory(section=section, **fields)


def school(plan, number, **fields):
    return SchoolFactory(department=plan.department, name=f"СОШ № {number}", **fields)


def texts(matrix):
    return [[cell.text.replace("\xa0", " ") for cell in row.cells] for row in matrix.rows]


@pytest.mark.django_db
def test_schools_stand_in_natural_order_and_rows_as_printed(plan, methodist):
    ten, two = school(plan, 10), school(plan, 2)
    first, second = row(plan), row(plan, "II. Проведение")
    AssignmentFactory(item=second, school=two, state="assigned")
    AssignmentFactory(item=first, school=ten, reported=True)
    AssignmentFactory(item=first, school=two, last_day=None)
    matrix = Matrix(plan, methodist, TODAY)
    assert [head.pk for head in matrix.heads] == [two.pk, ten.pk]
    assert [group.heading for group in matrix.groups] == ["I. Подготовка", "II. Проведение"]
    assert texts(matrix) == [["идёт", "на проверке"], ["срок близко 5 дней", "не касается"]]
    assert matrix.accepted == [(0, 2), (0, 1)]


@pytest.mark.django_db
def test_row_that_waits_for_its_event_says_so_for_those_it_reaches(plan, methodist):
    one, other = school(plan, 1), school(plan, 2)
    row(
        plan,
        deadline_parts=[{"event": "document_issued", "after": "3 workdays"}],
        reach=[{"kind": "school", "phrase": "СОШ № 1", "school": one.pk}],
    )
    AssignmentFactory(item=row(plan), school=other, last_day=None)
    assert texts(Matrix(plan, methodist, TODAY)) == [["ждёт события", "не касается"], ["не касается", "идёт"]]


@pytest.mark.django_db
def test_filters_leave_what_burns_one_section_one_kind(plan, methodist):
    lyceum, plain = school(plan, 1, kind="лицей"), school(plan, 2, kind="СОШ")
    calm, burning = row(plan), row(plan, "II. Проведение")
    AssignmentFactory(item=calm, school=plain, last_day=None)
    AssignmentFactory(item=burning, school=lyceum, last_day=datetime.date(2026, 3, 1))
    AssignmentFactory(item=burning, school=plain, reported=True)
    assert texts(Matrix(plan, methodist, TODAY, show="burning")) == [["просрочено 9 дней", "на проверке"]]
    assert len(texts(Matrix(plan, methodist, TODAY, show="review"))) == 1
    assert texts(Matrix(plan, methodist, TODAY, section=calm.section_id)) == [["не касается", "идёт"]]
    assert texts(Matrix(plan, methodist, TODAY, kind="лицей")) == [["не касается"], ["просрочено 9 дней"]]


@pytest.mark.django_db
def test_officials_are_columns_of_their_own(plan, methodist):
    AssignmentFactory(item=row(plan), school=None, official=methodist, last_day=None)
    AssignmentFactory(item=row(plan), school=school(plan, 1), last_day=None)
    matrix = Matrix(plan, methodist, TODAY, by="officials")
    assert [head.name for head in matrix.heads] == [methodist.user.short_name]
    assert texts(matrix) == [["идёт"], ["не касается"]]


@pytest.mark.django_db
def test_queries_do_not_grow_with_rows_and_schools(plan, methodist, login):
    client, address = login(methodist), reverse("roadmaps:matrix", args=[plan.pk])

    def queries():
        with CaptureQueriesContext(connection) as caught:
            assert client.get(address).status_code == 200
        return len(caught)

    def grow(n):
        for number in range(n):
            item = row(plan, f"{number}. Раздел {plan.sections.count()}")
            for _ in range(n):
                AssignmentFactory(item=item, school=school(plan, Assignment.objects.count()))

    grow(1)
    queries()
    once = queries()
    grow(3)
    assert queries() == once


@pytest.mark.django_db
def test_excel_shows_the_same_and_runs_no_formula(plan, methodist, login):
    AssignmentFactory(item=row(plan, text="=СУММ(A1)", number="1.1."), school=school(plan, 1), last_day=None)
    row(plan, "II. Проведение", text="Не показан")
    address = reverse("roadmaps:matrix_excel", args=[plan.pk], query={"section": plan.sections.first().pk})
    book = openpyxl.load_workbook(io.BytesIO(login(methodist).get(address).content))
    assert [[cell.value for cell in line] for line in book.active] == [
        ["Раздел", "№", "Мероприятие", "Срок", "СОШ № 1"],
        ["I. Подготовка", "1.1.", "=СУММ(A1)", "до 15 марта 2026 года", "идёт"],
    ]
    assert book.active["C2"].data_type == "s"


@pytest.mark.django_db
def test_paper_is_made_by_the_worker_and_downloaded_by_whoever_asked(
    plan, methodist, login, django_capture_on_commit_callbacks
):
    for number in range(20):
        AssignmentFactory(item=row(plan), school=school(plan, number + 1), reported=number % 2 == 0)
    with django_capture_on_commit_callbacks(execute=True):
        asked = login(methodist).post(reverse("roadmaps:matrix_pdf", args=[plan.pk]))
    page = login(methodist).get(asked["Location"])
    job = Job.objects.get()
    assert (job.state, job.file_name) == ("done", "Матрица. Карта округа.pdf")
    assert "Скачать" in page.content.decode()
    paper = login(methodist).get(reverse("jobs:file", args=[job.pk]))
    printed = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(b"".join(paper))).pages)
    assert "на проверке" in printed
    assert "СОШ № 20" in " ".join(printed.split())
    assert login(MembershipFactory()).get(reverse("jobs:file", args=[job.pk])).status_code == 404


@pytest.mark.django_db
def test_another_departments_duties_are_in_no_matrix(plan, methodist, login):
    foreign = AssignmentFactory(reported=True, school__name="Чужая школа")
    AssignmentFactory(item=row(plan), school=school(plan, 1), last_day=None)
    page = login(methodist).get(reverse("roadmaps:matrix", args=[plan.pk])).content.decode()
    assert foreign.school.name not in page
    assert "СОШ" in page


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["draft", "assembled"])
def test_plan_that_is_not_approved_has_no_matrix(plan, methodist, login, state):
    type(plan).objects.update(state=state)
    assert login(methodist).get(reverse("roadmaps:matrix", args=[plan.pk])).status_code == 404


@pytest.mark.django_db
def test_schools_see_no_matrix(plan, login):
    deputy = PostFactory(school=school(plan, 1)).membership
    assert login(deputy).get(reverse("roadmaps:matrix", args=[plan.pk])).status_code == 403


def test_cells_say_their_words_escaped_and_lead_to_their_duty():
    cells = [Cell("late", "<b>", "3 дня", 7), Cell("event", "ждёт события"), NOTHING]
    late, waits, nothing = matrix_cells(cells, "/d/").split("</td>")[:3]
    assert 'href="/d/7/"' in late
    assert "&lt;b&gt;" in late
    assert "<span>3 дня</span>" in late
    assert 'href="/d' not in waits
    assert "ждёт события" in waits
    assert "не касается" in nothing
