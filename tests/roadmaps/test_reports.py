"""The life of a duty: reported with proof, accepted or returned, one winner each, all of it in the history."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Role
from notifications.models import Reminder
from portal.lib.refusals import Refused
from roadmaps import permissions
from roadmaps.domain import evidence, reports
from roadmaps.models import Assignment, Evidence
from tests.factories.accounts import MembershipFactory
from tests.factories.roadmaps import AssignmentFactory
from tests.factories.schools import PostFactory
from tests.threads import race

State = Assignment.State
PNG = (
    b"\x89PNG\r\n\x1a\n"
    b"\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde" + b"\0" * 40
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def duty():
    return AssignmentFactory()


@pytest.fixture
def deputy(duty):
    return PostFactory(school=duty.school).membership


@pytest.fixture
def methodist(duty):
    return MembershipFactory(department=duty.department)


def states(duty):
    return list(duty.events.values_list("before", "state", "comment"))


def test_report_rests_on_proof_and_is_accepted(duty, deputy, methodist):
    reports.report(duty, by=deputy, note="Координатор назначен приказом школы")
    assert duty.state == State.REPORTED
    assert duty.reported_by == deputy
    reports.accept(Assignment.objects.get(), by=methodist)
    duty.refresh_from_db()
    assert (duty.state, duty.decided_by) == (State.ACCEPTED, methodist)
    assert states(duty) == [("assigned", "reported", ""), ("reported", "accepted", "")]
    assert list(duty.events.values_list("by", flat=True)) == [deputy.pk, methodist.pk]


@pytest.mark.parametrize("empty", ["", "   ", "\n"])
def test_report_without_any_proof_is_refused(duty, deputy, empty):
    with pytest.raises(Refused, match="файл, ссылку или пояснение"):
        reports.report(duty, by=deputy, link="", note=empty)
    duty.refresh_from_db()
    assert (duty.state, states(duty)) == (State.ASSIGNED, [])


def test_removed_proof_proves_nothing(duty, deputy):
    evidence.remove(evidence.add_file(duty, SimpleUploadedFile("a.png", PNG), by=deputy))
    with pytest.raises(Refused):
        reports.report(duty, by=deputy)


def test_link_that_is_no_address_is_refused_before_anything_moves(duty, deputy):
    with pytest.raises(Refused, match="не похожа на адрес"):
        reports.report(duty, by=deputy, link="javascript:alert(1)")
    duty.refresh_from_db()
    assert duty.state == State.ASSIGNED


def test_link_without_scheme_becomes_https(duty, deputy):
    reports.report(duty, by=deputy, link="school-7.example.org/news")
    assert Evidence.objects.get().url == "https://school-7.example.org/news"


def test_returned_report_starts_a_new_round_that_needs_new_proof(duty, deputy, methodist):
    reports.report(duty, by=deputy, note="Сделано")
    reports.return_(duty, by=methodist, comment="Приложите протокол")
    assert (duty.state, duty.round) == (State.RETURNED, 2)
    with pytest.raises(Refused):
        reports.report(duty, by=deputy)
    reports.report(duty, by=deputy, note="Протокол на сайте")
    assert list(Evidence.objects.values_list("round", "text")) == [(1, "Сделано"), (2, "Протокол на сайте")]


@pytest.mark.parametrize("comment", ["", "  "])
def test_return_needs_a_remark(duty, deputy, methodist, comment):
    reports.report(duty, by=deputy, note="Сделано")
    with pytest.raises(Refused, match="что исправить"):
        reports.return_(duty, by=methodist, comment=comment)
    duty.refresh_from_db()
    assert duty.state == State.REPORTED


def test_withdrawn_report_is_as_before_it_and_keeps_its_proof(duty, deputy, methodist):
    reports.report(duty, by=deputy, note="Сделано")
    reports.withdraw(duty, by=deputy)
    duty.refresh_from_db()
    assert (duty.state, duty.reported_at, duty.reported_by) == (State.ASSIGNED, None, None)
    assert evidence.of_round(duty).count() == 1
    reports.report(duty, by=deputy)
    reports.return_(duty, by=methodist, comment="Не то")
    reports.report(duty, by=deputy, note="То")
    reports.withdraw(duty, by=deputy)
    assert duty.state == State.RETURNED


def test_report_sent_again_in_the_same_words_says_them_once(duty, deputy):
    for note in ("Сделано", "Сделано", "Сделано в срок"):
        reports.report(duty, by=deputy, note=note, link="https://школа.example/вести")
        reports.withdraw(duty, by=deputy)
    said = evidence.of_round(duty).order_by("pk").values_list("kind", "text")
    assert list(said) == [("link", ""), ("note", "Сделано"), ("note", "Сделано в срок")]


def test_decided_report_cannot_be_withdrawn(duty, deputy, methodist):
    reports.report(duty, by=deputy, note="Сделано")
    stale = Assignment.objects.get()
    reports.accept(duty, by=methodist)
    with pytest.raises(Refused, match="принято"):
        reports.withdraw(stale, by=deputy)


def test_second_tab_is_told_what_the_duty_is_now(duty, deputy, methodist):
    first, second = Assignment.objects.get(), Assignment.objects.get()
    reports.report(first, by=deputy, note="Из первой вкладки")
    with pytest.raises(Refused, match="уже изменилось: сейчас оно «на проверке»"):
        reports.report(second, by=deputy, note="Из второй вкладки")
    assert Evidence.objects.get().text == "Из первой вкладки"
    reports.accept(first, by=methodist)
    with pytest.raises(Refused, match=methodist.user.last_name):
        reports.return_(Assignment.objects.get(), by=methodist, comment="Поздно")


# Who may


def test_only_the_schools_own_deputies_report(duty, deputy):
    neighbour = PostFactory(school__department=duty.department).membership
    methodist = MembershipFactory(department=duty.department)
    foreign = PostFactory().membership
    without_school = MembershipFactory(department=duty.department, deputy=True)
    for member in (neighbour, methodist, foreign, without_school):
        assert not permissions.may_report(duty, member)
        with pytest.raises(Refused):
            reports.report(duty, by=member, note="Сделано")
    assert permissions.may_report(duty, deputy)


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.METHODIST, True),
        (Role.HEAD, True),
        (Role.ADMIN, False),
        (Role.VIEWER, False),
        (Role.DEPUTY, False),
    ],
)
def test_methodist_and_head_accept_a_schools_report(role, may):
    duty = AssignmentFactory(reported=True)
    assert permissions.may_decide(duty, MembershipFactory(department=duty.department, role=role)) is may


def test_nobody_of_another_department_decides():
    assert not permissions.may_decide(AssignmentFactory(reported=True), MembershipFactory())


def test_officials_duty_is_accepted_by_controller_or_head_and_never_by_themself():
    duty = AssignmentFactory(official_duty=True)
    official, department = duty.official, duty.department
    duty.controller = controller = MembershipFactory(department=department)
    duty.save()
    head = MembershipFactory(department=department, head=True)
    colleague = MembershipFactory(department=department)
    reports.report(duty, by=official, note="Семинар проведён")
    own_head_hat = MembershipFactory(department=department, user=official.user, role=Role.HEAD)
    allowed = [
        m for m in (official, colleague, controller, head, own_head_hat) if permissions.may_decide(duty, m)
    ]
    assert allowed == [controller, head]


def test_heads_own_duty_can_be_accepted_by_a_methodist():
    duty = AssignmentFactory(official_duty=True)
    duty.official.role = Role.HEAD
    duty.official.save()
    assert permissions.may_decide(duty, MembershipFactory(department=duty.department))


def test_deputy_who_is_also_methodist_does_not_accept_their_own_report(duty, deputy):
    hat = MembershipFactory(department=duty.department, user=deputy.user)
    reports.report(duty, by=deputy, note="Сделано")
    with pytest.raises(Refused, match="не сам исполнитель"):
        reports.accept(duty, by=hat)


# News


def test_controller_hears_of_the_days_first_report_and_reporter_of_the_return(duty, deputy, methodist):
    Assignment.objects.update(controller=methodist)
    other = AssignmentFactory(item=duty.item, school=duty.school, occurrence="another", controller=methodist)
    for row in (Assignment.objects.get(pk=duty.pk), other):
        reports.report(row, by=deputy, note="Сделано")
    told = Reminder.objects.get(recipient=methodist.user)
    assert duty.school.name in told.subject
    assert told.path == "/roadmaps/review/"
    duty.refresh_from_db()
    reports.return_(duty, by=methodist, comment="Приложите протокол")
    told = Reminder.objects.get(recipient=deputy.user)
    assert "Приложите протокол" in told.body
    assert duty.item.text in str(told.groups)


# Many at once


def test_bulk_accepts_the_rest_when_one_has_changed(methodist, duty):
    rows = [
        AssignmentFactory(reported=True, item=duty.item, department=duty.department, occurrence=str(n))
        for n in range(3)
    ]
    fetched = list(Assignment.objects.filter(state=State.REPORTED))
    reports.accept(rows[1], by=methodist)
    bulk = reports.accept_many(fetched, by=methodist)
    assert {row.pk for row in bulk.accepted} == {rows[0].pk, rows[2].pk}
    ((refused, why),) = bulk.refused
    assert refused.pk == rows[1].pk
    assert "принято" in why


@pytest.mark.django_db(transaction=True)
def test_accept_and_return_at_once_have_one_winner():
    duty = AssignmentFactory(reported=True)
    people = [MembershipFactory(department=duty.department) for _ in range(4)]

    def decide(index, member):
        row = Assignment.objects.get(pk=duty.pk)
        if index % 2:
            return reports.accept(row, by=member)
        return reports.return_(row, by=member, comment="Исправьте")

    results = race(*(lambda pair=pair: decide(*pair) for pair in enumerate(people)))
    assert sum(isinstance(result, Assignment) for result in results) == 1
    assert sum(isinstance(result, Refused) for result in results) == 3
    assert duty.events.count() == 1


@pytest.mark.django_db(transaction=True)
def test_double_click_reports_once():
    duty = AssignmentFactory()
    deputy = PostFactory(school=duty.school).membership
    click = lambda: reports.report(Assignment.objects.get(pk=duty.pk), by=deputy, note="Сделано")  # noqa: E731
    results = race(click, click, click)
    assert sum(isinstance(result, Assignment) for result in results) == 1
    assert Evidence.objects.count() == 1
    assert duty.events.count() == 1


@pytest.mark.django_db(transaction=True)
def test_report_never_stands_without_proof_when_the_last_file_is_removed_meanwhile():
    duty = AssignmentFactory()
    deputy = PostFactory(school=duty.school).membership
    proof = evidence.add_file(duty, SimpleUploadedFile("a.png", PNG), by=deputy)
    race(
        lambda: reports.report(Assignment.objects.get(pk=duty.pk), by=deputy),
        lambda: evidence.remove(Evidence.objects.select_related("assignment").get(pk=proof.pk)),
    )
    duty.refresh_from_db()
    assert (duty.state == State.REPORTED) == evidence.of_round(duty).exists()


# Taken up, interim reports, required proof


def test_duty_taken_up_is_in_work_and_withdrawn_back_to_it(duty, deputy):
    reports.take_up(duty, by=deputy)
    reports.report(duty, by=deputy, note="Сделано")
    reports.withdraw(duty, by=deputy)
    duty.refresh_from_db()
    assert (duty.state, duty.reported_at) == (State.DOING, None)


def test_interim_report_closes_nothing_and_stays_in_the_history(duty, deputy):
    reports.report_progress(duty, by=deputy, note="Собрано 3 списка из 5")
    duty.refresh_from_db()
    assert (duty.state, duty.round) == (State.DOING, 1)
    assert list(duty.events.values_list("kind", "state", "comment")) == [
        ("state", "doing", ""),
        ("interim", "doing", "Собрано 3 списка из 5"),
    ]
    reports.report(duty, by=deputy, note="Готово")
    with pytest.raises(Refused, match="о ходе докладывать поздно"):
        reports.report_progress(duty, by=deputy, note="Ещё")


def test_interim_report_says_something(duty, deputy):
    with pytest.raises(Refused, match="что уже сделано"):
        reports.report_progress(duty, by=deputy, note=" ")
    duty.refresh_from_db()
    assert duty.state == State.ASSIGNED


@pytest.mark.parametrize(
    ("proof", "wrong", "right"),
    [
        ("link", {"note": "Смотрите сайт"}, {"link": "school.example.org"}),
        ("number", {"note": "Двенадцать"}, {"number": Decimal("12.50")}),
        ("file", {"link": "school.example.org"}, None),
    ],
)
def test_item_asks_for_its_own_proof(duty, deputy, proof, wrong, right):
    duty.item.proof = proof
    duty.item.save()
    with pytest.raises(Refused, match="К этому пункту"):
        reports.report(duty, by=deputy, **wrong)
    assert (Evidence.objects.count(), duty.state) == (0, State.ASSIGNED)
    if right is None:
        evidence.add_file(duty, SimpleUploadedFile("a.png", PNG), by=deputy)
    reports.report(duty, by=deputy, **(right or {}))
    assert duty.state == State.REPORTED


def test_item_that_asks_for_no_proof_is_reported_bare(duty, deputy):
    duty.item.proof = "none"
    duty.item.save()
    reports.report(duty, by=deputy)
    assert duty.state == State.REPORTED
