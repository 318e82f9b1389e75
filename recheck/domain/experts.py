"""The bank of experts: entered, tied to schools, leaving."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.domain import audit
from accounts.models import Membership
from portal.lib.refusals import Refused
from recheck.models import Expert, ExpertTie, RecheckCommission

AT_WORK = "Эксперт сейчас перепроверяет работы этой школы или её партнёра. Сначала освободите его в той перепроверке."


@transaction.atomic
def save_expert(expert: Expert, *, by: Membership) -> Expert:
    """Keep an expert as the form has it. Raises `Refused` when the new place of work makes them interested."""
    fresh = expert.pk is None
    alike = Expert.objects.active().filter(
        department=expert.department,
        last_name__iexact=expert.last_name,
        first_name__iexact=expert.first_name,
        patronymic__iexact=expert.patronymic,
        school=expert.school,
    )
    if alike.exclude(pk=expert.pk).exists():
        raise Refused("Такой эксперт в этой школе уже есть.")
    try:
        with transaction.atomic():
            expert.save()
    except IntegrityError as error:
        raise Refused(AT_WORK) from error
    what = "Внесён эксперт" if fresh else "Изменён эксперт"
    audit.record("recheck.expert", f"{what}: {expert.full_name}", by=by, subject=expert)
    return expert


@transaction.atomic
def add_tie(tie: ExpertTie, *, by: Membership) -> ExpertTie:
    """Write down what binds an expert to a school. Raises `Refused` when they are at work there now."""
    try:
        with transaction.atomic():
            tie.save()
    except IntegrityError as error:
        raise Refused(AT_WORK if "recheck_conflict" in str(error) else "Эта связь уже записана.") from error
    audit.record("recheck.expert_tie", f"Связь эксперта {tie.expert}: {tie}", by=by, subject=tie.expert)
    return tie


@transaction.atomic
def end_tie(tie: ExpertTie, *, by: Membership) -> None:
    """The tie is no more (or was written by mistake); the audit log remembers it."""
    audit.record(
        "recheck.expert_tie_ended", f"Связи больше нет: {tie.expert}, {tie}", by=by, subject=tie.expert
    )
    tie.delete()


@transaction.atomic
def leave(expert: Expert, *, by: Membership) -> None:
    """Take an expert off the list; what they did stays. Raises `Refused` while they hold a place."""
    if expert.seats.active().filter(case__state__in=["opened", "checking"]).exists():
        raise Refused("Эксперт сейчас проверяет работы. Сначала освободите его в перепроверке.")
    if not Expert.objects.active().filter(pk=expert.pk).update(left_on=timezone.localdate()):
        raise Refused("Эксперт уже выбыл.")
    audit.record("recheck.expert_left", f"Эксперт выбыл: {expert.full_name}", by=by, subject=expert)


@transaction.atomic
def come_back(expert: Expert, *, by: Membership) -> None:
    """Put an expert on the list again."""
    if not Expert.objects.filter(pk=expert.pk, left_on__isnull=False).update(left_on=None):
        raise Refused("Эксперт и так в списке.")
    audit.record("recheck.expert_back", f"Эксперт снова в списке: {expert.full_name}", by=by, subject=expert)


@transaction.atomic
def save_commission(
    commission: RecheckCommission, *, members: list[Expert], by: Membership
) -> RecheckCommission:
    """Keep a commission; rules changed here hold for rechecks opened from now on."""
    commission.save()
    commission.members.set(members)
    audit.record("recheck.commission", f"Записана комиссия: {commission}", by=by, subject=commission)
    return commission
