"""Duties change hands: the print stays, the colleague is told, nothing is made twice for whom the print names."""

from __future__ import annotations

import html

import pytest
from django.urls import reverse

from notifications.models import Reminder
from portal.lib.refusals import Refused
from roadmaps.domain import fanout, handover, reports
from roadmaps.models import Assignment
from roadmaps.permissions import may_help, may_report
from tests.factories.accounts import MembershipFactory
from tests.factories.orders import OrderFactory
from tests.factories.roadmaps import ActionItemFactory, AssignmentFactory, RoadmapFactory
from tests.factories.schools import PostFactory, SchoolFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def methodist():
    return MembershipFactory()


@pytest.fixture
def colleague(methodist):
    return MembershipFactory(department=methodist.department)


@pytest.fixture
def duty(methodist):
    """An official's duty, watched over by the methodist."""
    return AssignmentFactory(
        official_duty=True, item__section__roadmap__department=methodist.department, controller=methodist
    )


def test_handed_duty_is_borne_by_the_colleague_and_names_the_printed_person(duty, methodist, colleague):
    before = duty.official
    handover.hand_over(duty, colleague, by=methodist, reason="Отпуск")
    duty.refresh_from_db()
    assert (duty.official, duty.named) == (colleague, before)
    assert may_report(duty, colleague)
    assert not may_report(duty, before)
    assert duty.events.get().comment == f"{before.user.short_name} → {colleague.user.short_name}: Отпуск"
    assert Reminder.objects.get().recipient == colleague.user


def test_handed_back_duty_is_as_the_print_has_it(duty, methodist, colleague):
    before = duty.official
    handover.hand_over(duty, colleague, by=methodist)
    handover.hand_over(duty, before, by=methodist)
    duty.refresh_from_db()
    assert (duty.official, duty.named) == (before, None)


def test_officials_hand_over_their_own(duty, colleague):
    handover.hand_over(duty, colleague, by=duty.official)
    duty.refresh_from_db()
    assert duty.official == colleague


def test_who_may_not_hand_over_and_to_whom_not(duty, methodist, colleague):
    viewer = MembershipFactory(department=duty.department, viewer=True)
    deputy = PostFactory(school=SchoolFactory(department=duty.department)).membership
    for by in (viewer, deputy, colleague.__class__.objects.get(pk=MembershipFactory().pk)):
        with pytest.raises(Refused):
            handover.hand_over(duty, colleague, by=by)
    for to in (viewer, deputy, MembershipFactory(), duty.official):
        with pytest.raises(Refused):
            handover.hand_over(duty, to, by=methodist)
    duty.refresh_from_db()
    assert duty.named is None


def test_school_duties_stay_with_the_school(methodist, colleague):
    duty = AssignmentFactory(item__section__roadmap__department=methodist.department)
    with pytest.raises(Refused, match="остаются за школой"):
        handover.hand_over(duty, colleague, by=methodist)


def test_reported_duty_is_not_handed_over(duty, methodist, colleague):
    reports.report(duty, by=duty.official, note="Сделано")
    with pytest.raises(Refused, match="доложено"):
        handover.hand_over(duty, colleague, by=methodist)


def test_colleague_with_the_same_duty_cannot_take_it_twice(duty, methodist, colleague):
    AssignmentFactory(item=duty.item, school=None, official=colleague, occurrence=duty.occurrence)
    with pytest.raises(Refused, match="уже исполняет"):
        handover.hand_over(duty, colleague, by=methodist)


def test_all_duties_of_one_who_leaves_go_and_the_others_are_named(duty, methodist, colleague):
    leaver = duty.official
    common = {"item__section__roadmap__department": duty.department, "school": None}
    doubled = AssignmentFactory(official=leaver, **common)
    AssignmentFactory(item=doubled.item, school=None, official=colleague, occurrence=doubled.occurrence)
    controlled = AssignmentFactory(
        item__section__roadmap__department=duty.department, controller=leaver, reported=True
    )
    done = AssignmentFactory(official=leaver, **common)
    reports.report(done, by=leaver, note="Сделано")
    assert set(handover.left_behind(leaver)) == {duty, doubled, controlled}
    handed = handover.hand_over_all(leaver, colleague, by=methodist, reason="Уволилась")
    assert (handed.bore, handed.controls) == (1, 1)
    assert [row for row, _ in handed.refused] == [doubled]
    controlled.refresh_from_db()
    assert controlled.controller == colleague
    assert set(handover.left_behind(leaver)) == {doubled}


def test_only_the_chosen_duties_go(duty, methodist, colleague):
    other = AssignmentFactory(
        official=duty.official, school=None, item__section__roadmap__department=duty.department
    )
    handover.hand_over_all(duty.official, colleague, by=methodist, reason="", only=[f"duty:{other.pk}"])
    assert set(Assignment.objects.filter(official=colleague)) == {other}


# One who leaves, as the admin sees it


def person_page(client, member):
    page = client.get(reverse("accounts:person", args=[member.user_id])).content.decode()
    return page.replace("\N{NO-BREAK SPACE}", " ").replace("&nbsp;", " ")


def rows_at(client, address):
    return client.get(html.unescape(address)).context["page"].paginator.count


def test_before_and_after_a_role_ends_the_page_says_what_is_left_and_where_it_goes(login, duty, methodist):
    leaver = duty.official
    whole = {"item__section__roadmap__department": methodist.department}
    AssignmentFactory(school=None, official=leaver, **whole)
    AssignmentFactory(school=None, official=leaver, reported=True, **whole)  # waits for its controller
    AssignmentFactory(official_duty=True, **whole)
    AssignmentFactory(official_duty=True)
    AssignmentFactory(controller=leaver, **whole)
    admin = login(MembershipFactory(department=methodist.department, admin=True))
    rows = f"{reverse('roadmaps:assignments')}?state=open&amp;official={leaver.pk}"
    give = reverse("roadmaps:handover_all", args=[leaver.pk])
    for _ in range(2):
        page = person_page(admin, leaver)
        assert f'<a href="{rows}">2 открытых поручения</a>' in page
        assert f'href="{give}">Передать коллеге</a>' in page
        assert "принимает доклады по 1 поручению" in page
        assert rows_at(admin, rows) == 2
        ended = admin.post(reverse("accounts:membership_end", args=[leaver.pk]), follow=True)
    assert "Осталось: 2" in ended.content.decode()
    sent = {"to": methodist.pk, "left": [f"duty:{row.pk}" for row in leaver.assignments.open()]}
    assert "Передано" in admin.post(give, sent, follow=True).content.decode()
    assert "открыт" not in person_page(admin, leaver).split('id="roles"')[1].split("</ul>")[0]


def test_a_schools_duties_stay_with_it_and_need_another_deputy(login, methodist):
    post = PostFactory(school__department=methodist.department)
    for school in (post.school, post.school, SchoolFactory(department=methodist.department)):
        AssignmentFactory(school=school, item__section__roadmap__department=methodist.department)
    admin = login(MembershipFactory(department=methodist.department, admin=True))
    rows = f"{reverse('roadmaps:assignments')}?state=open&amp;school={post.school_id}"
    assert f'<a href="{rows}">2 открытых поручения за школой' in person_page(admin, post.membership)
    assert rows_at(admin, rows) == 2
    PostFactory(school=post.school)
    assert "за школой" not in person_page(admin, post.membership)


def test_from_an_officials_duties_it_is_one_step_to_hand_them_over(login, duty, methodist):
    give = reverse("roadmaps:handover_all", args=[duty.official_id])
    rows = f"{reverse('roadmaps:assignments')}?official={duty.official_id}"
    assert give in login(methodist).get(rows).content.decode()
    viewer = MembershipFactory(department=methodist.department, viewer=True)
    assert give not in login(viewer).get(rows).content.decode()
    own = reverse("roadmaps:handover_all", args=[methodist.pk])
    assert own in login(methodist).get(reverse("roadmaps:review")).content.decode()


# Helpers


def test_helpers_see_the_duty_and_say_how_it_goes_but_do_not_report(methodist, colleague):
    duty = AssignmentFactory(item__section__roadmap__department=methodist.department)
    deputy = PostFactory(school=duty.school).membership
    handover.set_helpers(duty, [colleague], by=deputy)
    assert may_help(duty, colleague)
    reports.report_progress(duty, by=colleague, note="Собраны списки")
    assert duty.state == "doing"
    with pytest.raises(Refused):
        reports.report(duty, by=colleague, note="Готово")
    assert Reminder.objects.filter(recipient=colleague.user).count() == 1


def test_a_second_deputy_of_the_same_school_may_help_but_a_neighbour_may_not(methodist):
    duty = AssignmentFactory(item__section__roadmap__department=methodist.department)
    second = PostFactory(school=duty.school).membership
    neighbour = PostFactory(school__department=duty.department).membership
    handover.set_helpers(duty, [second], by=methodist)
    for stranger in (neighbour, MembershipFactory()):
        with pytest.raises(Refused, match="работник отдела или этой же школы"):
            handover.set_helpers(duty, [stranger], by=methodist)
    assert list(duty.helpers.all()) == [second]


def test_fan_out_again_makes_no_second_duty_for_whom_the_print_names(methodist, colleague):
    plan = RoadmapFactory(
        department=methodist.department, state="approved", order=OrderFactory(department=methodist.department)
    )
    item = ActionItemFactory(
        section__roadmap=plan,
        deadline_parts=[{"by": "2026-03-15"}],
        reach=[{"kind": "official", "phrase": "методист", "official": methodist.pk}],
    )
    fanout.fan_out(plan, methodist)
    duty = item.assignments.get()
    handover.hand_over(duty, colleague, by=methodist)
    assert fanout.fan_out(plan, methodist) == 0
    assert item.assignments.get().official == colleague
