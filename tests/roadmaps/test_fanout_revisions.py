"""A new revision in force: duties go on under it, none twice, nothing done is lost."""

from __future__ import annotations

from datetime import date

import pytest

from roadmaps.deadlines import compile, to_json
from roadmaps.domain import events, fanout, reports, revisions
from roadmaps.models import ActionItem, Assignment, Roadmap
from tests.factories.orders import OrderFactory
from tests.factories.schools import PostFactory
from tests.roadmaps.test_fanout import PERIOD, item, methodist, roadmap, schools

__all__ = ["methodist", "roadmap", "schools"]  # fixtures
pytestmark = pytest.mark.django_db
State = Assignment.State


def revise(roadmap, methodist, change=None):
    """The next revision, changed by ``change(items)`` and in force."""
    copy = revisions.new_revision(roadmap, methodist)
    if change:
        change(list(ActionItem.objects.filter(section__roadmap=copy)))
    copy.order, copy.state = OrderFactory(department=roadmap.department), Roadmap.State.APPROVED
    copy.save()
    Roadmap.objects.filter(pk=roadmap.pk).update(state=Roadmap.State.ARCHIVED)
    fanout.fan_out(copy, methodist)
    return copy


def set_deadline(row, phrase):
    row.deadline, row.deadline_parts = phrase, to_json(compile(phrase, PERIOD))
    row.save()


def test_unchanged_rows_keep_their_duties_and_what_was_done(roadmap, methodist, schools):
    item(roadmap, "до 15 марта 2026 года")
    fanout.fan_out(roadmap, methodist)
    done, begun, _ = Assignment.objects.order_by("pk")
    reports.report(done, by=PostFactory(school=done.school).membership, note="Сделано")
    reports.accept(done, by=methodist)
    Assignment.objects.filter(pk=begun.pk).update(draft={"note": "Начали"})
    copy = revise(roadmap, methodist)
    assert Assignment.objects.count() == 3
    assert fanout.of_roadmap(copy).count() == 3
    done.refresh_from_db()
    begun.refresh_from_db()
    assert (done.state, begun.draft) == (State.ACCEPTED, {"note": "Начали"})
    assert fanout.fan_out(copy, methodist) == 0


def test_moved_deadline_moves_the_open_duty_and_tells_so(roadmap, methodist, schools):
    item(roadmap, "до 15 марта 2026 года")
    fanout.fan_out(roadmap, methodist)
    revise(roadmap, methodist, lambda items: set_deadline(items[0], "до 10 апреля 2026 года"))
    assert Assignment.objects.count() == 3
    assert {row.last_day for row in Assignment.objects.all()} == {date(2026, 4, 10)}
    comment = Assignment.objects.first().events.get().comment
    assert comment == "Срок по редакции 2: до 10 апреля 2026, было: до 15 марта 2026."


def test_accepted_duty_stays_and_the_new_date_is_asked_for_anew(roadmap, methodist, schools):
    item(roadmap, "до 15 марта 2026 года")
    fanout.fan_out(roadmap, methodist)
    done = Assignment.objects.first()
    reports.report(done, by=PostFactory(school=done.school).membership, note="Сделано")
    reports.accept(done, by=methodist)
    revise(roadmap, methodist, lambda items: set_deadline(items[0], "до 10 апреля 2026 года"))
    done.refresh_from_db()
    assert done.last_day == date(2026, 3, 15)
    assert Assignment.objects.open().filter(school=done.school).get().last_day == date(2026, 4, 10)


def test_row_that_is_gone_closes_what_was_open(roadmap, methodist, schools):
    item(roadmap, "до 15 марта 2026 года")
    gone = item(roadmap, "до 20 марта 2026 года")
    fanout.fan_out(roadmap, methodist)
    sent = Assignment.objects.filter(item=gone).first()
    reports.report(sent, by=PostFactory(school=sent.school).membership, note="Сделано")
    revise(roadmap, methodist, lambda items: items[1].delete())
    assert sorted(Assignment.objects.filter(item=gone).values_list("state", flat=True)) == [
        "closed",
        "closed",
        "reported",
    ]
    closed = Assignment.objects.filter(item=gone, state=State.CLOSED).first()
    assert closed.events.get().comment == "Редакция 2 этого больше не требует."
    assert not closed.is_open


def test_duty_that_an_event_started_follows_its_row(roadmap, methodist, schools):
    item(roadmap, "в течение 3 рабочих дней после проведения ВПР")
    events.record(roadmap.department, event="assessment_held", day=date(2026, 3, 12), by=methodist)
    copy = revise(roadmap, methodist)
    assert fanout.of_roadmap(copy).open().count() == 3
    again = events.starting(roadmap.department, event="assessment_held", day=date(2026, 3, 12), by=methodist)
    assert again == []
