"""Schools renamed, joined, parted: what was stays readable, what is open finds its bearer, old names still tell."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse

from portal.lib.refusals import Refused
from roadmaps.models import Assignment
from schools.domain import imports, reorganising
from schools.models import School, SchoolChange
from tests.factories.accounts import DepartmentFactory, MembershipFactory
from tests.factories.roadmaps import AssignmentFactory
from tests.factories.schools import FlagFactory, PostFactory, SchoolFactory
from tests.schools.books import book

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 7, 1)


@pytest.fixture
def department():
    return DepartmentFactory()


@pytest.fixture
def admin(department):
    return MembershipFactory(department=department, admin=True)


@pytest.fixture
def pair(department):
    return [SchoolFactory(department=department, name=name) for name in ("Школа № 2", "Школа № 1")]


def merge(pair, admin, **changes):
    given = {"by": admin, "day": DAY, "document": "постановление № 118", "keep_people": False} | changes
    return reorganising.merge(*pair, **given)


def duty(school, **changes):
    return AssignmentFactory(
        school=school,
        department=school.department,
        item__section__roadmap__department=school.department,
        **changes,
    )


def page(client, school):
    return client.get(reverse("schools:school", args=[school.pk])).content.decode().replace("\xa0", " ")


class TestRename:
    def test_the_old_name_is_kept_found_and_matched(self, login, department, admin):
        school = SchoolFactory(department=department, name="Школа № 5", code="")
        reorganising.rename(
            school, by=admin, name="Лицей № 5", full_name="", day=DAY, document="постановление № 7"
        )
        client = login(admin)
        assert "Прежде называлась «Школа № 5»" in page(client, school)
        found = client.get(reverse("schools:list"), {"q": "школа 5"})
        assert [one.pk for one in found.context["page"]] == [school.pk]
        seen = imports.draft(department, book([["Название", "Телефон"], ["Школа №5", "2-22-22"]]))
        assert [row["school"] for _, row in seen.rows("changed")] == [school.pk]

    def test_the_same_name_is_refused(self, department, admin):
        school = SchoolFactory(department=department)
        with pytest.raises(Refused, match="то же самое"):
            reorganising.rename(
                school, by=admin, name=school.name, full_name=school.full_name, day=DAY, document="д"
            )
        assert not SchoolChange.objects.exists()


class TestMerge:
    def test_the_school_is_closed_and_both_cards_lead_to_each_other(self, login, pair, admin):
        school, heir = pair
        merge(pair, admin)
        school.refresh_from_db()
        assert school.closed_on == DAY
        client = login(admin)
        assert "Присоединена к школе" in page(client, school)
        assert reverse("schools:school", args=[school.pk]) in page(client, heir)

    def test_open_duties_pass_over_or_are_withdrawn_when_the_heir_has_them(self, pair, admin):
        school, heir = pair
        own = duty(school)
        double = duty(school)
        duty(heir, item=double.item, occurrence=double.occurrence)
        done = duty(school, reported=True)
        said = reorganising.outlook(school, heir, keep_people=False)
        assert ["снят" in line for line in said].count(True) == 1
        assert ["перейдут" in line for line in said].count(True) == 1
        merge(pair, admin)
        assert Assignment.objects.get(pk=own.pk).school == heir
        assert Assignment.objects.get(pk=double.pk).state == Assignment.State.CLOSED
        assert Assignment.objects.get(pk=done.pk).school == school
        assert "присоединена" in own.events.get().comment

    @pytest.mark.parametrize("keep", [True, False])
    def test_people_pass_over_or_lose_access(self, pair, admin, keep):
        school, heir = pair
        post = PostFactory(school=school, is_director=True)
        merge(pair, admin, keep_people=keep)
        post.refresh_from_db()
        assert (post.school == heir, post.is_director, post.membership.ended_at is None) == (
            keep,
            not keep,
            keep,
        )

    def test_flags_stay_with_the_school_they_were_opened_on(self, pair, admin):
        flag = FlagFactory(school=pair[0])
        merge(pair, admin)
        flag.refresh_from_db()
        assert flag.school == pair[0]

    def test_a_list_that_still_names_it_is_told_where_it_went(self, department, pair, admin):
        merge(pair, admin)
        seen = imports.draft(department, book([["Название", "Код ОО"], [pair[0].name, pair[0].code]]))
        ((_, row),) = seen.rows("faulty")
        assert "присоединена к школе «Школа № 1»" in row["faults"][0]["message"]

    def test_not_into_itself_a_closed_or_a_foreign_school(self, pair, admin):
        school, heir = pair
        closed = SchoolFactory(department=school.department, closed_on=DAY)
        for other in (school, closed, SchoolFactory()):
            with pytest.raises(Refused):
                merge([school, other], admin)
        assert School.objects.filter(closed_on=None, pk__in=[school.pk, heir.pk]).count() == 2
        assert not SchoolChange.objects.exists()

    def test_on_the_page_it_is_shown_before_it_is_done(self, login, pair, admin):
        school, heir = pair
        duty(school)
        foreign = SchoolFactory(name="Чужая школа")
        client, address = login(admin), reverse("schools:merge", args=[school.pk])
        assert "Чужая школа" not in client.get(address).content.decode()
        said = {"other": heir.pk, "day": "2026-07-01", "document": "постановление № 118"}
        assert client.post(address, said | {"other": foreign.pk}).status_code == 422
        shown = client.post(address, said).content.decode().replace("\xa0", " ")
        assert "перейдут к нему" in shown
        assert not SchoolChange.objects.exists()
        client.post(address, said | {"confirm": "1"})
        assert SchoolChange.objects.get().other == heir


class TestOthers:
    def test_a_school_that_came_out_of_another(self, login, pair, admin):
        school, other = pair
        said = {"other": other.pk, "day": "2026-07-01", "document": "постановление № 9"}
        client = login(admin)
        client.post(reverse("schools:split", args=[school.pk]), said)
        assert "Выделилась школа" in page(client, school)
        assert "Выделена из школы" in page(client, other)

    def test_closing_and_opening_again_stand_in_the_history(self, login, department, admin):
        school = SchoolFactory(department=department)
        client = login(admin)
        client.post(reverse("schools:close", args=[school.pk]), {"on": "2026-01-15", "reason": "приказ № 3"})
        client.post(reverse("schools:reopen", args=[school.pk]))
        kinds = set(SchoolChange.objects.values_list("kind", flat=True))
        assert kinds == {"closed", "reopened"}
        assert "приказ № 3" in page(client, school)

    @pytest.mark.parametrize("name", ["schools:rename", "schools:merge", "schools:split"])
    @pytest.mark.parametrize("role", [{}, {"head": True}, {"viewer": True}, {"deputy": True}])
    def test_only_an_admin_does_it(self, login, department, role, name):
        school = SchoolFactory(department=department)
        member = MembershipFactory(department=department, **role)
        assert login(member).post(reverse(name, args=[school.pk])).status_code == 403

    def test_schools_do_not_read_the_history_table(self, pair, admin):
        merge(pair, admin)
        deputy = PostFactory(school=pair[1]).membership
        assert not SchoolChange.objects.visible_to(deputy)
