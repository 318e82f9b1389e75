"""The pages of a recheck as the department sees them."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.lib.refusals import Refused
from recheck.domain import cases, draws, reading, results
from recheck.models import Expert, Measure, RecheckCase, Seat, SheetImport, Work
from tests.factories.accounts import MembershipFactory
from tests.factories.recheck import CommissionFactory, ExpertFactory, TieFactory
from tests.factories.roadmaps import RoadmapFactory, SectionFactory
from tests.factories.schools import ExamFactory, FlagFactory, SchoolFactory
from tests.recheck.stories import TASKS, compared, drawn, opened, read_all, seated, with_works

pytestmark = pytest.mark.django_db

TABLE = "Код участника\tНаименование класса\tОтметка ВПР\t1 (1б)\t2\t3\tбалл за 4\n"
GOOD = TABLE + "".join(f"{n}\t4 а\t4\t1\t2\tХ\t3\n" for n in range(101, 111))


@pytest.fixture
def methodist():
    return MembershipFactory()


@pytest.fixture
def office(login, methodist):
    return login(methodist)


def url(name, *args):
    return reverse(f"recheck:{name}", args=args)


def signed(case: RecheckCase) -> RecheckCase:
    results.close(
        case, by=case.opened_by, outcome="confirmed", conclusion="Завышают.", signed_on=timezone.localdate()
    )
    return case


# --- the office ------------------------------------------------------------------------------------------------------


def test_from_a_flag_to_a_signed_protocol(office, methodist):
    department = methodist.department
    flag = FlagFactory(school__department=department)
    exam = ExamFactory(campaign__department=department, tasks=TASKS, thresholds={"3": 3, "4": 5, "5": 7})
    commission = CommissionFactory(
        department=department, last_day=timezone.localdate() + datetime.timedelta(days=9), share=30
    )
    page = office.get(url("new") + f"?flag={flag.pk}")
    assert "признак необъективности" in page.text
    sent = {"school": flag.school.pk, "exam": exam.pk, "commission": commission.pk}
    office.post(url("new") + f"?flag={flag.pk}", sent)
    case = RecheckCase.objects.get()
    assert (case.flag, case.school) == (flag, flag.school)

    office.post(url("works", case.pk), {"text": GOOD})
    staged = SheetImport.objects.get()
    assert "Ошибок нет" in office.get(url("sheet", staged.pk)).text
    office.post(url("sheet_apply", staged.pk))
    assert case.works.count() == 10
    assert "3</b> из 10" in office.get(url("draw", case.pk)).text
    office.post(url("draw", case.pk))
    expert = ExpertFactory(department=department)
    office.post(url("seat_new", case.pk), {"expert": expert.pk})
    seat = Seat.objects.get()
    cells = {f"s-{row.pk}-{n}": "0" for row in seat.scorings.all() for n in "1234"}
    office.post(url("entry", seat.pk), cells)
    assert seat.scorings.done().count() == 3
    office.post(url("entry_hand", seat.pk))
    office.post(url("together", case.pk))
    assert "не достигнута" in office.get(url("result", case.pk)).text
    office.post(url("measure_new", case.pk), {"text": "Обучить проверяющих"})
    office.post(
        url("close", case.pk),
        {"outcome": "confirmed", "conclusion": "Завышают.", "signed_on": timezone.localdate().isoformat()},
    )
    case.refresh_from_db()
    flag.refresh_from_db()
    assert (case.state, flag.state) == ("closed", "confirmed")
    page = office.get(url("case", case.pk)).text
    assert case.protocol.sha256 in page
    response = office.post(url("order", case.pk))
    assert response.url == reverse("orders:order", args=[RecheckCase.objects.get().results_order_id])


@pytest.mark.parametrize("kind", ["protocol", "note", "errors"])
@pytest.mark.parametrize(("suffix", "begins"), [("pdf", b"%PDF"), ("docx", b"PK")])
def test_papers_before_and_after_the_signature(office, methodist, kind, suffix, begins):
    case = compared(drawn(methodist), {"4": 0})
    assert office.get(url("paper", case.pk, kind, suffix)).content.startswith(begins)
    signed(case)
    first = office.get(url("paper", case.pk, kind, suffix)).content
    assert first.startswith(begins)
    if suffix == "pdf":
        assert office.get(url("paper", case.pk, kind, suffix)).content == first


@pytest.mark.parametrize(("kind", "suffix"), [("secret", "pdf"), ("protocol", "exe")])
def test_other_papers_do_not_exist(office, methodist, kind, suffix):
    case = compared(drawn(methodist))
    assert office.get(url("paper", case.pk, kind, suffix)).status_code == 404


def test_no_page_shows_scores_while_the_case_is_checked(office, methodist):
    case = drawn(methodist)
    seat = seated(case)
    read_all(seat)
    assert office.get(url("result", case.pk)).status_code == 404
    assert office.get(url("paper", case.pk, "protocol", "pdf")).status_code == 404
    page = office.get(url("case", case.pk))
    assert "result" not in page.context or page.context["result"] is None
    assert "Баллы школы не видны" in page.text


def test_every_fault_of_a_table_is_named_by_its_cell(office, methodist):
    case = opened(methodist)
    bad = (
        TABLE
        + "101\t4А\t4\t2\t2\tх\t3\n101\tкласс\t6\t1\tдва\t\t3\nИванов Иван Иванович\t4А\t4\t1\t1\t1\t1\n"
    )
    office.post(url("works", case.pk), {"text": bad})
    faults = SheetImport.objects.get().preview["faults"]
    assert [(fault["cell"], fault["value"]) for fault in faults] == [
        ("D2", "2"),
        ("A3", "101"),
        ("B3", "класс"),
        ("C3", "6"),
        ("E3", "два"),
        ("F3", ""),
        ("A4", "Иванов Иван Иванович"),
    ]
    page = office.get(url("sheet", SheetImport.objects.get().pk)).text
    assert "больше наибольшего" in page
    office.post(url("sheet_apply", SheetImport.objects.get().pk))
    assert not case.works.exists()


def test_unknown_task_is_a_fault(office, methodist):
    case = opened(methodist)
    office.post(url("works", case.pk), {"text": "Код\tКласс\t1\t2\t3\t4\t5\n101\t4А\t1\t1\t1\t1\t1\n"})
    assert [fault["cell"] for fault in SheetImport.objects.get().preview["faults"]] == ["G1"]


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"text": ""}, "Выберите файл или вставьте таблицу"),
        ({"text": "Код\tКласс\n101\t4А"}, "задание 1"),
        ({"text": "просто слова"}, "это текст, а не таблица"),
        ({"text": TABLE}, "нет ни одной работы"),
    ],
)
def test_what_is_no_table_is_refused_and_nothing_typed_is_lost(office, methodist, sent, words):
    page = office.post(url("works", opened(methodist).pk), sent)
    assert page.status_code == 422
    assert words.lower() in page.text.lower()
    assert sent["text"].split("\t")[0].strip() in page.text


def test_import_is_taken_back_until_the_sample_is_drawn(office, methodist):
    case = opened(methodist)
    office.post(url("works", case.pk), {"text": GOOD})
    staged = SheetImport.objects.get()
    office.post(url("sheet_apply", staged.pk))
    office.post(url("sheet_apply", staged.pk))  # a double click
    assert case.works.count() == 10
    office.post(url("sheet_undo", staged.pk))
    assert case.works.count() == 0


def test_columns_are_corrected_and_remembered(office, methodist):
    case = opened(methodist)
    odd = GOOD.replace("Код участника", "Шифр участника (код)").replace(
        "Наименование класса", "Группа (класс)"
    )
    office.post(url("works", case.pk), {"text": odd.replace("Шифр участника (код)", "код шифра")})
    staged = SheetImport.objects.get()
    assert office.get(url("sheet_columns", staged.pk)).status_code == 200


def test_scores_of_an_expert_come_from_a_table(office, methodist):
    case = drawn(methodist)
    seat = seated(case)
    codes = list(seat.scorings.values_list("work__code", flat=True))
    text = "Код\t1\t2\t3\t4\n" + "".join(f"{code}\t1\t0\tХ\t2\n" for code in codes)
    office.post(url("scores", seat.pk), {"text": text})
    office.post(url("sheet_apply", SheetImport.objects.get().pk))
    assert seat.scorings.done().count() == len(codes)
    assert seat.scorings.first().scores == {"1": 1, "2": 0, "3": None, "4": 2}
    assert seat.scorings.first().entered_by == methodist
    office.post(url("scores", seat.pk), {"text": "Код\t1\t2\t3\t4\n999\t1\t0\tХ\t2\n"})
    assert SheetImport.objects.first().preview["faults"][0]["message"] == "такой работы у эксперта нет"


def test_interested_experts_are_shown_with_the_reason_and_cannot_be_chosen(office, methodist):
    case = drawn(methodist)
    own = ExpertFactory(department=methodist.department, school=case.school)
    free = ExpertFactory(department=methodist.department)
    page = office.get(url("seat_new", case.pk))
    assert [one.expert for one in page.context["free"]] == [free]
    assert [one.expert for one in page.context["barred"]] == [own]
    assert office.post(url("seat_new", case.pk), {"expert": own.pk}).status_code == 422
    assert not Seat.objects.exists()


def test_steps_that_need_a_reason_ask_for_it(office, methodist):
    case = drawn(methodist)
    assert office.post(url("redraw", case.pk), {"reason": ""}).status_code == 422
    office.post(url("redraw", case.pk), {"reason": "Утрачены работы"})
    assert case.samples.count() == 2
    seat = seated(case)
    office.post(url("seat_release", seat.pk), {"reason": "Болезнь"})
    seat.refresh_from_db()
    assert seat.end_reason == "Болезнь"
    office.post(url("withdraw", case.pk), {"reason": "Ошибка"})
    case.refresh_from_db()
    assert case.state == "withdrawn"
    assert office.get(url("case", case.pk)).status_code == 200


def test_public_seed_is_asked_for_at_the_draw(office, methodist):
    case = with_works(opened(methodist, seed_source="номера тиража"))
    assert "номера тиража" in office.get(url("draw", case.pk)).text
    assert office.post(url("draw", case.pk), {"seed": ""}).status_code == 422
    office.post(url("draw", case.pk), {"seed": "5 7 9"})
    case.refresh_from_db()
    assert (case.state, case.seed) == ("checking", "5 7 9")


def test_tasks_are_typed_where_the_test_does_not_know_them(office, methodist):
    case = opened(methodist, exam=ExamFactory(campaign__department=methodist.department))
    assert office.get(url("works", case.pk)).url == url("tasks", case.pk)
    sent = {"maxima": "1 2 2 3", "three": 3, "four": 5, "five": 7}
    office.post(url("tasks", case.pk), sent)
    case.refresh_from_db()
    assert (len(case.tasks), case.thresholds) == (4, {"3": 3, "4": 5, "5": 7})
    assert office.post(url("tasks", case.pk), sent | {"five": 99}).status_code == 422


def test_bank_of_experts(office, methodist):
    school = SchoolFactory(department=methodist.department)
    sent = {"last_name": "Лугова", "first_name": "Ирина", "subjects": "математика", "school": school.pk}
    office.post(url("expert_new"), sent)
    expert = Expert.objects.get()
    assert office.post(url("expert_new"), sent).status_code == 422  # the same person twice
    tie = {"school": SchoolFactory(department=methodist.department).pk, "kind": "child"}
    office.post(url("tie_new", expert.pk), tie)
    assert office.post(url("tie_new", expert.pk), tie).status_code == 422
    assert "там учится ребёнок" in office.get(url("experts") + "?q=лугова").text.lower()
    office.post(url("tie_end", expert.ties.get().pk))
    assert not expert.ties.exists()
    office.post(url("expert_leave", expert.pk))
    assert "Выбыли" in office.get(url("experts")).text
    office.post(url("expert_leave", expert.pk))
    expert.refresh_from_db()
    assert expert.left_on is None


def test_expert_at_work_can_neither_leave_nor_become_interested(office, methodist):
    case = drawn(methodist)
    seat = seated(case)
    office.post(url("expert_leave", seat.expert_id))
    tie = {"school": case.school_id, "kind": "child"}
    page = office.post(url("tie_new", seat.expert_id), tie)
    assert "Сначала освободите" in page.text
    seat.expert.refresh_from_db()
    assert seat.expert.left_on is None


def test_commission_with_its_rules(office, methodist):
    member = ExpertFactory(department=methodist.department)
    sent = {
        "name": "Комиссия", "chair": methodist.pk, "members": [member.pk], "first_day": "2026-01-01",
        "last_day": "2026-12-31", "share": 20, "tolerance": 2, "substantial": "mark", "days_after_school": 3,
        "days_after_flag": 14, "target": 90,
    }  # fmt: skip
    office.post(url("commission_new"), sent)
    found = methodist.department.recheck_commissions.get()
    assert (found.members.get(), found.tolerance) == (member, 2)
    assert office.post(url("commission_new"), sent).status_code == 422
    assert "Комиссия" in office.get(url("commissions")).text
    assert office.post(url("commission", found.pk), sent | {"share": ""}).status_code == 422


def test_measure_goes_into_a_plan_under_edit(office, methodist):
    case = compared(drawn(methodist))
    measure = Measure.objects.create(case=case, text="Обучить", created_by=methodist)
    assert "Нет плана" in office.get(url("measure_plan", measure.pk)).text
    section = SectionFactory(roadmap=RoadmapFactory(department=methodist.department))
    office.post(url("measure_plan", measure.pk), {"section": section.pk})
    measure.refresh_from_db()
    assert measure.item.text == "Обучить"
    assert reverse("roadmaps:roadmap", args=[section.roadmap_id]) in office.get(url("case", case.pk)).text


def test_viewer_sees_and_changes_nothing(login, methodist):
    case = drawn(methodist)
    viewer = login(MembershipFactory(viewer=True, department=methodist.department))
    assert viewer.get(url("case", case.pk)).status_code == 200
    for name in ("redraw", "withdraw", "together", "works", "seat_new"):
        assert viewer.post(url(name, case.pk)).status_code == 403


def test_list_shows_the_department_only_at_the_same_cost(office, methodist, django_assert_max_num_queries):
    case = drawn(methodist)
    opened()  # another department
    office.get(url("list"))
    with django_assert_max_num_queries(16) as one:
        assert [found for found, _ in office.get(url("list")).context["rows"]] == [case]
    for _ in range(2):
        opened(methodist)
    with django_assert_max_num_queries(len(one)):
        assert len(office.get(url("list")).context["rows"]) == 3


def test_list_is_filtered(office, methodist):
    case = drawn(methodist)
    cases.withdraw(opened(methodist), by=methodist, reason="Ошибка")
    shown = lambda query: [found for found, _ in office.get(url("list") + query).context["rows"]]  # noqa: E731
    assert shown("") == [case]
    assert len(shown("?state=all")) == 2
    assert shown("?q=Математика&state=checking") == [case]
    assert shown("?q=физика&state=all") == []


def test_schools_card_tells_of_rechecks(office, methodist):
    case = drawn(methodist)
    page = office.get(reverse("schools:school", args=[case.school_id]))
    assert url("case", case.pk) in page.text
    stranger = SchoolFactory(department=methodist.department)
    assert "не перепроверялись" in office.get(reverse("schools:school", args=[stranger.pk])).text


def test_third_expert_sees_both_scores_of_disputes_only(office, methodist):
    case = drawn(methodist, rules={"two_experts": True})
    first, second = seated(case, 1), seated(case, 2)
    read_all(first)
    read_all(second, {"4": 0}, only=1)
    for one in (first, second):
        reading.hand_in(one)
    assert "Спорных работ: 1" in office.get(url("case", case.pk)).text
    expert = ExpertFactory(department=methodist.department)
    office.post(url("seat_new", case.pk) + "?part=3", {"expert": expert.pk})
    page = office.get(url("entry", Seat.objects.get(part=3).pk))
    assert page.text.count("было ") == 1


def test_ties_of_other_departments_are_not_offered(office):
    tie = TieFactory()
    page = office.get(url("expert_new"))
    assert str(tie.school) not in page.text


def test_refusal_of_a_second_click_is_said(office, methodist):
    case = with_works(opened(methodist))
    office.post(url("draw", case.pk))
    page = office.post(url("draw", case.pk), follow=True)
    assert "уже в другом состоянии" in page.text.replace("\N{NO-BREAK SPACE}", " ")
    with pytest.raises(Refused):
        draws.draw(case, by=methodist)
    assert Work.objects.filter(sample__isnull=False).count() == 2
