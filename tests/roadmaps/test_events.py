"""Events: what they start, once; a wrong day moves the open duties, a wrong event closes them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine

from accounts.models import AuditEvent
from notifications.domain.rules import rules_of
from notifications.models import Reminder
from portal.lib.calendar import WorkCalendar
from portal.lib.refusals import Refused
from roadmaps.deadlines import OnEvent, counted_anew, occurrences
from roadmaps.domain import events, reminders, reports, requests
from roadmaps.models import Assignment, AssignmentEvent, AssignmentRequest, RecordedEvent, Roadmap
from tests.factories.accounts import MembershipFactory
from tests.factories.orders import OrderFactory
from tests.factories.roadmaps import (
    AssignmentFactory,
    RecordedEventFactory,
)
from tests.factories.schools import PostFactory, SchoolFactory
from tests.roadmaps.happenings import (
    THREE_DAYS,
    D,
    State,
    _today,
    days,
    due,
    happen,
    held,
    report,
)
from tests.roadmaps.test_fanout import clause, item, methodist, official, roadmap, schools
from tests.threads import race

__all__ = ["_today", "held", "methodist", "roadmap", "schools"]  # fixtures
pytestmark = pytest.mark.django_db


def test_the_same_day_twice_starts_nothing_new(roadmap, methodist, schools):
    item(roadmap, THREE_DAYS)
    told = {"event": "assessment_held", "day": D(10), "by": methodist}
    first, made = events.record(roadmap.department, **told)
    again, more = events.record(roadmap.department, **told, note="Ещё раз")
    assert (again, made, more) == (first, 3, 0)
    assert RecordedEvent.objects.get().by == methodist


def test_an_event_moves_no_other_school_and_no_other_department(roadmap, methodist, schools):
    item(roadmap, THREE_DAYS)
    foreign = MembershipFactory()
    order = OrderFactory(department=foreign.department)
    theirs = Roadmap.objects.create(
        department=foreign.department,
        name="Чужая",
        order=order,
        state="approved",
        first_day=roadmap.first_day,
        last_day=roadmap.last_day,
    )
    SchoolFactory(department=foreign.department)
    item(theirs, THREE_DAYS)
    event = happen(methodist, school=schools[0])
    assert {(duty.school, duty.event) for duty in Assignment.objects.all()} == {(schools[0], event)}
    there = happen(foreign)
    events.correct_day(event, by=methodist, day=D(9))
    events.withdraw(event, by=methodist, reason="Ошибка")
    assert [duty.state for duty in there.assignments.all()] == [State.ASSIGNED]
    assert due(event=there) == days(13)


@pytest.mark.django_db(transaction=True)
def test_two_people_recording_at_once_record_once():
    order = OrderFactory()
    people = MembershipFactory.create_batch(2, department=order.department)
    SchoolFactory.create_batch(3, department=order.department)
    plan = Roadmap.objects.create(
        department=order.department,
        name="Карта",
        order=order,
        state="approved",
        first_day=date(2025, 9, 1),
        last_day=date(2026, 8, 31),
    )
    item(plan, THREE_DAYS)
    outcomes = race(*[lambda by=by: happen_counted(by) for by in people])
    assert sorted(made for _, made in outcomes) == [0, 3]
    assert RecordedEvent.objects.count() == 1
    assert Assignment.objects.count() == 3


def happen_counted(by):
    return events.record(by.department, event="assessment_held", day=D(10), by=by)


def test_an_event_still_ahead_starts_only_what_counts_back_from_it(roadmap, methodist, schools):
    back = item(roadmap, "за 3 дня до проведения ВПР")
    item(roadmap, THREE_DAYS)
    happen(methodist, 20)
    assert {duty.item for duty in Assignment.objects.all()} == {back}
    assert due() == days(17, 17, 17)
    with time_machine.travel("2026-03-20T12:00:00+03:00", tick=False):
        happen(methodist, 20)
    assert due() == days(17, 17, 17, 23, 23, 23)
    assert RecordedEvent.objects.count() == 1


@pytest.mark.parametrize("term", [{"after": "3 workdays"}, {"before": "2 weeks"}, {"after": "1 month"}, {}])
def test_a_corrected_occurrence_is_the_one_of_the_right_day(term):
    calendar = WorkCalendar()
    part = OnEvent("assessment_held", **term)
    (wrong,) = occurrences([part], calendar, {"assessment_held": [D(5)]})
    (right,) = occurrences([part], calendar, {"assessment_held": [D(12)]})
    assert counted_anew(wrong.key, calendar, D(12)) == (right.key, right.first, right.due)
    assert counted_anew(f"{wrong.key}/77", calendar, D(12)) == (f"{right.key}/77", right.first, right.due)
    assert counted_anew("by:2026-03-05", calendar, D(12)) is None


def test_a_corrected_day_moves_open_duties_with_a_row_of_history(held, methodist, schools):
    done = report(held.assignments.get(school=schools[0]))
    assert events.correct_day(held, by=methodist, day=D(12)) == 2
    assert due(state=State.ASSIGNED) == days(15, 15)
    assert due(pk=done.pk) == days(13)
    told = AssignmentEvent.objects.filter(kind="moved")
    assert {row.assignment.school for row in told} == set(schools[1:])
    words = "День события «оценочная процедура проведена» исправлен: 12 марта 2026 вместо 10 марта 2026."
    assert {row.comment for row in told} == {f"{words} Срок до 15 марта 2026, был до 13 марта 2026."}
    happen(methodist, 12)  # the right day, recorded by somebody who did not see the correction
    assert (Assignment.objects.count(), RecordedEvent.objects.count()) == (3, 1)
    assert (
        "исправлен с 10.03.2026 на 12.03.2026"
        in AuditEvent.objects.get(action="roadmap.event_corrected").summary
    )


def test_the_preview_of_a_correction_is_what_it_does(roadmap, held, methodist, schools):
    person = item(roadmap, THREE_DAYS, official(methodist))
    happen(methodist)
    later = Assignment.objects.get(item=person)
    Assignment.objects.filter(pk=later.pk).update(last_day=D(25), printed_day=D(13))  # granted by hand
    shifts = events.shifts(held, D(12))
    assert {(shift.before, shift.after, len(shift.assignments)) for shift in shifts} == {
        (D(13), D(15), 3),
        (D(25), D(25), 1),
    }
    assert due() == days(13, 13, 13, 25)
    events.correct_day(held, by=methodist, day=D(12))
    assert due() == days(15, 15, 15, 25)
    later.refresh_from_db()
    assert (later.last_day, later.printed_day) == (D(25), D(15))
    assert later.events.get().comment.endswith("вместо 10 марта 2026.")


def test_a_day_already_taken_or_outside_the_plan_is_refused(roadmap, held, methodist):
    happen(methodist, 11)
    before = due()
    with pytest.raises(Refused, match="11 марта 2026 уже записано"):
        events.correct_day(held, by=methodist, day=D(11))
    with pytest.raises(Refused, match="не входит в срок карты"):
        events.correct_day(held, by=methodist, day=date(2025, 8, 1))
    with pytest.raises(Refused, match="и так"):
        events.correct_day(held, by=methodist, day=D(10))
    held.refresh_from_db()
    assert (held.day, due()) == (D(10), before)
    assert not AssignmentEvent.objects.exists()


def test_what_was_done_for_a_withdrawn_event_bars_its_day(held, methodist, schools):
    report(held.assignments.get(school=schools[0]))
    events.withdraw(held, by=methodist, reason="Ошибка")
    other = happen(methodist, 11)
    with pytest.raises(Refused, match="поручения по нему есть"):
        events.correct_day(other, by=methodist, day=D(10))
    assert due(event=other) == days(14, 14, 14)


def test_duties_of_a_clause_and_of_officials_move_too(roadmap, methodist, schools):
    clause(roadmap, "Руководителям школ представить сведения в течение 3 дней после проведения ВПР.")
    item(roadmap, THREE_DAYS, official(methodist))
    event = happen(methodist, school=schools[0])
    assert events.correct_day(event, by=methodist, day=D(11)) == 2
    assert due() == days(14, 14)
    assert happen_counted_at(methodist, schools[0], 11) == 0


def happen_counted_at(by, school, day):
    return events.record(by.department, event="assessment_held", day=D(day), by=by, school=school)[1]


def test_withdrawing_closes_what_is_open_and_keeps_what_was_done(held, methodist, schools):
    done = report(held.assignments.get(school=schools[0]))
    asker = PostFactory(school=schools[1]).membership
    asked = requests.ask_extension(
        held.assignments.get(school=schools[1]), by=asker, until=D(30), reason="Карантин"
    )
    assert events.withdraw(held, by=methodist, reason="Записано по ошибке") == 2
    assert dict(held.assignments.values_list("school", "state")) == {
        schools[0].pk: State.REPORTED,
        schools[1].pk: State.CLOSED,
        schools[2].pk: State.CLOSED,
    }
    assert list(events.kept(held)) == [done]
    told = AssignmentEvent.objects.filter(state=State.CLOSED, kind="state")
    assert {(row.by, row.comment) for row in told} == {
        (methodist, "Событие «оценочная процедура проведена» 10 марта 2026 отозвано: Записано по ошибке")
    }
    asked.refresh_from_db()
    assert asked.state == AssignmentRequest.State.DROPPED
    assert (held.withdrawn_by, held.withdrawn_why) == (methodist, "Записано по ошибке")
    with pytest.raises(Refused, match="другой человек"):
        events.withdraw(held, by=methodist, reason="Ещё раз")
    with pytest.raises(Refused, match="другой человек"):
        events.correct_day(held, by=methodist, day=D(11))


def test_nobody_is_reminded_of_a_withdrawn_event(held, methodist, schools):
    deputy = PostFactory(school=schools[1]).membership
    rules, morning = rules_of(methodist.department), datetime(2026, 3, 13, 6, 0, tzinfo=UTC)
    assert reminders.pending(rules, morning)
    events.withdraw(held, by=methodist, reason="Ошибка")
    assert reminders.pending(rules, morning) == {}
    letter = Reminder.objects.get()
    assert (letter.recipient, letter.kind) == (deputy.user, "withdrawn")
    assert "Причина: Ошибка" in letter.body


def test_a_withdrawn_event_may_be_recorded_anew_and_takes_back_what_was_done(held, methodist, schools):
    done = report(held.assignments.get(school=schools[0]))
    events.withdraw(held, by=methodist, reason="Ошибка")
    again, made = happen_counted(methodist)
    assert (again != held, made) == (True, 2)
    done.refresh_from_db()
    assert done.event == again
    assert sorted(again.assignments.values_list("state", flat=True)) == ["assigned", "assigned", "reported"]
    assert held.assignments.count() == 2


def test_a_withdrawal_says_why(held, methodist):
    with pytest.raises(Refused, match="почему"):
        events.withdraw(held, by=methodist, reason=" \x00 ")
    assert not held.assignments.filter(state=State.CLOSED).exists()


@pytest.mark.django_db(transaction=True)
def test_a_report_and_a_withdrawal_at_once_leave_one_of_them():
    duty = AssignmentFactory(occurrence="event:assessment_held:2026-03-10:+3 days")
    duty.event = RecordedEventFactory(department=duty.department)
    duty.save()
    deputy, by = PostFactory(school=duty.school).membership, duty.event.by
    row, event = Assignment.objects.get(pk=duty.pk), RecordedEvent.objects.get(pk=duty.event_id)
    race(
        lambda: reports.report(row, by=deputy, note="Сделано"),
        lambda: events.withdraw(event, by=by, reason="Ошибка"),
    )
    duty.refresh_from_db()
    event.refresh_from_db()
    assert event.withdrawn_at
    assert duty.state in {State.REPORTED, State.CLOSED}
    assert list(duty.events.values_list("state", flat=True)) == [duty.state]
