"""The bank: who is in it, who may go, what is forgotten; closed to schools and to other departments."""

import datetime
import io

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import AuditEvent, Membership
from observers.domain import bank, standing
from observers.models import Observer, ObserverAssignment
from portal.lib.refusals import Refused
from tests.factories.accounts import MembershipFactory
from tests.factories.observers import (
    ConsentFactory,
    ObserverChildFactory,
    ObserverFactory,
    TrainingFactory,
    VisitFactory,
)
from tests.factories.schools import CampaignFactory, PostFactory, SchoolFactory, SessionFactory

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def methodist():
    return MembershipFactory()


@pytest.fixture
def observer(methodist):
    return ObserverFactory(department=methodist.department)


def typed(**changes):
    return {
        "last_name": "Ёлкина", "first_name": "Анна", "patronymic": "Ильинична", "kind": "parent", "phone": "+7 900",
        "email": "", "place": "Сосновка", "workplace": "", "subjects": "математика, физика, математика",
        "max_load": "3", "note": "", "form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0",
    } | changes  # fmt: skip


def test_person_is_written_in_with_all_ties(login, methodist):
    own, childs = (SchoolFactory(department=methodist.department) for _ in range(2))
    children = {"form-0-school": childs.pk, "form-0-class_name": "4а", "form-1-school": childs.pk,
                "form-1-class_name": "4А"}  # fmt: skip
    response = login(methodist).post(reverse("observers:new"), typed(works_at=[own.pk], **children))
    one = Observer.objects.get()
    assert response["Location"] == reverse("observers:observer", args=[one.pk])
    assert (one.full_name, one.subjects, one.max_load) == (
        "Ёлкина Анна Ильинична", ["математика", "физика"], 3,
    )  # fmt: skip
    assert list(one.works_at.all()) == [own]
    assert [(child.school, child.class_name) for child in one.children.all()] == [(childs, "4А")]
    page = login(methodist).get(reverse("observers:edit", args=[one.pk])).content.decode()
    assert 'value="математика, физика"' in page


def test_bad_input_keeps_what_was_typed(login, methodist):
    response = login(methodist).post(
        reverse("observers:new"), typed(first_name="", **{"form-0-class_name": "4А"})
    )
    assert response.status_code == 422
    page = response.content.decode()
    assert "Ёлкина" in page
    assert "Выберите школу ребёнка." in page
    assert not Observer.objects.exists()


def test_the_same_person_twice_is_refused(login, methodist):
    login(methodist).post(reverse("observers:new"), typed())
    response = login(methodist).post(reverse("observers:new"), typed())
    assert (response.status_code, Observer.objects.count()) == (422, 1)
    assert "уже в банке" in response.content.decode()


def test_another_departments_school_is_no_choice(login, methodist):
    response = login(methodist).post(reverse("observers:new"), typed(works_at=[SchoolFactory().pk]))
    assert (response.status_code, Observer.objects.count()) == (422, 0)


@pytest.mark.parametrize("count", [1, 3])
def test_list_shows_the_own_bank_in_as_many_queries_however_long(
    login, methodist, count, django_assert_max_num_queries
):
    ObserverFactory(last_name="Чужая")
    for _ in range(count):
        one = ObserverFactory(department=methodist.department)
        ObserverChildFactory(observer=one)
        one.works_at.add(SchoolFactory(department=methodist.department))
    client = login(methodist)
    with django_assert_max_num_queries(9):
        page = client.get(reverse("observers:list")).content.decode()
    assert "Чужая" not in page
    assert page.count('scope="row"') == count


def test_filters_and_orders(login, methodist):
    ours = {"department": methodist.department}
    ready = ObserverFactory(**ours, last_name="Готова", kind="public")
    silent = TrainingFactory(
        observer__department=methodist.department, observer__last_name="Безмолвна"
    ).observer
    raw = ConsentFactory(observer__department=methodist.department, observer__last_name="Сырая").observer
    gone = ObserverFactory(**ours, last_name="Ушла", left_on="2026-03-01")
    VisitFactory(observer=ready, session__school__department=methodist.department)

    def shown(**asked):
        response = login(methodist).get(reverse("observers:list"), asked)
        return [one.pk for one in response.context["page"]]

    assert shown() == [silent.pk, ready.pk, raw.pk]
    assert shown(state="ready") == [ready.pk]
    assert shown(state="no_consent") == [silent.pk]
    assert shown(state="untrained") == [raw.pk]
    assert shown(state="free") == [silent.pk, raw.pk]
    assert shown(state="left") == [gone.pk]
    assert shown(kind="public") == [ready.pk]
    assert shown(q="готова") == [ready.pk]
    assert shown(sort="visits")[0] == ready.pk
    assert shown(sort="nonsense", state="nonsense") == shown()


def test_export_holds_what_the_list_shows_and_no_formulas(login, methodist):
    ObserverFactory(department=methodist.department, last_name="=1+1", note="@x")
    ObserverFactory(last_name="Чужая")
    book = openpyxl.load_workbook(io.BytesIO(login(methodist).get(reverse("observers:export")).content))
    cells = [row[0] for row in book.active.iter_rows()]
    assert [cell.value for cell in cells[1:]] == ["=1+1 Вера Львовна"]
    assert (cells[1].data_type, cells[1].quotePrefix) == ("s", True)


@pytest.mark.parametrize("name", ["list", "export", "new", "training"])
def test_the_bank_is_closed_to_schools_and_observers(login, name):
    for member in (PostFactory().membership, MembershipFactory(role="observer")):
        assert login(member).get(reverse(f"observers:{name}")).status_code == 403


def test_viewers_read_and_change_nothing(login, observer):
    viewer = MembershipFactory(department=observer.department, viewer=True)
    client = login(viewer)
    page = client.get(reverse("observers:observer", args=[observer.pk])).content.decode()
    assert observer.full_name in page
    assert "Внести обучение" not in page
    for name in ("edit", "leave", "forget", "link_new", "consent_withdraw"):
        assert client.post(reverse(f"observers:{name}", args=[observer.pk])).status_code == 403


# --- consent -----------------------------------------------------------------------------------------------------


def test_consent_is_a_file_of_its_own_served_to_the_department_only(login, methodist):
    one = ObserverFactory(department=methodist.department, standing=False)
    address = reverse("observers:consent_new", args=[one.pk])
    file = SimpleUploadedFile("Согласие.pdf", PDF)
    login(methodist).post(address, {"given_on": "2026-03-01", "file": file})
    consent = one.consents.get()
    assert (consent.file_name, consent.withdrawn_on) == ("Согласие.pdf", None)
    assert "Согласие" not in consent.file.name, "nothing typed becomes a path"
    response = login(methodist).get(reverse("observers:consent_file", args=[consent.pk]))
    assert response["Content-Disposition"].startswith("attachment")
    assert b"".join(response.streaming_content) == PDF
    viewer = MembershipFactory(department=methodist.department, viewer=True)
    assert login(viewer).get(reverse("observers:consent_file", args=[consent.pk])).status_code == 403


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"given_on": "2126-03-01"}, "проверьте год"),
        (
            {"given_on": "2026-03-01", "file": SimpleUploadedFile("x.pdf", b"MZ\x90\x00" * 20)},
            "не принимаются",
        ),
        ({"given_on": "2026-03-01", "file": SimpleUploadedFile("x.pdf", b"")}, "пуст"),
    ],
)
def test_a_bad_consent_is_refused(login, methodist, data, words):
    one = ObserverFactory(department=methodist.department, standing=False)
    response = login(methodist).post(reverse("observers:consent_new", args=[one.pk]), data)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not one.consents.exists()


def test_withdrawn_consent_ends_visits_to_come_and_keeps_the_past(methodist, observer):
    today = datetime.date(2026, 4, 21)
    ours = {"observer": observer, "session__school__department": methodist.department}
    past = VisitFactory(**ours, session__day=today - datetime.timedelta(1))
    ahead = VisitFactory(**ours, session__day=today)
    with time_machine.travel(datetime.datetime(2026, 4, 21, 8, 0, tzinfo=datetime.UTC), tick=False):
        assert standing.withdraw_consent(observer, on=today, by=methodist) == 1
    assert list(ObserverAssignment.objects.active()) == [past]
    assert ahead.events.get().comment == "Согласие отозвано"
    with pytest.raises(Refused, match="отзывать нечего"):
        standing.withdraw_consent(observer, on=today, by=methodist)


def test_only_one_consent_stands(methodist, observer):
    with pytest.raises(Refused, match="уже есть"):
        standing.give_consent(observer, given_on=datetime.date(2026, 3, 2), upload=None, by=methodist)


# --- leaving, being forgotten --------------------------------------------------------------------------------------


def test_forgotten_person_leaves_numbers_only(login, methodist, observer, django_capture_on_commit_callbacks):
    one = ConsentFactory(
        observer__department=methodist.department, observer__email="zorina@example.org"
    ).observer
    ObserverChildFactory(observer=one)
    file = one.consents.get().file
    visit = VisitFactory(observer=one, session__school__department=methodist.department,
                         session__day=datetime.date(2026, 3, 2))  # fmt: skip
    name = one.last_name
    with django_capture_on_commit_callbacks(execute=True):
        login(methodist).post(reverse("observers:forget", args=[one.pk]))
    one.refresh_from_db()
    assert one.full_name == f"Данные удалены № {one.pk}"
    assert (one.phone, one.email, one.children.count(), one.consents.get().file.name) == ("", "", 0, "")
    assert not file.storage.exists(file.name)
    assert ObserverAssignment.objects.filter(pk=visit.pk, observer=one).exists()
    last = AuditEvent.objects.filter(action="observers.forgotten").get()
    assert name not in last.summary
    with pytest.raises(Refused, match="внесите его заново"):
        bank.come_back(one, by=methodist)


def test_who_left_may_come_back(methodist, observer):
    bank.leave(observer, by=methodist)
    with pytest.raises(Refused, match="уже выбыл"):
        bank.leave(observer, by=methodist)
    bank.come_back(observer, by=methodist)
    assert Observer.objects.active().get() == observer


def test_account_of_an_observer_is_a_role_of_its_own(
    login, methodist, django_capture_on_commit_callbacks, mailoutbox
):
    one = ObserverFactory(department=methodist.department, email="zorina@example.org")
    address = reverse("observers:account", args=[one.pk])
    with django_capture_on_commit_callbacks(execute=True):
        login(methodist).post(address)
    member = Membership.objects.get(role="observer")
    one.refresh_from_db()
    assert one.membership == member
    assert mailoutbox[0].to == ["zorina@example.org"]
    bank.leave(one, by=methodist)
    member.refresh_from_db()
    assert member.ended_at is not None


# --- training, days -------------------------------------------------------------------------------------------------


def test_training_is_written_for_many_at_once_and_once(login, methodist):
    people = [ObserverFactory(department=methodist.department, standing=False) for _ in range(3)]
    stranger = ObserverFactory(standing=False)
    data = {"day": "2026-03-10", "material": "Памятка", "observers": [one.pk for one in people]}
    for _ in range(2):
        login(methodist).post(reverse("observers:training"), data)
    assert [one.trainings.count() for one in people] == [1, 1, 1]
    response = login(methodist).post(reverse("observers:training"), data | {"observers": [stranger.pk]})
    assert (response.status_code, stranger.trainings.count()) == (422, 0)


def test_days_of_a_campaign(login, methodist, observer):
    campaign = CampaignFactory(department=methodist.department)
    address = reverse("observers:days", args=[observer.pk, campaign.pk])
    login(methodist).post(address, {"days": ["2026-04-22", "2026-04-21"]})
    assert observer.availability.get().days == ["2026-04-21", "2026-04-22"]
    assert login(methodist).post(address, {"days": ["2026-06-01"]}).status_code == 422
    login(methodist).post(address, {"any_day": "on"})
    assert not observer.availability.exists()
    with pytest.raises(Refused, match="вне кампании"):
        standing.set_days(observer, campaign, days=[datetime.date(2026, 6, 1)], by=methodist)


def test_card_tells_of_conflicts(login, methodist, observer):
    session = SessionFactory(school__department=methodist.department)
    VisitFactory(observer=observer, session=session)
    observer.works_at.add(session.school)
    page = login(methodist).get(reverse("observers:observer", args=[observer.pk])).content.decode()
    assert "конфликт: работает" in page


def test_link_is_shown_once(login, methodist, observer):
    page = login(methodist).post(reverse("observers:link_new", args=[observer.pk])).content.decode()
    assert "/observers/enter/" in page
    assert (
        "/observers/enter/"
        not in login(methodist).get(reverse("observers:observer", args=[observer.pk])).content.decode()
    )
    login(methodist).post(reverse("observers:link_revoke", args=[observer.pk]))
    assert not observer.links.filter(revoked_at=None).exists()
