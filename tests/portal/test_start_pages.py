"""Start pages: what each role must do now, of its own department only, in a bounded number of queries."""

from __future__ import annotations

import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Membership
from roadmaps.models import RecordedEvent
from tests.factories.accounts import DepartmentFactory, MembershipFactory, UserFactory
from tests.factories.observers import VisitFactory
from tests.factories.orders import OrderFactory
from tests.factories.recheck import CaseFactory
from tests.factories.roadmaps import (
    ActionItemFactory,
    RoadmapFactory,
    SectionFactory,
)
from tests.factories.schools import FlagFactory, PostFactory, SchoolFactory
from tests.portal.start import REPORTED, TODAY, approved_roadmap, duty, page_of, registered, report

pytestmark = pytest.mark.django_db
MOST_QUERIES = 21


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(datetime.datetime(2026, 3, 16, 9, 0, tzinfo=datetime.UTC), tick=False)


def test_methodist_reads_first_what_waits(login):
    methodist = MembershipFactory()
    report(methodist, text="Представить справку о пробных работах")
    duty(methodist, last_day=TODAY - datetime.timedelta(days=3))
    duty(methodist, last_day=TODAY)
    draft = RoadmapFactory(department=methodist.department)
    ActionItemFactory(
        section=SectionFactory(roadmap=draft),
        deadline="когда-нибудь потом",
        deadline_parts=[{"unclear": True}],
    )
    page = page_of(login(methodist))
    assert "1 доклад</a> и" in page
    assert "1 срок, который портал не понял" in page
    assert '1 поручение</a> у <a href="#late">1 школы</a>.' in page
    assert re.search("Сегодня последний день у <a [^>]*>1 поручения", page)
    assert "Представить справку о пробных работах" in page
    assert "<q>когда-нибудь потом</q>" in page


def test_methodist_with_nothing_waiting_is_told_so(login):
    methodist = MembershipFactory()
    duty(methodist, last_day=TODAY + datetime.timedelta(days=30))
    page = page_of(login(methodist))
    assert "Непроверенных докладов нет." in page
    assert "ни у одной школы нет просроченного" in page


def test_empty_department_is_offered_the_first_step(login):
    methodist = MembershipFactory()
    page = page_of(login(methodist))
    assert "Поручений в этом учебном году ещё нет" in page
    assert reverse("roadmaps:import_new") in page
    head = MembershipFactory(department=methodist.department, head=True)
    assert "0 %" not in page_of(login(head))


def test_days_off_of_the_strip_follow_the_production_calendar(login, time_machine):
    time_machine.move_to(datetime.datetime(2026, 4, 30, 9, 0, tzinfo=datetime.UTC), tick=False)
    days = login(MembershipFactory()).get(reverse("portal:start")).context["totals"].days
    assert [day.date.day for day in days if day.is_off] == [1, 2, 3, 9, 10, 11]


def test_overdue_schools_stand_with_the_worst_first(login):
    methodist = MembershipFactory()
    worst, other = (
        SchoolFactory(department=methodist.department, name=name) for name in ("Школа А", "Школа Б")
    )
    late = TODAY - datetime.timedelta(days=10)
    duty(methodist, school=other, last_day=late)
    duty(methodist, school=worst, last_day=late)
    duty(methodist, school=worst, last_day=late)
    duty(methodist, school=other, last_day=None, first_day=None)  # going on: never overdue
    rows = login(methodist).get(reverse("portal:start")).context["late_schools"]
    assert [(row["name"], row["number"]) for row in rows] == [("Школа А", 2), ("Школа Б", 1)]


def test_clock_of_a_flagged_school_is_its_duty_started_by_an_event(login):
    methodist = MembershipFactory()
    flag = FlagFactory(school__department=methodist.department)
    happened = RecordedEvent.objects.create(
        department=methodist.department, event="flagged", day=TODAY, school=flag.school
    )
    duty(methodist, school=flag.school, last_day=TODAY + datetime.timedelta(days=1))
    started = duty(methodist, school=flag.school, event=happened, last_day=TODAY + datetime.timedelta(days=3))
    clocks = login(methodist).get(reverse("portal:start")).context["clocks"]
    assert [(clock.flag, clock.duty) for clock in clocks] == [(flag, started)]


def test_progress_counts_a_roadmaps_own_duties(login):
    methodist = MembershipFactory()
    roadmap = approved_roadmap(methodist, name="Карта округа")
    duty(methodist, roadmap=roadmap)
    report(methodist, roadmap=roadmap)
    duty(
        methodist, roadmap=roadmap, state="accepted", reported_at=REPORTED, reported_by=methodist,
        decided_at=REPORTED, decided_by=methodist,
    )  # fmt: skip
    withdrawn = {"state": "closed", "decided_at": REPORTED, "decided_by": methodist}
    duty(methodist, roadmap=roadmap, **withdrawn)
    approved_roadmap(methodist, name="Пустая карта")
    RoadmapFactory(department=methodist.department, name="Черновик")
    context = login(methodist).get(reverse("portal:start")).context
    assert (context["totals"].total, context["totals"].percent) == (3, 33)
    shown = context["roadmaps"]
    assert [(row.name, row.total, row.accepted, row.reported, row.late) for row in shown] == [
        ("Карта округа", 3, 1, 1, 1),
        ("Пустая карта", 0, 0, 0, 0),
    ]


def test_head_sees_orders_that_wait_and_who_burns(login):
    head = MembershipFactory(head=True)
    registered(head, 47, title="О составе комиссии")
    OrderFactory(department=head.department, title="Ещё черновик")
    official = MembershipFactory(department=head.department, user=UserFactory(last_name="Отстающая"))
    duty(head, school=None, official=official, last_day=TODAY - datetime.timedelta(days=1))
    page = page_of(login(head))
    assert "1 приказ</a>" in page
    assert "О составе комиссии" in page
    assert "Ещё черновик" not in page
    assert "Отстающая М. П." in page
    assert '1 поручение</a> у <a href="#officials">1 должностного лица</a>.' in page


def test_admin_sees_people_schools_and_health(login):
    admin = MembershipFactory(admin=True)
    SchoolFactory(department=admin.department)
    PostFactory(school__department=admin.department)
    page = page_of(login(admin))
    assert "1 школы</a> нет ответственного" in page
    assert "Фоновые работы проходят без ошибок" in page
    assert "наименование в родительном падеже" in page
    assert "Добавьте <a" in page
    assert "методиста и начальника" in page
    assert f"{reverse('schools:list')}?state=nobody" in page


def test_viewer_reads_but_is_offered_no_decision(login):
    viewer = MembershipFactory(viewer=True)
    report(viewer)
    page = page_of(login(viewer))
    assert "Ждут решения методиста" in page
    assert ">Проверить<" not in page


def test_deputy_goes_to_their_duties(login):
    post = PostFactory()
    response = login(post.membership).get(reverse("portal:start"))
    assert response.status_code == 302
    assert response.url == reverse("roadmaps:mine")


def test_person_without_a_role_is_told_who_gives_one(client):
    client.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")
    assert "Роль даёт администратор" in page_of(client)


def test_operator_without_a_role_is_led_to_departments(client):
    operator = UserFactory(is_staff=True, is_superuser=True)
    client.force_login(operator, backend="django.contrib.auth.backends.ModelBackend")
    response = client.get(reverse("portal:start"), follow=True)
    assert response.redirect_chain == [(reverse("accounts:departments"), 302)]


@pytest.mark.parametrize("role", ["methodist", "head", "viewer", "admin"])
def test_another_departments_rows_stay_there(login, role):
    stranger = MembershipFactory(department=DepartmentFactory(name="Чужой отдел"))
    late = TODAY - datetime.timedelta(days=3)
    report(stranger, text="Чужой доклад")
    duty(stranger, text="Чужое поручение", last_day=TODAY, school__name="Чужая школа")
    duty(stranger, last_day=late, school__name="Чужая школа")
    duty(stranger, last_day=late, school=None, official=MembershipFactory(department=stranger.department))
    registered(stranger, 5, title="Чужой приказ")
    FlagFactory(school__department=stranger.department, school__name="Чужая школа")
    draft = RoadmapFactory(department=stranger.department, name="Чужая карта")
    ActionItemFactory(
        section=SectionFactory(roadmap=draft), deadline="чужой срок", deadline_parts=[{"unclear": True}]
    )
    member = MembershipFactory(role=role)
    page = page_of(login(member))
    assert "Чуж" not in page
    assert "чуж" not in page
    assert "Тестова" not in page.replace(member.user.last_name, "")


def fill(methodist: Membership, number: int, first: int = 1) -> None:
    """``number`` rows of everything a start page lists."""
    for n in range(first, first + number):
        roadmap = approved_roadmap(methodist)
        report(methodist, roadmap=roadmap)
        duty(methodist, roadmap=roadmap, last_day=TODAY - datetime.timedelta(days=n))
        duty(methodist, roadmap=roadmap, last_day=TODAY + datetime.timedelta(days=n % 14))
        official = MembershipFactory(department=methodist.department)
        duty(
            methodist,
            roadmap=roadmap,
            school=None,
            official=official,
            last_day=TODAY - datetime.timedelta(days=1),
        )
        FlagFactory(school__department=methodist.department)
        draft = RoadmapFactory(department=methodist.department)
        ActionItemFactory(section=SectionFactory(roadmap=draft), deadline_parts=[{"unclear": True}])
        registered(methodist, n)
        VisitFactory(session__school__department=methodist.department, session__day=TODAY)
        CaseFactory(department=methodist.department, school_checked_on=TODAY - datetime.timedelta(days=30))


def queries_of(login, member: Membership) -> int:
    client = login(member)
    with CaptureQueriesContext(connection) as queries:
        page_of(client)
    return len(queries)


def test_queries_are_few_and_do_not_grow_with_rows(login):
    methodist = MembershipFactory()
    others = [
        MembershipFactory(department=methodist.department, role=role) for role in ("head", "viewer", "admin")
    ]
    members = [methodist, *others]
    fill(methodist, 3)
    few = [queries_of(login, member) for member in members]
    fill(methodist, 57, first=4)
    assert [queries_of(login, member) for member in members] == few
    assert max(few) <= MOST_QUERIES


def test_lists_are_bounded(login):
    methodist = MembershipFactory()
    fill(methodist, 20)
    context = login(methodist).get(reverse("portal:start")).context
    assert len(context["came_in"]) == len(context["clocks"]) == 8
    assert context["totals"].reported == 20
    assert context["questions_in_all"] == 20
    assert context["clocks"][0].flag.standing == 20
