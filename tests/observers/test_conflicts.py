"""Conflicts of interest: the database says no by every door; what comes later is shown and must be replaced."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from observers.domain import visits
from observers.models import ObserverAssignment, ObserverChild
from portal.lib.refusals import Refused
from schools.models import VprSession
from tests.factories.accounts import MembershipFactory
from tests.factories.observers import ObserverFactory, VisitFactory
from tests.factories.schools import SchoolFactory, SessionFactory
from tests.threads import race

pytestmark = pytest.mark.django_db
NINE, TEN, ELEVEN = (datetime.time(hour) for hour in (9, 10, 11))


@pytest.fixture
def session():
    return SessionFactory(starts_at=NINE, ends_at=TEN)


@pytest.fixture
def observer(session):
    return ObserverFactory(department=session.school.department)


@pytest.fixture
def methodist(session):
    return MembershipFactory(department=session.school.department)


def elsewhere(session, **when):
    """Another school's session of the same district, on the same day unless told otherwise."""
    school = SchoolFactory(department=session.school.department)
    return SessionFactory(**{"school": school, "exam": session.exam, "day": session.day} | when)


def row(observer, session):
    return ObserverAssignment(
        observer=observer, session=session, told_day=session.day, told_school=session.school
    )


def by_create(observer, session):
    row(observer, session).save()


def by_bulk_create(observer, session):
    ObserverAssignment.objects.bulk_create([row(observer, session)])


def by_update_of_observer(observer, session):
    visit = VisitFactory(session=session)
    ObserverAssignment.objects.filter(pk=visit.pk).update(observer=observer)


def by_update_of_session(observer, session):
    visit = VisitFactory(observer=observer, session=elsewhere(session, day=datetime.date(2026, 5, 12)))
    ObserverAssignment.objects.filter(pk=visit.pk).update(session=session)


def by_bulk_update(observer, session):
    visit = VisitFactory(session=session)
    visit.observer = observer
    ObserverAssignment.objects.bulk_update([visit], ["observer"])


def by_waking_up(observer, session):
    visit = VisitFactory(observer=observer, session=session, state="cancelled", closed_at="2026-04-01T00:00Z")
    ObserverAssignment.objects.filter(pk=visit.pk).update(state="proposed", closed_at=None)


DOORS = [by_create, by_bulk_create, by_update_of_observer, by_update_of_session, by_bulk_update, by_waking_up]


@pytest.mark.parametrize("door", DOORS)
def test_database_refuses_the_own_school(door, observer, session):
    observer.works_at.add(SchoolFactory(department=observer.department), session.school)
    with pytest.raises(IntegrityError, match="observer_own_school"):
        door(observer, session)


@pytest.mark.parametrize("door", DOORS)
def test_database_refuses_a_childs_school(door, observer, session):
    observer.children.create(school=session.school, class_name="11Б")
    with pytest.raises(IntegrityError, match="observer_child_school"):
        door(observer, session)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("hours", [(NINE, TEN), (datetime.time(9, 59), ELEVEN), (None, None), (ELEVEN, None)])
def test_database_refuses_two_places_at_once(door, hours, observer, session):
    VisitFactory(observer=observer, session=elsewhere(session, starts_at=hours[0], ends_at=hours[1]))
    with pytest.raises(IntegrityError, match="observer_overlap"):
        door(observer, session)


@pytest.mark.parametrize("door", DOORS)
def test_database_refuses_another_departments_observer(door, session):
    with pytest.raises(IntegrityError, match="observer_foreign"):
        door(ObserverFactory(), session)


@pytest.mark.parametrize("door", DOORS)
def test_what_does_not_meet_is_let_in(door, observer, session):
    VisitFactory(observer=observer, session=elsewhere(session, starts_at=TEN, ends_at=ELEVEN))
    VisitFactory(observer=observer, session=elsewhere(session, day=session.day + datetime.timedelta(1)))
    VisitFactory(
        observer=observer, session=elsewhere(session), state="declined", closed_at="2026-04-01T00:00Z"
    )
    door(observer, session)
    assert ObserverAssignment.objects.filter(observer=observer, session=session).count() == 1


def test_stages_of_one_session_may_be_one_persons(observer, session, methodist):
    for stage in ("preparation", "running", "checking"):
        visits.assign(observer=observer, session=session, stage=stage, by=methodist)
    assert observer.assignments.active().count() == 3


def test_two_rows_of_one_bulk_insert_are_checked_against_each_other(observer, session):
    with pytest.raises(IntegrityError, match="observer_overlap"):
        ObserverAssignment.objects.bulk_create([row(observer, session), row(observer, elsewhere(session))])


@pytest.mark.parametrize(
    ("conflict", "words"),
    [
        (lambda o, s: o.works_at.add(s.school), "работает в этой школе"),
        (lambda o, s: o.children.create(school=s.school), "учится ребёнок"),
        (lambda o, s: VisitFactory(observer=o, session=elsewhere(s)), "в другом месте"),
        (lambda o, s: VisitFactory(observer=o, session=s), "уже назначен"),
        (lambda o, s: o.consents.update(withdrawn_on="2026-04-01"), "нет действующего согласия"),
        (lambda o, s: setattr(o, "left_on", datetime.date(2026, 4, 1)), "выбыл"),
    ],
)
def test_refusals_are_said_in_russian(conflict, words, observer, session, methodist):
    conflict(observer, session)
    with pytest.raises(Refused, match=words):
        visits.assign(observer=observer, session=session, by=methodist)


def test_replacing_by_somebody_impossible_changes_nothing(observer, session, methodist):
    visit = VisitFactory(session=session)
    observer.works_at.add(session.school)
    with pytest.raises(Refused):
        visits.replace(visit, observer=observer, by=methodist)
    assert list(ObserverAssignment.objects.active()) == [visit]


# --- what came later ---------------------------------------------------------------------------------------------


def troubles(visit):
    found = ObserverAssignment.objects.with_trouble().get(pk=visit.pk)
    return {name for name in ("own_school", "child_school", "double", "moved") if getattr(found, name)}


def test_a_child_entered_later_flags_the_visit_and_stops_its_confirmation(observer, session, methodist):
    visit = visits.assign(observer=observer, session=session, by=methodist)
    assert troubles(visit) == set()
    ObserverChild.objects.create(observer=observer, school=session.school)
    assert troubles(visit) == {"child_school"}
    with pytest.raises(Refused, match="учится ребёнок"):
        visits.confirm([visit], by=methodist)
    other = ObserverFactory(department=observer.department)
    visits.replace(visit, observer=other, by=methodist)
    assert list(ObserverAssignment.objects.active().values_list("observer", flat=True)) == [other.pk]
    assert [event.state for event in visit.events.all()] == ["proposed", "cancelled"]


def test_a_workplace_entered_later_flags_a_confirmed_visit(observer, session, methodist):
    visit = visits.assign(observer=observer, session=session, by=methodist)
    visits.confirm([visit], by=methodist)
    observer.works_at.add(session.school)
    assert troubles(visit) == {"own_school"}
    visits.cancel(visit, by=methodist, comment="Стал работать в этой школе")
    assert visit.state == "cancelled"


def test_a_session_moved_later_is_shown_until_the_observer_knows(observer, session, methodist):
    visit = visits.assign(observer=observer, session=session, by=methodist)
    other = visits.assign(
        observer=observer,
        session=elsewhere(session, day=session.day + datetime.timedelta(1), starts_at=NINE, ends_at=TEN),
        by=methodist,
    )
    VprSession.objects.filter(pk=session.pk).update(day=session.day + datetime.timedelta(1))
    assert troubles(visit) == {"moved", "double"}
    assert troubles(other) == {"double"}
    VprSession.objects.filter(pk=session.pk).update(day=session.day + datetime.timedelta(2), starts_at=None)
    assert troubles(visit) == {"moved"}
    visit.session.refresh_from_db()
    visits.acknowledge_move(visit, by=methodist)
    assert troubles(visit) == set()
    VprSession.objects.filter(pk=session.pk).update(school=SchoolFactory(department=observer.department))
    assert troubles(visit) == {"moved"}


@pytest.mark.django_db(transaction=True)
def test_of_two_who_send_one_observer_to_two_places_one_wins():
    session = SessionFactory(starts_at=NINE, ends_at=TEN)
    observer = ObserverFactory(department=session.school.department)
    methodist = MembershipFactory(department=session.school.department)
    places = [session, elsewhere(session), elsewhere(session)]
    results = race(
        *[lambda s=place: visits.assign(observer=observer, session=s, by=methodist) for place in places]
    )
    assert sorted(type(one).__name__ for one in results) == ["ObserverAssignment", "Refused", "Refused"]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_on_one_visit_one_wins():
    visit = VisitFactory()
    methodist = MembershipFactory(department=visit.observer.department)
    copies = [ObserverAssignment.objects.get(pk=visit.pk) for _ in range(2)]
    results = race(
        lambda: visits.decline(copies[0], comment="Болен"), lambda: visits.cancel(copies[1], by=methodist)
    )
    assert sum(isinstance(one, Refused) for one in results) == 1
    assert visit.events.count() == 1


def test_state_and_its_moments_are_tied_by_the_database(observer, session):
    visit = VisitFactory(observer=observer, session=session)
    for changes in ({"state": "confirmed"}, {"state": "declined"}, {"closed_at": "2026-04-01T00:00Z"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ObserverAssignment.objects.filter(pk=visit.pk).update(**changes)
