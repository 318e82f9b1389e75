"""The observer's page of a sheet: as a plain form and from its script; whose it is; what is kept of bad input."""

from __future__ import annotations

import datetime
import io
import uuid

import pytest
import time_machine
from django.urls import reverse
from PIL import Image

from accounts.models import Role
from observers.domain import links, sheets
from observers.models import ObservationSheet, SheetCopy, SheetFile, Violation
from tests.factories.accounts import MembershipFactory
from tests.factories.observers import VisitFactory
from tests.factories.sheets import SheetFactory, SheetFileFactory, TemplateFactory

pytestmark = pytest.mark.django_db
NOON = datetime.datetime(2026, 4, 21, 9, 0, tzinfo=datetime.UTC)
QUESTIONS = [
    {"key": "present", "kind": "number", "text": "Сколько участников?", "required": True},
    {"key": "room", "kind": "photo", "text": "Фото кабинета"},
]
SCRIPT = {"HTTP_X_REQUESTED_WITH": "portal-sheet"}


@pytest.fixture(autouse=True)
def _day_of_the_visit():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def visit(db):
    return VisitFactory()


@pytest.fixture
def form(visit):
    return TemplateFactory(campaign=visit.session.exam.campaign, questions=QUESTIONS)


@pytest.fixture
def phone(client, visit, form):
    """The observer's browser, let in by the one-time link."""
    methodist = MembershipFactory(department=visit.observer.department)
    _, address = links.issue(visit.observer, by=methodist)
    client.post(address)
    return client


def text(response) -> str:
    """The page as it reads, with plain spaces."""
    return response.content.decode().replace("\xa0", " ").replace("&nbsp;", " ")


def page(name: str, visit) -> str:
    return reverse(f"observers:{name}", args=[visit.pk])


def photo(size: int = 20) -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (size, size), "navy").save(out, "PNG")
    out.seek(0)
    out.name = "Кабинет.png"
    return out


def fields(form, **more: object) -> dict[str, object]:
    return {
        "key": str(uuid.uuid4()),
        "version": form.version,
        "answer-present": "24",
        "arrived": "08:30",
        "left": "11:00",
        "clean": "1",
        "name": "Зорина Вера",
        **more,
    }


def test_form_is_filled_and_sent_without_scripts(phone, visit, form):
    opened = phone.get(page("visit_sheet", visit))
    assert opened.status_code == 200
    assert "Сколько участников?" in text(opened)
    dirty = {"clean": "", "v0-key": "", "v0-kind": form.kinds[0], "v0-text": "Шум", "v0-file": photo()}
    sent = phone.post(
        page("visit_sheet", visit), fields(form, **dirty, **{"file-room": photo()}), follow=True
    )
    assert "Лист отправлен в 12:00" in text(sent)
    sheet = ObservationSheet.objects.get()
    assert (sheet.state, sheet.answers) == ("sent", {"present": 24, "room": 1})
    violation = Violation.objects.get()
    assert sorted(sheet.files.values_list("place", flat=True)) == sorted(["room", str(violation.key)])


def test_wrong_field_is_named_and_everything_typed_stays(phone, visit, form):
    wrong = fields(form, **{"answer-present": "много", "v0-text": "Шум <b>", "v0-kind": form.kinds[0]})
    answer = phone.post(page("visit_sheet", visit), wrong)
    body = text(answer)
    assert answer.status_code == 422
    for words in ("Нужно число цифрами", "Снимите отметку", "много", "Шум &lt;b&gt;", "08:30", "Зорина Вера"):
        assert words in body, words
    assert wrong["key"] in body
    assert ObservationSheet.objects.get().state == "open"
    assert "Шум" in text(phone.get(page("visit_sheet", visit)))


def test_one_more_violation_is_offered_without_scripts(phone, visit, form):
    answer = phone.post(page("visit_sheet", visit), fields(form, more="1", **{"v0-text": "Шум"}))
    assert 'name="v2-text"' in text(answer)
    assert ObservationSheet.objects.get().state == "open"


def test_draft_is_kept(phone, visit, form):
    phone.post(page("visit_sheet", visit), fields(form, do="keep"))
    assert SheetCopy.objects.get().content["answers"] == {"present": "24"}
    assert 'value="24"' in text(phone.get(page("visit_sheet", visit)))


def test_script_is_answered_in_its_own_way(phone, visit, form):
    typed = fields(form)
    first = phone.post(page("visit_sheet", visit), {**typed, "do": "send"}, **SCRIPT)
    again = phone.post(page("visit_sheet", visit), {**typed, "do": "send"}, **SCRIPT)
    assert (first.status_code, first.json()) == (200, {"state": "sent", "at": "12:00"})
    assert again.json() == first.json()
    other = phone.post(page("visit_sheet", visit), fields(form, **{"answer-present": "25"}), **SCRIPT).json()
    assert (other["state"], "отдел видит оба" in other["why"]) == ("second", True)
    shown = text(phone.get(page("visit_sheet", visit)))
    assert "Второй текст этого листа" in shown
    assert "<td>24</td><td>25</td>" in shown


def test_script_hears_what_is_wrong(phone, visit, form):
    answer = phone.post(page("visit_sheet", visit), fields(form, name=""), **SCRIPT)
    assert answer.status_code == 422
    assert answer.json()["fields"] == {"name": "Подпишите лист: фамилия, имя, отчество."}


def test_photo_comes_once(phone, visit, form):
    sending = {"key": str(uuid.uuid4()), "place": "room", "version": form.version}
    for _ in range(2):
        answer = phone.post(page("visit_photo", visit), {**sending, "photo": photo()}, **SCRIPT)
        assert (answer.status_code, answer.json()) == (200, {"state": "kept"})
    row = SheetFile.objects.get()
    assert (row.place, row.name) == ("room", "Кабинет.jpg")
    with row.file.open() as kept:
        assert Image.open(kept).format == "JPEG"


@pytest.mark.parametrize("how", ["large", "program", "none", "key"])
def test_bad_photo_is_refused_in_words(phone, visit, form, settings, how):
    settings.EVIDENCE_MAX_BYTES = 1000
    upload = photo(200)
    if how == "large":
        upload = io.BytesIO(upload.getvalue() + b"\0" * 2000)
        upload.name = "Большое.png"
    elif how == "program":
        upload = io.BytesIO(b"MZ" + b"\0" * 400)
        upload.name = "Фото.jpg"
    words = {"large": "слишком велик", "program": "не принимаются", "none": "не дошло", "key": "не дошло"}
    sending = {"key": "" if how == "key" else str(uuid.uuid4()), "place": "room", "version": form.version}
    if how != "none":
        sending["photo"] = upload
    answer = phone.post(page("visit_photo", visit), sending, **SCRIPT)
    assert answer.status_code == 422
    assert words[how] in answer.json()["why"]
    assert not SheetFile.objects.exists()


def test_arrival_is_told_by_script_and_by_form(phone, visit):
    by_script = phone.post(page("visit_arrive", visit), {}, **SCRIPT).json()
    assert by_script == {"state": "arrived", "at": "12:00"}
    assert "Приход записан: 12:00" in text(phone.post(page("visit_arrive", visit), follow=True))


def test_withdrawn_consent_and_cancelled_visit_are_explained(phone, visit, form):
    visit.observer.consents.update(withdrawn_on=datetime.date(2026, 4, 20))
    opened = phone.get(page("visit_sheet", visit))
    assert (opened.status_code, "Согласие на обработку" in text(opened)) == (409, True)
    refused = phone.post(page("visit_sheet", visit), fields(form), **SCRIPT)
    assert (refused.status_code, refused.json()["state"]) == (409, "refused")
    assert phone.post(page("visit_arrive", visit), {}, **SCRIPT).status_code == 409
    assert phone.post(page("visit_arrive", visit), follow=True).status_code == 409
    assert phone.post(page("visit_sheet", visit), fields(form)).status_code == 409


def test_moved_day_is_said_on_the_page(phone, visit):
    visit.session.day = datetime.date(2026, 4, 23)
    visit.session.save()
    assert "День или школа изменились" in text(phone.get(page("visit_sheet", visit)))


def test_correction_is_added_to_a_sent_sheet(phone, visit, form):
    phone.post(page("visit_sheet", visit), fields(form))
    added = phone.post(
        page("visit_addition", visit), {"key": str(uuid.uuid4()), "text": "Было 25."}, follow=True
    )
    assert "Было 25." in text(added)
    assert visit.sheet.additions.get().author == visit.observer.full_name
    empty = phone.post(page("visit_addition", visit), {"text": " "}, follow=True)
    assert "Напишите, что нужно исправить" in text(empty)


def test_other_observers_sheets_and_files_do_not_exist(phone, visit, form):
    other = SheetFactory(assignment=VisitFactory(session=visit.session), sent=True)
    own = SheetFileFactory(sheet=sheets.started(visit, form))
    foreign = SheetFileFactory(sheet=other)
    for name in ("visit_sheet", "visit_arrive", "visit_photo", "visit_addition"):
        assert phone.post(page(name, other.assignment), {"text": "x"}).status_code == 404, name
    assert phone.get(page("visit_sheet", other.assignment)).status_code == 404
    assert phone.get(reverse("observers:visit_file", args=[foreign.pk])).status_code == 404
    given = phone.get(reverse("observers:visit_file", args=[own.pk]))
    assert b"".join(given.streaming_content).startswith(b"\xff\xd8")
    assert given["Content-Disposition"].startswith("attachment")
    assert (given["X-Content-Type-Options"], given["Content-Type"]) == ("nosniff", "application/octet-stream")


def test_members_who_are_no_observers_and_strangers_stay_outside(client, login, visit, form):
    assert client.get(page("visit_sheet", visit)).status_code == 302
    methodist = MembershipFactory(department=visit.observer.department)
    assert login(methodist).get(page("visit_sheet", visit)).status_code == 403
    own = MembershipFactory(department=visit.observer.department, role=Role.OBSERVER)
    visit.observer.membership = own
    visit.observer.save()
    assert login(own).get(page("visit_sheet", visit)).status_code == 200


def test_worker_has_its_scope_and_is_never_stale(client):
    answer = client.get(reverse("observers:worker"))
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert "no-cache" in answer["Cache-Control"]
    assert reverse("observers:visits") == reverse("observers:worker").removesuffix("worker.js")
    assert "default-src 'self'" in answer["Content-Security-Policy"]
