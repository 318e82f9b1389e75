"""Deadlines without days («по графику»): asked before the order, one answer for all alike, and still after it."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from portal.lib.refusals import Refused
from roadmaps.domain import fanout, items
from roadmaps.domain.sheet import Sheet
from roadmaps.models import ActionItem, Assignment, Roadmap
from tests.factories.accounts import MembershipFactory
from tests.factories.orders import OrderFactory
from tests.factories.roadmaps import ActionItemFactory, RoadmapFactory, SectionFactory
from tests.factories.schools import SchoolFactory

pytestmark = pytest.mark.django_db
VPR = [{"schedule": "vpr"}]
DAYS = [{"window": ["2026-03-16", "2026-03-20"]}]
ANSWER = {"meaning": "window", "first": "2026-03-16", "last": "2026-03-20"}
SCHOOLS = [{"kind": "all_schools", "phrase": "Руководители ОО", "label": ""}]


@pytest.fixture
def methodist():
    return MembershipFactory()


@pytest.fixture
def roadmap(methodist):
    SchoolFactory(department=methodist.department)
    return RoadmapFactory(department=methodist.department)


@pytest.fixture
def section(roadmap):
    return SectionFactory(roadmap=roadmap)


def row(section, deadline, parts, **more):
    return ActionItemFactory(section=section, deadline=deadline, deadline_parts=parts, reach=SCHOOLS, **more)


def titles(roadmap):
    fresh = Roadmap.objects.select_related("department", "school").get(pk=roadmap.pk)
    return [issue.title for issue in Sheet(fresh, date(2026, 1, 15)).issues]


def parts_of(roadmap):
    return list(ActionItem.objects.filter(section__roadmap=roadmap).values_list("deadline_parts", flat=True))


def test_a_schedule_whose_days_nobody_said_is_one_question_of_all_rows(roadmap, section):
    row(section, "по графику ВПР", VPR)
    row(section, "согласно плану-графику ВПР", VPR)
    assert titles(roadmap) == ["Нужны дни ВПР"]


def test_one_answer_settles_all_rows_alike_when_wished(login, methodist, roadmap, section):
    first = row(section, "по графику ВПР", VPR)
    row(section, "согласно плану-графику ВПР", VPR)
    row(section, "до 2 марта", [{"by": "2026-03-02"}])
    address = reverse("roadmaps:item_deadline", args=[first.pk])
    assert "Таких пунктов ещё 1." in login(methodist).get(address).content.decode()
    login(methodist).post(address, ANSWER | {"everywhere": "on"})
    assert parts_of(roadmap) == [DAYS, DAYS, [{"by": "2026-03-02"}]]
    assert titles(roadmap) == []


def test_without_the_wish_only_this_row_is_settled(login, methodist, roadmap, section):
    first = row(section, "по графику ВПР", VPR)
    row(section, "согласно плану-графику ВПР", VPR)
    login(methodist).post(reverse("roadmaps:item_deadline", args=[first.pk]), ANSWER)
    assert parts_of(roadmap) == [DAYS, VPR]


def test_phrases_not_understood_are_alike_only_when_they_read_alike(roadmap, section):
    unclear = [{"unclear": "непонятно, когда"}]
    first = row(section, "когда-нибудь", unclear)
    row(section, "при случае", unclear)
    same = row(section, "Когда-нибудь ", unclear)
    assert items.alike(first) == [same]


def test_what_gives_no_duty_is_not_offered_as_understood(login, methodist, section):
    page = login(methodist).get(reverse("roadmaps:item_deadline", args=[row(section, "по плану ВШК", [
        {"throughout": ["2025-09-01", "2026-08-31"]}, {"schedule": "план ВШК"},
    ]).pk]))  # fmt: skip
    assert "Понято верно" not in page.content.decode()


def test_days_put_off_are_a_note_and_no_question(methodist, roadmap, section):
    items.settle_deadline(row(section, "по графику ВПР", VPR), VPR, methodist)
    sheet = Sheet(Roadmap.objects.get(pk=roadmap.pk), date(2026, 1, 15))
    assert [issue.kind for issue in sheet.issues] == ["info"]
    assert sheet.to_settle == 0


@pytest.fixture
def in_force(roadmap):
    order = OrderFactory(department=roadmap.department)
    Roadmap.objects.filter(pk=roadmap.pk).update(state=Roadmap.State.APPROVED, order=order)
    return roadmap


def test_days_said_after_the_signature_become_duties(login, methodist, in_force, section):
    waiting = row(section, "по графику ВПР", VPR)
    in_force.refresh_from_db()
    fanout.fan_out(in_force, methodist)
    gaps = reverse("roadmaps:gaps", args=[in_force.pk])
    address = reverse("roadmaps:item_deadline", args=[waiting.pk])
    assert address in login(methodist).get(gaps).content.decode()
    assert login(methodist).post(address, ANSWER)["Location"] == gaps
    duty = Assignment.objects.get(item=waiting)
    assert (duty.first_day, duty.last_day) == (date(2026, 3, 16), date(2026, 3, 20))
    waiting.refresh_from_db()
    assert waiting.deadline == "по графику ВПР"
    assert address not in login(methodist).get(gaps).content.decode()


def test_days_that_the_signature_fixed_stay(methodist, in_force, section):
    fixed = row(section, "до 2 марта", [{"by": "2026-03-02"}])
    with pytest.raises(Refused, match="не черновик"):
        items.settle_deadline(fixed, DAYS, methodist)
