"""The made-up region: its size, its truth to the domain, and that it is the same each time."""

from __future__ import annotations

import datetime
import io
from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Model, Q
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent, Department, Membership, Role, User
from notifications.models import Reminder, Run
from orders.domain import paper
from orders.models import Annex, Clause, Order, RegisterCounter
from portal import scale
from portal.scale.bulk import Bulk
from roadmaps.domain import fanout
from roadmaps.domain.matrix import Matrix
from roadmaps.models import (
    ActionItem,
    Assignment,
    AssignmentEvent,
    AssignmentRequest,
    Evidence,
    Notice,
    Roadmap,
    Section,
)
from schools.models import FlagEvent, ObjectivityFlag, Post, School

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 24)
MODELS = (
    User, Department, Membership, AuditEvent, School, Post, ObjectivityFlag, FlagEvent, Order, Clause, Annex,
    RegisterCounter, Roadmap, Section, ActionItem, Assignment, AssignmentEvent, AssignmentRequest, Evidence, Notice,
    Reminder, Run,
)  # fmt: skip
State = Assignment.State


def region(departments: int = 1, schools: int = 4, items: int = 30, *, seed: int = 7) -> dict[str, int]:
    return scale.seed(scale.Size(departments, schools, items), TODAY, seed=seed, say=lambda line: None)


def rows_of(model: type[Model]) -> list[tuple]:
    return list(model.objects.order_by("pk").values_list())


def test_the_region_is_as_large_as_it_says():
    written = region(2, 4, 30)
    of_schools = Assignment.objects.filter(school__isnull=False)
    assert of_schools.count() == scale.Size(2, 4, 30).assignments == 2 * 4 * 30 * 5 * 5 // 3
    assert written["roadmaps.Assignment"] == Assignment.objects.count()
    assert School.objects.count() == 8
    assert Counter(Roadmap.objects.values_list("state", flat=True)) == {"archived": 8, "approved": 2}
    assert Membership.objects.filter(role=Role.DEPUTY, post=None).count() == 0
    assert all(model.objects.exists() for model in MODELS)


def test_every_state_comes_in_a_believable_share():
    region(1, 30, 30)
    share = Counter(Assignment.objects.filter(last_day__lt=TODAY).values_list("state", flat=True))
    total = sum(share.values())
    assert share[State.ACCEPTED] > 0.9 * total
    assert set(share) == set(State.values)
    ahead = Assignment.objects.filter(last_day__gt=TODAY)
    assert ahead.filter(state=State.ASSIGNED).count() > 0.6 * ahead.count()
    late = Assignment.objects.overdue(TODAY).count()
    assert 0 < late < 0.02 * total


def test_history_ends_where_the_duty_stands():
    region(1, 10, 30)
    last: dict[int, AssignmentEvent] = {}
    for event in AssignmentEvent.objects.filter(kind="state").order_by("assignment", "at", "pk"):
        before = last.get(event.assignment_id)
        assert event.before == (before.state if before else State.ASSIGNED)
        assert State(event.state) in Assignment.TRANSITIONS[State(event.before)]
        last[event.assignment_id] = event
    for duty in Assignment.objects.all():
        assert duty.state == (last[duty.pk].state if duty.pk in last else State.ASSIGNED)
    assert not Assignment.objects.filter(
        Q(decided_by=F("reported_by")) | Q(decided_at__lt=F("created_at"))
    ).exists()
    now = datetime.datetime.combine(TODAY, scale.NOW)
    assert not AssignmentEvent.objects.filter(at__gt=now).exists()


def test_duties_are_those_that_the_plan_gives(time_machine):
    """The domain's own fan-out finds nothing to add to what was seeded."""
    time_machine.move_to(datetime.datetime.combine(TODAY, scale.NOW))
    region(1, 3, 30)
    methodist = Membership.objects.get(user__email="methodist@region-001.example")
    for roadmap in Roadmap.objects.select_related("order", "department"):
        seeded = fanout.of_roadmap(roadmap).count()
        assert fanout.fan_out(roadmap, methodist) == 0
        assert fanout.of_roadmap(roadmap).count() == seeded
    current = Roadmap.objects.get(state=Roadmap.State.APPROVED)
    matrix = Matrix(current, methodist, TODAY)
    assert (len(list(matrix.rows)), len(matrix.heads)) == (30, 3)


def test_orders_are_frozen_as_a_signature_freezes_them():
    region(1, 2, 10)
    for order in Order.objects.filter(state=Order.State.SIGNED):
        assert order.snapshot == paper.compose(order)
        assert order.sha256 == paper.digest(order.snapshot)
    given = Counter(Order.objects.numbered().values_list("year", flat=True))
    assert given == dict(RegisterCounter.objects.values_list("year", "last"))


def test_the_same_seed_gives_the_same_rows():
    """In a region of more departments the first one's rows are the same, but for their keys."""

    def told() -> list[tuple]:
        rows = Assignment.objects.filter(department__code="region-001").order_by(
            "item__section__roadmap__first_day", "item__section__position", "item__position", "occurrence",
            "school__code", "official__user__email",
        )  # fmt: skip
        return list(
            rows.values_list(
                "item__text", "occurrence", "school__name", "state", "last_day", "reported_at", "decided_at",
                "round", "controller__user__email",
            )
        )  # fmt: skip

    region(1, 4, 20)
    first, alone = {model: rows_of(model) for model in MODELS}, told()
    wipe()
    region(1, 4, 20)
    assert [model for model in MODELS if rows_of(model) != first[model]] == []
    wipe()
    region(2, 4, 20)
    assert told() == alone
    wipe()
    region(1, 4, 20, seed=8)
    assert told() != alone


def wipe() -> None:
    """Empty the tables as a fresh database has them."""
    connection.check_constraints()
    call_command("flush", interactive=False, verbosity=0)


def test_writing_takes_no_more_statements_for_more_rows():
    def statements(schools: int) -> int:
        with CaptureQueriesContext(connection) as asked:
            region(1, schools, 30)
        wipe()
        return len(asked)

    assert statements(30) == statements(15)


def test_a_row_out_of_order_is_refused_by_the_database():
    region(1, 2, 10)
    duty = Assignment.objects.filter(school__isnull=False).first()
    bulk = Bulk()
    bulk.add(
        Assignment, department=duty.department_id, item=duty.item_id, occurrence=duty.occurrence,
        school=duty.school_id, created_at=duty.created_at,
    )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.flush()


def test_new_rows_are_written_after_the_seeded_ones():
    region(1, 2, 10)
    department = Department.objects.get()
    assert School.objects.create(department=department, name="Школа").pk > School.objects.earliest("pk").pk


def test_the_command_says_what_it_made_and_who_may_enter():
    out, err = io.StringIO(), io.StringIO()
    call_command("seed_scale", departments=2, schools=2, items=10, today=TODAY, stdout=out, stderr=err)
    assert "методист                 methodist@region-001.example" in out.getvalue()
    assert "отделов 2 из 2" in err.getvalue()
    assert User.objects.get(email="deputy-1@region-002.example").check_password(scale.PASSWORD)


def test_a_database_in_use_is_left_alone(settings):
    with pytest.raises(CommandError, match="от 1 до 999"):
        call_command("seed_scale", departments=0)
    Department.objects.create(code="real", name="Отдел")
    with pytest.raises(CommandError, match="База не пуста"):
        call_command("seed_scale", departments=1, schools=1, items=1)
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="рабочую установку"):
        call_command("seed_scale", departments=1, schools=1, items=1)
    assert Department.objects.count() == 1


def test_sqlite_says_that_a_region_is_too_much(monkeypatch):
    monkeypatch.setattr(connection, "vendor", "sqlite")
    with pytest.raises(CommandError, match="2000000 поручений: для этого нужна PostgreSQL"):
        call_command("seed_scale")
    assert not Department.objects.exists()
