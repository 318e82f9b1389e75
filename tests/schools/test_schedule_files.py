"""A file of days or uploads: its preview, applied as a whole by one, undone as a whole, seen by its department only."""

from __future__ import annotations

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from jobs.models import Job, KnownColumns
from portal.lib import excel
from portal.lib.refusals import Refused
from schools.domain import board, schedule_files
from schools.models import ScheduleImport, SessionEvent, VprSession
from schools.views.schedule_files import WIZARD
from tests.factories.accounts import MembershipFactory
from tests.factories.schools import CampaignFactory, ExamFactory, SchoolFactory, SessionFactory
from tests.threads import race

pytestmark = pytest.mark.django_db
HEAD = ("Школа", "Класс", "Предмет", "Дата")


def D(day, month=4):
    return datetime.date(2026, month, day)


@pytest.fixture
def campaign():
    return CampaignFactory()


@pytest.fixture
def methodist(campaign):
    return MembershipFactory(department=campaign.department)


@pytest.fixture
def exam(campaign):
    return ExamFactory(campaign=campaign, short="МА")


@pytest.fixture
def school(campaign):
    return SchoolFactory(department=campaign.department, name="Лицей", login="sch900777")


def book(*rows, head=HEAD):
    return excel.write("График", [excel.Column(heading) for heading in head], rows)


def stage(campaign, *rows, kind="days", head=HEAD, by=None):
    data = book(*rows, head=head)
    return schedule_files.stage(campaign, kind, by=by, file_name="график.xlsx", data=data)


def days():
    return set(VprSession.objects.values_list("class_name", "day"))


def test_new_changed_and_same_days_are_told_apart(campaign, exam, school, methodist):
    SessionFactory(exam=exam, school=school, class_name="4А", day=D(21))
    SessionFactory(exam=exam, school=school, class_name="4Б", day=D(22))
    staged = stage(campaign, ("Лицей", "4А", "математика", D(21)), ("Лицей", "4Б", "МА", "24.04"),
                   ("Лицей", "4В", "МА", D(23)))  # fmt: skip
    assert staged.preview["counts"] == {"new": 1, "changed": 1, "same": 1, "faulty": 0}
    changed = next(row for row in staged.preview["rows"] if row["action"] == "changed")
    assert (changed["before"], changed["after"], changed["cell"]) == ("2026-04-22", "2026-04-24", "D3")
    schedule_files.apply(staged, by=methodist)
    assert days() == {("4А", D(21)), ("4Б", D(24)), ("4В", D(23))}
    assert SessionEvent.objects.count() == 2
    schedule_files.undo(staged, by=methodist)
    assert days() == {("4А", D(21)), ("4Б", D(22))}


def test_days_that_cannot_be_are_faults_and_nothing_is_applied(campaign, exam, school, methodist):
    staged = stage(campaign, ("Лицей", "4А", "МА", D(21)), ("Лицей", "4Б", "МА", D(25)),
                   ("Лицей", "4В", "МА", D(1, 6)), ("Лицей", "4А", "МА", D(23)))  # fmt: skip
    assert [fault["cell"] for fault in staged.preview["faults"]] == ["D3", "D4", "D5"]
    with pytest.raises(Refused, match="есть ошибки"):
        schedule_files.apply(staged, by=methodist)
    assert days() == set()


def test_clashes_are_warnings_and_may_be_applied(campaign, exam, school, methodist):
    ExamFactory(campaign=campaign, subject="русский язык")
    staged = stage(campaign, ("Лицей", "4А", "МА", D(21)), ("Лицей", "4А", "русский язык", D(21)))
    assert len(staged.preview["warnings"]) == 1
    assert staged.preview["warnings"][0].startswith("Лицей: 4А: 21.04.2026 две работы")
    schedule_files.apply(staged, by=methodist)
    assert VprSession.objects.count() == 2


def test_a_file_that_no_longer_fits_is_refused(campaign, exam, school, methodist):
    session = SessionFactory(exam=exam, school=school, class_name="4А", day=D(21))
    moved, taken = (
        stage(campaign, ("Лицей", "4А", "МА", D(23))),
        stage(campaign, ("Лицей", "4Б", "МА", D(23))),
    )
    VprSession.objects.filter(pk=session.pk).update(day=D(22))
    SessionFactory(exam=exam, school=school, class_name="4Б", day=D(28))
    for staged in (moved, taken):
        with pytest.raises(Refused, match="изменился после проверки"):
            schedule_files.apply(staged, by=methodist)
    assert days() == {("4А", D(22)), ("4Б", D(28))}
    assert SessionEvent.objects.count() == 0


def test_what_was_changed_since_is_not_undone(campaign, exam, school, methodist):
    staged = stage(campaign, ("Лицей", "4А", "МА", D(21)))
    schedule_files.apply(staged, by=methodist)
    VprSession.objects.update(day=D(22))
    with pytest.raises(Refused, match="с тех пор изменили"):
        schedule_files.undo(staged, by=methodist)
    assert ScheduleImport.objects.get().state == "applied"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_apply_one_wins():
    exam = ExamFactory()
    campaign = exam.campaign
    SchoolFactory(department=campaign.department, name="Лицей")
    methodist = MembershipFactory(department=campaign.department)
    staged = stage(campaign, ("Лицей", "4А", "математика", D(21)))
    results = race(
        *[lambda: schedule_files.apply(ScheduleImport.objects.get(pk=staged.pk), by=methodist)] * 2
    )
    assert sorted(isinstance(result, Refused) for result in results) == [False, True]
    assert VprSession.objects.count() == 1


def test_the_portals_own_files_come_back_as_they_went(campaign, exam, school, methodist):
    computer = ExamFactory(campaign=campaign, grade=8, subject="физика", form="computer")
    ExamFactory(campaign=campaign, grade=8, subject="физика", level="advanced")
    SessionFactory(exam=exam, school=school, class_name="4А", day=D(21))
    SessionFactory(exam=exam, school=school, class_name="", day=D(22))
    SessionFactory(exam=computer, school=school, class_name="8Б", day=D(23))
    shown = board.board(campaign, methodist, board.Filter(), D(21))
    for data in (board.workbook(shown), board.list_workbook(campaign, methodist)):
        seen = schedule_files.preview(campaign, "days", data)
        assert seen["faults"] == []
        assert seen["counts"] == {"new": 0, "changed": 0, "same": 3, "faulty": 0}


def test_uploads_by_logins_mark_what_was_held_so_far(campaign, exam, school, methodist, time_machine):
    time_machine.move_to("2026-04-25T09:00Z")
    for name, day in (("4А", 21), ("4Б", 24)):
        SessionFactory(exam=exam, school=school, class_name=name, day=D(day))
    staged = stage(campaign, ("sch900777", D(23)), kind="uploads", head=("Логин", "Дата загрузки"))
    assert staged.preview["counts"]["new"] == 1
    schedule_files.apply(staged, by=methodist)
    marked = VprSession.objects.filter(uploaded_on__isnull=False)
    assert set(marked.values_list("class_name", "uploaded_on")) == {("4А", D(23))}
    schedule_files.undo(staged, by=methodist)
    assert not marked.exists()


def test_uploads_of_unknown_logins_and_days_to_come_are_faults(
    campaign, exam, school, methodist, time_machine
):
    time_machine.move_to("2026-04-25T09:00Z")
    SessionFactory(exam=exam, school=school, day=D(21))
    foreign = SchoolFactory(login="sch900888")
    staged = stage(
        campaign,
        ("sch900777", D(28)),
        (foreign.login, D(23)),
        kind="uploads",
        head=("Логин", "Дата загрузки"),
    )
    assert sorted(fault["cell"] for fault in staged.preview["faults"]) == ["A3", "B2"]


# --- pages -------------------------------------------------------------------------------------------------------


def send(client, campaign, data, name="график.xlsx", kind="days"):
    address = reverse("schools:schedule_import", args=[campaign.pk])
    return client.post(f"{address}?kind={kind}", {"file": SimpleUploadedFile(name, data)}, follow=True)


def test_from_a_file_to_the_board_and_back(campaign, exam, school, methodist, login):
    client = login(methodist)
    page = send(client, campaign, book(("Лицей", "4А", "МА", D(21))))
    assert "Загрузить 1" in page.content.decode().replace("\xa0", " ")
    staged = ScheduleImport.objects.get()
    client.post(reverse("schools:schedule_import_apply", args=[staged.pk]))
    assert days() == {("4А", D(21))}
    client.post(reverse("schools:schedule_import_undo", args=[staged.pk]))
    assert days() == set()


def test_a_csv_in_cp1251_is_read_too(campaign, exam, school, methodist, login):
    data = "Школа;Класс;Предмет;Дата\nЛицей;4А;Математика;21.04.2026\n".encode("cp1251")
    send(login(methodist), campaign, data, name="график.csv")
    assert ScheduleImport.objects.get().preview["counts"]["new"] == 1


@pytest.mark.parametrize("data", [b"", b"MZ\x90\0" + b"\0" * 300, b"PK\x03\x04broken"])
def test_a_bad_file_is_refused_with_its_reason(campaign, methodist, login, data):
    page = send(login(methodist), campaign, data)
    assert page.status_code == 422
    assert not ScheduleImport.objects.exists()


def test_columns_are_corrected_and_remembered(campaign, exam, school, methodist, login):
    client = login(methodist)
    head = ("Школа", "Класс", "Предмет", "Дата", "Новая дата проведения по графику")
    send(client, campaign, book(("Лицей", "4А", "МА", D(21), D(23)), head=head))
    staged = ScheduleImport.objects.get()
    address = reverse("schools:schedule_import_columns", args=[staged.pk])
    assert "Новая дата" in client.get(address).content.decode()
    said = {"A": "school", "B": "class", "C": "subject", "D": "", "E": "day"}
    chosen = {"read_0": "on", "head_0": "1", "drawn_0": "1"} | {f"column_0_{k}": v for k, v in said.items()}
    assert client.post(address, chosen).status_code == 302
    staged.refresh_from_db()
    assert staged.preview["rows"][0]["after"] == "2026-04-23"
    assert KnownColumns.objects.get().kind == "schedule"


def test_a_long_file_goes_to_the_worker(
    campaign, exam, school, methodist, login, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setitem(WIZARD.__dict__, "at_once", 0)
    client = login(methodist)
    send(client, campaign, book(("Лицей", "4А", "МА", D(21))))
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("schools:schedule_import_apply", args=[ScheduleImport.objects.get().pk]))
    assert Job.objects.get().state == "done"
    assert days() == {("4А", D(21))}


def test_faults_are_downloaded_and_a_discarded_file_is_gone(campaign, exam, school, methodist, login):
    client = login(methodist)
    send(client, campaign, book(("Лицей", "4А", "=1+1", D(21))))
    staged = ScheduleImport.objects.get()
    rows = excel.read(client.get(reverse("schools:schedule_import_faults", args=[staged.pk])).content)[0].rows
    assert rows[1][1] == "C2"
    client.post(reverse("schools:schedule_import_discard", args=[staged.pk]))
    staged.refresh_from_db()
    assert staged.state == "discarded"


def test_a_school_of_another_department_is_unknown(campaign, exam, methodist):
    SchoolFactory(name="Чужой лицей", login="sch900999")
    SchoolFactory(department=campaign.department, name="Свой лицей")
    staged = stage(campaign, ("Чужой лицей", "4А", "МА", D(21)))
    assert [fault["cell"] for fault in staged.preview["faults"]] == ["A2"]


def test_faults_are_shown_by_their_cells(campaign, exam, school, methodist, login):
    staged = stage(campaign, ("Неизвестная школа", "4А", "математика", D(21)), by=methodist)
    (fault, *_) = staged.preview["faults"]
    address = reverse("schools:schedule_import_preview", args=[staged.pk], query={"heap": "faulty"})
    page = login(methodist).get(address).content.decode()
    assert fault["cell"] in page
    assert "Ошибок нет" not in page
