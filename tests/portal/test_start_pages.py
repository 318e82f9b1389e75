"""Start pages: what each role must do now, of its own department only, in a bounded number of queries."""

from __future__ import annotations

import datetime
import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from observers.domain import board, control
from observers.models import Stage
from orders.models import Order
from portal import navigation
from roadmaps.models import RecordedEvent, Roadmap
from schools.models import VprCampaign
from tests.factories.accounts import DepartmentFactory, MembershipFactory, UserFactory
from tests.factories.jobs import JobFactory
from tests.factories.notifications import ReminderFactory
from tests.factories.observers import SessionNeedFactory, VisitFactory
from tests.factories.orders import ClauseFactory, OrderFactory, RegisterFactory
from tests.factories.recheck import CaseFactory
from tests.factories.roadmaps import (
    ActionItemFactory,
    AssignmentFactory,
    AssignmentRequestFactory,
    RoadmapFactory,
    SectionFactory,
)
from tests.factories.schools import FlagFactory, PostFactory, SchoolFactory, SessionFactory
from tests.factories.sheets import SheetFactory, ViolationFactory

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 3, 16)
REPORTED = datetime.datetime(2026, 3, 10, 9, 0, tzinfo=datetime.UTC)
MOST_QUERIES = 19


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(datetime.datetime(2026, 3, 16, 9, 0, tzinfo=datetime.UTC), tick=False)


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


def test_admins_numbers_of_people_lead_to_as_many_rows(login):
    admin = MembershipFactory(admin=True)
    newcomer = MembershipFactory(department=admin.department)  # has a password and never used it
    MembershipFactory(department=admin.department, user=newcomer.user, head=True)
    entered = MembershipFactory(department=admin.department)
    MembershipFactory.create_batch(4)
    login(entered)
    client = login(admin)
    page = page_of(client)
    people = reverse("accounts:people")
    assert f'href="{people}?state=waiting">1 человек</a>' in page
    assert [one.user for one in client.get(people, {"state": "waiting"}).context["page"]] == [newcomer.user]
    numbers = client.get(reverse("portal:start")).context["numbers"]
    assert numbers["people"] == len(client.get(people).context["page"]) == 3


def test_viewer_reads_but_is_offered_no_decision(login):
    viewer = MembershipFactory(viewer=True)
    report(viewer)
    page = page_of(login(viewer))
    assert "Ждут решения методиста" in page
    assert ">Проверить<" not in page


def test_no_number_leads_a_viewer_to_a_closed_door(login):
    viewer = MembershipFactory(viewer=True)
    report(viewer)
    late = TODAY - datetime.timedelta(days=3)
    duty(viewer, last_day=late, school=None, official=MembershipFactory(department=viewer.department))
    for _ in range(2):
        duty(viewer, last_day=TODAY)
    client = login(viewer)
    addresses = {a for a in re.findall(r'href="(/[^"#]*)', page_of(client)) if not a.startswith("/static/")}
    assert {a: s for a in addresses if (s := client.get(html.unescape(a)).status_code) != 200} == {}


@pytest.mark.parametrize("role", ["methodist", "head", "viewer"])
def test_requests_and_duties_without_a_bearer_lead_to_as_many_rows(login, role):
    member = MembershipFactory(role=role)
    stranger = MembershipFactory(department=DepartmentFactory(name="Чужой отдел"))
    left = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
    for whose, times in ((member, 2), (stranger, 5)):
        for _ in range(times):
            asking = duty(whose, last_day=TODAY, school=manned_school(whose))
            AssignmentRequestFactory(assignment=asking)
        AssignmentRequestFactory(assignment=asking, state="denied", decided_by=whose, decided_at=left)
        duty(whose, last_day=TODAY)  # a school without a deputy
        gone = MembershipFactory(department=whose.department, ended_at=left)
        duty(whose, school=None, official=gone, last_day=TODAY)
        report(whose, school=None, official=gone)
        stays = MembershipFactory(department=whose.department)
        duty(whose, school=None, official=stays, last_day=TODAY)
    client = login(member)
    page = page_of(client)
    for state, words in (("asking", "2 поручениям"), ("nobody", "2 поручения")):
        address = f"{reverse('roadmaps:assignments')}?state={state}"
        assert f'href="{address}">{words}</a>' in page
        assert client.get(address).context["page"].paginator.count == 2


def manned_school(whose: Membership):
    return PostFactory(school=SchoolFactory(department=whose.department)).school


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


def an_active_year(whose: Membership) -> None:
    """Rows behind every number, and beside each rows that are none of it."""
    department, week = whose.department, datetime.timedelta(days=7)
    roadmap = approved_roadmap(whose)
    past, decided = TODAY - week, {"reported_at": REPORTED, "decided_at": REPORTED}
    for day in (past, past, TODAY, TODAY + week, TODAY + 5 * week, TODAY - 60 * week):
        duty(whose, roadmap=roadmap, last_day=day, school=manned_school(whose))
    for name in ("item", "clause"):
        row = duty(whose, roadmap=roadmap, last_day=TODAY + week, school=manned_school(whose))
        AssignmentFactory(
            department=department, school=manned_school(whose), last_day=TODAY + week,
            **({"item": row.item} if name == "item" else {"item": None, "clause": ClauseFactory(order=roadmap.order)}),
        )  # fmt: skip
    for _ in range(2):
        duty(whose, school=None, official=MembershipFactory(department=department), last_day=past)
        for day in (TODAY, TODAY - 60 * week):
            duty(
                whose,
                roadmap=roadmap,
                state="accepted",
                last_day=day,
                reported_by=whose,
                decided_by=whose,
                **decided,
            )
    report(whose, roadmap=roadmap, last_day=past)
    duty(whose, roadmap=roadmap, state="closed", decided_at=REPORTED, decided_by=whose)
    AssignmentRequestFactory(assignment=duty(whose, last_day=TODAY, school=manned_school(whose)))
    section = SectionFactory(roadmap=RoadmapFactory(department=department))
    for _ in range(5):
        ActionItemFactory(section=section, deadline_parts=[{"unclear": True}])
    ActionItemFactory(section=section, deadline_parts=[{"by": "2026-05-01"}])
    flag = FlagFactory(school__department=department)
    FlagFactory(school=flag.school, grade=5)
    FlagFactory(school=flag.school, grade=6, state="lifted", closed_on=TODAY)
    registered(whose, whose.pk)
    OrderFactory(department=department)
    of_observers(whose)
    of_rechecks(whose)


def of_observers(whose: Membership) -> None:
    school = SchoolFactory(department=whose.department)

    def session(days: int):
        return SessionFactory(school=school, day=TODAY + datetime.timedelta(days=days))

    for days in (-8, -1):
        VisitFactory(session=session(days))
    SheetFactory(assignment__session=session(-2), sent=True)
    for days in (0, 1, 13, 14):
        session(days)
    SessionNeedFactory(session=session(2), observers=0)
    SessionNeedFactory(session=session(2), observers=1, stage="checking")
    for _ in range(3):
        VisitFactory(session=session(3))
    confirmed = {"state": "confirmed", "confirmed_at": REPORTED}
    VisitFactory(session=session(4), **confirmed)
    VisitFactory(session=session(5), told_day=TODAY, **confirmed)
    ViolationFactory(school=school, state="answered")
    ViolationFactory(school=school)


def of_rechecks(whose: Membership) -> None:
    ago = TODAY - datetime.timedelta(days=20)
    for checked in (ago, ago, TODAY, None):
        CaseFactory(department=whose.department, school_checked_on=checked)
    CaseFactory(
        department=whose.department,
        school_checked_on=ago,
        state="withdrawn",
        closed_at=REPORTED,
        closed_by=whose,
    )


def numbers_of(page: str) -> dict[str, list[int]]:
    """Address → the numbers that lead there from the page's own part."""
    found: dict[str, list[int]] = {}
    for address, text in re.findall(
        r'<a [^>]*?href="([^"]+)"[^>]*>(.*?)</a>', page.split("<main")[1], re.DOTALL
    ):
        if number := re.match(r"\s*(?:<b>)?(\d+)", text):
            found.setdefault(html.unescape(address), []).append(int(number[1]))
    return found


@pytest.mark.parametrize(("role", "least"), [("methodist", 22), ("viewer", 22), ("head", 17)])
def test_every_number_leads_to_as_many_rows(login, role, least):
    member = MembershipFactory(role=role)
    for whose in (member, MembershipFactory(department=DepartmentFactory(name="Чужой отдел"))):
        an_active_year(whose)
    client = login(member)
    page = page_of(client)
    numbers = numbers_of(page)
    assert numbers.pop("#late") == [page.count("&amp;school=")]
    assert numbers.pop("#officials") == [page.count("&amp;official=")]
    rows = {address: client.get(address).context["page"].paginator.count for address in numbers}
    assert {address: set(said) for address, said in numbers.items()} == {a: {n} for a, n in rows.items()}
    assert 0 not in rows.values()
    assert len(rows) >= least
    visits = reverse("observers:control")
    shown = {show: rows[f"{visits}?show={show}"] for show in ("missing", "holes", "unconfirmed", "troubled")}
    assert shown == {"missing": 2, "holes": 5, "unconfirmed": 3, "troubled": 1}
    assert rows[f"{reverse('recheck:list')}?state=late"] == 2


def test_an_admins_numbers_lead_to_as_many_rows(login):
    admin = MembershipFactory(admin=True)
    old = timezone.now() - datetime.timedelta(days=9)
    for department, times in ((admin.department, 2), (DepartmentFactory(), 5)):
        for n in range(times):
            JobFactory(department=department, state="failed", key=f"f{n}", finished_at=timezone.now())
            JobFactory(department=department, key=f"q{department.pk}:{n}")
            ReminderFactory(department=department, failed=True)
            ReminderFactory(department=department, due_at=old)
            SchoolFactory(department=department)
        JobFactory(department=department, state="failed", key="old", finished_at=old)
        ReminderFactory(department=department, state="failed", ended_at=old)
        ReminderFactory(department=department, settled=True)
    client = login(admin)
    jobs, ledger = reverse("jobs:list"), reverse("notifications:ledger")
    numbers = numbers_of(page_of(client))
    for address in (f"{jobs}?show=failed", f"{jobs}?show=live", f"{ledger}?state=failed_lately"):
        assert set(numbers[address]) == {client.get(address).context["page"].paginator.count} == {2}
    assert client.get(ledger, {"state": "stuck"}).context["page"].paginator.count == 2
    schools = {a: n for a, n in numbers.items() if a.startswith(reverse("schools:list"))}
    for address, said in schools.items():
        assert set(said) == {client.get(address).context["page"].paginator.count} == {2}


def test_the_board_and_the_alarm_know_the_same_holes(login):
    whose = MembershipFactory()
    of_observers(whose)
    for campaign in VprCampaign.objects.all():
        for stage in Stage.values:
            rows = board.rows(campaign, stage)
            ahead = [
                r.session.pk for r in rows if r.missing and TODAY <= r.session.day <= TODAY + control.COMING
            ]
            found = control.holes(whose, TODAY, stage).filter(exam__campaign=campaign)
            assert sorted(ahead) == sorted(found.values_list("pk", flat=True))


def test_navigation_marks_the_section_and_counts_what_waits(login):
    methodist = MembershipFactory()
    report(methodist)
    response = login(methodist).get(reverse("portal:start"))
    links = {link.title: link for link in response.context["navigation"]}
    assert [title for title, link in links.items() if link.is_current] == ["Сводка"]
    assert links["На проверке"].count == 1


def test_a_deputys_duty_belongs_to_own_duties_an_officials_to_all():
    deputy, head = MembershipFactory(deputy=True), MembershipFactory(head=True)
    address = "/roadmaps/assignments/7/"
    marked = {
        member: [link.title for link in navigation.links(member, address, {}) if link.is_current]
        for member in (deputy, head)
    }
    assert marked == {deputy: ["Мои поручения"], head: ["Все поручения"]}


def test_the_years_report_belongs_to_the_reports():
    head = MembershipFactory(head=True)
    links = navigation.links(head, "/roadmaps/year/7/", {})
    assert [link.title for link in links if link.is_current] == ["Отчёты"]


def test_choice_for_the_visually_impaired_stays_with_the_person(login):
    client = login(MembershipFactory())
    assert 'data-view="contrast"' not in page_of(client)
    response = client.post(reverse("portal:view"), {"view": "contrast", "next": "/"})
    assert response.url == "/"
    assert 'data-view="contrast"' in page_of(client)
    client.post(reverse("portal:view"), {"view": "usual"})
    assert 'data-view="contrast"' not in page_of(client)


def test_choice_for_the_visually_impaired_works_before_log_in(client):
    client.post(reverse("portal:view"), {"view": "contrast"})
    assert 'data-view="contrast"' in client.get(reverse("accounts:login")).content.decode()


def test_view_switch_leads_nowhere_else(client):
    response = client.post(reverse("portal:view"), {"view": "contrast", "next": "https://example.org/"})
    assert response.url == "/"


def test_one_works_in_the_chosen_membership_and_in_no_strangers(login):
    methodist = MembershipFactory()
    second = MembershipFactory(user=methodist.user, head=True)
    client = login(methodist)
    client.post(reverse("portal:switch"), {"membership": second.pk})
    assert client.get(reverse("portal:start")).context["membership"] == second
    assert client.post(reverse("portal:switch"), {"membership": MembershipFactory().pk}).status_code == 404
    assert client.post(reverse("portal:switch"), {"membership": "x"}).status_code == 404
    assert client.get(reverse("portal:start")).context["membership"] == second


def test_catalogue_is_for_staff(client, login):
    assert login(MembershipFactory()).get(reverse("portal:catalogue")).status_code == 403
    client.force_login(UserFactory(is_staff=True), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("portal:catalogue")).status_code == 200
