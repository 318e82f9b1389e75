"""``manage.py send_reminders``: a stable contract for schedulers and people."""

from __future__ import annotations

import io
import json
from datetime import date

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from notifications.models import Reminder
from roadmaps.models import Notice
from tests.factories.accounts import MembershipFactory
from tests.factories.roadmaps import AssignmentFactory
from tests.factories.schools import PostFactory

pytestmark = pytest.mark.django_db


def run(*args):
    out = io.StringIO()
    call_command("send_reminders", *args, "--json", stdout=out)
    return json.loads(out.getvalue())


def duty_due(day, **kwargs):
    duty = AssignmentFactory(last_day=date(2026, 3, day), **kwargs)
    return duty, PostFactory(school=duty.school).membership


def test_dry_run_says_what_is_due_for_whom_and_writes_nothing():
    duty, deputy = duty_due(9)  # the last working day before the 9th, a day off, is the 6th
    late, careless = duty_due(1)
    controller = MembershipFactory(department=late.department)
    late.controller = controller
    late.last_day = date(2026, 2, 24)
    late.save()
    answer = run("--now", "2026-03-02T08:00", "--dry-run")
    assert answer["dry_run"] is True
    assert [(one["kind"], one["days"], one["assignment"], one["person"]) for one in answer["due"]] == [
        ("before", 7, duty.pk, deputy.user.email),
        ("overdue", -1, late.pk, careless.user.email),
        ("controller", None, late.pk, controller.user.email),
    ]
    assert not Reminder.objects.exists()
    assert mail.outbox == []


def test_recorded_and_sent_and_a_second_run_finds_nothing():
    duty, deputy = duty_due(2)
    first, second = (run("--now", "2026-03-02T08:00") for _ in range(2))
    assert (first["recorded"], first["sent"], len(first["due"])) == (1, 1, 1)
    assert (second["recorded"], second["sent"], second["due"]) == (0, 0, [])
    assert [letter.to for letter in mail.outbox] == [[deputy.user.email]]
    assert Notice.objects.get().assignment == duty


def test_stamp_without_a_zone_is_each_departments_own_morning():
    here, _ = duty_due(2)
    there, _ = duty_due(2, item__section__roadmap__department__time_zone="Asia/Vladivostok")
    assert len(run("--now", "2026-03-02T08:00", "--dry-run")["due"]) == 2
    assert run("--now", "2026-03-02T07:59", "--dry-run")["due"] == []
    (only,) = run("--now", "2026-03-02T00:00+00:00", "--dry-run")["due"]  # 10:00 there, 3:00 here
    assert only["department"] == there.department.code
    assert len(run("--now", "2026-03-02T08:00", "--department", here.department.code)["due"]) == 1


def test_words_for_people():
    duty, deputy = duty_due(2)
    out = io.StringIO()
    call_command("send_reminders", "--now", "2026-03-02T08:00", "--dry-run", stdout=out)
    assert out.getvalue().splitlines() == [
        f"{deputy.user.email}: today, поручение {duty.pk}, срок 2026-03-02",
        "Пробный запуск, ничего не записано.",
    ]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--now", "завтра"], "«завтра» — не момент времени"),
        (["--department", "nowhere"], "Отдела с кодом «nowhere» нет"),
    ],
)
def test_slips_are_told(args, said):
    with pytest.raises(CommandError, match=said):
        call_command("send_reminders", *args)
