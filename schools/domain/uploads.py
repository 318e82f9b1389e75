"""Who has uploaded results to ФИС ОКО and who is late: the tests whose day has come, the overdue first."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cache, cached_property, partial

from accounts.models import Membership
from portal.lib import excel
from portal.lib.calendar import WorkCalendar
from schools.domain import directory
from schools.listing import fold
from schools.models import VprCampaign, VprSession

STATES = {"late": "просрочено", "waiting": "ждём", "done": "загружено"}


@dataclass(frozen=True)
class Upload:
    """A test that was to be held by today. ``due`` is None while the department has set no term."""

    session: VprSession
    due: datetime.date | None
    today: datetime.date

    @property
    def state(self) -> str:
        if self.session.uploaded_on:
            return "done"
        return "late" if self.due and self.due < self.today else "waiting"

    @property
    def words(self) -> str:
        return STATES[self.state]


@dataclass(frozen=True)
class Uploads:
    """What the filter leaves; ``counts`` by state are of the whole campaign."""

    campaign: VprCampaign
    rows: list[Upload]
    every: list[Upload]

    @cached_property
    def counts(self) -> dict[str, int]:
        return {state: sum(row.state == state for row in self.every) for state in STATES}

    @property
    def has_term(self) -> bool:
        return self.campaign.upload_by is not None or self.campaign.upload_within is not None


def due_day(campaign: VprCampaign, day: datetime.date, *, calendar: WorkCalendar) -> datetime.date | None:
    """The earlier of the campaign's day for all and of so many working days after the test; None: no term is set."""
    terms = [campaign.upload_by] if campaign.upload_by else []
    if campaign.upload_within is not None:
        terms.append(calendar.add_workdays(day, campaign.upload_within))
    return min(terms, default=None)


def uploads(
    campaign: VprCampaign,
    member: Membership,
    today: datetime.date,
    *,
    q: str = "",
    grade: int | None = None,
    subject: str = "",
    show: str = "",
) -> Uploads:
    """The uploads the member may see. One query."""
    sessions = VprSession.objects.visible_to(member).filter(exam__campaign=campaign, day__lte=today)
    due = cache(partial(due_day, campaign, calendar=campaign.department.calendar))
    every = [
        Upload(session, due(session.held_on or session.day), today)
        for session in sessions.select_related("exam", "school")
    ]
    words = fold(q).split()
    rows = [
        row
        for row in every
        if grade in {None, row.session.exam.grade}
        and subject in {"", row.session.exam.subject}
        and show in {"", row.state}
        and all(word in fold(row.session.school.name) for word in words)
    ]
    order = list(STATES)
    rows.sort(
        key=lambda row: (
            order.index(row.state),
            row.due or row.session.day,
            directory.by_name(row.session.school),
            row.session.pk,
        )
    )
    return Uploads(campaign, rows, every)


def workbook(shown: Uploads) -> bytes:
    """The uploads as they are shown; comes back in by the import."""
    headings = {
        "Школа": 36, "Логин ФИС ОКО": 14, "Класс": 9, "Предмет": 24, "Уровень": 14, "Форма": 16, "День работы": 12,
        "Загрузить до": 12, "Загружена в ФИС ОКО": 14, "Состояние": 14,
    }  # fmt: skip
    return excel.write(
        "Загрузка в ФИС ОКО",
        [excel.Column(heading, width) for heading, width in headings.items()],
        (
            [
                row.session.school.name, row.session.school.login or row.session.school.code,
                row.session.class_name or str(row.session.exam.grade), row.session.exam.subject,
                row.session.exam.get_level_display(), row.session.exam.get_form_display(), row.session.day,
                row.due or "", row.session.uploaded_on or "", row.words,
            ]
            for row in shown.rows
        ),
    )  # fmt: skip
