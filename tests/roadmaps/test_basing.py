"""Last year's plan as the ground of a new one: the same rows, the years moved, everything understood anew."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse

from portal.lib.refusals import Refused
from roadmaps.domain import basing, revisions
from roadmaps.models import ActionItem, Roadmap
from tests.factories.accounts import MembershipFactory
from tests.factories.orders import OrderFactory
from tests.factories.roadmaps import ActionItemFactory, RoadmapFactory, SectionFactory
from tests.factories.schools import SchoolFactory
from tests.threads import race

pytestmark = pytest.mark.django_db
NEXT = {"first_day": datetime.date(2026, 9, 1), "last_day": datetime.date(2027, 8, 31)}
TYPED = {"name": "План на 2026/27", "first_day": "2026-09-01", "last_day": "2027-08-31"}


@pytest.fixture
def methodist():
    return MembershipFactory()


def approved(department, **fields):
    order = OrderFactory(department=department)
    return RoadmapFactory(department=department, order=order, **{"state": "approved", **fields})


@pytest.fixture
def base(methodist):
    """Two rows of last year, one of them settled by hand, in a section of that year."""
    plan = approved(
        methodist.department,
        name="Карта на 2025/26",
        title_lines=["ПЛАН", "на 2025/2026 учебный год"],
        goals=["Готовиться к ВПР 2026 года"],
    )
    section = SectionFactory(roadmap=plan, title="Итоги 2025 года", heading="I. Итоги 2025 года")
    ActionItemFactory(
        section=section,
        number="1.1.",
        text="Обсудить итоги ВПР 2025 года",
        deadline="до 15 марта 2026 года, приказ от 05.03.2024 № 512",
        expected_result="справка",
        extra={"x": "2000 рублей"},
        proof="file",
        deadline_by_hand=True,
        deadline_parts=[{"by": "2026-03-14"}],
        reach_by_hand=True,
        reach=[{"kind": "all_schools", "phrase": "Ушедшая А.А.", "label": ""}],
        responsible="Ушедшая А.А.",
    )
    ActionItemFactory(section=section, number="", text="Сайт", deadline="до 15 марта")
    return plan


@pytest.fixture
def editor(login, methodist):
    return login(methodist)


def begin(base, methodist, **changed):
    return basing.begin(base, by=methodist, **{"name": "План на 2026/27", **NEXT, **changed})


def url(name, *args):
    return reverse(f"roadmaps:{name}", args=args)


def words(response):
    return response.content.decode().replace("&nbsp;", " ").replace("\N{NO-BREAK SPACE}", " ")


# --- the copy --------------------------------------------------------------------------------------------------------


def test_a_new_draft_has_the_same_rows_with_the_years_moved(base, methodist):
    draft = begin(base, methodist)
    assert (draft.state, draft.previous, draft.revision, draft.order) == ("draft", None, 1, None)
    assert (draft.department, draft.school, draft.created_by) == (base.department, None, methodist)
    assert draft.title_lines == ["ПЛАН", "на 2026/2027 учебный год"]
    assert (draft.goals, draft.columns) == (base.goals, base.columns)
    section = draft.sections.get()
    assert (section.number, section.title, section.heading) == ("I", "Итоги 2026 года", "I. Итоги 2026 года")
    one, two = section.items.all()
    assert one.deadline == "до 15 марта 2027 года, приказ от 05.03.2024 № 512"
    assert (one.number, one.text, one.expected_result, one.extra, one.proof, one.responsible) == (
        "1.1.", "Обсудить итоги ВПР 2025 года", "справка", {"x": "2000 рублей"}, "file", "Ушедшая А.А.",
    )  # fmt: skip
    assert (two.deadline, two.deadline_parts) == ("до 15 марта", [{"by": "2027-03-15"}])
    assert ActionItem.objects.filter(section__roadmap=base).count() == 2


def test_meanings_are_found_anew(base, methodist):
    one = begin(base, methodist).sections.get().items.first()
    assert (one.deadline_by_hand, one.reach_by_hand) == (False, False)
    assert one.deadline_parts != [{"by": "2026-03-14"}]
    assert [target["kind"] for target in one.reach] == ["unknown"]  # she is no longer among the people


def test_the_history_begins_with_where_it_came_from(base, methodist):
    draft = begin(base, methodist)
    assert draft.events.get().what == "Создана на основе карты «Карта на 2025/26»"
    story = basing.story(draft)
    one = draft.sections.get().items.first()
    assert (story.base, story.rows, story.deadlines, story.step) == (
        base,
        2,
        1,
        "на 1 год вперёд".replace(" год", "\N{NO-BREAK SPACE}год"),
    )
    assert [(place.where, place.item, place.after) for place in story.moved] == [
        ("Заголовок", None, "на 2026/2027 учебный год"),
        ("Раздел", None, "I. Итоги 2026 года"),
        ("Пункт 1.1", one.pk, "до 15 марта 2027 года, приказ от 05.03.2024 № 512"),
    ]
    assert [(place.where, place.item, place.before) for place in story.kept] == [
        ("Цели и задачи", None, "Готовиться к ВПР 2026 года"),
        ("Пункт 1.1", one.pk, "Обсудить итоги ВПР 2025 года"),
    ]
    assert basing.story(base) is None


def test_what_the_rows_say_moves_when_asked(base, methodist):
    draft = begin(base, methodist, texts=True)
    one = draft.sections.get().items.first()
    assert (draft.goals, one.text, one.extra) == (
        ["Готовиться к ВПР 2027 года"], "Обсудить итоги ВПР 2026 года", {"x": "2000 рублей"},
    )  # fmt: skip
    story = basing.story(draft)
    assert (story.deadlines, len(story.moved), story.kept) == (1, 5, [])
    assert begin(base, methodist) != draft


def test_the_same_period_moves_nothing(base, methodist):
    draft = begin(base, methodist, first_day=base.first_day, last_day=base.last_day)
    assert (draft.title_lines, basing.story(draft).moved) == (base.title_lines, [])


def test_a_schools_plan_gives_a_plan_of_that_school(methodist):
    school = SchoolFactory(department=methodist.department)
    assert begin(approved(methodist.department, school=school), methodist).school == school


def test_a_double_click_makes_one_draft(base, methodist):
    first = begin(base, methodist)
    assert begin(base, methodist) == first
    assert begin(base, methodist, name="Другой план") != first
    assert ActionItem.objects.filter(section__roadmap=first).count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_both_get_one_draft():
    methodist = MembershipFactory()
    plan = ActionItemFactory(section__roadmap=approved(methodist.department)).section.roadmap
    one, two = race(lambda: begin(plan, methodist), lambda: begin(plan, methodist))
    assert one == two
    assert Roadmap.objects.count() == 2


def test_only_the_last_approved_revision_of_an_open_schools_plan_is_offered(base, methodist):
    department = methodist.department
    old = approved(department, first_day=datetime.date(2024, 9, 1))
    archived = approved(department, previous=old, first_day=datetime.date(2024, 9, 1), name="Я")
    Roadmap.objects.filter(pk__in=[old.pk, archived.pk]).update(state="archived")
    closed = SchoolFactory(department=department, closed_on=datetime.date(2026, 1, 1))
    refused = [
        old,
        approved(department, school=closed),
        RoadmapFactory(department=department),
        approved(MembershipFactory().department),
    ]
    own = approved(department, school=SchoolFactory(department=department))
    revisions.new_revision(base, methodist)  # begun and not approved: the old one stands
    assert list(basing.offered(methodist)) == [base, archived, own]
    for plan in refused:
        with pytest.raises(Refused, match="последнюю редакцию"):
            begin(plan, methodist)


@pytest.mark.parametrize(
    ("today", "name", "first"),
    [
        ("2026-06-10", "Карта на 2026/27", 2026),
        ("2026-11-24", "Карта на 2026/27", 2026),
        ("2028-10-01", "Карта на 2028/29", 2028),
    ],
)
def test_name_and_period_are_suggested(base, today, name, first):
    suggested = basing.suggested(base, datetime.date.fromisoformat(today))
    days = (datetime.date(first, 9, 1), datetime.date(first + 1, 8, 31))
    assert suggested == {"name": name, "first_day": days[0], "last_day": days[1]}


def test_a_copy_asks_the_database_as_often_for_three_rows_as_for_one(
    methodist, django_assert_max_num_queries, django_assert_num_queries
):
    one, three = approved(methodist.department), approved(methodist.department)
    ActionItemFactory(section__roadmap=one)
    for _ in range(3):
        ActionItemFactory(section=SectionFactory(roadmap=three))
    with django_assert_max_num_queries(16) as counted:
        begin(one, methodist)
    with django_assert_num_queries(len(counted.captured_queries)):
        begin(three, methodist, name="Другой")


# --- pages -----------------------------------------------------------------------------------------------------------


def test_from_the_choice_to_the_editor_with_its_note(editor, base):
    RoadmapFactory(department=base.department, name="Черновик без утверждения")
    page = words(editor.get(url("new")))
    assert "Карта на 2025/26, 01.09.2025 – 31.08.2026" in page
    assert "Черновик без утверждения" not in page
    assert editor.get(url("new"), {"past": base.pk}).url == url("copy", base.pk)
    assert 'value="Карта на 20' in words(editor.get(url("copy", base.pk)))
    answer = editor.post(url("copy", base.pk), TYPED)
    draft = Roadmap.objects.get(state="draft", name=TYPED["name"])
    assert answer.url == f"{url('roadmap', draft.pk)}?copied"
    page = words(editor.get(answer.url))
    for text in (
        "Скопировано: 2 пункта",
        "на 1 год вперёд в 1 пункте",
        "Что сдвинуто: 3 текста",
        "2 места",
        "Уточнить надо",
    ):
        assert text in page
    assert "Скопировано" not in words(editor.get(url("roadmap", draft.pk)))
    history = words(editor.get(url("history", draft.pk)))
    assert "Создана на основе карты «Карта на 2025/26»" in history
    assert f"{url('roadmap', draft.pk)}?copied" in history


def test_the_button_stands_where_a_plan_may_be_taken(editor, login, base, methodist):
    link = f'href="{url("copy", base.pk)}"'
    draft = RoadmapFactory(department=methodist.department)
    assert link in words(editor.get(url("roadmap", base.pk)))
    assert url("copy", draft.pk) not in words(editor.get(url("roadmap", draft.pk)))
    head = login(MembershipFactory(department=methodist.department, head=True))
    assert link not in words(head.get(url("roadmap", base.pk)))
    assert head.post(url("copy", base.pk), TYPED).status_code == 403


def test_a_bad_period_keeps_what_was_typed(editor, base):
    answer = editor.post(url("copy", base.pk), {**TYPED, "name": "Моё имя", "last_day": "2025-01-01"})
    assert answer.status_code == 422
    assert "Период кончается раньше" in words(answer)
    assert 'value="Моё имя"' in words(answer)
    assert not Roadmap.objects.filter(state="draft").exists()


def test_a_plan_replaced_meanwhile_is_refused_with_the_way_out(editor, base):
    approved(base.department, previous=base)
    answer = editor.post(url("copy", base.pk), TYPED)
    assert answer.status_code == 422
    assert "последнюю редакцию утверждённой карты" in words(answer)
    assert "Выбрать другую карту" in words(editor.get(url("copy", base.pk)))


def test_a_plan_gone_meanwhile_or_anothers_cannot_be_chosen(editor, base):
    foreign = approved(MembershipFactory().department, name="Чужая карта")
    for key in (foreign.pk, 10**6):
        answer = editor.get(url("new"), {"past": key})
        assert answer.status_code == 422
        assert "Этой карты больше нет среди утверждённых" in words(answer)
        assert editor.post(url("copy", key), TYPED).status_code == 404
    assert "Чужая карта" not in words(editor.get(url("new")))
    assert not Roadmap.objects.filter(state="draft").exists()


def test_without_earlier_plans_there_is_the_blank_sheet(editor):
    page = words(editor.get(url("new")))
    assert "Пока их нет" in page
    assert "Взять за основу прошлую карту" not in words(editor.get(url("list")))


def test_the_empty_list_leads_to_the_archive_as_a_ground(editor, base):
    Roadmap.objects.update(state="archived")
    assert "Взять за основу прошлую карту" in words(editor.get(url("list")))
