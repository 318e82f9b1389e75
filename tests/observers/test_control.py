"""Who is expected and who came; alarms once each; coverage; reports; sheets at the methodist's desk."""

from __future__ import annotations

import datetime
import io
import uuid

import pypdf
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from accounts.models import Role
from notifications.domain import kinds
from notifications.models import Reminder
from observers.content import Content, Seen
from observers.domain import alarms, control, reports, sheets
from observers.models import ObservationSheet, Violation
from portal.lib import excel
from tests.factories.accounts import MembershipFactory
from tests.factories.observers import ObserverFactory, VisitFactory
from tests.factories.schools import CampaignFactory, ExamFactory, SchoolFactory, SessionFactory
from tests.factories.sheets import SheetFactory, SheetFileFactory, TemplateFactory, ViolationFactory

pytestmark = pytest.mark.django_db
TUESDAY = datetime.date(2026, 4, 21)
QUESTIONS = [
    {"key": "present", "kind": "number", "text": "Сколько участников?", "required": True},
    {"key": "outsiders", "kind": "yesno", "text": "Были посторонние?"},
    {"key": "who", "kind": "text", "text": "Кто входил?", "if": {"key": "outsiders", "is": "yes"}},
]


def moscow(day: datetime.date, hour: int) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(hour - 3), datetime.UTC)


@pytest.fixture
def methodist(db):
    return MembershipFactory()


@pytest.fixture
def campaign(methodist):
    return CampaignFactory(department=methodist.department)


@pytest.fixture
def make(methodist, campaign):
    """``make(day, sheet=…)`` → a visit in the methodist's department."""
    exam = ExamFactory(campaign=campaign)

    def visit(day=TUESDAY, sent: bool = False, **more):
        school = more.pop("school", None) or SchoolFactory(department=methodist.department)
        row = VisitFactory(session=SessionFactory(school=school, day=day, exam=exam), **more)
        if sent:
            template = campaign.sheet_templates.first() or TemplateFactory(campaign=campaign)
            SheetFactory(assignment=row, template=template, sent=True)
        return row

    return visit


def page(name: str, *args: object) -> str:
    return reverse(f"observers:{name}", args=args)


def text(response) -> str:
    return response.content.decode().replace("\xa0", " ").replace("&nbsp;", " ")


# --- who is expected ---


def test_day_week_and_missing_show_their_visits(login, make, methodist):
    today, came = make(), make()
    sheets_of = {"late": make(TUESDAY - datetime.timedelta(days=1)), "week": make(TUESDAY + control.WEEK)}
    make(TUESDAY - datetime.timedelta(days=1), sent=True)
    make(state="cancelled", closed_at=moscow(TUESDAY, 9))
    VisitFactory()  # another department's
    SheetFactory(
        assignment=came,
        template=TemplateFactory(campaign=came.session.exam.campaign),
        arrived_at=moscow(TUESDAY, 8),
    )
    client = login(methodist)
    with time_machine.travel(moscow(TUESDAY, 10), tick=False):
        day = client.get(page("control"))
        assert {visit.pk: words for visit, _, words in day.context["rows"]} == {
            today.pk: "ожидается",
            came.pk: "на месте",
        }
        assert "Не пришло" in text(day)
        week = client.get(page("control"), {"show": "week"})
        assert {visit for visit, *_ in week.context["rows"]} == {today, came, sheets_of["week"]}
        missing = client.get(page("control"), {"show": "missing"})
        assert [visit for visit, *_ in missing.context["rows"]] == [sheets_of["late"]]
        odd = client.get(page("control"), {"show": "нет", "day": "9999-12-31", "page": "9" * 30})
        assert (odd.status_code, "проверьте год" in text(odd)) == (200, True)


@pytest.mark.parametrize("count", [1, 3])
def test_control_asks_as_often_for_three_as_for_one(
    login, make, methodist, count, django_assert_max_num_queries
):
    for _ in range(count):
        make(sent=True)
    client = login(methodist)
    with django_assert_max_num_queries(16):
        client.get(page("control"), {"day": "2026-04-21"})


# --- alarms ---


def test_missing_sheet_is_told_of_on_the_next_working_day_once_each(make, methodist):
    visit = make(datetime.date(2026, 4, 24))  # a Friday
    make(datetime.date(2026, 4, 24), sent=True)
    make(datetime.date(2026, 4, 27))
    observer = MembershipFactory(department=methodist.department, role=Role.OBSERVER)
    visit.observer.membership = observer
    visit.observer.save()
    MembershipFactory()  # another department's methodist
    for day, hour, told in (
        (25, 10, 0),
        (26, 10, 0),
        (27, 7, 0),
        (27, 8, 2),
        (27, 12, 2),
        (28, 9, 3),
        (29, 9, 3),
    ):
        alarms.sweep(moscow(datetime.date(2026, 4, day), hour))
        assert Reminder.objects.count() == told, (day, hour)
    assert set(Reminder.objects.values_list("recipient", flat=True)) == {observer.user_id, methodist.user_id}
    digest = Reminder.objects.get(recipient=methodist.user, key__contains="2026-04-24")
    assert digest.subject == "Не пришли листы наблюдения за 24 апреля: 1"
    assert visit.session.school.name in digest.body


def test_alarm_of_a_sheet_that_came_meanwhile_is_not_sent(make, methodist):
    visit = make()
    visit.observer.membership = MembershipFactory(department=methodist.department, role=Role.OBSERVER)
    visit.observer.save()
    alarms.sweep(moscow(TUESDAY + datetime.timedelta(days=1), 9))
    reminder = Reminder.objects.get(kind=alarms.OWN.name)
    refresh = kinds.of(reminder.kind).refresh
    assert refresh(reminder, reminder.due_at).subject == reminder.subject
    SheetFactory(assignment=visit, sent=True)
    assert refresh(reminder, reminder.due_at) is None


# --- coverage and reports ---


def test_coverage_tells_seen_planned_and_holes(login, make, methodist, campaign):
    school = SchoolFactory(department=methodist.department, name="Школа А")
    seen = make(sent=True, school=school)
    SessionFactory(school=school, exam=seen.session.exam, class_name="4Б", day=TUESDAY)
    SessionFactory()  # another department's
    coverage = control.coverage(methodist, campaign)
    (row,) = coverage.rows
    cell = row.cells[TUESDAY]
    assert (cell.sessions, cell.planned, cell.seen, cell.state[1]) == (2, 1, 1, "не на всех")
    assert coverage.holes == 1
    shown = text(login(methodist).get(page("coverage")))
    assert "Ни одного наблюдателя — на 1" in shown
    assert "Школа А" in shown


@pytest.mark.parametrize(
    ("cell", "words"),
    [((1, 0, 0), "никого"), ((2, 1, 0), "не на всех"), ((1, 1, 0), "назначено"), ((2, 2, 2), "охвачено")],
)
def test_cell_says_where_it_stands(cell, words):
    assert control.Cell(*cell).state[1] == words


def test_report_counts_by_kind_school_and_stage_without_contacts(make, methodist, campaign, login):
    school = SchoolFactory(department=methodist.department, name="Школа А")
    dirty = make(school=school)
    form = TemplateFactory(campaign=campaign, questions=QUESTIONS, kinds=["шум"])
    content = Content(
        answers={"present": "24"},
        violations=(Seen(str(uuid.uuid4()), "4А", "", "шум", "=Шумели"),),
        arrived="08:30",
        left="10:00",
        name="Зорина",
    )
    sheets.send(dirty, form=form, key=str(uuid.uuid4()), content=content, now=moscow(TUESDAY, 16))
    make(sent=True)
    ViolationFactory()  # another department's
    report = reports.compile_report(methodist, campaign)
    assert report.kinds == [("шум", [0, 1, 0, 0], 1)]
    line = next(line for line in report.schools if line.name == "Школа А")
    assert (line.sheets, line.clean, line.violations, line.waiting) == (1, 0, 1, 1)
    assert (report.total.sheets, report.total.clean) == (2, 1)
    client = login(methodist)
    book = client.get(page("report", campaign.pk, "xlsx"))
    schools, violations = excel.read(book.content)
    assert [sheet.name for sheet in (schools, violations)] == ["Школы", "Нарушения"]
    assert violations.rows[1][7] == "=Шумели"
    printed = client.get(page("report", campaign.pk, "pdf"))
    words = "".join(sheet.extract_text() for sheet in pypdf.PdfReader(io.BytesIO(printed.content)).pages)
    assert "Школа А" in words
    assert dirty.observer.last_name in words
    assert dirty.observer.phone not in words
    assert "filename*=" in printed["Content-Disposition"]


# --- at the desk ---


def typed(form, **more):
    return {"key": str(uuid.uuid4()), "version": form.version, "answer-present": "24", "arrived": "08:30",
            "left": "10:00", "clean": "1", "name": "Зорина Вера", **more}  # fmt: skip


@pytest.fixture
def at_noon():
    with time_machine.travel(moscow(TUESDAY, 12), tick=False):
        yield


def test_paper_sheet_is_typed_in_and_found_by_its_number(at_noon, login, make, methodist, campaign):
    visit = make()
    form = TemplateFactory(campaign=campaign, questions=QUESTIONS)
    client = login(methodist)
    found = client.get(page("sheet_find"), {"number": f"№ {visit.pk}"}, follow=True)
    assert "Ввести с бумаги" in text(found)
    wrong = client.post(page("sheet_enter", visit.pk), typed(form, **{"answer-present": "много"}))
    assert (wrong.status_code, "Нужно число" in text(wrong)) == (422, True)
    assert 'name="v1-text"' in text(client.post(page("sheet_enter", visit.pk), typed(form, more="1")))
    done = client.post(page("sheet_enter", visit.pk), typed(form), follow=True)
    assert "Лист введён" in text(done)
    sheet = ObservationSheet.objects.get()
    assert (sheet.way, sheet.entered_by, sheet.signed_name) == ("paper", methodist, "Зорина Вера")
    again = client.get(page("sheet_enter", visit.pk), follow=True)
    assert "уже отправлен" in text(again)
    late = client.post(page("sheet_addition", visit.pk), {"text": "Сверено с бумагой."}, follow=True)
    assert "Сверено с бумагой." in text(late)
    assert methodist.user.last_name in sheet.additions.get().author


def test_sheet_that_came_while_it_was_typed_keeps_both_texts(at_noon, login, make, methodist, campaign):
    visit = make()
    form = TemplateFactory(campaign=campaign, questions=QUESTIONS)
    client = login(methodist)
    opened = ObservationSheet.objects.count()
    sheets.send(
        visit,
        form=form,
        key=str(uuid.uuid4()),
        content=Content(answers={"present": "25"}, arrived="08:30", left="10:00", clean=True, name="Зорина"),
    )
    posted = page("sheet_enter", visit.pk)
    assert opened == 0
    assert "уже отправлен" in text(client.post(posted, typed(form), follow=True))
    assert ObservationSheet.objects.get().answers == {"present": 25}


def test_scan_is_attached_once_checked(login, make, methodist, campaign):
    visit = make()
    TemplateFactory(campaign=campaign)
    client = login(methodist)
    picture = io.BytesIO()
    Image.new("RGB", (30, 30), "white").save(picture, "PNG")
    good = [
        SimpleUploadedFile("лист.pdf", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"),
        SimpleUploadedFile("лист.png", picture.getvalue()),
    ]
    client.post(page("sheet_scan", visit.pk), {"scans": good})
    assert sorted(visit.sheet.files.values_list("name", flat=True)) == ["лист.jpg", "лист.pdf"]
    bad = client.post(
        page("sheet_scan", visit.pk), {"scans": SimpleUploadedFile("x.pdf", b"MZ" + b"\0" * 90)}, follow=True
    )
    assert "не принимаются" in text(bad)
    scan = visit.sheet.files.get(name="лист.pdf")
    given = client.get(page("sheet_file", scan.pk))
    assert b"".join(given.streaming_content).startswith(b"%PDF")
    assert given["Content-Type"] == "application/octet-stream"


def test_unknown_number_and_campaign_without_a_form_are_explained(login, make, methodist):
    visit = make()
    client = login(methodist)
    assert "Листа с таким номером нет" in text(
        client.get(page("sheet_find"), {"number": "9" * 40}, follow=True)
    )
    for name in ("sheet_enter", "sheet_paper"):
        assert "ещё не ввёл" in text(client.get(page(name, visit.pk), follow=True)), name
    assert "ещё не ввёл" in text(client.post(page("sheet_scan", visit.pk), follow=True))


def test_viewer_reads_sheets_but_types_none(login, make, methodist):
    visit = make(sent=True)
    client = login(MembershipFactory(department=methodist.department, viewer=True))
    assert client.get(page("sheet", visit.pk)).status_code == 200
    assert client.post(page("sheet_enter", visit.pk)).status_code == 403


def test_photos_of_a_sheet_are_the_departments(login, make, methodist):
    sheet = make(sent=True).sheet
    address = page("sheet_file", SheetFileFactory(sheet=sheet).pk)
    assert b"".join(login(methodist).get(address).streaming_content)
    assert login(MembershipFactory()).get(address).status_code == 404


# --- on paper ---


def test_paper_holds_every_question_of_the_stage_and_its_number(login, make, methodist, campaign):
    visit = make()
    form = TemplateFactory(campaign=campaign, questions=QUESTIONS, kinds=["шум"])
    client = login(methodist)
    printed = client.get(page("sheet_paper", visit.pk))
    words = " ".join(
        " ".join(sheet.extract_text() for sheet in pypdf.PdfReader(io.BytesIO(printed.content)).pages).split()
    )
    for part in ("Сколько участников?", "если «Были посторонние?» — да", f"№ {visit.pk}", "шум"):
        assert part in words, part
    assert visit.session.school.name.replace("\xa0", " ") in words.replace("\xa0", " ")
    blank = client.get(page("template_paper", form.pk, "running"))
    assert blank["Content-Type"] == "application/pdf"
    assert client.get(page("template_paper", form.pk, "other")).status_code == 404


# --- the builder ---


def test_form_is_begun_changed_and_published_in_the_browser(login, methodist, campaign):
    client = login(methodist)
    assert "Начать с готовых вопросов" in text(client.get(page("template_list")))
    client.post(page("template_new", campaign.pk))
    form = campaign.sheet_templates.get()
    count = len(form.questions)
    added = {
        "edition": 1,
        "text": "Кто  дежурил?",
        "kind": "choice",
        "options": "учитель\nродитель",
        "stages": ["running"],
    }
    answer = client.post(page("question_new", form.pk), added)
    assert answer["Location"].endswith("#question-q1")
    form.refresh_from_db()
    assert (len(form.questions), form.questions[-1]["options"]) == (count + 1, ["учитель", "родитель"])
    client.post(page("question_move", form.pk, "q1", "up"), {"edition": 2})
    client.post(page("question_remove", form.pk, "remark"), {"edition": 3})
    form.refresh_from_db()
    assert (form.questions[-1]["key"], len(form.questions)) == ("q1", count)
    client.post(page("template_kinds", form.pk), {"edition": 4, "kinds": "шум\nдругое"})
    assert "действует" in text(client.post(page("template_publish", form.pk), follow=True))
    form.refresh_from_db()
    assert (form.state, form.kinds) == ("published", ["шум", "другое"])
    client.post(page("template_new", campaign.pk), {"source": form.pk})
    draft = campaign.sheet_templates.get(state="draft")
    assert (draft.version, draft.questions) == (form.version + 1, form.questions)
    client.post(page("template_discard", draft.pk))
    assert campaign.sheet_templates.get() == form


def test_builder_keeps_what_was_typed_and_says_what_is_wrong(login, methodist, campaign):
    form = TemplateFactory(campaign=campaign, draft=True, questions=QUESTIONS)
    client = login(methodist)
    lonely = {"edition": form.edition, "text": "Кто?", "kind": "choice", "options": "один"}
    answer = client.post(page("question_new", form.pk), lonely)
    assert (answer.status_code, "хотя бы два разных" in text(answer), "один" in text(answer)) == (
        422,
        True,
        True,
    )
    stale = client.post(page("question", form.pk, "present"), {"edition": 99, "text": "Да?", "kind": "text"})
    assert (stale.status_code, "другой человек" in text(stale)) == (422, True)
    depends = client.post(
        page("question_remove", form.pk, "outsiders"), {"edition": form.edition}, follow=True
    )
    assert "должен стоять выше" in text(depends)
    kinds_ = client.post(page("template_kinds", form.pk), {"edition": form.edition, "kinds": " "})
    assert (kinds_.status_code, "хотя бы один" in text(kinds_)) == (422, True)
    part = client.post(
        page("question_move", form.pk, "who", "up"), {"edition": form.edition}, HTTP_HX_REQUEST="true"
    )
    assert (part.status_code, "<html" in text(part)) == (422, False)
    assert client.get(page("question", form.pk, "nope")).status_code == 404
    assert client.post(page("question_move", form.pk, "nope", "up")).status_code == 404
    form.refresh_from_db()
    assert form.questions == QUESTIONS


def test_lists_hold_nothing_of_another_department(login, methodist, campaign):
    foreign = TemplateFactory(campaign__name="Чужая кампания", questions=QUESTIONS)
    SheetFactory(assignment=VisitFactory(observer__last_name="Чужаков"), sent=True)
    ObserverFactory(department=methodist.department)
    client = login(methodist)
    for name in ("control", "coverage", "violations", "template_list"):
        shown = text(client.get(page(name)))
        assert ("Чужая" in shown, "Чужаков" in shown) == (False, False), name
    begun = client.post(page("template_new", campaign.pk), {"source": foreign.pk})
    assert begun.status_code == 302
    assert campaign.sheet_templates.get().questions != QUESTIONS
    assert Violation.objects.visible_to(methodist).count() == 0
