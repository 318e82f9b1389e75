"""What a school is not told of a plan, and what nobody gets of a proof that was taken off."""

from __future__ import annotations

import pytest
from django.urls import reverse

from roadmaps.domain import evidence, reports
from tests.factories.accounts import MembershipFactory
from tests.factories.orders import OrderFactory
from tests.factories.roadmaps import ActionItemFactory, AssignmentFactory, RoadmapFactory, SectionFactory
from tests.factories.schools import FlagFactory, PostFactory
from tests.roadmaps.test_evidence import PDF, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def post():
    return PostFactory()


def test_school_reads_the_plan_but_not_how_many_schools_are_flagged(login, post):
    department = post.school.department
    FlagFactory(school__department=department)
    plan = RoadmapFactory(department=department, state="approved", order=OrderFactory(department=department))
    ActionItemFactory(
        section=SectionFactory(roadmap=plan),
        text="Провести собеседования",
        reach=[{"kind": "flagged_schools", "phrase": "школы зоны риска"}],
    )
    address = reverse("roadmaps:roadmap", args=[plan.pk])
    assert "признаками" in login(MembershipFactory(department=department)).get(address).content.decode()
    page = login(post.membership).get(address).content.decode()
    assert "Провести собеседования" in page
    assert "признаками" not in page


def test_proof_taken_off_is_given_to_nobody(login, post):
    row = AssignmentFactory(school=post.school, item__section__roadmap__department=post.school.department)
    proof = evidence.add_file(row, upload("Справка.pdf", PDF), by=post.membership)
    address = reverse("roadmaps:evidence_file", args=[proof.pk])
    client = login(post.membership)
    assert client.get(address).getvalue() == PDF
    evidence.remove(proof)
    assert client.get(address).status_code == 404


def test_signs_that_postgresql_refuses_are_left_out(login, post):
    row = AssignmentFactory(school=post.school, item__section__roadmap__department=post.school.department)
    client = login(post.membership)
    draft = reverse("roadmaps:assignment_draft", args=[row.pk])
    client.post(draft, {"link": "\x00", "note": "Сдел\x00ано"})
    row.refresh_from_db()
    assert (row.draft["link"], row.draft["note"]) == ("", "Сделано")
    reports.report(row, by=post.membership, note="Сделано")
    client = login(MembershipFactory(department=row.department))
    client.post(reverse("roadmaps:assignment_accept", args=[row.pk]), {"comment": "Хоро\x00шо"})
    assert row.events.last().comment == "Хорошо"
