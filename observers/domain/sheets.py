"""Filling and sending a sheet: from a phone, later, twice, from two phones, from paper. Nothing typed is ever lost.

Each device has one `SheetCopy` under a key of its own. The first copy sent becomes the sheet and freezes it; the same
key again is the same sending; another key is kept as a second text that everybody concerned can read.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from accounts.models import Membership
from observers import content as writing
from observers import questions as asking
from observers.content import Content
from observers.domain import forms
from observers.domain import violations as seen_violations
from observers.models import (
    ObservationSheet,
    Observer,
    ObserverAssignment,
    SheetAddition,
    SheetCopy,
    SheetTemplate,
    Violation,
)
from portal.lib.refusals import Refused
from portal.lib.transitions import StaleTransition, move

State, Fate = ObservationSheet.State, SheetCopy.Fate
CLOCK_TOLERANCE = 120  # seconds; a phone nearer to our clock is believed
EARLY = datetime.timedelta(minutes=10)
LONGEST_VISIT_BACK = datetime.timedelta(days=60)  # a phone's moment further back is a broken clock
FORGOTTEN = "данные удалены по просьбе наблюдателя"


class Problems(Exception):
    """The sheet is kept as a draft, but cannot be sent so: field → what is wrong, in Russian."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("; ".join(fields.values()))
        self.fields = fields


@dataclass(frozen=True)
class Sent:
    """What became of a sending. ``is_second``: another device's text was first; this one is kept beside it."""

    sheet: ObservationSheet
    copy: SheetCopy
    is_second: bool


def check_may_fill(visit: ObserverAssignment) -> None:
    """Raises `Refused` when the visit was called off or the observer took back the consent."""
    if not visit.observer.consents.filter(withdrawn_on=None).exists():
        raise Refused(
            "Согласие на обработку персональных данных отозвано, поэтому лист от вашего имени принять нельзя. "
            "Записанное остаётся на этом устройстве. Если отзывали не вы, позвоните методисту."
        )
    if not visit.is_active:
        how = "вы от него отказались" if visit.state == visit.State.DECLINED else "отменено отделом"
        raise Refused(
            f"Это посещение не состоится: {how}, поэтому лист принять нельзя. "
            "Записанное остаётся на этом устройстве: позвоните методисту."
        )


def form_of(visit: ObserverAssignment, version: int | None = None) -> SheetTemplate:
    """The form by which a visit is filled: the named published version of its campaign, else that in force."""
    campaign = visit.session.exam.campaign
    published = campaign.sheet_templates.published()
    form = published.filter(version=version).first() if version else None
    form = form or forms.in_force(campaign)
    if form is None:
        raise Refused(
            "Отдел образования ещё не ввёл в действие форму листа. Загляните позже или позвоните методисту."
        )
    return form


@dataclass(frozen=True)
class Own:
    """An observer's visits by what is to be done now."""

    today: list[ObserverAssignment]
    missing: list[ObserverAssignment]
    ahead: list[ObserverAssignment]
    sent: list[ObserverAssignment]


def of_observer(observer: Observer, today: datetime.date) -> Own:
    """The standing visits: today's, past ones without a sheet, those to come, those whose sheets were sent."""
    mine = ObserverAssignment.objects.of_observer(observer).active().with_trouble()
    rows = mine.select_related("session__school", "session__exam", "sheet")
    groups = Own([], [], [], [])
    for visit in rows.order_by("session__day", "session__starts_at", "pk"):
        day, sheet = visit.session.day, getattr(visit, "sheet", None)
        if sheet is not None and sheet.is_sent:
            groups.sent.insert(0, visit)
        else:
            (groups.today if day == today else groups.missing if day < today else groups.ahead).append(visit)
    return groups


def of_visit(visit: ObserverAssignment) -> ObservationSheet | None:
    return ObservationSheet.objects.filter(assignment=visit).select_related("template", "assignment").first()


@transaction.atomic
def keep(visit: ObserverAssignment, *, form: SheetTemplate, key: str, content: Content) -> SheetCopy:
    """Keep what a device holds as its draft; a copy that was sent is no longer changed."""
    sheet = started(visit, form)
    kept: dict[str, Any] = {"content": content.as_json(), "template": form}
    copy, is_new = SheetCopy.objects.get_or_create(key=UUID(key), defaults={"sheet": sheet, **kept})
    if copy.sheet_id != sheet.pk:
        raise Refused("Этот текст относится к другому посещению. Откройте нужное из списка и повторите.")
    if not is_new and copy.fate == Fate.DRAFT:
        SheetCopy.objects.filter(pk=copy.pk, fate=Fate.DRAFT).update(saved_at=timezone.now(), **kept)
        copy.refresh_from_db()
    return copy


def started(visit: ObserverAssignment, form: SheetTemplate) -> ObservationSheet:
    """The visit's sheet, begun by whoever comes first."""
    sheet, _ = ObservationSheet.objects.get_or_create(assignment=visit, defaults={"template": form})
    return sheet


@transaction.atomic
def arrive(visit: ObserverAssignment, *, at_phone: int, phone_now: int) -> ObservationSheet:
    """«Я на месте»: the first word counts, a repeated one changes nothing. Phone's milliseconds; 0: now."""
    check_may_fill(visit)
    now = timezone.now()
    shift = clock_shift(phone_now, now)
    at = _by_phone(at_phone, shift, now) or now
    sheet = started(visit, form_of(visit))
    ObservationSheet.objects.filter(pk=sheet.pk, state=State.OPEN, arrived_at=None).update(
        arrived_at=at, clock_shift=shift
    )
    sheet.refresh_from_db()
    return sheet


def clock_shift(phone_now: int, now: datetime.datetime) -> int:
    """Seconds to add to the phone's moments; 0 when it says nothing or is near enough."""
    if not phone_now:
        return 0
    shift = round(now.timestamp() - phone_now / 1000)
    return shift if abs(shift) > CLOCK_TOLERANCE and abs(shift) < 2**31 else 0


def send(
    visit: ObserverAssignment,
    *,
    form: SheetTemplate,
    key: str,
    content: Content,
    phone_now: int = 0,
    by: Membership | None = None,
    now: datetime.datetime | None = None,
) -> Sent:
    """Freeze the sheet with this text, exactly once, as of ``now``. ``by``: the methodist who types it from paper.

    The text is kept whatever happens: as a draft under `Problems`, as a second text behind another device's.
    Raises `Refused` when nothing may be filled in any more.
    """
    if by is None:
        check_may_fill(visit)
    copy = keep(visit, form=form, key=key, content=content)
    if copy.fate != Fate.DRAFT:
        return Sent(copy.sheet, copy, is_second=copy.fate == Fate.SECOND)
    moment = now or timezone.now()
    text = checked(visit, form, content, sheet=copy.sheet, phone_now=phone_now, now=moment)
    return _become(visit, copy, text, by=by, now=moment)


@dataclass(frozen=True)
class Checked:
    """A text in which nothing is wrong, with its moments by our clock."""

    content: Content
    answers: dict[str, asking.Answer]
    arrived_at: datetime.datetime
    left_at: datetime.datetime
    clock_shift: int


def checked(
    visit: ObserverAssignment,
    form: SheetTemplate,
    content: Content,
    *,
    sheet: ObservationSheet,
    phone_now: int,
    now: datetime.datetime,
) -> Checked:
    """Everything that is wrong at once, as `Problems`."""
    photos = dict(sheet.files.order_by().values_list("place").annotate(Count("pk")))
    asked = asking.asked_at(form.asked, visit.stage)
    answers, wrong = asking.clean(asked, content.answers, photos)
    found = {f"answer-{key}": sentence for key, sentence in wrong.items()}
    found |= writing.problems(content, tuple(form.kinds))
    shift = clock_shift(phone_now, now)
    if {"arrived", "left"} & set(found):
        raise Problems(found)
    tz = visit.observer.department.tz
    day = min(visit.session.day, now.astimezone(tz).date())
    arrived, left = (
        _by_phone(phone, shift, now) or datetime.datetime.combine(day, hour(text), tz)
        for phone, text in ((content.arrived_phone, content.arrived), (content.left_phone, content.left))
    )
    if arrived > now + EARLY:
        found["arrived"] = "Это время ещё не наступило. Проверьте время прихода и день посещения."
    if left > now + EARLY:
        found["left"] = "Это время ещё не наступило. Отправьте лист, когда закончите посещение."
    if left < arrived:
        found["left"] = "Уход раньше прихода. Проверьте оба времени."
    if found:
        raise Problems(found)
    return Checked(content, answers, arrived, left, shift)


def hour(text: str) -> datetime.time:
    return datetime.time.fromisoformat(asking.time(text))


def _by_phone(milliseconds: int, shift: int, now: datetime.datetime) -> datetime.datetime | None:
    """A moment of the phone's clock by ours; none when it is not said or cannot be."""
    if not milliseconds:
        return None
    at = datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.UTC) + datetime.timedelta(
        seconds=shift
    )
    return at if now - LONGEST_VISIT_BACK <= at <= now + EARLY else None


@transaction.atomic
def _become(
    visit: ObserverAssignment,
    copy: SheetCopy,
    text: Checked,
    *,
    by: Membership | None,
    now: datetime.datetime,
) -> Sent:
    sheet = copy.sheet
    try:
        move(
            sheet,
            State.SENT,
            template=copy.template,
            way=ObservationSheet.Way.PAPER if by else ObservationSheet.Way.OBSERVER,
            entered_by=by,
            arrived_at=text.arrived_at,
            left_at=text.left_at,
            answers=text.answers,
            no_violations=text.content.clean,
            signed_name=text.content.name,
            clock_shift=text.clock_shift,
            sent_at=now,
            sent_key=copy.key,
        )
    except StaleTransition:
        return _behind(copy)
    SheetCopy.objects.filter(pk=copy.pk).update(fate=Fate.SENT)
    copy.fate = Fate.SENT
    rows = [
        Violation(
            sheet=sheet,
            school_id=visit.session.school_id,
            key=seen.key,
            class_name=seen.class_name,
            at=hour(seen.at) if seen.at else None,
            kind=seen.kind,
            text=seen.text,
        )
        for seen in text.content.violations
    ]
    seen_violations.open_all(rows)
    return Sent(sheet, copy, is_second=False)


def _behind(copy: SheetCopy) -> Sent:
    """Another text was first: with the same key it is this one, sent twice; else this one is kept as the second."""
    sheet = ObservationSheet.objects.get(pk=copy.sheet_id)
    if sheet.sent_key == copy.key:
        copy.fate = Fate.SENT
        return Sent(sheet, copy, is_second=False)
    SheetCopy.objects.filter(pk=copy.pk, fate=Fate.DRAFT).update(fate=Fate.SECOND)
    copy.fate = Fate.SECOND
    return Sent(sheet, copy, is_second=True)


@transaction.atomic
def add(
    sheet: ObservationSheet, *, key: str, text: str, author: str, by: Membership | None = None
) -> SheetAddition:
    """A correction of a sent sheet, in words, with author and time; the same key is the same addition."""
    text = text.replace("\x00", "").strip()
    if not sheet.is_sent:
        raise Refused("Лист ещё не отправлен: исправьте его самого.")
    if not text:
        raise Refused("Напишите, что нужно исправить или добавить.")
    if len(text) > writing.LONGEST_TEXT:
        raise Refused(f"Дополнение длиннее {writing.LONGEST_TEXT} знаков: сократите или отправьте двумя.")
    addition, _ = SheetAddition.objects.get_or_create(
        key=key, defaults={"sheet": sheet, "text": text, "author": author[:200], "by": by}
    )
    return addition


def device_copy(sheet: ObservationSheet, key: str) -> SheetCopy | None:
    """The text of one device, or the newest draft there is when the key is unknown."""
    drafts = sheet.copies.filter(fate=Fate.DRAFT).select_related("template").order_by("-saved_at", "-pk")
    return drafts.filter(key=key).first() if key else drafts.first()


@dataclass(frozen=True)
class SecondText:
    """A text that came behind the sheet, and where it says otherwise."""

    copy: SheetCopy
    content: Content
    differences: list[asking.Difference]


def second_texts(sheet: ObservationSheet) -> list[SecondText]:
    """The other devices' texts beside the sheet."""
    found = []
    for copy in sheet.copies.filter(fate=Fate.SECOND).select_related("template"):
        content = Content.from_json(copy.content)
        asked = asking.asked_at(copy.template.asked, sheet.assignment.stage)
        answers, _ = asking.clean(asked, content.answers, {})
        plain = [question for question in asked if question.kind is not asking.Kind.PHOTO]
        found.append(SecondText(copy, content, asking.differences(plain, sheet.answers, answers)))
    return found


@transaction.atomic
def forget(observer: Observer) -> None:
    """Take the observer's name out of sheets and texts; what was seen at the school stays."""
    own = {"sheet__assignment__observer": observer}
    ObservationSheet.objects.filter(assignment__observer=observer).exclude(signed_name="").update(
        signed_name=FORGOTTEN
    )
    SheetAddition.objects.filter(by=None, **own).update(author=FORGOTTEN)
    for copy in SheetCopy.objects.filter(**own):
        anonymous = replace(Content.from_json(copy.content), name="")
        SheetCopy.objects.filter(pk=copy.pk).update(content=anonymous.as_json())
