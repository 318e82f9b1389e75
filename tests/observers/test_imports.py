"""The bank from Excel: read, shown, applied as a whole, taken back; consent never comes by a file."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jobs.domain import work
from jobs.models import Job
from observers.domain import bank, directory, imports, standing
from observers.models import Observer, ObserverConsent, ObserverImport, ObserverTraining
from portal.lib import excel
from portal.lib.names import NBSP
from portal.lib.refusals import Refused
from tests.factories.accounts import MembershipFactory
from tests.factories.observers import ObserverChildFactory, ObserverFactory, VisitFactory
from tests.factories.schools import SchoolFactory, SessionFactory
from tests.threads import race

pytestmark = pytest.mark.django_db
HEAD = ["ФИО", "Категория", "Телефон", "Работает в школе", "Дети: школа, класс", "Дата обучения", "Чему обучен",
        "Согласие от"]  # fmt: skip


@pytest.fixture
def methodist():
    return MembershipFactory()


@pytest.fixture
def school(methodist):
    return SchoolFactory(department=methodist.department, name="МБОУ «СОШ № 4»", code="777004")


def book(*rows, head=HEAD):
    return excel.write("Наблюдатели", [excel.Column(title) for title in head], rows)


def staged(methodist, *rows, **more):
    data = book(*rows, **more)
    return imports.stage(department=methodist.department, by=methodist, file_name="список.xlsx", data=data)


def actions(one):
    return [row["action"] for row in one.preview["rows"]]


def faults(one):
    return [(fault["cell"], fault["message"]) for fault in one.preview["faults"]]


def exported(methodist):
    return directory.workbook(directory.shown(methodist))


ZORINA = [
    "Зорина Вера Львовна",
    "родитель",
    "+7 900",
    "777004",
    "МБОУ «СОШ № 4», 4А",
    "10.03.2026",
    "Порядок",
    "1.3.2026",
]


def test_new_person_comes_with_ties_and_training_but_without_consent(methodist, school):
    one = staged(methodist, ZORINA)
    assert (actions(one), faults(one), Observer.objects.count()) == (["new"], [], 0)
    imports.apply(one, by=methodist)
    person = Observer.objects.get()
    assert (person.full_name, person.kind, person.phone) == ("Зорина Вера Львовна", "parent", "+7 900")
    assert person.department == methodist.department
    assert list(person.works_at.all()) == [school]
    assert [(child.school, child.class_name) for child in person.children.all()] == [(school, "4А")]
    assert [(t.day, t.material) for t in person.trainings.all()] == [(datetime.date(2026, 3, 10), "Порядок")]
    assert not ObserverConsent.objects.exists()


def test_export_comes_back_as_the_same(methodist, school):
    department = methodist.department
    other = SchoolFactory(department=department, closed_on=datetime.date(2026, 1, 1))
    one = ObserverFactory(
        department=department, works_at=[school, other], email="Zorina@example.ru", subjects=["химия", "ОБЖ"],
        max_load=3, note="=звонить", place="Сосновка", workplace="Дом культуры",
    )  # fmt: skip
    ObserverChildFactory(observer=one, school=school)
    ObserverChildFactory(observer=one, school=school, class_name="")
    twin = {"last_name": one.last_name, "department": department}
    ObserverFactory(**twin, phone="+7 911", standing=False)
    one = imports.stage(department=department, by=methodist, file_name="x.xlsx", data=exported(methodist))
    assert (actions(one), faults(one)) == (["same", "same"], [])


def test_what_the_file_says_otherwise_is_changed_and_an_empty_cell_is_not(methodist, school):
    one = ObserverFactory(department=methodist.department, last_name="Зорина", works_at=[school], note="Своя")
    found = staged(methodist, ["Зорина  вера Львовна", "специалист", "", "", "", "", "", ""])
    assert found.preview["rows"][0]["changes"] == [["Категория", "родитель", "специалист"]]
    imports.apply(found, by=methodist)
    one.refresh_from_db()
    assert (one.kind, one.phone, one.note) == ("specialist", "+7 900 000-00-00", "Своя")
    assert list(one.works_at.all()) == [school]


def test_every_faulty_cell_is_named_and_nothing_is_written(methodist, school):
    foreign = SchoolFactory(name="МБОУ «СОШ № 9»")
    ahead = datetime.date.today() + datetime.timedelta(days=400)
    found = staged(
        methodist,
        ["Зорина", "сосед", "7" * 51, foreign.name, "МБОУ «СОШ № 9», 4А", "завтра", "", ""],
        ["Белов Пётр", "родитель", "", "777004", "", ahead, "", ""],
        ["", "родитель", "+7", "", "", "", "", ""],
        ["Серов Пётр", "", "", "", "", "", "Порядок", ""],
        ["Рыбин Олег", "", "", "", "", "", "", ""],
        ["Рыбин Олег", "", "", "", "", "", "", ""],
    )
    assert [cell for cell, _ in faults(found)] == [
        "A2", "B2", "C2", "D2", "E2", "F2", "F3", "строка 4", "G5", "A7",
    ]  # fmt: skip
    assert "в отделе нет" in dict(faults(found))["D2"]
    assert actions(found) == ["faulty", "faulty", "faulty", "faulty", "new", "faulty"]
    with pytest.raises(Refused, match="есть ошибки"):
        imports.apply(found, by=methodist)
    assert not Observer.objects.exists()


def test_namesakes_are_told_apart_by_contacts_or_asked_about(methodist):
    same = {"department": methodist.department, "last_name": "Зорина"}
    ObserverFactory(**same, phone="+7 901")
    second = ObserverFactory(**same, phone="+7 902")
    row = ["Зорина Вера Львовна", "специалист", "+7 902", "", "", "", "", ""]
    assert [r["pk"] for r in staged(methodist, row).preview["rows"]] == [second.pk]
    row[2] = "+7 903"
    assert faults(staged(methodist, row)) == [("A2", "В банке есть однофамильцы с тем же именем.")]


def test_another_departments_people_are_not_touched(methodist):
    stranger = ObserverFactory(last_name="Зорина", phone="+7 1")
    imports.apply(staged(methodist, ["Зорина Вера Львовна", "", "+7 2", "", "", "", "", ""]), by=methodist)
    stranger.refresh_from_db()
    assert stranger.phone == "+7 1"
    assert Observer.objects.get(department=methodist.department).phone == "+7 2"


def test_bank_changed_meanwhile_refuses_the_whole_file(methodist, school):
    found = staged(methodist, ZORINA)
    ObserverFactory(department=methodist.department, last_name="Зорина")
    with pytest.raises(Refused, match="изменились после проверки"):
        imports.apply(found, by=methodist)
    found.refresh_from_db()
    assert (found.state, Observer.objects.count()) == ("preview", 1)


def test_undo_leaves_the_bank_as_it_was(methodist, school):
    known = ObserverFactory(department=methodist.department, last_name="Белова")
    ObserverChildFactory(observer=known, school=school)
    before = exported(methodist)
    found = staged(
        methodist, ZORINA, ["Белова Вера Львовна", "", "+7 2", "777004", "777004", "11.03.2026", "", ""]
    )
    assert actions(found) == ["new", "changed"]
    imports.apply(found, by=methodist)
    imports.undo(found, by=methodist)
    assert excel.read(exported(methodist))[0].rows == excel.read(before)[0].rows
    assert ObserverTraining.objects.count() == 1
    with pytest.raises(Refused, match="уже отменена"):
        imports.undo(found, by=methodist)


def visited(person, methodist):
    school = SchoolFactory(department=person.department)
    VisitFactory(observer=person, session=SessionFactory(school=school))


def consented(person, methodist):
    standing.give_consent(person, given_on=datetime.date(2026, 3, 1), upload=None, by=methodist)


def changed(person, methodist):
    person.phone = "+7 3"
    bank.save(person, by=methodist)


def trained(person, methodist):
    standing.record_training([person], day=datetime.date(2026, 3, 12), material="Ещё", by=methodist)


def gone(person, methodist):
    bank.leave(person, by=methodist)


@pytest.mark.parametrize("since", [visited, consented, changed, trained, gone])
def test_undo_is_refused_once_something_rests_on_a_new_person(methodist, school, since):
    found = staged(methodist, ZORINA)
    imports.apply(found, by=methodist)
    since(Observer.objects.get(), methodist)
    with pytest.raises(Refused, match=r"Отменить нельзя.*Зорина Вера Львовна"):
        imports.undo(found, by=methodist)
    assert ObserverImport.objects.get().state == "applied"


def test_undo_is_refused_when_a_visit_rests_on_the_training_of_the_file(methodist):
    person = ObserverFactory(department=methodist.department, last_name="Зорина", standing=False)
    found = staged(methodist, ["Зорина Вера Львовна", "", "", "", "", "10.03.2026", "", ""])
    imports.apply(found, by=methodist)
    visited(person, methodist)
    with pytest.raises(Refused, match="есть посещения"):
        imports.undo(found, by=methodist)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_apply_once(methodist, school):
    found = staged(methodist, ZORINA)

    def click():
        try:
            imports.apply(ObserverImport.objects.select_related("department").get(pk=found.pk), by=methodist)
        except Refused:
            return "refused"
        return "applied"

    assert sorted(race(click, click)) == ["applied", "refused"]
    assert Observer.objects.count() == 1


def words(response):
    return response.content.decode().replace(NBSP, " ").replace("&nbsp;", " ")


def post(client, data, name="список.xlsx"):
    return client.post(reverse("observers:import_new"), {"file": SimpleUploadedFile(name, data)})


def test_clerk_walks_from_the_bank_to_the_file_and_back(login, methodist, school):
    client = login(methodist)
    assert reverse("observers:import_new") in client.get(reverse("observers:list")).content.decode()
    response = post(client, book(ZORINA))
    one = ObserverImport.objects.get()
    address = reverse("observers:import", args=[one.pk])
    assert response["Location"] == address
    page = words(client.get(address))
    assert "Зорина Вера Львовна" in page
    assert "Загрузить 1 человека" in page
    client.post(reverse("observers:import_apply", args=[one.pk]))
    assert Observer.objects.get().last_name == "Зорина"
    client.post(reverse("observers:import_undo", args=[one.pk]))
    assert not Observer.objects.exists()
    assert "Загрузка отменена" in client.get(address).content.decode()
    assert "список.xlsx" in client.get(reverse("observers:import_new")).content.decode()


def test_faults_stand_on_the_page_and_the_file_can_be_thrown_away(login, methodist):
    client = login(methodist)
    post(client, book(["Зорина", "", "", "", "", "", "", ""]))
    one = ObserverImport.objects.get()
    page = words(client.get(reverse("observers:import", args=[one.pk])))
    assert "A2" in page
    assert "Нужны фамилия и имя." in page
    client.post(reverse("observers:import_discard", args=[one.pk]))
    assert ObserverImport.objects.get().state == "discarded"


def test_columns_are_corrected_and_remembered(login, methodist):
    client = login(methodist)
    post(client, book(["Зорина Вера", "Сосновка"], head=["ФИО", "Населённый пункт"]))
    one = ObserverImport.objects.get()
    address = reverse("observers:import_columns", args=[one.pk])
    assert "Как читать файл" in client.get(address).content.decode()
    said = {"read_0": "on", "head_0": "1", "drawn_0": "1", "column_0_A": "full_name", "column_0_B": "note"}
    said |= {name.replace("_0", "_1"): text for name, text in said.items()}
    client.post(address, said)
    for found in (
        ObserverImport.objects.get(),
        staged(methodist, ["Зорина Вера", "С"], head=["ФИО", "Населённый пункт"]),
    ):
        assert "note" in found.preview["rows"][0]["values"]


@pytest.mark.parametrize(
    "data", [b"", b"%PDF-1.4", b"PK\x03\x04broken", excel.write("Л", [excel.Column("Цена")], [["1"]])]
)
def test_bad_file_is_answered_with_words(login, methodist, data):
    response = post(login(methodist), data)
    assert response.status_code == 422
    assert "Файл не прочитан" in words(response)
    assert not ObserverImport.objects.exists()


def test_long_list_goes_to_the_worker(login, methodist):
    rows = [[f"Зорина{n} Вера", "", "", "", "", "", "", ""] for n in range(101)]
    one = staged(methodist, *rows)
    login(methodist).post(reverse("observers:import_apply", args=[one.pk]))
    assert Observer.objects.count() == 0
    work.run(Job.objects.get(kind="observers.apply_import").pk)
    assert Observer.objects.count() == 101
    page = login(methodist).get(reverse("observers:import", args=[one.pk])).content.decode()
    assert "Загружено: 101 новый человек" in page.replace(NBSP, " ")


def test_reading_a_longer_list_asks_the_database_no_more(methodist, school):
    def asked(rows):
        with CaptureQueriesContext(connection) as queries:
            staged(methodist, *rows)
        return len(queries)

    for number in range(3):
        ObserverFactory(department=methodist.department, last_name=f"Белов{number}")
    row = [[f"Белов{number} Вера Львовна", *ZORINA[1:]] for number in range(3)]
    assert asked(row[:1]) == asked(row)


@pytest.mark.parametrize("traits", [{"viewer": True}, {"deputy": True}])
def test_who_may_not_write_may_not_load(login, methodist, traits):
    one = staged(methodist, ["Зорина Вера", "", "", "", "", "", "", ""])
    client = login(MembershipFactory(department=methodist.department, **traits))
    for response in (
        client.get(reverse("observers:import_new")),
        client.get(reverse("observers:import", args=[one.pk])),
        client.post(reverse("observers:import_apply", args=[one.pk])),
    ):
        assert response.status_code in {403, 404}
    assert not Observer.objects.exists()
