"""What no browser sends but somebody may: days out of any calendar, endless numbers, signs no table keeps."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from roadmaps.deadlines import EVENT_TITLES
from tests.factories.accounts import MembershipFactory
from tests.factories.orders import make_draft
from tests.factories.roadmaps import ActionItemFactory, AssignmentFactory
from tests.factories.schools import SchoolFactory

pytestmark = pytest.mark.django_db
DAYS = ["0001-01-01", "1949-12-31", "2101-01-01", "9999-12-31"]
ENDLESS = "9" * 30


def answer(client: Any, name: str, pk: int | None, data: dict[str, str]) -> Any:
    return client.post(reverse(name, args=[pk] if pk else []), data)


@pytest.mark.parametrize("day", DAYS)
def test_slip_in_a_year_is_named_in_every_form(login, day):
    member = MembershipFactory()
    department, school = member.department, SchoolFactory(department=member.department)
    row = ActionItemFactory(section__roadmap__department=department)
    plan, event = row.section.roadmap.pk, next(iter(EVENT_TITLES))
    head = {"name": "План", "title_lines": "План", "version": "1", "first_day": day, "last_day": day}
    flag = {"year": "2025", "source": "письмо", "grounds": "числа", "opened_on": day}
    admin = MembershipFactory(department=department, admin=True)
    forms = [
        (member, "roadmaps:new", None, head),
        (member, "roadmaps:head", plan, head),
        (member, "roadmaps:item_deadline", row.pk, {"meaning": "by", "last": day}),
        (member, "roadmaps:event_new", None, {"event": event, "day": day}),
        (member, "schools:flag_new", school.pk, flag),
        (admin, "schools:close", school.pk, {"on": day, "reason": "нет"}),
        (admin, "schools:edit", school.pk, {"name": "Школа", "accredited_on": day}),
    ]
    for who, name, pk, data in forms:
        response = answer(login(who), name, pk, data)
        assert response.status_code == 422, name
        assert "проверьте год" in response.content.decode().replace("\xa0", " "), name


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("field", ["since", "until"])
def test_log_is_filtered_by_days_of_our_time(login, field, day):
    client = login(MembershipFactory(admin=True))
    response = client.get(reverse("accounts:audit"), {field: day})
    assert response.status_code == 200
    assert "проверьте год" in response.content.decode().replace("\xa0", " ")


def test_endless_numbers_find_nothing(login):
    member = MembershipFactory()
    client, order = login(member), make_draft(member)
    duty = AssignmentFactory(item__section__roadmap__department=member.department, reported=True)
    for name, data in [
        ("roadmaps:assignments", {"school": ENDLESS, "roadmap": ENDLESS, "page": ENDLESS}),
        ("roadmaps:review", {"school": ENDLESS}),
        ("orders:list", {"register": ENDLESS, "year": ENDLESS}),
        ("portal:search", {"q": ENDLESS}),
    ]:
        assert client.get(reverse(name), data).status_code == 200, name
    for pk in (ENDLESS, "9" * 5000):
        assert client.get(f"/orders/{pk}/").status_code == 404
    for name, pk, data in [
        ("roadmaps:review_accept", None, {"assignment": ENDLESS}),
        ("orders:clause_add", order.pk, {"text": "Пункт", "after": ENDLESS}),
        ("portal:switch", None, {"membership": ENDLESS}),
        ("portal:switch", None, {"membership": "9" * 5000}),
    ]:
        assert answer(client, name, pk, data).status_code in {302, 404}, name
    reach = {"officials": ENDLESS, "schools": ENDLESS}
    response = client.post(reverse("roadmaps:item_reach", args=[duty.item_id, 0]), reach)
    assert response.status_code == 422
    duty.refresh_from_db()
    assert duty.state == "reported"
