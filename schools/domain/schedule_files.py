"""A file about a campaign's days on its way in: read, compared, checked, applied as a whole, undone as a whole.

The same way serves the days themselves and the days of upload (`ScheduleImport.kind`).
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from accounts.domain import audit
from accounts.models import Department, Membership
from jobs.domain import columns
from jobs.domain import staged as files
from portal.lib import excel
from portal.lib.refusals import Refused
from schools.domain import board, schedule
from schools.listing import Fault
from schools.models import (
    ScheduleImport,
    School,
    SessionEvent,
    SubjectName,
    VprCampaign,
    VprSession,
)
from schools.scheduling import checks
from schools.scheduling.entries import Entry, Window
from schools.scheduling.names import KnownExam, KnownSchool, Names
from schools.scheduling.reading import DAYS, UPLOADS, read

State, Kind = ScheduleImport.State, ScheduleImport.Kind
MEANWHILE = "График изменился после проверки файла. Загрузите файл ещё раз."


def shape(staged: ScheduleImport) -> excel.Shape:
    return _shape(staged.kind)


def _shape(kind: str) -> excel.Shape:
    return UPLOADS if kind == Kind.UPLOADS else DAYS


def names(campaign: VprCampaign) -> Names:
    """What the cells of a file may mean: the department's open schools, the campaign's tests, known spellings."""
    schools = School.objects.filter(department=campaign.department_id).open()
    known = [KnownSchool(s.pk, s.name, s.full_name, (s.login, s.code, s.inn)) for s in schools]
    exams = [KnownExam(e.pk, e.grade, e.subject, e.letters, e.level, e.form) for e in campaign.exams.all()]
    own = SubjectName.objects.filter(department=campaign.department_id)
    return Names(known, exams, dict(own.values_list("written", "subject")))


# --- in ----------------------------------------------------------------------------------------------------------


def preview(
    campaign: VprCampaign, kind: str, data: bytes, mapping: dict[str, Any] | None = None
) -> dict[str, Any]:
    """What the file would do, as JSON; writes nothing. Raises `excel.Unreadable`.

    ``rows``: sheet, row, cell, action («new», «changed», «same»), session, exam, school, class_name, before, after;
    ``faults`` by cell; ``warnings`` of the schedule as it would be; ``tables`` as they were read.
    """
    found = read(
        excel.read(data),
        names(campaign),
        Window(campaign.first_day, campaign.last_day),
        uploads=kind == Kind.UPLOADS,
        mapping=mapping,
        remembered=columns.remembered(campaign.department, _shape(kind)),
    )
    plan = _Plan(campaign, kind)
    for entry in found.entries:
        plan.add(entry)
    counted = Counter(row["action"] for row in plan.rows)
    faults = [*found.faults, *plan.faults]
    return {
        "counts": {action: counted[action] for action in ("new", "changed", "same")}
        | {"faulty": len(faults)},
        "rows": plan.rows,
        "faults": [asdict(fault) for fault in faults],
        "warnings": plan.warnings() if kind == Kind.DAYS else [],
        "tables": found.tables,
    }


Place = tuple[int, int, str]  # exam, school, class


class _Plan:
    """The entries of a file against the days that stand."""

    def __init__(self, campaign: VprCampaign, kind: str) -> None:
        self.campaign, self.kind = campaign, kind
        sessions = VprSession.objects.filter(exam__campaign=campaign)
        self.there: dict[Place, VprSession] = {(s.exam_id, s.school_id, s.class_name): s for s in sessions}
        self.exams = {exam.pk: exam for exam in campaign.exams.all()}
        self.schools = dict(
            School.objects.filter(department=campaign.department_id).values_list("pk", "name")
        )
        self.rules = schedule.rules(campaign)
        self.today = timezone.now().astimezone(campaign.department.tz).date()
        self.taken: dict[Place, Entry] = {}
        self.rows: list[dict[str, Any]] = []
        self.faults: list[Fault] = []

    def add(self, entry: Entry) -> None:
        if self.kind == Kind.UPLOADS:
            self._add_upload(entry)
        elif entry.exam is not None:
            self._add_day(entry, (entry.exam.key, entry.school, entry.class_name))

    def _add_day(self, entry: Entry, place: Place) -> None:
        if (earlier := self.taken.setdefault(place, entry)) is not entry:
            self._fault(entry, f"То же самое уже есть в ячейке {earlier.cell}.", "Оставьте один день.")
            return
        session = self.there.get(place)
        if session and session.day == entry.day:
            self._row(entry, place, "same", session, session.day)
        elif why := self.rules.why_not(entry.day):
            self._fault(entry, f"Работу провести нельзя: {why[1]}.", "Исправьте день или настройки кампании.")
        elif session and session.held_on:
            self._fault(
                entry, f"Работа уже проведена {session.held_on:%d.%m.%Y}.", "Уберите строку из файла."
            )
        else:
            before = session.day if session else None
            self._row(entry, place, "changed" if session else "new", session, before)

    def _add_upload(self, entry: Entry) -> None:
        if not self.campaign.first_day <= entry.day <= self.today:
            self._fault(
                entry, f"{entry.day:%d.%m.%Y} раньше начала кампании или ещё не наступило.", "Исправьте дату."
            )
            return
        found = [session for place, session in self.there.items() if self._is_meant(entry, session)]
        if not found:
            self._fault(entry, "В графике школы такой работы нет.", "Сначала назначьте ей день в графике.")
        for session in found:
            place = (session.exam_id, session.school_id, session.class_name)
            if place in self.taken:
                continue
            self.taken[place] = entry
            known = session.uploaded_on
            self._row(entry, place, "same" if known else "new", session, known)

    @staticmethod
    def _is_meant(entry: Entry, session: VprSession) -> bool:
        """Without a subject a row speaks of all the school's tests up to its day, without a class of all classes."""
        if session.school_id != entry.school:
            return False
        if entry.exam is None:
            return session.day <= entry.day
        return session.exam_id == entry.exam.key and entry.class_name in {"", session.class_name}

    def _row(
        self,
        entry: Entry,
        place: Place,
        action: str,
        session: VprSession | None,
        before: datetime.date | None,
    ) -> None:
        exam, school, class_name = place
        self.rows.append(
            {
                "sheet": entry.sheet,
                "row": entry.row,
                "cell": entry.cell,
                "action": action,
                "session": session.pk if session else None,
                "exam": exam,
                "school": school,
                "class_name": class_name,
                "before": before.isoformat() if before else None,
                "after": entry.day.isoformat(),
                "starts_at": f"{entry.starts_at:%H:%M}" if entry.starts_at else None,
                "ends_at": f"{entry.ends_at:%H:%M}" if entry.ends_at else None,
                "note": entry.note,
                "words": f"{self.schools[school]}: {class_name or self.exams[exam].grade} {self.exams[exam].subject}",
            }
        )

    def _fault(self, entry: Entry, message: str, remedy: str) -> None:
        value = f"{entry.day:%d.%m.%Y}"
        self.faults.append(Fault(entry.sheet, entry.cell, value, message, remedy, entry.row, "day"))

    def warnings(self) -> list[str]:
        """What would be amiss in the schedules of the schools that the file touches; holes are left to the board."""
        works = board.works(self.exams.values())
        days = {place: session.day for place, session in self.there.items()}
        days |= {(r["exam"], r["school"], r["class_name"]): as_day(r["after"]) for r in self.rows}
        touched = {row["school"] for row in self.rows if row["action"] != "same"}
        sittings = [
            checks.Sitting(school, works[exam], class_name, day)
            for (exam, school, class_name), day in days.items()
            if school in touched
        ]
        found = checks.check(sittings, (), self.rules, sorted(touched))
        return [f"{self.schools[p.school]}: {p.text} {p.remedy}" for p in found]


def as_day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


@transaction.atomic
def stage(
    campaign: VprCampaign, kind: str, *, by: Membership | None, file_name: str, data: bytes
) -> ScheduleImport:
    """Keep a file with its preview until somebody decides. Raises `excel.Unreadable`."""
    staged = ScheduleImport(
        department=campaign.department,
        campaign=campaign,
        kind=kind,
        created_by=by,
        file_name=file_name[-255:],
        preview=preview(campaign, kind, data),
    )
    files.put(staged, data)
    return staged


def reread(staged: ScheduleImport, mapping: dict[str, Any], *, by: Membership | None) -> None:
    """Read the file as a person says and remember it: see `jobs.domain.staged.reread`."""
    see = partial(preview, staged.campaign, staged.kind)
    files.reread(staged, shape(staged), mapping, preview=see, by=by)


check_clean, discard, faulty_rows = files.check_clean, files.discard, files.faulty_rows


# --- out ---------------------------------------------------------------------------------------------------------


def apply(staged: ScheduleImport, *, by: Membership | None) -> None:
    """Write every new and changed day, or none. Exactly one caller wins; raises `Refused` with the reason."""
    check_clean(staged)
    rows = [row for row in staged.preview["rows"] if row["action"] != "same"]
    try:
        with transaction.atomic():
            Department.objects.select_for_update().get(pk=staged.department_id)
            files.decide(staged, State.APPLIED)
            if staged.kind == Kind.UPLOADS:
                _mark(staged, rows, by)
            else:
                _write(staged, rows, by)
            counts = staged.preview["counts"]
            words = f"Загружен файл «{staged.file_name}»: {staged.get_kind_display()}"
            audit.record(
                "schools.schedule_imported",
                words,
                by=by,
                department=staged.department,
                subject=staged,
                counts=counts,
            )
    except IntegrityError as error:
        raise Refused(MEANWHILE) from error


def _write(staged: ScheduleImport, rows: list[dict[str, Any]], by: Membership | None) -> None:
    with schedule.telling(staged.campaign, {row["school"] for row in rows}, by):
        fresh = [row for row in rows if row["action"] == "new"]
        made = VprSession.objects.bulk_create((_session(row) for row in fresh), batch_size=500)
        _move_all([row for row in rows if row["action"] == "changed"], "before", "after")
        _remember(rows, SessionEvent.What.DAY, "before", "after", by)
    staged.before = {"created": [session.pk for session in made]}
    staged.save(update_fields=["before"])


def _session(row: dict[str, Any]) -> VprSession:
    fields = ("class_name", "starts_at", "ends_at", "note")
    return VprSession(
        exam_id=row["exam"],
        school_id=row["school"],
        day=as_day(row["after"]),
        **{name: row[name] for name in fields},
    )


def _move_all(rows: list[dict[str, Any]], before: str, after: str) -> None:
    """Give the days of the rows, each of them still as it was seen; raises `Refused` otherwise."""
    there = VprSession.objects.in_bulk([row["session"] for row in rows])
    if any(row["session"] not in there or there[row["session"]].day != as_day(row[before]) for row in rows):
        raise Refused(MEANWHILE)
    if any(session.held_on for session in there.values()):
        raise Refused(schedule.HELD)
    for row in rows:
        there[row["session"]].day = as_day(row[after])
    VprSession.objects.bulk_update(there.values(), ["day"], batch_size=200)


def _remember(
    rows: Iterable[dict[str, Any]], what: str, before: str, after: str, by: Membership | None
) -> None:
    events = [
        SessionEvent(
            exam_id=row["exam"], school_id=row["school"], class_name=row["class_name"], what=what, by=by,
            before=row[before] and as_day(row[before]), after=row[after] and as_day(row[after]),
        )
        for row in rows
    ]  # fmt: skip
    SessionEvent.objects.bulk_create(events, batch_size=500)


def _mark(staged: ScheduleImport, rows: list[dict[str, Any]], by: Membership | None) -> None:
    by_day: dict[str, list[int]] = {}
    for row in rows:
        by_day.setdefault(row["after"], []).append(row["session"])
    for day, pks in by_day.items():
        sessions = VprSession.objects.filter(pk__in=pks, exam__campaign=staged.campaign)
        found = list(sessions.select_related("exam__campaign__department", "school"))
        if len(schedule.mark(found, SessionEvent.What.UPLOADED, as_day(day), by=by)) != len(pks):
            raise Refused(MEANWHILE)


@transaction.atomic
def undo(staged: ScheduleImport, *, by: Membership | None) -> None:
    """Take the whole file back while every day is still as it left it. Raises `Refused`."""
    files.decide(staged, State.UNDONE)
    rows = [row for row in staged.preview["rows"] if row["action"] != "same"]
    if staged.kind == Kind.UPLOADS:
        _unmark(rows, by)
    else:
        _take_back(staged, rows, by)
    words = f"Отменена загрузка файла «{staged.file_name}»"
    audit.record("schools.schedule_import_undone", words, by=by, department=staged.department, subject=staged)


def _take_back(staged: ScheduleImport, rows: list[dict[str, Any]], by: Membership | None) -> None:
    created = staged.before["created"]
    fresh = [row for row in rows if row["action"] == "new"]
    there = VprSession.objects.in_bulk(created)
    for pk, row in zip(created, fresh, strict=True):
        session = there.get(pk)
        if session is None or session.day != as_day(row["after"]) or session.class_name != row["class_name"]:
            raise Refused(f"Отменить нельзя: «{row['words']}» с тех пор изменили.")
    if any(session.held_on for session in there.values()):
        raise Refused(schedule.HELD)
    with schedule.telling(staged.campaign, {row["school"] for row in rows}, by):
        _move_all([row for row in rows if row["action"] == "changed"], "after", "before")
        _remember(rows, SessionEvent.What.DAY, "after", "before", by)
        try:
            VprSession.objects.filter(pk__in=created).delete()
        except ProtectedError as kept:
            raise Refused("Отменить нельзя: на новые дни уже опираются другие записи.") from kept


def _unmark(rows: list[dict[str, Any]], by: Membership | None) -> None:
    marked = VprSession.objects.filter(pk__in=[row["session"] for row in rows])
    found = list(marked.select_related("exam__campaign__department", "school"))
    days = {row["session"]: as_day(row["after"]) for row in rows}
    if len(found) != len(rows) or any(session.uploaded_on != days[session.pk] for session in found):
        raise Refused("Отменить нельзя: отметки с тех пор изменили.")
    schedule.mark(found, SessionEvent.What.UPLOADED, None, by=by)
