"""A department's morning: one writer at a time, and a cap that stops instead of flooding."""

from __future__ import annotations

import datetime

from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from accounts.models import Department
from notifications.domain import kinds, ledger
from notifications.models import Run


def hold(department: Department, day: datetime.date) -> Run:
    """The morning's row, held until the caller's transaction ends: whoever comes meanwhile waits, then sees it all."""
    run, _ = Run.objects.get_or_create(department=department, day=day)
    Run.objects.filter(pk=run.pk).update(at=timezone.now())
    return run


def count(run: Run, told: int) -> None:
    """So many more were told; a morning that had been stopped goes on."""
    Run.objects.filter(pk=run.pk).update(told=F("told") + told, stopped=None)


def stop(run: Run, people: int, cap: int) -> None:
    """Nothing is written; the admins are told, once a day, and each sweep looks again."""
    Run.objects.filter(pk=run.pk).update(stopped=people)
    ledger.tell_admins(
        run.department,
        key=f"stopped:{run.department_id}:{run.day}",
        kind=kinds.STOPPED.name,
        subject="Утренняя рассылка остановлена",
        body=f"Сегодня напоминание должны были получить {people} чел., а предел на одно утро — {cap}. Портал не "
        "отправил ни одного, чтобы по ошибке не завалить людей письмами. Если так и должно быть (например, "
        "подписан большой план), поднимите предел в правилах напоминаний: рассылка продолжится сама в течение "
        "пяти минут. Если нет — проверьте, что изменилось в картах и поручениях.",
        path=reverse("notifications:rules"),
    )
