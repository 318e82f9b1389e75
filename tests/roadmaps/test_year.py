"""The year's report: facts as of a day, people's words kept, both texts of a conflict, the way through an order."""

from __future__ import annotations

import datetime
import io

import docx
import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx.enum.text import WD_ALIGN_PARAGRAPH
from pypdf import PdfReader

from orders.domain import drafts, registering, signing, tables
from portal.lib.refusals import Refused
from roadmaps.domain import reports, requests, year_report
from roadmaps.domain.errors import Conflict
from roadmaps.models import YearReport, YearReportPart
from tests.factories.accounts import MembershipFactory
from tests.factories.orders import OrderFactory
from tests.factories.roadmaps import (
    ActionItemFactory,
    AssignmentFactory,
    RoadmapFactory,
    SectionFactory,
    YearPartFactory,
    YearReportFactory,
)
from tests.factories.schools import FlagFactory, PostFactory, SchoolFactory

pytestmark = pytest.mark.django_db
MARCH = datetime.date(2026, 3, 31)


@pytest.fixture
def methodist(time_machine):
    time_machine.move_to(datetime.datetime(2026, 3, 1, 9, 0, tzinfo=datetime.UTC))
    return MembershipFactory()


@pytest.fixture
def item(methodist):
    ours = {"department": methodist.department}
    plan = RoadmapFactory(**ours, state="approved", order=OrderFactory(**ours), name="Карта округа")
    section = SectionFactory(roadmap=plan, heading="I. Подготовка")
    return ActionItemFactory(section=section, number="1.1.", text="Провести проверку работ")


def duty(item, name, **fields):
    school = SchoolFactory(department=item.section.roadmap.department, name=name)
    row = AssignmentFactory(item=item, school=school, **fields)
    row.deputy = PostFactory(school=school).membership
    return row


def at(time_machine, day, month=3):
    time_machine.move_to(datetime.datetime(2026, month, day, 9, 0, tzinfo=datetime.UTC))


def parts(report):
    return {part.key: part for part in report.parts.all()}


def cells(part):
    """The table row by row, in the order of its columns: PostgreSQL keeps the keys of an object in its own."""
    keys = [column["key"] for column in part.table["columns"]]
    return [[row[key] for key in keys] for section in part.table["sections"] for row in section["items"]]


def in_an_order(report, methodist):
    order = year_report.assemble(report, by=methodist)
    return registering.register(order, by=methodist, date=MARCH)


def test_what_was_not_done_comes_with_its_reason(item, methodist, time_machine):
    done, returned, silent, free = (duty(item, f"СОШ № {n}") for n in (1, 2, 3, 4))
    at(time_machine, 10)
    reports.report(done, by=done.deputy, note="Готово")
    reports.report(returned, by=returned.deputy, note="Готово")
    reports.return_(returned, by=methodist, comment="Нет протокола")
    asked = requests.ask_exemption(free, by=free.deputy, reason="Нет таких классов")
    requests.grant(asked, by=methodist)
    at(time_machine, 31)
    found = parts(year_report.draft(by=methodist, day=MARCH))
    assert cells(found["undone"]) == [
        ["1.1.", "Провести проверку работ", "СОШ № 2, СОШ № 3", "СОШ № 2: доклад возвращён: Нет протокола"]
    ]
    assert cells(found["exempt"]) == [
        ["1.1.", "Провести проверку работ", "СОШ № 4", "СОШ № 4: Нет таких классов"]
    ]
    assert cells(found["discipline"])[0] == ["СОШ № 1", "1", "1", "0", "0", "0"]
    assert "в срок исполнено 1 (33 %)" in found["conclusions"].text
    assert silent.school.name in found["undone"].table["sections"][0]["items"][0]["who"]


def test_a_past_day_is_told_as_it_was(item, methodist, time_machine):
    slow = duty(item, "СОШ № 1")
    at(time_machine, 20)
    reports.report(slow, by=slow.deputy, note="Готово")
    at(time_machine, 31)
    then = parts(year_report.draft(by=methodist, day=datetime.date(2026, 3, 18)))
    now = parts(year_report.draft(by=methodist, day=MARCH))
    assert cells(then["discipline"]) == [["СОШ № 1", "1", "0", "0", "1", "0"]]
    assert cells(now["discipline"]) == [["СОШ № 1", "1", "0", "1", "0", "0"]]


def test_flags_are_counted_and_no_school_is_named(item, methodist):
    duty(item, "СОШ № 1")
    FlagFactory(
        school__department=methodist.department, school__name="Тайная", opened_on="2026-02-01", year=2025
    )
    FlagFactory(school__name="Чужая", opened_on="2026-02-01", year=2025)
    found = parts(year_report.draft(by=methodist, day=MARCH))["flags"]
    assert "признаков необъективных результатов: 1, школ с признаками: 1" in found.text
    assert "Тайная" not in f"{found.text}{found.table}"


def test_asked_twice_the_same_draft_is_given(item, methodist):
    duty(item, "СОШ № 1")
    first = year_report.draft(by=methodist, day=MARCH)
    assert year_report.draft(by=methodist, day=MARCH) == first
    assert YearReport.objects.count() == 1


def test_peoples_words_stay_when_the_rest_is_drafted_anew(item, methodist, time_machine):
    slow = duty(item, "СОШ № 1")
    at(time_machine, 31)
    report = year_report.draft(by=methodist, day=MARCH)
    mine = parts(report)["discipline"]
    year_report.change_part(mine, heading="Дисциплина", text="Мои слова", version=1, by=methodist)
    own = year_report.add_part(report, heading="О семинаре", text="Прошёл", by=methodist)
    reports.report(slow, by=slow.deputy, note="Готово")
    assert year_report.redraft_all(report, by=methodist) == 2
    found = parts(report)
    assert (found["discipline"].text, found["discipline"].by_hand) == ("Мои слова", True)
    assert cells(found["discipline"]) == [["СОШ № 1", "1", "0", "1", "0", "0"]]  # the table follows the facts
    assert found["undone"].text == "Неисполненных в срок мероприятий нет."
    assert [part.key for part in report.parts.all()][-2:] == ["", "conclusions"]
    year_report.redraft(found["discipline"], by=methodist)
    assert "с опозданием 1" in parts(report)["discipline"].text
    assert report.events.filter(details__before="Мои слова").exists()
    with pytest.raises(Refused, match="сведений не нашёл"):
        year_report.redraft(own, by=methodist)


def test_another_day_is_drafted_anew(item, methodist, time_machine):
    duty(item, "СОШ № 1")
    report = year_report.draft(by=methodist, day=datetime.date(2026, 3, 10))
    year_report.change_head(report, title="Итоги", day=MARCH, version=1, by=methodist)
    assert cells(parts(report)["discipline"]) == [["СОШ № 1", "1", "0", "0", "1", "0"]]
    with pytest.raises(Conflict) as conflict:
        year_report.change_head(report, title="Мои итоги", day=MARCH, version=1, by=methodist)
    assert (conflict.value.mine, conflict.value.theirs) == ("Мои итоги", "Итоги")


def test_the_second_saver_sees_both_texts(methodist, login):
    part = YearPartFactory(report__department=methodist.department)
    year_report.change_part(part, heading="Итоги", text="Первый текст", version=1, by=methodist)
    address = reverse("roadmaps:year_part", args=[part.pk])
    said = {"heading": "Итоги", "text": "Второй текст", "version": 1}
    page = login(methodist).post(address, said)
    assert page.status_code == 409
    assert "Первый" in page.content.decode()
    assert "Второй текст" in page.content.decode()
    assert YearReportPart.objects.get().text == "Первый текст"
    again = {**said, "version": page.context["form"].initial["version"]}
    assert login(methodist).post(address, again).status_code == 302
    assert YearReportPart.objects.get().text == "Второй текст"


def test_signed_it_is_the_annex_of_its_order(item, methodist, time_machine):
    duty(item, "СОШ № 1")
    at(time_machine, 31)
    report = year_report.draft(by=methodist, day=MARCH)
    order = in_an_order(report, methodist)
    part = report.parts.first()
    with pytest.raises(Refused, match="уже в приказе"):
        year_report.change_part(part, heading="x", text="y", version=1, by=methodist)
    signed = signing.sign(order, by=MembershipFactory(head=True, department=methodist.department))
    report.refresh_from_db()
    assert report.state == YearReport.State.SIGNED
    content = signed.snapshot["annexes"][0]["content"]
    assert [one["heading"] for one in content["parts"]] == [one.heading for one in report.parts.all()]


def test_taken_back_it_stops_the_signature_until_it_is_in_the_order_again(methodist):
    report = YearPartFactory(report__department=methodist.department).report
    order = year_report.assemble(report, by=methodist)
    report.refresh_from_db()
    with pytest.raises(Refused, match="уже собран"):
        year_report.assemble(report, by=methodist)
    year_report.reopen(report, by=methodist)
    assert [check.ok for check in year_report.checks(order)] == [False]
    with pytest.raises(Refused, match="на правке"):
        year_report.sign(order, methodist)
    report.refresh_from_db()
    year_report.change_part(report.parts.get(), heading="Итоги", text="Новое", version=1, by=methodist)
    assert year_report.assemble(report, by=methodist) == order
    assert order.annexes.get().content["parts"][0]["paragraphs"] == ["Новое"]
    drafts.discard(order, by=methodist, reason="Ошибка")
    report.refresh_from_db()
    assert (report.state, report.order) == (YearReport.State.DRAFT, None)
    year_report.delete(report, by=methodist)
    assert not YearReport.objects.exists()


@pytest.mark.parametrize("kind", ["pdf", "docx", "xlsx"])
def test_the_paper_says_what_the_page_says(item, methodist, login, kind):
    duty(item, "СОШ № 17", last_day=datetime.date(2026, 2, 1))
    report = year_report.draft(by=methodist, day=datetime.date(2026, 3, 1))
    answer = login(methodist).get(reverse("roadmaps:year_file", args=[report.pk, kind]))
    file = io.BytesIO(answer.content)
    if kind == "pdf":
        text = " ".join(page.extract_text() for page in PdfReader(file).pages)
    elif kind == "docx":
        document = docx.Document(file)
        text = " ".join(one.text for one in document.paragraphs)
        text += " ".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    else:
        book = openpyxl.load_workbook(file)
        text = " ".join(str(cell) for sheet in book for row in sheet.values for cell in row)
    for words in ("Общие сведения", "Что не исполнено", "СОШ № 17", "Провести проверку работ"):
        assert words in text.replace("\N{NO-BREAK SPACE}", " ").replace("\n", " ")


def test_figures_stand_at_the_right_and_what_burns_is_the_darkest(item, methodist, login):
    duty(item, "СОШ № 17", last_day=datetime.date(2026, 2, 1))
    report = year_report.draft(by=methodist, day=datetime.date(2026, 3, 1))
    part = report.parts.get(key="discipline")
    assert tables.figures(part.table) == {column["key"] for column in part.table["columns"]} - {"name"}
    tones = dict(zip(part.chart["labels"], part.chart["tones"], strict=True))
    assert max(tones, key=tones.__getitem__) == "не исполнено"
    assert min(tones, key=tones.__getitem__) == "срок впереди"
    client = login(methodist)
    page = client.get(reverse("roadmaps:year_report", args=[report.pk])).content.decode()
    assert '<td data-h="Не исполнено" class="r">1</td>' in page
    for each in report.parts.all():
        assert f'<li><a href="#part-{each.pk}">' in page
    word = client.get(reverse("roadmaps:year_file", args=[report.pk, "docx"])).content
    document = docx.Document(io.BytesIO(word))
    assert len(document.inline_shapes) == 1
    cell = document.tables[0].rows[1].cells[1]
    assert cell.paragraphs[0].alignment == WD_ALIGN_PARAGRAPH.RIGHT


def test_a_day_ahead_is_refused(methodist, login):
    page = login(methodist).post(reverse("roadmaps:year_new"), {"day": "2026-03-02"})
    assert page.status_code == 422
    assert "ещё не наступил" in page.content.decode()


def test_who_looks_on_reads_and_does_not_write(methodist, login):
    part = YearPartFactory(report__department=methodist.department)
    viewer = login(MembershipFactory(department=methodist.department, role="viewer"))
    page = viewer.get(reverse("roadmaps:year_report", args=[part.report_id])).content.decode()
    assert "Школ: 2." in page
    assert "Составить заново" not in page
    assert viewer.post(reverse("roadmaps:year_redraft", args=[part.report_id])).status_code == 403
    deputy = PostFactory(school__department=methodist.department).membership
    assert login(deputy).get(reverse("roadmaps:year_list")).status_code == 403


def test_queries_do_not_grow_with_the_duties(item, methodist, login, time_machine):
    client = login(methodist)

    def counted(day):
        with CaptureQueriesContext(connection) as spent:
            report = year_report.draft(by=methodist, day=day)
        drafted = len(spent)  # now: a request empties the log
        client.get(reverse("roadmaps:year_list"))  # warm: session, caches
        with CaptureQueriesContext(connection) as read:
            client.get(reverse("roadmaps:year_report", args=[report.pk]))
            client.get(reverse("roadmaps:year_list"))
        return drafted, len(read)

    duty(item, "СОШ № 1", last_day=datetime.date(2026, 2, 1))
    one = counted(datetime.date(2026, 3, 1))
    for number in (2, 3):
        duty(item, f"СОШ № {number}", last_day=datetime.date(2026, 2, 1))
        YearReportFactory(department=methodist.department)
    assert counted(datetime.date(2026, 3, 1) + datetime.timedelta(days=1)) == one
