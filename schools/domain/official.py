"""Official lists of schools with signs: looked at, taken over as facts, undone; a person opens a flag from a mark."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.db import transaction

from accounts.domain import audit
from accounts.models import Membership
from jobs.domain import staged as files
from portal.lib.refusals import Refused
from schools.domain import flags
from schools.domain.result_plan import by_login
from schools.listing.rows import Fault, Skipped
from schools.listing.text import fold
from schools.models import ObjectivityFlag, OfficialList, OfficialMark, School, SubjectName
from schools.results.official import read_official


@transaction.atomic
def stage(source: OfficialList, *, by: Membership, file_name: str, data: bytes) -> OfficialList:
    """Keep a list with its document and its preview until somebody decides. Raises `Unreadable`."""
    source.department, source.created_by, source.file_name = by.department, by, file_name[-255:]
    source.preview = _preview(source, data)
    files.put(source, data)
    return source


def _preview(source: OfficialList, data: bytes) -> dict[str, Any]:
    """``rows`` with our schools, ``faults`` by cell, ``skipped`` rows of other municipalities."""
    names = SubjectName.objects.filter(department=source.department).values_list("written", "subject")
    reading = read_official(data, dict(names))
    schools = by_login(School.objects.filter(department=source.department))
    own = {fold(row.municipality) for row in reading.rows if row.login in schools}
    own |= {fold(source.department.municipality)} - {""}
    rows, faults, skipped = [], list(reading.faults), []
    seen: dict[tuple[str, int], int] = {}
    for row in reading.rows:
        school = schools.get(row.login)
        if school is None and row.municipality and own and fold(row.municipality) not in own:
            skipped.append(Skipped(row.sheet, row.row, f"{row.login} · {row.name}", "другой муниципалитет"))
        elif school is None:
            message = f"Школы с логином {row.login} в вашем отделе нет."
            remedy = "Проверьте логин или впишите его на странице школы."
            faults.append(Fault(row.sheet, row.cell, row.login, message, remedy, row.row))
        elif (first := seen.setdefault((row.login, row.year), row.row)) != row.row:
            message = f"Эта школа за {row.year} год уже есть в строке {first}."
            faults.append(Fault(row.sheet, row.cell, row.login, message, "Оставьте одну из строк.", row.row))
        else:
            rows.append(
                {
                    "row": row.row,
                    "school": school.pk,
                    "name": school.name,
                    "year": row.year,
                    "marks": row.marks,
                }
            )
    return {
        "rows": rows,
        "faults": [asdict(fault) for fault in sorted(faults, key=lambda fault: (fault.sheet, fault.row))],
        "skipped": [asdict(one) for one in skipped],
    }


@transaction.atomic
def apply(source: OfficialList, *, by: Membership) -> None:
    """Take the list over as facts, all of it or nothing. Raises `Refused`."""
    files.check_clean(source)
    files.decide(source, OfficialList.State.APPLIED)
    OfficialMark.objects.bulk_create(
        OfficialMark(source=source, school_id=row["school"], year=row["year"], grade=grade, subject=subject)
        for row in source.preview["rows"]
        for grade, subject in row["marks"]
    )
    _tell("schools.official_imported", f"Загружен перечень: {source}", source, by)


@transaction.atomic
def undo(source: OfficialList, *, by: Membership) -> None:
    """Take the list back with its marks. Raises `Refused` when a flag was opened from one."""
    if source.official_marks.exclude(flag=None).exists():
        raise Refused("Отменить нельзя: по этому перечню уже открыты признаки.")
    files.decide(source, OfficialList.State.UNDONE)
    source.official_marks.all().delete()
    _tell("schools.official_undone", f"Отменён перечень: {source}", source, by)


discard, faulty_rows = files.discard, files.faulty_rows


def _tell(action: str, summary: str, source: OfficialList, by: Membership) -> None:
    audit.record(action, summary, by=by, department=source.department, subject=source)


@transaction.atomic
def open_flag(mark: OfficialMark, *, by: Membership) -> ObjectivityFlag:
    """Open a flag whose ground is the list; once a mark. Raises `Refused`."""
    if mark.flag_id:
        raise Refused("По этой отметке признак уже открыт.")
    source = mark.source
    flag = flags.open_flag(
        mark.school,
        by=by,
        year=mark.year - 1,  # «ВПР 2026» is of the academic year that began in 2025
        subject=mark.subject,
        grade=mark.grade,
        origin=ObjectivityFlag.Origin.OFFICIAL,
        source=f"Перечень: {source}"[:300],
        grounds=f"Школа включена в перечень школ с признаками необъективности: {mark.subject}, {mark.grade} класс, "
        f"ВПР {mark.year} года. Документ: {source}.",
        opened_on=source.issued_on,
    )
    if not OfficialMark.objects.filter(pk=mark.pk, flag=None).update(flag=flag):
        raise Refused("По этой отметке признак уже открыт.")
    return flag
