"""The bank from a file: read, compared, shown, applied as a whole, taken back while nothing rests on it."""

from __future__ import annotations

import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from accounts.domain import audit
from accounts.models import Department, Membership
from jobs.domain import staged as files
from observers.domain import bank, import_plan, standing
from observers.domain.import_plan import TIES, as_it_is
from observers.listing import SHAPE
from observers.models import (
    Observer,
    ObserverAssignment,
    ObserverAvailability,
    ObserverCertificate,
    ObserverConsent,
    ObserverImport,
    ObserverLink,
    ObserverTraining,
)
from portal.lib import excel
from portal.lib.refusals import Refused
from schools.models import School

State = ObserverImport.State
MEANWHILE = "Банк или список школ изменились после проверки файла. Загрузите файл ещё раз."


@transaction.atomic
def stage(*, department: Department, by: Membership, file_name: str, data: bytes) -> ObserverImport:
    """Keep a file with its preview until somebody decides. Raises `excel.Unreadable`."""
    staged = ObserverImport(department=department, created_by=by, file_name=file_name[-255:])
    staged.preview = import_plan.preview(department, data)
    files.put(staged, data)
    return staged


def shape(staged: ObserverImport) -> excel.Shape:
    return SHAPE


def reread(staged: ObserverImport, mapping: dict[str, Any], *, by: Membership) -> None:
    """Read the file as a person says and remember it: see `jobs.domain.staged.reread`."""
    files.reread(staged, SHAPE, mapping, preview=partial(import_plan.preview, staged.department), by=by)


check_clean, discard, faulty_rows = files.check_clean, files.discard, files.faulty_rows


# --- applying ----------------------------------------------------------------------------------------------------


@transaction.atomic
def apply(staged: ObserverImport, *, by: Membership) -> None:
    """Write every new and changed person, or nobody; exactly what was shown. Consent is never given by a file.

    What each was and became is kept for `undo`. Raises `Refused` with the reason.
    """
    check_clean(staged)
    Department.objects.select_for_update().get(pk=staged.department_id)
    files.decide(staged, State.APPLIED)
    if import_plan.preview(staged.department, files.content(staged), staged.mapping) != staged.preview:
        raise Refused(MEANWHILE)
    rows = [row for row in staged.preview["rows"] if row["action"] in {"new", "changed"}]
    writer = _Writer(staged.department, by)
    staged.before = {"people": [writer.write(row) for row in rows], "trainings": writer.trainings}
    staged.save(update_fields=["before"])
    words, counts = f"Загружен список наблюдателей «{staged.file_name}»", staged.preview["counts"]
    audit.record("observers.imported", words, by=by, subject=staged, counts=counts)


class _Writer:
    """Puts people into the bank through `bank.save`, so that its promises hold for files too."""

    def __init__(self, department: Department, by: Membership) -> None:
        self.by = by
        self.schools = School.objects.filter(department=department).in_bulk()
        people = Observer.objects.filter(department=department).active()
        self.people = {one.pk: one for one in people.prefetch_related("works_at", "children")}
        self.trainings: list[int] = []

    def write(self, row: dict[str, Any]) -> dict[str, Any]:
        """One person; what they were (None: nobody) and are."""
        one = self.people[row["pk"]] if row["pk"] else Observer()
        was = as_it_is(one) if row["pk"] else None
        self.put(one, (was or {}) | row["values"])
        if said := row["training"]:
            day = datetime.date.fromisoformat(said[0])
            standing.record_training([one], day=day, material=said[1], by=self.by)
            self.trainings.append(one.trainings.get(day=day, material=said[1]).pk)
        return {"pk": one.pk, "name": row["name"], "was": was, "now": as_it_is(_fresh(one.pk))}

    def put(self, one: Observer, values: dict[str, Any]) -> None:
        for name in values.keys() - TIES:
            setattr(one, name, values[name])
        works = [self.schools[pk] for pk in values.get("works_at", [])]
        learn = [{"school": self.schools[pk], "class_name": name} for pk, name in values.get("children", [])]
        bank.save(one, by=self.by, works_at=works, children=learn)


def _fresh(pk: int) -> Observer:
    return Observer.objects.prefetch_related("works_at", "children").get(pk=pk)


# --- taking back -------------------------------------------------------------------------------------------------


@transaction.atomic
def undo(staged: ObserverImport, *, by: Membership) -> None:
    """The bank as it was. Refused once somebody was changed, sent to a school, given a paper or a way in."""
    Department.objects.select_for_update().get(pk=staged.department_id)
    files.decide(staged, State.UNDONE)
    people, trainings = staged.before["people"], staged.before["trainings"]
    writer = _Writer(staged.department, by)
    for person in people:
        if person["pk"] not in writer.people or as_it_is(writer.people[person["pk"]]) != person["now"]:
            raise Refused(f"Отменить нельзя: данные изменились с тех пор: {person['name']}.")
    created = [person["pk"] for person in people if person["was"] is None]
    _check_unused(created, trainings)
    ObserverTraining.objects.filter(pk__in=trainings).delete()
    try:
        Observer.objects.filter(pk__in=created, department=staged.department).delete()
    except ProtectedError as kept:
        raise Refused("Отменить нельзя: на новых людей уже опираются другие записи.") from kept
    for person in people:
        if person["was"] is not None:
            writer.put(writer.people[person["pk"]], person["was"])
    words = f"Отменена загрузка списка наблюдателей «{staged.file_name}»"
    audit.record("observers.import_undone", words, by=by, subject=staged)


# What must not vanish with a person, and how the refusal names it.
RESTING: tuple[tuple[Any, str], ...] = (
    (ObserverAssignment, "есть посещения"),
    (ObserverCertificate, "есть удостоверение"),
    (ObserverConsent, "внесено согласие"),
    (ObserverLink, "выдана ссылка"),
    (ObserverAvailability, "указаны дни"),
)


def _check_unused(created: list[int], trainings: list[int]) -> None:
    """Nothing rests on the people created, nor on a training that is the only one of whom it was given to."""
    for model, what in RESTING:
        _refuse_first(model.objects.filter(observer__in=created), what)
    others = ObserverTraining.objects.exclude(pk__in=trainings)
    _refuse_first(others.filter(observer__in=created), "внесено обучение")
    accounts = Observer.objects.filter(pk__in=created).exclude(membership=None).first()
    if accounts is not None:
        raise Refused(f"Отменить нельзя: есть учётная запись, {accounts.full_name}.")
    taught = Observer.objects.filter(trainings__in=trainings).exclude(trainings__in=others)
    for model, what in RESTING[:2]:
        _refuse_first(model.objects.filter(observer__in=taught), what)


def _refuse_first(rows: Any, what: str) -> None:
    found = rows.select_related("observer").first()
    if found is not None:
        raise Refused(f"Отменить нельзя: {what}, {found.observer.full_name}.")
