"""What the start pages are tried on: a day, and rows of everything they list."""

from __future__ import annotations

import datetime

from django.urls import reverse

from accounts.models import Membership
from orders.models import Order
from roadmaps.models import Roadmap
from tests.factories.orders import OrderFactory, RegisterFactory
from tests.factories.roadmaps import (
    ActionItemFactory,
    AssignmentFactory,
    RoadmapFactory,
    SectionFactory,
)

TODAY = datetime.date(2026, 3, 16)
REPORTED = datetime.datetime(2026, 3, 10, 9, 0, tzinfo=datetime.UTC)


def duty(methodist: Membership, **fields):
    """A duty of a new school, in an approved roadmap of the methodist's department."""
    roadmap = fields.pop("roadmap", None) or approved_roadmap(methodist)
    item = ActionItemFactory(
        section=SectionFactory(roadmap=roadmap), text=fields.pop("text", "Собрать списки")
    )
    return AssignmentFactory(item=item, **fields)


def approved_roadmap(methodist: Membership, **fields) -> Roadmap:
    department = methodist.department
    return RoadmapFactory(
        department=department, state="approved", order=OrderFactory(department=department), **fields
    )


def report(methodist: Membership, **fields):
    return duty(methodist, state="reported", reported_at=REPORTED, reported_by=methodist, **fields)


def registered(methodist: Membership, number: int, **fields) -> Order:
    register = RegisterFactory(department=methodist.department, name=f"Журнал {number}")
    numbered = {
        "number": f"{number}-о",
        "sequence": number,
        "year": 2026,
        "date": TODAY,
        "register": register,
    }
    return OrderFactory(department=methodist.department, state="registered", **numbered, **fields)


def page_of(client) -> str:
    """The start page's text, with no-break spaces as plain ones."""
    response = client.get(reverse("portal:start"))
    assert response.status_code == 200
    return response.content.decode().replace("\N{NO-BREAK SPACE}", " ").replace("&nbsp;", " ")
