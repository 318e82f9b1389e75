"""What a school sees of a recheck: its own task, its own teachers, and what was found in its works once signed."""

from __future__ import annotations

import pytest
from django.utils import timezone

from recheck.models import Expert, Protocol, RecheckCase, Seat
from tests.factories.accounts import MembershipFactory
from tests.factories.recheck import CaseFactory, ExpertFactory, SeatFactory
from tests.factories.schools import PostFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def deputy():
    return PostFactory().membership


def seen(model, member):
    return set(model.objects.visible_to(member))


def protocol(case) -> Protocol:
    signed = Protocol.objects.create(
        case=case, snapshot={}, sha256="0" * 64, signed_on="2026-05-05", signed_by=case.opened_by
    )
    RecheckCase.objects.filter(pk=case.pk).update(
        state="closed",
        compared_at=timezone.now(),
        closed_at=timezone.now(),
        closed_by=case.opened_by,
        outcome="refuted",
        protocol=signed,
    )
    return signed


def test_school_sees_its_task_and_its_signed_result_only(deputy):
    ours = {"department": deputy.department}
    school = deputy.post.school
    task = CaseFactory(cross=True, checker=school, state="checking", **ours)
    CaseFactory(cross=True, checker=school, state="opened", **ours)  # no sample yet
    CaseFactory(school=school, state="checking", **ours)
    told = CaseFactory(school=school, **ours)
    others = CaseFactory(**ours)
    mine = protocol(told)
    protocol(others)
    assert seen(RecheckCase, deputy) == {task, told}
    assert seen(Protocol, deputy) == {mine}


def test_school_sees_its_own_teachers_and_those_at_its_task(deputy):
    ours, school = {"department": deputy.department}, deputy.post.school
    teacher = ExpertFactory(school=school, **ours)
    ExpertFactory(**ours)
    task = CaseFactory(cross=True, checker=school, state="checking", **ours)
    placed = SeatFactory(case=task, expert=teacher)
    SeatFactory(case=task, part=3)
    SeatFactory(case__department=deputy.department)
    own = ExpertFactory(**ours)
    own.membership = deputy
    own.save()
    held = SeatFactory(case__department=deputy.department, expert=own)
    assert seen(Expert, deputy) == {teacher}
    assert seen(Seat, deputy) == {placed, held}


def test_other_departments_see_nothing(deputy):
    CaseFactory(cross=True, checker=deputy.post.school, department=deputy.department, state="checking")
    SeatFactory(case__department=deputy.department)
    stranger = MembershipFactory()
    for model in (RecheckCase, Expert, Seat, Protocol):
        assert seen(model, stranger) == set()
