"""A sheet is frozen by its first sending, exactly once; every other text is kept."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import replace

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.db.models import F

from notifications.models import Reminder
from observers.content import Content, Seen
from observers.domain import forms, sheets
from observers.models import ObservationSheet, ObserverAssignment, SheetCopy, SheetTemplate, Violation
from portal.lib.refusals import Refused
from tests.factories.accounts import MembershipFactory
from tests.factories.observers import VisitFactory
from tests.factories.schools import PostFactory
from tests.factories.sheets import SheetFactory, SheetFileFactory, TemplateFactory
from tests.threads import race

pytestmark = pytest.mark.django_db
NOON = datetime.datetime(2026, 4, 21, 9, 0, tzinfo=datetime.UTC)  # 12:00 in Moscow, on the visit's day
HOUR = datetime.timedelta(hours=1)
QUESTIONS = [
    {"key": "present", "kind": "number", "text": "Сколько участников?", "required": True},
    {"key": "room", "kind": "photo", "text": "Фото кабинета"},
]
SEEN = Seen(str(uuid.UUID(int=1)), "4А", "09:40", "другое", "Вошёл посторонний.")
CLEAN = Content(answers={"present": "24"}, arrived="08:30", left="11:00", clean=True, name="Зорина Вера")
DIRTY = replace(CLEAN, clean=False, violations=(SEEN,))


@pytest.fixture(autouse=True)
def _day_of_the_visit():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def visit(db) -> ObserverAssignment:
    return VisitFactory()


@pytest.fixture
def form(visit) -> SheetTemplate:
    return TemplateFactory(campaign=visit.session.exam.campaign, questions=QUESTIONS)


def send(visit, form, content=CLEAN, key="", **more):
    return sheets.send(visit, form=form, key=key or str(uuid.uuid4()), content=content, **more)


def moscow(hour: int, minute: int) -> datetime.datetime:
    return datetime.datetime(2026, 4, 21, hour - 3, minute, tzinfo=datetime.UTC)


def test_sent_sheet_holds_what_was_seen_and_tells_school_and_methodists(visit, form):
    deputy = PostFactory(school=visit.session.school).membership
    PostFactory(school__department=deputy.department)  # a neighbour
    methodist = MembershipFactory(department=deputy.department)
    MembershipFactory()  # another department's
    sent = send(visit, form, DIRTY)
    sheet = ObservationSheet.objects.get()
    assert (sent.sheet, sent.is_second, sheet.state, sheet.sent_at) == (sheet, False, "sent", NOON)
    assert (sheet.arrived_at, sheet.left_at) == (moscow(8, 30), moscow(11, 0))
    assert (sheet.answers, sheet.no_violations, sheet.signed_name) == ({"present": 24}, False, "Зорина Вера")
    violation = Violation.objects.get()
    assert (violation.school, violation.kind, violation.at) == (
        visit.session.school,
        "другое",
        datetime.time(9, 40),
    )
    assert [event.state for event in violation.events.all()] == ["open"]
    assert set(Reminder.objects.values_list("recipient", flat=True)) == {deputy.user_id, methodist.user_id}


def test_same_text_sent_again_is_the_same_sending(visit, form):
    key = str(uuid.uuid4())
    first, again = send(visit, form, DIRTY, key), send(visit, form, DIRTY, key)
    assert (again.sheet, again.is_second) == (first.sheet, False)
    assert Violation.objects.count() == 1


def test_second_devices_text_is_kept_beside_the_sheet(visit, form):
    send(visit, form)
    other = replace(DIRTY, answers={"present": "25"})
    second = send(visit, form, other)
    assert second.is_second
    assert second.sheet.signed_name == "Зорина Вера"
    (text,) = sheets.second_texts(second.sheet)
    assert text.content == other
    assert [(d.question.key, d.first, d.second) for d in text.differences] == [("present", "24", "25")]
    assert Violation.objects.count() == 0


def test_faulty_text_is_kept_as_a_draft(visit, form):
    key = str(uuid.uuid4())
    with pytest.raises(sheets.Problems) as caught:
        send(visit, form, replace(CLEAN, answers={}, name=""), key)
    assert caught.value.fields == {
        "answer-present": "Ответьте на этот вопрос.",
        "name": "Подпишите лист: фамилия, имя, отчество.",
    }
    sheet = ObservationSheet.objects.get()
    assert sheet.state == "open"
    assert sheets.device_copy(sheet, key).content["arrived"] == "08:30"
    assert sheets.device_copy(sheet, "").key == uuid.UUID(key)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"arrived": "11:30"}, "left", "Уход раньше прихода"),
        ({"arrived": "12:30", "left": "12:40"}, "arrived", "ещё не наступило"),
        ({"left": "13:00"}, "left", "когда закончите посещение"),
    ],
)
def test_hours_that_cannot_be_are_named(visit, form, change, field, words):
    with pytest.raises(sheets.Problems) as caught:
        send(visit, form, replace(CLEAN, **change))
    assert words in caught.value.fields[field]


def milliseconds(moment: datetime.datetime) -> int:
    return int(moment.timestamp() * 1000)


def test_moments_of_a_phone_with_a_wrong_clock_are_mended(visit, form):
    fast = datetime.timedelta(hours=3)
    content = replace(
        CLEAN,
        arrived="11:30",
        left="14:00",
        arrived_phone=milliseconds(moscow(8, 30) + fast),
        left_phone=milliseconds(moscow(11, 0) + fast),
    )
    sheet = send(visit, form, content, phone_now=milliseconds(NOON + fast)).sheet
    assert (sheet.arrived_at, sheet.left_at) == (moscow(8, 30), moscow(11, 0))
    assert sheet.clock_shift == -3 * 3600


def test_clock_that_is_near_enough_is_believed(visit, form):
    content = replace(CLEAN, arrived_phone=milliseconds(moscow(8, 31)))
    sheet = send(visit, form, content, phone_now=milliseconds(NOON) + 60_000).sheet
    assert (sheet.arrived_at, sheet.clock_shift) == (moscow(8, 31), 0)


def test_visit_made_before_the_day_was_moved_counts_on_the_day_it_was(visit, form):
    visit.session.day = datetime.date(2026, 4, 23)
    visit.session.save()
    assert send(visit, form).sheet.arrived_at == moscow(8, 30)


def test_arrival_counts_once(visit, form):
    sheet = sheets.arrive(visit, at_phone=milliseconds(moscow(8, 40)), phone_now=milliseconds(NOON))
    again = sheets.arrive(visit, at_phone=0, phone_now=0)
    assert (sheet.arrived_at, again.arrived_at) == (moscow(8, 40), moscow(8, 40))


def test_arrival_of_a_broken_clock_is_now(visit, form):
    assert sheets.arrive(visit, at_phone=1, phone_now=0).arrived_at == NOON


def test_sheet_is_filled_by_the_version_it_was_begun_with(visit, form):
    newer = TemplateFactory(campaign=form.campaign, version=form.version + 1, questions=QUESTIONS[1:])
    assert sheets.form_of(visit) == newer
    assert sheets.form_of(visit, form.version) == form
    assert send(visit, form).sheet.template == form
    assert sheets.form_of(visit, 999) == newer


def test_without_a_form_in_force_nothing_is_filled(visit):
    TemplateFactory(campaign=visit.session.exam.campaign, draft=True)
    TemplateFactory()  # another department's
    with pytest.raises(Refused, match="ещё не ввёл"):
        sheets.form_of(visit)


def test_nothing_is_taken_after_the_consent_was_withdrawn_or_the_visit_called_off(visit, form):
    visit.observer.consents.update(withdrawn_on=datetime.date(2026, 4, 20))
    with pytest.raises(Refused, match="Согласие на обработку"):
        send(visit, form)
    assert not SheetCopy.objects.exists()
    typed = send(visit, form, by=MembershipFactory(department=visit.observer.department)).sheet
    assert (typed.way, typed.state) == ("paper", "sent")
    visit.observer.consents.update(withdrawn_on=None)
    visit.state = "cancelled"
    with pytest.raises(Refused, match="отменено отделом"):
        send(visit, form)


def test_key_of_another_visit_is_refused(visit, form):
    other = VisitFactory()
    key = str(uuid.uuid4())
    sheets.keep(other, form=TemplateFactory(campaign=other.session.exam.campaign), key=key, content=CLEAN)
    with pytest.raises(Refused, match="к другому посещению"):
        sheets.keep(visit, form=form, key=key, content=CLEAN)


def test_photo_answers_its_question(visit):
    form = TemplateFactory(
        campaign=visit.session.exam.campaign, questions=[QUESTIONS[1] | {"required": True}]
    )
    with pytest.raises(sheets.Problems, match="Приложите фото"):
        send(visit, form)
    SheetFileFactory(sheet=visit.sheet, place="room")
    assert send(visit, form).sheet.answers == {"room": 1}


def test_correction_is_an_addition_with_author_and_time(visit, form):
    key = str(uuid.uuid4())
    open_one = SheetFactory()
    with pytest.raises(Refused, match="ещё не отправлен"):
        sheets.add(open_one, key=key, text="Было 25.", author="Зорина Вера")
    sheet = send(visit, form).sheet
    with pytest.raises(Refused, match="Напишите"):
        sheets.add(sheet, key=key, text=" ", author="Зорина Вера")
    first = sheets.add(sheet, key=key, text="Было 25.", author="Зорина Вера")
    assert sheets.add(sheet, key=key, text="Было 25.", author="Зорина Вера") == first
    assert (first.at, first.author) == (NOON, "Зорина Вера")


@pytest.mark.parametrize(
    "change",
    [
        {"sent_at": None},
        {"signed_name": ""},
        {"no_violations": None},
        {"sent_key": None},
        {"state": "open"},
        {"left_at": F("arrived_at") - datetime.timedelta(minutes=1)},
        {"way": "paper"},
    ],
)
def test_database_keeps_a_sent_sheet_whole(change):
    SheetFactory(sent=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        ObservationSheet.objects.update(**change)


@pytest.mark.parametrize(
    "change",
    [
        {"answers": {"present": 25}},
        {"left_at": NOON},
        {"no_violations": False},
        {"clock_shift": 5},
        {"sent_at": NOON - HOUR},
    ],
)
def test_database_lets_nobody_change_a_sent_sheet(change):
    sheet = SheetFactory(sent=True)
    with pytest.raises(IntegrityError, match="sheet_is_frozen"), transaction.atomic():
        ObservationSheet.objects.update(**change)
    begun = SheetFactory()
    ObservationSheet.objects.filter(pk=begun.pk).update(answers={"present": 25})
    sheet.refresh_from_db()
    assert sheet.answers == {"present": 24}


def test_forgotten_observer_leaves_what_was_seen(visit, form):
    send(visit, form, DIRTY)
    sheets.add(visit.sheet, key=str(uuid.uuid4()), text="Было 25.", author="Зорина Вера")
    other = SheetFactory(sent=True)
    sheets.forget(visit.observer)
    sheet = ObservationSheet.objects.get(pk=visit.sheet.pk)
    assert (sheet.signed_name, sheet.additions.get().author) == (sheets.FORGOTTEN, sheets.FORGOTTEN)
    assert "Зорина" not in str(sheet.copies.get().content)
    assert Violation.objects.get().text == DIRTY.violations[0].text
    other.refresh_from_db()
    assert other.signed_name == "Зорина Вера Львовна"


@pytest.mark.django_db(transaction=True)
def test_two_devices_at_once_freeze_one_text_and_keep_both():
    visit = VisitFactory()
    form = TemplateFactory(campaign=visit.session.exam.campaign, questions=QUESTIONS)
    texts = {str(uuid.uuid4()): replace(DIRTY, answers={"present": str(n)}) for n in range(4)}
    results = race(*[lambda k=k, c=c: send(visit, form, c, k) for k, c in texts.items()])
    assert sorted(result.is_second for result in results) == [False, True, True, True]
    sheet = ObservationSheet.objects.get()
    assert sorted(sheet.copies.values_list("fate", flat=True)) == ["second", "second", "second", "sent"]
    assert sheet.answers == {"present": int(texts[str(sheet.sent_key)].answers["present"])}
    assert Violation.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_device_sending_many_times_at_once_sends_once():
    visit = VisitFactory()
    form = TemplateFactory(campaign=visit.session.exam.campaign, questions=QUESTIONS)
    key = str(uuid.uuid4())
    results = race(*[lambda: send(visit, form, DIRTY, key)] * 4)
    assert [result.is_second for result in results] == [False] * 4
    assert list(SheetCopy.objects.values_list("fate", flat=True)) == ["sent"]
    assert Violation.objects.count() == 1


# --- the form ---


def test_published_version_never_changes_and_a_change_is_a_new_version():
    member = MembershipFactory()
    form = TemplateFactory(campaign__department=member.department, questions=QUESTIONS, version=1)
    with pytest.raises(Refused, match="изменения — в новой"):
        forms.remove_question(form, "room", edition=form.edition)
    with pytest.raises(Refused, match="удалить нельзя"):
        forms.discard(form, by=member)
    draft = forms.begin(form.campaign, by=member, source=form)
    assert (draft.version, draft.questions) == (2, QUESTIONS)
    assert forms.begin(form.campaign, by=member) == draft
    forms.remove_question(draft, "room", edition=draft.edition)
    forms.publish(draft, by=member)
    assert forms.in_force(form.campaign) == draft
    with pytest.raises(Refused, match="уже введена"):
        forms.publish(draft, by=member)


def test_second_editor_of_a_draft_overwrites_nothing():
    form = TemplateFactory(draft=True, questions=QUESTIONS)
    mine, theirs = form, SheetTemplate.objects.get()
    edition = form.edition
    forms.move_question(theirs, "room", -1, edition=edition)
    with pytest.raises(Refused, match="другой человек"):
        forms.set_kinds(mine, ["другое"], edition=edition)
    assert SheetTemplate.objects.get().kinds != ["другое"]
    assert [row["key"] for row in mine.questions] == ["room", "present"]


def test_kinds_are_each_once_and_there_is_one():
    form = TemplateFactory(draft=True)
    forms.set_kinds(form, [" шум  в классе ", "шум в классе", ""], edition=form.edition)
    assert form.kinds == ["шум в классе"]
    for kinds, words in ((["", " "], "хотя бы один"), ([str(n) for n in range(41)], "больше 40")):
        with pytest.raises(Refused, match=words):
            forms.set_kinds(form, kinds, edition=form.edition)


def test_empty_form_is_not_published():
    member = MembershipFactory()
    form = TemplateFactory(draft=True, campaign__department=member.department, questions=[])
    with pytest.raises(Refused, match="ни одного вопроса"):
        forms.publish(form, by=member)


@pytest.mark.django_db(transaction=True)
def test_two_methodists_begin_one_draft():
    form = TemplateFactory(version=1)
    member = MembershipFactory(department=form.campaign.department)
    results = race(*[lambda: forms.begin(form.campaign, by=member)] * 4)
    assert {result.pk for result in results} == {SheetTemplate.objects.get(state="draft").pk}
