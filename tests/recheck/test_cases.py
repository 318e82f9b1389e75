"""A recheck's life in the domain: opened, drawn, read blind, compared, signed."""

from __future__ import annotations

import datetime
import hashlib

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from portal.lib.refusals import Refused
from recheck import sampling
from recheck.domain import cases, clocks, draws, measures, papers, reading, results, seats
from recheck.models import RecheckCase, Scoring, Seat
from roadmaps.models import Assignment, RecordedEvent
from tests.factories.accounts import MembershipFactory
from tests.factories.orders import OrderFactory
from tests.factories.recheck import ExpertFactory
from tests.factories.roadmaps import RoadmapFactory, SectionFactory
from tests.factories.schools import FlagFactory, SchoolFactory
from tests.recheck.stories import compared, drawn, opened, read_all, seated, with_works
from tests.roadmaps.test_fanout import item
from tests.threads import race

pytestmark = pytest.mark.django_db


# --- opening ---------------------------------------------------------------------------------------------------------


def test_case_keeps_the_rules_and_tasks_of_the_day_it_was_opened():
    case = opened(rules={"share": 30, "tolerance": 2})
    case.commission.tolerance = 9
    case.commission.save()
    case.refresh_from_db()
    assert (case.share, case.tolerance, case.tasks[3]) == (30, 2, {"number": "4", "max": 3})
    assert case.events.get().what == "Открыта"


def test_seed_is_promised_by_its_print_before_works_are_known():
    case = opened()
    assert case.commitment == hashlib.sha256(case.seed.encode()).hexdigest()
    assert case.commitment in case.events.get().comment
    assert case.seed not in case.events.get().comment


def test_seed_of_a_public_source_is_typed_at_the_draw():
    case = with_works(opened(seed_source="номера тиража 30 апреля"))
    assert (case.seed, case.commitment) == ("", "")
    with pytest.raises(Refused, match="номера тиража 30 апреля"):
        draws.draw(case, by=case.opened_by)
    sample = draws.draw(case, by=case.opened_by, seed=" 7 14 22 31 ")
    assert (sample.seed, case.commitment) == ("7 14 22 31", sampling.commitment("7 14 22 31"))


def test_pair_checks_each_other():
    methodist = MembershipFactory()
    flag = FlagFactory(school__department=methodist.department)
    partner = SchoolFactory(department=methodist.department)
    case = opened(methodist, school=flag.school, flag=flag, partner=partner)
    twin = RecheckCase.objects.get(pk=case.twin.pk)
    assert (case.school, case.checker) == (flag.school, partner)
    assert (twin.school, twin.checker, twin.twin, twin.flag) == (partner, flag.school, case, None)
    assert twin.reason == f"Перекрёстная проверка: {flag.school} и {partner}"


def test_works_are_rechecked_once_at_a_time():
    case = opened()
    with pytest.raises(Refused, match="уже перепроверяются"):
        opened(case.opened_by, school=case.school, exam=case.exam)
    with pytest.raises(Refused, match="не проверяет сама себя"):
        opened(case.opened_by, partner=case.school, school=case.school)


def test_cross_check_that_makes_an_expert_interested_is_refused_with_the_name():
    case = drawn()
    seat = seated(case)
    exam = case.exam.campaign.exams.create(grade=4, subject="русский язык", tasks=case.tasks)
    with pytest.raises(Refused, match=f"заинтересованными: {seat.expert}"):
        opened(case.opened_by, school=seat.expert.school, partner=case.school, exam=exam)


@pytest.mark.parametrize(
    ("text", "tasks"),
    [
        ("1 2 1", [("1", 1), ("2", 2), ("3", 1)]),
        ("1; 2;\n1", [("1", 1), ("2", 2), ("3", 1)]),
        ("1: 1, 2К1 = 2", [("1", 1), ("2К1", 2)]),
    ],
)
def test_tasks_as_people_type_them(text, tasks):
    assert [(task["number"], task["max"]) for task in cases.read_tasks(text)] == tasks


@pytest.mark.parametrize("text", ["", "1 два", "0", "1: 1, 1: 2", " ".join("1" * 61)])
def test_nonsense_for_tasks_is_named(text):
    with pytest.raises(Refused):
        cases.read_tasks(text)


def test_scale_must_grow():
    case = opened()
    with pytest.raises(Refused, match="Шкала"):
        cases.set_tasks(case, by=case.opened_by, maxima="1 2 1", thresholds={"3": 2, "4": 2, "5": 3})
    cases.set_tasks(case, by=case.opened_by, maxima="1 2 1", thresholds={"3": 1, "4": 2, "5": 3})
    assert case.max_score == 4
    with_works(case)
    with pytest.raises(Refused, match="уже внесены"):
        cases.set_tasks(case, by=case.opened_by, maxima="1", thresholds={})


def test_the_end_of_the_schools_own_check_starts_the_clocks_that_wait_for_it():
    order = OrderFactory()
    plan = RoadmapFactory(
        department=order.department,
        order=order,
        state="approved",
        created_by=MembershipFactory(department=order.department),
    )
    school, _ = SchoolFactory.create_batch(2, department=order.department)
    waiting = item(plan, "в течение 3 дней после завершения проверки школьной комиссией")
    opened(plan.created_by, school=school)
    assert not RecordedEvent.objects.exists()
    opened(plan.created_by, school=school, school_checked_on=datetime.date(2026, 4, 29))
    event = RecordedEvent.objects.get()
    assert (event.event, event.school, event.day) == (
        "school_check_finished",
        school,
        datetime.date(2026, 4, 29),
    )
    assert event.note.startswith("Открыта перепроверка: ")
    duty = Assignment.objects.get(item=waiting)
    assert (duty.school, duty.last_day, duty.event) == (school, datetime.date(2026, 5, 2), event)


def test_a_recheck_withdrawn_and_opened_again_records_no_second_event():
    order = OrderFactory()
    member = MembershipFactory(department=order.department)
    plan = RoadmapFactory(department=order.department, order=order, state="approved", created_by=member)
    school = SchoolFactory(department=order.department)
    item(plan, "в течение 3 дней после завершения проверки школьной комиссией")
    told = {"school": school, "school_checked_on": datetime.date(2026, 4, 29)}
    case = opened(member, **told)
    cases.withdraw(case, by=member, reason="Не те работы")
    opened(member, exam=case.exam, **told)
    event = RecordedEvent.objects.get()
    assert event.by_portal
    assert event.assignments.count() == 1


def test_a_check_that_is_not_over_starts_nothing():
    with pytest.raises(Refused, match="день впереди"):
        opened(school_checked_on=timezone.localdate() + datetime.timedelta(days=1))
    assert not RecordedEvent.objects.exists()


def test_clocks_run_by_the_working_calendar():
    methodist = MembershipFactory()
    flag = FlagFactory(school__department=methodist.department, opened_on=datetime.date(2026, 4, 20))
    case = opened(methodist, school=flag.school, flag=flag, school_checked_on=datetime.date(2026, 4, 29))
    after_flag, after_school = clocks.clocks(case)
    assert (after_flag.until, after_flag.note) == (datetime.date(2026, 5, 4), "понедельник")
    # 30 April and 4, 5 May are working days: 1 May is a holiday, 2 and 3 a weekend.
    assert (after_school.until, after_school.title) == (
        datetime.date(2026, 5, 5),
        "3\N{NO-BREAK SPACE}рабочих дня после проверки школьной комиссией",
    )
    assert clocks.due(case) == datetime.date(2026, 5, 4)


def test_withdrawn_case_keeps_everything_and_frees_the_works():
    case = drawn()
    cases.withdraw(case, by=case.opened_by, reason="Школа закрыта на карантин")
    assert case.samples.count() == 1
    assert case.events.last().comment == "Школа закрыта на карантин"
    opened(case.opened_by, school=case.school, exam=case.exam)
    with pytest.raises(Refused):
        cases.withdraw(case, by=case.opened_by, reason="Ещё раз")


# --- the draw --------------------------------------------------------------------------------------------------------


def test_draw_is_the_one_anybody_can_redo():
    case = drawn(works=20, rules={"share": 25})
    sample = case.samples.get()
    again = sampling.draw(case.seed, 5, draws.entries(case))
    assert [stratum.as_json() for stratum in again.strata] == sample.strata
    assert set(case.works.filter(sample=sample).values_list("code", flat=True)) == set(again.codes)
    assert (sample.works_digest, sample.size, case.state) == (again.works_digest, 5, "checking")


def test_redraw_needs_a_reason_and_leaves_the_first_in_sight():
    case = drawn()
    first = case.samples.get()
    with pytest.raises(Refused, match="уже в другом состоянии"):
        draws.draw(case, by=case.opened_by)
    second = draws.redraw(case, by=case.opened_by, reason="Работы 4А утрачены")
    assert [sample.reason for sample in case.samples.all()] == ["", "Работы 4А утрачены"]
    assert second.seed == f"{first.seed}/2"
    assert "Работы 4А утрачены" in case.events.last().comment


def test_sample_larger_than_the_works_takes_them_all():
    case = drawn(works=3, rules={"number": 50})
    assert case.samples.get().size == 3


def test_no_works_no_sample():
    case = opened()
    with pytest.raises(Refused, match="Список работ пуст"):
        draws.draw(case, by=case.opened_by)
    case.refresh_from_db()
    assert case.state == "opened"


@pytest.mark.django_db(transaction=True)
def test_two_who_draw_at_once_make_one_sample():
    case = with_works(opened())
    same = RecheckCase.objects.get(pk=case.pk)
    done = race(lambda: draws.draw(case, by=case.opened_by), lambda: draws.draw(same, by=case.opened_by))
    assert sorted(type(one).__name__ for one in done) == ["Refused", "Sample"]
    assert case.samples.count() == 1


# --- experts ---------------------------------------------------------------------------------------------------------


def test_interested_expert_is_refused_with_the_reason():
    case = drawn()
    with pytest.raises(Refused, match="конфликт интересов"):
        seated(case, school=case.school)
    assert not Seat.objects.exists()


def test_works_are_dealt_in_equal_parts():
    case = drawn(works=10, rules={"number": 9})
    first, second = seated(case), seated(case)
    assert sorted([first.scorings.count(), second.scorings.count()]) == [4, 5]


def test_expert_who_leaves_half_way_keeps_what_is_done_and_hands_on_the_rest():
    case = drawn(works=10, rules={"number": 6})
    leaving = seated(case)
    rows = list(leaving.scorings.all())
    for row in rows[:2]:
        reading.write(leaving, row.pk, {"1": "1", "2": "2", "3": "0", "4": "Х"})
    reading.write(leaving, rows[2].pk, {"1": "1"})
    seats.release(leaving, by=case.opened_by, reason="Заболела")
    assert leaving.scorings.filter(done_at__isnull=False).count() == 2
    comes = seated(case)
    assert comes.scorings.count() == 4
    assert leaving.scorings.count() == 2
    assert comes.scorings.get(work=rows[2].work).scores == {}
    with pytest.raises(Refused, match="передали другому"):
        reading.write(leaving, rows[3].pk, {"1": "1"})
    with pytest.raises(Refused, match="уже был в этой перепроверке"):
        seats.appoint(case, leaving.expert, by=case.opened_by)
    read_all(comes)
    reading.hand_in(comes)
    results.bring_together(case, by=case.opened_by)
    assert len(results.result(case).works) == 6


def test_personal_link_opens_one_place_and_can_be_replaced():
    case = drawn()
    seat = seated(case)
    token = seats.new_link(seat)
    assert seats.by_link(token) == seat
    fresh = seats.new_link(seat)
    assert (seats.by_link(token), seats.by_link(fresh), seats.by_link("")) == (None, seat, None)
    with time_machine.travel(timezone.now() + Seat.LINK_LIVES + datetime.timedelta(minutes=1)):
        assert seats.by_link(fresh) is None
    seats.release(seat, by=case.opened_by, reason="Отказ")
    assert seats.by_link(fresh) is None


# --- blind entry -----------------------------------------------------------------------------------------------------


def test_sheet_holds_nothing_of_the_school_or_of_the_other_expert():
    case = drawn(rules={"two_experts": True})
    first, second = seated(case, 1), seated(case, 2)
    read_all(first)
    reading.hand_in(first)
    sheet = reading.sheet(second)
    assert {cell.text for row in sheet.rows for cell in row.cells} == {""}
    assert {cell.given for row in sheet.rows for cell in row.cells} == {()}
    assert {name for row in sheet.rows for name in vars(row)} == {"pk", "code", "class_name", "cells", "done"}


def test_nobody_sees_a_result_before_all_is_in():
    case = drawn()
    seat = seated(case)
    with pytest.raises(Refused, match="сведены"):
        results.result(case)
    with pytest.raises(Refused, match="Не все эксперты"):
        results.bring_together(case, by=case.opened_by)
    read_all(seat)
    with pytest.raises(Refused, match="Не все эксперты"):  # read, not handed in
        results.bring_together(case, by=case.opened_by)
    reading.hand_in(seat)
    results.bring_together(case, by=case.opened_by)
    assert results.result(case).any.count == 0


def test_cells_in_error_are_named_and_the_others_kept():
    seat = seated(drawn())
    pk = seat.scorings.first().pk
    row = reading.write(seat, pk, {"1": "2", "2": "abc", "3": "x", "4": "3", "99": "1"})
    assert row.errors == [
        "задание 1: балл 2 больше наибольшего (1)",
        "задание 2: «abc» — не балл; пишите число от 0 до 2 или Х",
    ]
    assert Scoring.objects.get(pk=pk).scores == {"3": None, "4": 3}
    assert not row.done


def test_handed_in_is_final_until_given_back():
    case = drawn()
    seat = seated(case)
    with pytest.raises(Refused, match="Осталось"):
        reading.hand_in(seat)
    read_all(seat)
    pk = seat.scorings.first().pk
    reading.hand_in(seat)
    with pytest.raises(Refused, match="сдана"):
        reading.write(seat, pk, {"1": "0"})
    reading.give_back(seat, by=case.opened_by, reason="Опечатка")
    seat.refresh_from_db()
    assert reading.write(seat, pk, {"1": "0", "2": "0", "3": "0", "4": "0"}).done


def test_third_settles_disputes_and_only_them():
    case = drawn(works=10, rules={"two_experts": True, "number": 6})
    first, second = seated(case, 1), seated(case, 2)
    read_all(first)
    read_all(second, {"4": 0}, only=2)
    assert seats.disputes(case) == {}  # still blind
    for seat in (first, second):
        reading.hand_in(seat)
    assert list(seats.disputes(case).values()) == [["4"], ["4"]]
    with pytest.raises(Refused, match="третьего эксперта"):
        results.bring_together(case, by=case.opened_by)
    third = seated(case, 3)
    sheet = reading.sheet(third)
    assert [[cell.number for cell in row.cells if cell.asked] for row in sheet.rows] == [["4"], ["4"]]
    assert all(len(row.cells[3].given) == 2 for row in sheet.rows)
    for row in sheet.rows:
        reading.write(third, row.pk, {"4": "0"})
    reading.hand_in(third)
    results.bring_together(case, by=case.opened_by)
    assert results.result(case).any.count == 2
    assert results.between_experts(case).kappa < 1


# --- result, protocol, what follows ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("outcome", "state"), [("confirmed", "confirmed"), ("refuted", "refuted")])
def test_signed_protocol_decides_the_flag(outcome, state):
    methodist = MembershipFactory()
    flag = FlagFactory(school__department=methodist.department)
    case = compared(drawn(methodist, school=flag.school, flag=flag), {"4": 0})
    protocol = results.close(
        case, by=methodist, outcome=outcome, conclusion="Вывод комиссии.", signed_on=timezone.localdate()
    )
    flag.refresh_from_db()
    assert flag.state == state
    assert papers.digest(protocol.snapshot) == protocol.sha256
    assert protocol.snapshot["sample"]["seed"] == case.seed
    with pytest.raises(Refused):
        results.close(case, by=methodist, outcome=outcome, conclusion="Ещё", signed_on=timezone.localdate())


def test_flag_decided_by_people_meanwhile_is_left_alone():
    methodist = MembershipFactory()
    flag = FlagFactory(school__department=methodist.department)
    case = compared(drawn(methodist, school=flag.school, flag=flag))
    type(flag).objects.filter(pk=flag.pk).update(state="confirmed")
    case.flag.refresh_from_db()
    results.close(case, by=methodist, outcome="refuted", conclusion="Нет.", signed_on=timezone.localdate())
    flag.refresh_from_db()
    assert flag.state == "confirmed"


@pytest.mark.parametrize("days", [-400, 1])
def test_day_of_the_protocol_is_checked(days):
    case = compared()
    day = timezone.localdate() + datetime.timedelta(days=days)
    with pytest.raises(Refused, match="Дата протокола"):
        results.close(case, by=case.opened_by, outcome="refuted", conclusion="Нет.", signed_on=day)


def test_measure_becomes_a_point_of_a_plan_once():
    case = compared()
    measure = measures.add(case, by=case.opened_by, text="Обучить проверяющих", deadline="до 1 июня")
    plan = RoadmapFactory(department=case.department)
    section = SectionFactory(roadmap=plan)
    measures.into_plan(measure, section, by=case.opened_by)
    assert (measure.item.text, measure.item.deadline) == ("Обучить проверяющих", "до 1 июня")
    with pytest.raises(Refused, match="уже в плане"):
        measures.into_plan(measure, section, by=case.opened_by)


def test_order_on_results_holds_the_table_and_the_measures():
    case = compared(change={"4": 0})
    measures.add(
        case, by=case.opened_by, text="обучить проверяющих", deadline="до 1 июня", responsible="Школе"
    )
    with pytest.raises(Refused, match="подписаны"):
        measures.make_order([case], by=case.opened_by)
    results.close(
        case, by=case.opened_by, outcome="confirmed", conclusion="Да.", signed_on=timezone.localdate()
    )
    order = measures.make_order([case], by=case.opened_by)
    row = order.annexes.get().content["sections"][0]["items"][0]
    assert (row["school"], row["outcome"]) == (case.school.name, "необъективность подтвердилась")
    assert "Школе: обучить проверяющих до 1 июня." in [clause.text for clause in order.clauses.all()]
    case.refresh_from_db()
    with pytest.raises(Refused, match="уже подготовлен"):
        measures.make_order([case], by=case.opened_by)


@pytest.mark.django_db(transaction=True)
def test_two_who_sign_at_once_make_one_protocol():
    case = compared()
    same = RecheckCase.objects.get(pk=case.pk)
    words = {
        "by": case.opened_by,
        "outcome": "refuted",
        "conclusion": "Нет.",
        "signed_on": timezone.localdate(),
    }
    done = race(lambda: results.close(case, **words), lambda: results.close(same, **words))
    assert sum(type(one).__name__ == "Protocol" for one in done) == 1
    assert transaction.get_connection().in_atomic_block is False


def test_expert_of_another_department_cannot_sit():
    case = drawn()
    stranger = ExpertFactory()
    with pytest.raises(Refused, match="не из списка отдела"):
        seats.appoint(case, stranger, by=case.opened_by)
