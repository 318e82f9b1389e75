"""Papers: the order that names observers and confirms them, certificates with numbers of their own."""

import datetime
import io

import pytest
import time_machine
from django.urls import reverse
from pypdf import PdfReader

from jobs.models import Job
from notifications.models import Reminder
from observers.domain import certificates, naming, telling, visits
from observers.models import ObserverAssignment, ObserverCertificate
from orders.domain import drafts, registering, signing
from portal.lib.refusals import Refused
from schools.models import VprSession
from tests.factories.accounts import MembershipFactory
from tests.factories.observers import ObserverFactory, VisitFactory
from tests.factories.schools import CampaignFactory, ExamFactory, PostFactory, SchoolFactory, SessionFactory
from tests.threads import race

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 4, 15, 9, 0, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def _april():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def methodist():
    return MembershipFactory()


@pytest.fixture
def exam(methodist):
    return ExamFactory(campaign=CampaignFactory(department=methodist.department))


def a_visit(exam, **changes):
    department = exam.campaign.department
    session = SessionFactory(exam=exam, school=SchoolFactory(department=department))
    return VisitFactory(session=session, observer=ObserverFactory(department=department), **changes)


def signed(order, methodist):
    registering.register(order, by=methodist, date=datetime.date(2026, 4, 15))
    order.refresh_from_db()
    return signing.sign(order, by=MembershipFactory(head=True, department=methodist.department))


def states(*rows):
    return [ObserverAssignment.objects.get(pk=row.pk).state for row in rows]


def test_order_names_those_who_wait_and_its_signature_confirms_them(login, methodist, exam):
    one, two = a_visit(exam), a_visit(exam, stage="checking")
    gone = a_visit(exam, state="declined", closed_at="2026-04-01T00:00Z")
    a_visit(ExamFactory())
    login(methodist).post(reverse("observers:order_new", args=[exam.campaign.pk]))
    one.refresh_from_db()
    order = one.order
    [annex] = order.annexes.all()
    rows = annex.content["sections"][0]["items"]
    assert {row["observer"] for row in rows} == {one.observer.full_name, two.observer.full_name}
    assert one.observer.phone not in str(annex.content)
    signed(order, methodist)
    assert states(one, two, gone) == ["confirmed", "confirmed", "declined"]
    assert str(order.number) in one.events.get().comment
    with pytest.raises(Refused, match="Называть в приказе некого"):
        naming.assemble(exam.campaign, by=methodist)


def test_a_list_that_changed_stops_the_signature_until_it_is_made_anew(methodist, exam):
    one, two = a_visit(exam), a_visit(exam)
    order = naming.assemble(exam.campaign, by=methodist)
    assert [check.ok for check in naming.checks(order)] == [True]
    one.refresh_from_db()
    visits.decline(one, comment="Болеет", by=methodist)
    assert [check.ok for check in naming.checks(order)] == [False]
    with pytest.raises(Refused, match="изменился"):
        naming.confirm(order, by=methodist)
    assert naming.assemble(exam.campaign, by=methodist) == order
    signed(order, methodist)
    assert states(one, two) == ["declined", "confirmed"]


def test_a_conflict_that_came_later_stops_the_signature(methodist, exam):
    one = a_visit(exam)
    order = naming.assemble(exam.campaign, by=methodist)
    one.observer.works_at.add(one.session.school)
    with pytest.raises(Refused, match="работает в этой школе"):
        naming.confirm(order, by=methodist)
    assert states(one) == ["proposed"]


def test_a_discarded_order_sets_its_visits_free(methodist, exam):
    one = a_visit(exam)
    order = naming.assemble(exam.campaign, by=methodist)
    drafts.discard(order, by=methodist, reason="Ошибка")
    one.refresh_from_db()
    assert (one.order, one.state) == (None, "proposed")
    assert naming.assemble(exam.campaign, by=methodist) != order


# --- certificates ---


def issue(people, methodist, **changes):
    given = {"place": "школы округа", "valid_until": datetime.date(2026, 5, 31)} | changes
    return certificates.issue(people, by=methodist, **given)


def test_certificates_are_numbered_by_department_and_year(methodist):
    ours = [ObserverFactory(department=methodist.department) for _ in range(3)]
    assert [one.number for one in issue(ours[:2], methodist)] == ["1/2026", "2/2026"]
    assert [one.number for one in issue(ours[2:], methodist)] == ["3/2026"]
    other = MembershipFactory()
    assert [one.number for one in issue([ObserverFactory(department=other.department)], other)] == ["1/2026"]
    with pytest.raises(Refused, match="уже прошёл"):
        issue(ours, methodist, valid_until=datetime.date(2026, 4, 14))


@pytest.mark.django_db(transaction=True)
def test_two_who_issue_at_once_get_numbers_one_after_the_other():
    methodist = MembershipFactory()
    people = [ObserverFactory(department=methodist.department) for _ in range(3)]
    race(*[lambda one=one: issue([one], methodist) for one in people])
    assert sorted(ObserverCertificate.objects.values_list("sequence", flat=True)) == [1, 2, 3]


def test_certificates_are_printed_by_the_worker(login, methodist, django_capture_on_commit_callbacks):
    people = [
        ObserverFactory(department=methodist.department, last_name=name) for name in ("Ёлкина", "Яковлева")
    ]
    data = {"observers": [one.pk for one in people], "place": "МБОУ «СОШ № 1»", "valid_until": "2026-05-31"}
    with django_capture_on_commit_callbacks(execute=True):
        response = login(methodist).post(reverse("observers:certificates"), data)
    job = Job.objects.get()
    assert response["Location"] == reverse("jobs:job", args=[job.pk])
    file = login(methodist).get(job.result["url"])
    text = PdfReader(io.BytesIO(b"".join(file.streaming_content))).pages[0].extract_text()
    assert "Ёлкина Вера Львовна" in text
    assert "№ 2/2026" in text
    for stranger, status in ((MembershipFactory(), 404), (PostFactory().membership, 403)):
        assert login(stranger).get(job.result["url"]).status_code == status


# --- telling ---


def test_a_moved_visit_is_told_once_to_observer_and_methodist(methodist, exam):
    member = MembershipFactory(role="observer", department=methodist.department)
    visit = a_visit(exam, created_by=methodist)
    visit.observer.membership = member
    visit.observer.save()
    a_visit(exam, created_by=methodist)
    today = datetime.date(2026, 4, 15)
    assert telling.sweep(today) == 0
    VprSession.objects.filter(pk=visit.session_id).update(day=datetime.date(2026, 4, 23))
    for _ in range(2):
        assert telling.sweep(today) == 1
    told = Reminder.objects.values_list("recipient", "subject")
    assert sorted(told) == sorted(
        [
            (member.user_id, "Ваше посещение перенесено: 23 апреля"),
            (methodist.user_id, f"Посещение требует внимания: {visit.observer}, 23 апреля"),
        ]
    )
    letter = Reminder.objects.first()
    assert telling.refresh(letter, NOW) is not None
    visits.cancel(ObserverAssignment.objects.get(pk=visit.pk), by=methodist)
    assert telling.refresh(letter, NOW) is None


def test_who_assigned_hears_of_a_refusal(methodist, exam):
    visit = a_visit(exam, created_by=methodist)
    visits.decline(visit, comment="Уезжаю")
    assert Reminder.objects.get().recipient == methodist.user


def test_school_card_shows_visits_to_the_department_only(login, methodist, exam):
    visit = a_visit(exam)
    address = reverse("schools:school", args=[visit.session.school_id])
    assert visit.observer.short_name in login(methodist).get(address).content.decode()
    deputy = PostFactory(school=visit.session.school).membership
    page = login(deputy).get(address).content.decode()
    assert visit.observer.last_name not in page
    assert "Визиты" not in page
