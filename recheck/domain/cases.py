"""A recheck's life: opened on a ground, alone or as a pair, given its tasks, withdrawn."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.domain import audit
from accounts.models import Membership
from portal.lib.refusals import Refused
from portal.lib.transitions import StaleTransition, move
from recheck import sampling
from recheck.domain import conflicts
from recheck.models import CaseEvent, RecheckCase, Rules
from roadmaps.deadlines.events import SCHOOL_CHECK
from roadmaps.domain import events
from schools.models import School

State, Kind = RecheckCase.State, RecheckCase.Kind
MOST_TASKS, MOST_POINTS = 60, 99


def record(case: RecheckCase, what: str, *, by: Membership | None, comment: str = "") -> CaseEvent:
    """Append to the case's history and to the audit log."""
    audit.record(
        "recheck.case", f"{case}: {what}", by=by, department=case.department, subject=case, comment=comment
    )
    return case.events.create(state=case.state, what=what[:300], by=by, comment=comment)


def step(case: RecheckCase, to: str, what: str, *, by: Membership, comment: str = "", **changes: Any) -> None:
    """Move the case and write it down. Raises `Refused` for whoever comes second."""
    try:
        move(case, to, **changes)
    except StaleTransition as stale:
        raise Refused("Перепроверка уже в другом состоянии. Обновите страницу.") from stale
    record(case, what, by=by, comment=comment)


@transaction.atomic
def open_case(*, by: Membership, partner: School | None = None, **fields: Any) -> RecheckCase:
    """Open a recheck; with ``partner`` a pair in which each school checks the other. Returns the first school's case.

    ``fields``: school, exam, commission, reason, flag, item, assignment, school_checked_on, seed_source. The rules are
    the commission's as they stand today, tasks and scale the test's. Without ``seed_source`` the portal draws the seed
    now and shows its print. A day on which the school's own commission finished starts the clocks of plans that wait
    for it. Raises `Refused`.
    """
    case = _new(by, Kind.CROSS if partner else Kind.SELECTIVE, checker=partner, **fields)
    _check(case, partner)
    case = _save(case, by)
    if case.school_checked_on:
        events.record(
            case.department,
            event=SCHOOL_CHECK,
            day=case.school_checked_on,
            by=by,
            by_portal=True,
            school=case.school,
            note=f"Открыта перепроверка: {case}"[:300],
        )
    if partner is not None:
        ground = {"flag": None, "item": None, "assignment": None, "school_checked_on": None}
        words = f"Перекрёстная проверка: {case.school} и {partner}"
        other = fields | ground | {"school": partner, "reason": words}
        twin = _save(_new(by, Kind.CROSS, checker=case.school, **other), by)
        RecheckCase.objects.filter(pk=case.pk).update(twin=twin)
        RecheckCase.objects.filter(pk=twin.pk).update(twin=case)
        case.twin = twin
    return case


def _new(by: Membership, kind: str, **fields: Any) -> RecheckCase:
    exam, commission = fields["exam"], fields["commission"]
    rules = {name: getattr(commission, name) for name in Rules.rule_names()}
    seed = "" if fields.get("seed_source") else secrets.token_hex(16)
    return RecheckCase(
        department=by.department,
        kind=kind,
        opened_on=timezone.localdate(),
        opened_by=by,
        tasks=[{"number": str(task["number"]), "max": task["max"]} for task in exam.tasks],
        thresholds=exam.thresholds,
        seed=seed,
        commitment=sampling.commitment(seed) if seed else "",
        **rules,
        **fields,
    )


def _check(case: RecheckCase, partner: School | None) -> None:
    if case.school_checked_on and case.school_checked_on > case.opened_on:
        raise Refused(
            "Школьная комиссия ещё не закончила проверку: день впереди. Впишите день, когда она закончила."
        )
    if partner == case.school:
        raise Refused("Школа не проверяет сама себя: выберите другую школу-партнёра.")
    for school in filter(None, (case.school, partner)):
        if school.closed_on:
            raise Refused(f"{school} закрыта.")
        if RecheckCase.objects.live().filter(school=school, exam=case.exam).exists():
            raise Refused(f"Эти работы уже перепроверяются: {school}, {case.exam}.")
    if interested := conflicts.standing(case):
        named = "; ".join(f"{found.expert} ({found.hard[0]})" for found in interested)
        raise Refused(
            f"Эксперты других перепроверок окажутся заинтересованными: {named}. Сначала освободите их там."
        )


def _save(case: RecheckCase, by: Membership) -> RecheckCase:
    try:
        with transaction.atomic():
            case.save()
    except IntegrityError as error:
        raise Refused("Эти работы школы уже перепроверяются. Обновите список.") from error
    seed = (
        f"Отпечаток зерна: {case.commitment}" if case.commitment else f"Зерно будет взято: {case.seed_source}"
    )
    record(case, "Открыта", by=by, comment=f"{case.reason}\n{seed}".strip())
    return case


@transaction.atomic
def set_tasks(
    case: RecheckCase, *, by: Membership, maxima: str, thresholds: Mapping[str, int | None]
) -> None:
    """Write down the tasks' greatest scores and the scale, while no work is in. Raises `Refused`."""
    if case.state != State.OPENED or case.works.exists():
        raise Refused("Работы уже внесены: задания и шкалу менять нельзя.")
    tasks = read_tasks(maxima)
    scale = {mark: least for mark, least in thresholds.items() if least is not None}
    if scale and (len(scale) < 3 or not scale["3"] < scale["4"] < scale["5"] <= sum(t["max"] for t in tasks)):
        raise Refused("Шкала: три возрастающих числа, последнее не больше суммы баллов за задания.")
    changed = RecheckCase.objects.filter(pk=case.pk, state=State.OPENED).update(tasks=tasks, thresholds=scale)
    if not changed:
        raise Refused("Перепроверка уже в другом состоянии. Обновите страницу.")
    case.tasks, case.thresholds = tasks, scale
    record(case, f"Записаны задания: {len(tasks)}", by=by)


TASK = re.compile(r"(?:([\w.()]{1,12})\s*[:=]\s*)?(\d{1,2})")


def read_tasks(text: str) -> list[dict[str, Any]]:
    """«1 2 1» or «1: 1, 2K1: 2» → tasks with numbers and greatest scores. Raises `Refused` naming what is wrong."""
    tasks: list[dict[str, Any]] = []
    for word in re.split(r"[,;\s]+(?![:=])", re.sub(r"\s*([:=])\s*", r"\1", text.strip())):
        found = TASK.fullmatch(word)
        if not found or not 1 <= int(found[2]) <= MOST_POINTS:
            raise Refused(
                f"«{word}»: напишите наибольшие баллы через пробел, например «1 2 1», или «1: 1, 2К1: 2»."
            )
        tasks.append({"number": found[1] or str(len(tasks) + 1), "max": int(found[2])})
    if len({task["number"] for task in tasks}) < len(tasks):
        raise Refused("Номер задания встречается дважды.")
    if len(tasks) > MOST_TASKS:
        raise Refused(f"Заданий больше {MOST_TASKS}.")
    return tasks


@transaction.atomic
def withdraw(case: RecheckCase, *, by: Membership, reason: str) -> None:
    """End the case without a result; its works, scores and history stay. Raises `Refused`."""
    step(
        case, State.WITHDRAWN, "Отменена", by=by, comment=reason, closed_at=timezone.now(), closed_by=by,
        outcome="", conclusion=reason,
    )  # fmt: skip
