"""The card shows what each app knows of the school, to whom it may be shown, at a price that does not grow."""

from __future__ import annotations

import pytest
import time_machine
from django.urls import reverse

from schools import card
from tests.factories.accounts import DepartmentFactory, MembershipFactory
from tests.factories.orders import make_signed
from tests.factories.roadmaps import AssignmentFactory
from tests.factories.schools import FlagFactory, PostFactory, SchoolFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def school():
    return SchoolFactory(department=DepartmentFactory())


@pytest.fixture
def methodist(school):
    return MembershipFactory(department=school.department)


def page(client, school):
    return client.get(reverse("schools:school", args=[school.pk])).content.decode().replace("\xa0", " ")


def duty(school, text="Провести совещание", **changes):
    return AssignmentFactory(
        school=school,
        department=school.department,
        item__text=text,
        item__section__roadmap__department=school.department,
        **changes,
    )


def blocks(school, member):
    return {block.key: block for block in card.blocks(school, member)}


def test_duties_are_counted_and_the_most_urgent_named(login, school, methodist):
    duty(school, "Собрать листы", last_day="2020-03-01")
    duty(school, "Доложить", reported=True)
    duty(SchoolFactory(department=school.department), "Чужое поручение")
    shown = blocks(school, methodist)["duties"]
    assert (shown.data["late"], shown.data["reported"]) == (1, 1)
    text = page(login(methodist), school)
    assert "Собрать листы" in text
    assert "1 просрочено" in text
    assert "Чужое поручение" not in text
    assert f"?school={school.pk}" in text


def test_a_deputy_sees_duties_and_orders_but_no_flags(login, school, methodist):
    post = PostFactory(school=school)
    duty(school, "Собрать листы")
    FlagFactory(school=school, grounds="Скачок на границе")
    assert "flags" not in blocks(school, post.membership)
    text = page(login(post.membership), school)
    assert "Собрать листы" in text
    assert "Скачок на границе" not in text


@time_machine.travel("2026-04-01 12:00+03:00", tick=False)
def test_orders_that_name_the_school_come_first(school, methodist):
    named = make_signed(
        methodist, title="О проверке", distribution=[{"copies": 1, "addressee": school.name.upper()}]
    )
    other = make_signed(methodist, title="О другом")
    make_signed()  # another department's
    assert [(order.pk, order.names_school) for order in blocks(school, methodist)["orders"].data] == [
        (named.pk, True),
        (other.pk, False),
    ]


def test_the_price_does_not_grow(login, school, django_assert_max_num_queries):
    client = login(MembershipFactory(department=school.department, admin=True))
    sizes = []
    for _ in range(2):
        duty(school)
        PostFactory(school=school)
        FlagFactory(school=school).events.create(state="analysis")
        with django_assert_max_num_queries(60) as spent:
            page(client, school)
        sizes.append(len(spent))
    assert sizes[0] == sizes[1]
