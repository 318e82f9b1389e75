"""A signed roadmap becomes duties: item × occurrence × bearer, once; events start the clocks that wait."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine

from portal.lib.refusals import Refused
from roadmaps.deadlines import Period, compile, to_json
from roadmaps.domain import clauses, events, fanout, reports
from roadmaps.models import Assignment, RecordedEvent, Roadmap
from schools.domain import flags
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.factories.orders import ClauseFactory, OrderFactory
from tests.factories.roadmaps import ActionItemFactory, RoadmapFactory, SectionFactory
from tests.factories.schools import FlagFactory, PostFactory, SchoolFactory

pytestmark = pytest.mark.django_db
PERIOD = Period(date(2025, 9, 1), date(2026, 8, 31))
SCHOOLS = [{"kind": "all_schools", "phrase": "Руководители ОО"}]
FLAGGED = [{"kind": "flagged_schools", "phrase": "школы с признаками необъективности"}]


def official(member):
    return [{"kind": "official", "phrase": member.user.short_name, "official": member.pk}]


@pytest.fixture
def roadmap():
    order = OrderFactory()
    methodist = MembershipFactory(department=order.department)
    return RoadmapFactory(
        department=order.department, order=order, state=Roadmap.State.APPROVED, created_by=methodist
    )


@pytest.fixture
def methodist(roadmap):
    return roadmap.created_by


@pytest.fixture
def schools(roadmap):
    return SchoolFactory.create_batch(3, department=roadmap.department)


def item(roadmap, deadline, reach=SCHOOLS, **kwargs):
    section = roadmap.sections.first() or SectionFactory(roadmap=roadmap)
    parts = to_json(compile(deadline, PERIOD))
    return ActionItemFactory(section=section, deadline=deadline, deadline_parts=parts, reach=reach, **kwargs)


def days(rows):
    return sorted({(row.first_day, row.last_day) for row in rows}, key=str)


def test_one_duty_per_school_due_as_printed(roadmap, methodist, schools):
    SchoolFactory()  # another department's
    SchoolFactory(department=roadmap.department, closed_on=date(2025, 1, 1))
    row = item(roadmap, "до 15 марта 2026 года")  # a Sunday: stays as written
    assert fanout.fan_out(roadmap, methodist) == 3
    made = Assignment.objects.filter(item=row)
    assert {duty.school for duty in made} == set(schools)
    assert days(made) == [(date(2026, 3, 15), date(2026, 3, 15))]
    assert {duty.controller for duty in made} == {methodist}


def test_second_run_makes_only_what_is_missing_and_keeps_what_was_done(roadmap, methodist, schools):
    item(roadmap, "до 15 марта 2026 года")
    fanout.fan_out(roadmap, methodist)
    done = Assignment.objects.get(school=schools[0])
    reports.report(done, by=PostFactory(school=schools[0]).membership, note="Сделано")
    assert fanout.fan_out(roadmap, methodist) == 0
    SchoolFactory(department=roadmap.department)
    assert fanout.fan_out(roadmap, methodist) == 1
    done.refresh_from_db()
    assert done.state == Assignment.State.REPORTED
    assert list(roadmap.events.values_list("details__assignments", flat=True)) == [1, 3]


def test_recurring_is_one_duty_a_time_and_going_on_has_no_due_day(roadmap, methodist, schools):
    monthly = item(roadmap, "ежемесячно, с сентября по декабрь 2025 года", official(methodist))
    going_on = item(roadmap, "в течение года", official(methodist))
    daily = item(roadmap, "ежедневно", official(methodist))
    fanout.fan_out(roadmap, methodist)
    assert [duty.last_day for duty in Assignment.objects.filter(item=monthly)] == [
        date(2025, 9, 30), date(2025, 10, 31), date(2025, 11, 30), date(2025, 12, 31),
    ]  # fmt: skip
    for row in (going_on, daily):
        assert Assignment.objects.get(item=row).last_day is None


def test_official_and_school_named_in_one_cell_each_have_theirs(roadmap, methodist, schools):
    item(roadmap, "до 15 марта 2026 года", official(methodist) + SCHOOLS)
    assert fanout.fan_out(roadmap, methodist) == 4
    assert Assignment.objects.get(school=None).official == methodist


def test_flagged_schools_only_those_with_a_standing_flag(roadmap, methodist, schools):
    FlagFactory(school=schools[1])
    FlagFactory(school=schools[2], state="lifted", closed_on=date(2025, 11, 1))
    item(roadmap, "до 15 марта 2026 года", FLAGGED)
    fanout.fan_out(roadmap, methodist)
    assert Assignment.objects.get().school == schools[1]


@time_machine.travel("2026-03-11T12:00:00+03:00", tick=False)
def test_school_flagged_later_gets_what_can_still_be_done(roadmap, methodist, schools):
    past = item(roadmap, "до 1 февраля 2026 года", FLAGGED)
    ahead = item(roadmap, "до 15 апреля 2026 года", FLAGGED)
    item(roadmap, "до 20 апреля 2026 года", official(methodist))
    foreign = SchoolFactory()
    fanout.fan_out(roadmap, methodist)
    for school in (schools[0], foreign):
        flags.open_flag(school, by=methodist, year=2025, source="перечень", opened_on=date(2026, 3, 11))
    made = Assignment.objects.exclude(school=None)
    assert [(row.item, row.school) for row in made] == [(ahead, schools[0])]
    assert not past.assignments.exists()


def test_school_plan_obliges_that_school_alone(roadmap, methodist, schools):
    roadmap.school = schools[1]
    roadmap.save()
    item(roadmap, "до 15 марта 2026 года")
    item(roadmap, "до 20 марта 2026 года", [{"kind": "unknown", "phrase": "Классные руководители"}])
    assert fanout.fan_out(roadmap, methodist) == 2
    assert {duty.school for duty in Assignment.objects.all()} == {schools[1]}
    assert fanout.gaps(roadmap, methodist) == []


def test_controller_is_whom_the_order_names(roadmap, methodist, schools):
    roadmap.order.controller = MembershipFactory(department=roadmap.department, head=True)
    roadmap.order.save()
    item(roadmap, "до 15 марта 2026 года")
    fanout.fan_out(roadmap, methodist)
    assert Assignment.objects.first().controller == roadmap.order.controller


def test_nothing_before_the_signature(roadmap, methodist, schools):
    roadmap.state = Roadmap.State.ASSEMBLED
    roadmap.save()
    item(roadmap, "до 15 марта 2026 года")
    with pytest.raises(Refused, match="после подписания"):
        fanout.fan_out(roadmap, methodist)


def test_what_became_no_duty_is_listed_with_the_reason(roadmap, methodist, schools):
    item(roadmap, "до 15 марта 2026 года")
    item(roadmap, "когда-нибудь при случае")
    item(roadmap, "по плану работы ММО")
    item(roadmap, "до 15 марта 2026 года", [{"kind": "unknown", "phrase": "Кудесники"}])
    item(roadmap, "до 15 марта 2026 года", [])
    item(roadmap, "по итогам проведения ВПР")  # waits: no gap
    problems = [gap.problem for gap in fanout.gaps(roadmap, methodist)]
    assert [next(w for w in ("Срок не понят", "плану «", "«Кудесники»", "некому") if w in p) for p in problems] == [
        "Срок не понят", "плану «", "«Кудесники»", "некому",
    ]  # fmt: skip


def test_many_schools_and_items_take_few_queries(roadmap, methodist, django_assert_max_num_queries):
    SchoolFactory.create_batch(20, department=roadmap.department)
    for _ in range(15):
        item(roadmap, "до 15 марта 2026 года")
    with django_assert_max_num_queries(23):
        assert fanout.fan_out(Roadmap.objects.get(), methodist) == 300


# Events


def test_event_starts_what_waits_for_it_once(roadmap, methodist, schools):
    waiting = item(roadmap, "в течение 3 рабочих дней после проведения ВПР")
    item(roadmap, "по мере издания соответствующих документов")
    fanout.fan_out(roadmap, methodist)
    assert not Assignment.objects.exists()
    told = {"event": "assessment_held", "day": date(2026, 3, 12), "by": methodist}
    (start,) = events.starting(roadmap.department, **told)
    assert (start.source.item, start.latest, len(start.assignments)) == (waiting, date(2026, 3, 17), 3)
    assert not Assignment.objects.exists(), "looking ahead writes nothing"
    event, made = events.record(roadmap.department, **told)
    assert made == 3
    assert days(Assignment.objects.filter(event=event)) == [(date(2026, 3, 12), date(2026, 3, 17))]
    assert events.starting(roadmap.department, **told) == []
    events.record(roadmap.department, **told)
    assert (Assignment.objects.count(), RecordedEvent.objects.count()) == (3, 1)


def test_event_at_one_school_starts_that_schools_clock_and_the_officials(roadmap, methodist, schools):
    item(roadmap, "в течение 3 рабочих дней после проведения ВПР", SCHOOLS + official(methodist))
    for school in schools[:2]:
        events.record(
            roadmap.department, event="assessment_held", day=date(2026, 3, 12), by=methodist, school=school
        )
    assert {duty.school for duty in Assignment.objects.exclude(school=None)} == set(schools[:2])
    about = Assignment.objects.filter(official=methodist)
    assert {duty.event.school for duty in about} == set(schools[:2]), "one duty about each school"


def test_only_the_chosen_ones_start(roadmap, methodist, schools):
    wanted, _other = (item(roadmap, "в течение 3 дней после проведения ВПР") for _ in range(2))
    events.record(
        roadmap.department,
        event="assessment_held",
        day=date(2026, 3, 12),
        by=methodist,
        only=[f"item:{wanted.pk}"],
    )
    assert {duty.item for duty in Assignment.objects.all()} == {wanted}


def test_event_outside_the_plans_period_or_in_another_department_starts_nothing(roadmap, methodist, schools):
    item(roadmap, "в течение 3 дней после проведения ВПР")
    foreign = MembershipFactory()
    happened = {"event": "assessment_held", "by": methodist}
    assert events.starting(roadmap.department, day=date(2026, 9, 2), **happened) == []
    assert events.starting(foreign.department, day=date(2026, 3, 2), **happened) == []
    with pytest.raises(Refused, match="другому отделу"):
        events.record(foreign.department, day=date(2026, 3, 2), school=schools[0], **happened)


# Clauses of the order


def clause(roadmap, text, parent=None):
    return ClauseFactory(order=roadmap.order, text=text, parent=parent)


@pytest.mark.parametrize(
    ("text", "whom"),
    [
        ("Руководителям школ представить планы", "Руководителям школ"),
        ("Главному методисту Савиной А.А.: организовать приём работ", "Главному методисту Савиной А.А."),
        ("Утвердить прилагаемый план", ""),
        ("Руководителям школ:", "Руководителям школ"),
        ("Директорам школ привести сведения в порядок", "Директорам школ"),
        ("Настоящий приказ вступает в силу со дня подписания", ""),
    ],
)
def test_addressee_stands_before_what_is_to_be_done(text, whom):
    assert clauses.addressee(text) == whom


def test_clause_with_its_own_deadline_is_a_duty_of_its_addressee(roadmap, methodist, schools):
    clause(roadmap, "Утвердить план мероприятий на 2025/2026 учебный год.")
    own = clause(
        roadmap,
        "Руководителям общеобразовательных организаций в срок до 20 марта 2026 года представить сведения.",
    )
    clause(roadmap, "Контроль исполнения приказа оставляю за собой.")
    assert fanout.fan_out(roadmap, methodist) == 3
    made = Assignment.objects.all()
    assert {duty.clause for duty in made} == {own}
    assert days(made) == [(date(2026, 3, 20), date(2026, 3, 20))]
    assert fanout.fan_out(roadmap, methodist) == 0


def test_parts_of_a_clause_inherit_addressee_and_deadline(roadmap, methodist, schools):
    head = clause(roadmap, "Руководителям общеобразовательных организаций в срок до 20 марта 2026 года:")
    first = clause(roadmap, "Проанализировать итоги прошлого года.", head)
    second = clause(roadmap, "Представить сведения не позднее 1 апреля 2026 года.", head)
    fanout.fan_out(roadmap, methodist)
    due = {row: {duty.last_day for duty in row.assignments.all()} for row in (head, first, second)}
    assert due == {head: set(), first: {date(2026, 3, 20)}, second: {date(2026, 4, 1)}}


def test_person_in_the_dative_is_found(roadmap, methodist, schools):
    member = MembershipFactory(
        department=roadmap.department,
        position="старший методист",
        user=UserFactory(last_name="Савина", first_name="Анна", patronymic="Антоновна"),
    )
    clause(roadmap, "Старшему методисту Савиной А.А. до 20 марта 2026 года организовать семинар.")
    fanout.fan_out(roadmap, methodist)
    assert Assignment.objects.get().official == member


def test_clause_not_understood_makes_nothing_and_is_listed(roadmap, methodist, schools):
    clause(roadmap, "Кудесникам Чародейкиной Ю.Ю. до 20 марта 2026 года организовать семинар.")
    clause(roadmap, "Провести семинар в срок до 20 марта 2026 года.")
    assert fanout.fan_out(roadmap, methodist) == 0
    found = fanout.gaps(roadmap, methodist)
    assert [gap.source.label for gap in found] == ["приказ, п. 1.", "приказ, п. 2."]
    assert "Чародейкиной" in found[0].problem
    assert "не сказано, кому" in found[1].problem


def test_a_flag_starts_the_clocks_of_its_school(roadmap, methodist, schools):
    row = item(roadmap, "в течение трёх рабочих дней в случае выявления признаков необъективности")
    flagged = item(roadmap, "до 1 июня 2026 года", FLAGGED)
    fanout.fan_out(roadmap, methodist)
    with time_machine.travel("2026-03-05 12:00+03:00", tick=False):
        fields = {"year": 2025, "subject": "математика", "grade": 4, "source": "письмо", "grounds": "скачок"}
        flags.open_flag(schools[0], by=methodist, opened_on=date(2026, 3, 5), **fields)
        flags.open_flag(schools[0], by=methodist, opened_on=date(2026, 3, 5), **fields | {"grade": 5})
    event = RecordedEvent.objects.get()
    assert (event.event, event.school, event.day) == ("nonobjectivity_found", schools[0], date(2026, 3, 5))
    duties = Assignment.objects.order_by("last_day")
    # Thursday the 5th; the 6th is the first working day, the 9th is a day off (8 March moves on).
    assert [(duty.item, duty.school, duty.last_day, duty.event) for duty in duties] == [
        (row, schools[0], date(2026, 3, 11), event),
        (flagged, schools[0], date(2026, 6, 1), None),
    ]
