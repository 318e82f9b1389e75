"""Interested experts are refused by the domain and by the database, and both say the same."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.state import ProjectState
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recheck.domain import conflicts
from recheck.models import Expert, ExpertTie, RecheckCase, Seat
from tests.factories.accounts import DepartmentFactory
from tests.factories.recheck import CaseFactory, ExpertFactory, SeatFactory, TieFactory
from tests.factories.schools import ExamFactory, SchoolFactory

pytestmark = pytest.mark.django_db


def refused_by_database(**row: Any) -> bool:
    """Whether the database itself refuses the seat; the domain is not asked."""
    try:
        with transaction.atomic():
            SeatFactory(**row)
    except IntegrityError as error:
        return "recheck_conflict" in str(error)
    return False


def verdict(case, expert, part=1):
    return conflicts.verdicts(case, [expert], part)[0]


def test_own_school_is_refused():
    case = CaseFactory()
    own = ExpertFactory(department=case.department, school=case.school)
    assert verdict(case, own).hard == (f"работает: {case.school}: это школа, чьи работы проверяются",)
    assert refused_by_database(case=case, expert=own)
    assert not refused_by_database(case=case)


@pytest.mark.parametrize("kind", ExpertTie.HARD)
def test_own_pupils_and_own_children_are_refused(kind):
    case = CaseFactory()
    tied = TieFactory(expert__department=case.department, school=case.school, kind=kind).expert
    assert len(verdict(case, tied).hard) == 1
    assert refused_by_database(case=case, expert=tied)


def test_other_tie_only_warns():
    case = CaseFactory()
    tie = TieFactory(
        expert__department=case.department, school=case.school, kind="other", note="работал до 2020"
    )
    assert verdict(case, tie.expert).hard == ()
    assert verdict(case, tie.expert).soft == ("связь с проверяемой школой: работал до 2020",)
    assert not refused_by_database(case=case, expert=tie.expert)


def test_teacher_parent_and_expert_at_once_is_told_every_reason():
    case = CaseFactory()
    expert = ExpertFactory(department=case.department, school=case.school, subjects="физика")
    TieFactory(expert=expert, school=case.school, kind="child")
    TieFactory(expert=expert, school=case.school, kind="teaches")
    found = verdict(case, expert)
    assert [reason.split(":")[0] for reason in found.hard] == [
        "работает",
        "там учится ребёнок",
        "занимается с учениками",
    ]
    assert found.soft == ("в списке предметов нет: математика",)


def test_cross_check_is_done_by_teachers_of_the_school_that_checks():
    case = CaseFactory(cross=True)
    theirs = ExpertFactory(department=case.department, school=case.checker)
    strangers = ExpertFactory(department=case.department)
    assert not refused_by_database(case=case, expert=theirs)
    assert refused_by_database(case=case, expert=strangers)
    assert verdict(case, strangers).hard == (f"не работает в школе, которая проверяет: {case.checker}",)


def test_disputes_of_a_cross_check_are_settled_by_neither_school():
    case = CaseFactory(cross=True)
    for school in (case.school, case.checker):
        expert = ExpertFactory(department=case.department, school=school)
        assert refused_by_database(case=case, expert=expert, part=3)
        assert len(verdict(case, expert, 3).hard) == 1
    assert not refused_by_database(case=case, part=3)


@pytest.mark.parametrize("turned", [False, True])
def test_partner_of_a_cross_check_is_interested_both_ways(turned):
    """18 ↔ 23: whoever checks 18's teachers' school is no judge of 18, whichever way the pair was written."""
    case = CaseFactory()
    partner = SchoolFactory(department=case.department)
    pair = (
        {"school": partner, "checker": case.school} if turned else {"school": case.school, "checker": partner}
    )
    other_exam = ExamFactory(campaign=case.exam.campaign, subject="русский язык")
    CaseFactory(department=case.department, kind="cross", exam=other_exam, **pair)
    expert = ExpertFactory(department=case.department, school=partner)
    assert verdict(case, expert).hard == (f"работает: {partner}: школа и {case.school} проверяют друг друга",)
    assert refused_by_database(case=case, expert=expert)


def test_expert_cannot_become_interested_later_unseen():
    seat = SeatFactory()
    with pytest.raises(IntegrityError, match="recheck_conflict"), transaction.atomic():
        Expert.objects.filter(pk=seat.expert_id).update(school=seat.case.school)
    with pytest.raises(IntegrityError, match="recheck_conflict"), transaction.atomic():
        TieFactory(expert=seat.expert, school=seat.case.school)
    with pytest.raises(IntegrityError, match="recheck_conflict"), transaction.atomic():
        CaseFactory(
            department=seat.case.department,
            kind="cross",
            school=seat.expert.school,
            checker=seat.case.school,
            exam=ExamFactory(campaign=seat.case.exam.campaign, subject="русский язык"),
        )
    Seat.objects.filter(pk=seat.pk).update(ended_at="2026-05-01T00:00Z", end_reason="Перевод")
    TieFactory(expert=seat.expert, school=seat.case.school)  # no longer in the way


def test_opening_a_cross_check_names_those_it_would_make_interested():
    seat = SeatFactory()
    exam = ExamFactory(campaign=seat.case.exam.campaign, subject="русский язык")
    planned = RecheckCase(kind="cross", school=seat.expert.school, checker=seat.case.school, exam=exam)
    assert [found.expert for found in conflicts.standing(planned)] == [seat.expert]


@given(
    kind=st.sampled_from(["selective", "cross"]),
    part=st.sampled_from([1, 2, 3]),
    works_at=st.sampled_from(["checked", "checker", "third", None]),
    tie=st.sampled_from([None, "teaches", "child", "other"]),
    tied_to=st.sampled_from(["checked", "checker", "third"]),
    pair=st.sampled_from([None, ("checked", "third"), ("third", "checked"), ("checker", "third")]),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_domain_and_database_agree(kind, part, works_at, tie, tied_to, pair):
    with transaction.atomic():
        department = DepartmentFactory()
        place = {name: SchoolFactory(department=department) for name in ("checked", "checker", "third")}
        case = CaseFactory(
            department=department,
            kind=kind,
            school=place["checked"],
            checker=place["checker"] if kind == "cross" else None,
        )
        if pair:
            exam = ExamFactory(campaign=case.exam.campaign, subject="русский язык")
            school, checker = (place[name] for name in pair)
            CaseFactory(department=department, kind="cross", school=school, checker=checker, exam=exam)
        expert = ExpertFactory(department=department, school=place.get(works_at))
        if tie:
            TieFactory(expert=expert, school=place[tied_to], kind=tie, note="связь")
        refused = bool(verdict(case, expert, part).hard)
        assert refused_by_database(case=case, expert=expert, part=part) == refused
        transaction.set_rollback(True)


def test_candidates_cost_the_same_however_many(django_assert_num_queries):
    case = CaseFactory()
    experts = [ExpertFactory(department=case.department) for _ in range(3)]
    case = RecheckCase.objects.select_related("exam", "school", "checker").get()
    for some in (experts[:1], experts):
        with django_assert_num_queries(3):
            conflicts.verdicts(case, some, 1)


@pytest.mark.django_db(transaction=True)
def test_guards_come_off_and_on_again():
    """A migration that makes a table anew on SQLite needs both ways."""
    guards = import_module("recheck.migrations.0002_guards").Migration.operations
    state = ProjectState()
    with connection.schema_editor() as editor:
        for guard in reversed(guards):
            guard.database_backwards("recheck", editor, state, state)
        for guard in guards:
            guard.database_forwards("recheck", editor, state, state)
    case = CaseFactory()
    assert refused_by_database(
        case=case, expert=ExpertFactory(department=case.department, school=case.school)
    )
