"""Schools and flags: what always holds."""

from __future__ import annotations

import datetime

import pytest

from portal.lib.refusals import Refused
from schools.domain import flags
from schools.domain import schools as domain
from schools.models import ObjectivityFlag
from schools.signals import school_flagged
from tests.factories.accounts import DepartmentFactory, MembershipFactory
from tests.factories.schools import FlagFactory, PostFactory, SchoolFactory

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 3, 1)
FIELDS = {
    "year": 2025,
    "subject": "математика",
    "grade": 5,
    "source": "письмо",
    "grounds": "скачок",
    "opened_on": DAY,
}


class TestFlaggedSchools:
    def test_open_schools_of_the_department_with_a_standing_flag(self):
        department = DepartmentFactory()
        flagged = FlagFactory(school__department=department).school
        FlagFactory(school=flagged, subject="математика")
        FlagFactory(school__department=department, state="refuted", closed_on=datetime.date(2026, 1, 1))
        FlagFactory(school__department=department, opened_on=datetime.date(2026, 4, 1))
        FlagFactory(school__department=department, school__closed_on=datetime.date(2026, 1, 1))
        FlagFactory()
        SchoolFactory(department=department)
        assert list(domain.flagged_schools(department, DAY)) == [flagged]

    def test_as_it_was_on_an_earlier_day(self):
        flag = FlagFactory(state="lifted", closed_on=DAY)
        department = flag.school.department
        assert list(domain.flagged_schools(department, DAY - datetime.timedelta(days=1))) == [flag.school]
        assert list(domain.flagged_schools(department, DAY)) == []


class TestDeputies:
    def test_one_school_a_membership(self):
        post = PostFactory()
        other = SchoolFactory(department=post.school.department)
        with pytest.raises(Refused, match="уже работает"):
            domain.assign_deputy(post.membership, other, None)

    @pytest.mark.parametrize("member", [{"deputy": True}, {}])
    def test_not_of_another_department_nor_in_another_role(self, member):
        school = SchoolFactory()
        same = {} if member else {"department": school.department}
        with pytest.raises(Refused, match="этого же отдела"):
            domain.assign_deputy(MembershipFactory(**member, **same), school, None)


class TestFlags:
    def test_opening_tells_those_above_within_the_transaction(self):
        heard = []
        school = SchoolFactory()
        member = MembershipFactory(department=school.department)

        def listen(sender, flag, by, **kwargs):
            heard.append((sender, flag.school, by))

        school_flagged.connect(listen)
        try:
            flags.open_flag(school, by=member, **FIELDS)
        finally:
            school_flagged.disconnect(listen)
        assert heard == [(ObjectivityFlag, school, member)]

    def test_the_same_suspicion_stands_once_and_may_return_after_it_was_refuted(self):
        school = SchoolFactory()
        member = MembershipFactory(department=school.department)
        first = flags.open_flag(school, by=member, **FIELDS)
        with pytest.raises(Refused, match="уже открыт"):
            flags.open_flag(school, by=member, **FIELDS)
        flags.move_flag(first, "refuted", by=member, comment="нет")
        flags.open_flag(school, by=member, **FIELDS)
        assert school.flags.count() == 2

    def test_a_closed_school_takes_no_flag(self):
        school = SchoolFactory(closed_on=DAY)
        with pytest.raises(Refused, match="закрыта"):
            flags.open_flag(school, by=MembershipFactory(department=school.department), **FIELDS)

    def test_the_second_to_decide_is_told(self):
        flag = FlagFactory()
        member = MembershipFactory(department=flag.school.department)
        stale = ObjectivityFlag.objects.get(pk=flag.pk)
        flags.move_flag(flag, "confirmed", by=member, comment="да")
        with pytest.raises(Refused, match="Обновите"):
            flags.move_flag(stale, "refuted", by=member, comment="нет")
        assert list(flag.events.values_list("state", flat=True)) == ["confirmed"]
