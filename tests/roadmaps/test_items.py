"""Editing a draft: nothing overwritten silently, nothing lost, meanings beside the printed words."""

import datetime
import threading

import pytest
from django.db import connection

from portal.lib.refusals import Refused
from roadmaps.domain import compiling, items, sections
from roadmaps.domain.errors import Conflict
from roadmaps.models import ActionItem, Roadmap, RoadmapEvent
from tests.factories.accounts import MembershipFactory
from tests.factories.orders import OrderFactory
from tests.factories.roadmaps import ActionItemFactory, RoadmapFactory, SectionFactory
from tests.factories.schools import SchoolFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def item():
    return ActionItemFactory(text="Провести совещание", number="1.1.", section__number="I")


@pytest.fixture
def methodist(item):
    return MembershipFactory(department=item.section.roadmap.department)


def rows(section):
    return [(row.number, row.text) for row in section.items.all()]


def test_a_changed_deadline_is_understood_anew(item, methodist):
    changed = items.change(item, "deadline", "до 10 апреля 2026 года", item.version, methodist)
    assert changed.deadline_parts == [{"by": "2026-04-10"}]
    assert (changed.version, changed.updated_by) == (2, methodist)
    event = RoadmapEvent.objects.get()
    assert (event.what, event.details["before"], event.details["after"]) == (
        "Изменено: срок", "до 15 марта 2026 года", "до 10 апреля 2026 года",
    )  # fmt: skip


def test_a_changed_responsible_reaches_others(item, methodist):
    school = SchoolFactory(department=methodist.department, name="МБОУ «СОШ № 4»")
    changed = items.change(item, "responsible", "директор СОШ № 4", item.version, methodist)
    assert [target["school"] for target in changed.reach] == [school.pk]


def test_an_own_column_of_the_document_is_edited_too(item, methodist):
    roadmap = item.section.roadmap
    roadmap.columns = [*roadmap.columns, {"key": "Форма", "heading": "Форма"}]
    roadmap.save()
    assert items.change(item, "Форма", "очно", item.version, methodist).extra == {"Форма": "очно"}
    with pytest.raises(Refused, match="Такого столбца"):
        items.change(item, "Цвет", "синий", 2, methodist)


def test_the_second_saver_of_a_cell_sees_both_texts(item, methodist):
    other = MembershipFactory(department=methodist.department, user__last_name="Липин")
    items.change(item, "text", "Провести собрание", 1, other)
    with pytest.raises(Conflict) as caught:
        items.change(item, "text", "Провести встречу", 1, methodist)
    conflict = caught.value
    assert (conflict.mine, conflict.theirs, conflict.version) == ("Провести встречу", "Провести собрание", 2)
    assert "Липин" in conflict.by
    assert items.change(item, "text", "Провести встречу", 2, methodist).text == "Провести встречу"


def test_two_people_in_different_cells_do_not_quarrel(item, methodist):
    items.change(item, "text", "Провести собрание", 1, methodist)
    assert items.change(item, "deadline", "март 2026", 1, methodist).text == "Провести собрание"


def test_the_same_text_twice_is_no_change(item, methodist):
    assert items.change(item, "text", " Провести  совещание".replace("  ", " "), 1, methodist).version == 1
    assert not RoadmapEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_wins_and_the_other_gets_both_texts():
    item = ActionItemFactory(text="Начало")
    people = [MembershipFactory(department=item.section.roadmap.department) for _ in range(2)]
    start, outcomes = threading.Barrier(2), []

    def save(person, text):
        start.wait()
        try:
            outcomes.append(items.change(ActionItem.objects.get(pk=item.pk), "text", text, 1, person).text)
        except Conflict as conflict:
            outcomes.append((conflict.mine, conflict.theirs))
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=(person, f"Текст {n}")) for n, person in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = [outcome for outcome in outcomes if isinstance(outcome, str)]
    (loser,) = [outcome for outcome in outcomes if isinstance(outcome, tuple)]
    item.refresh_from_db()
    assert item.text == winner
    assert loser == ("Текст 0" if winner == "Текст 1" else "Текст 1", winner)
    assert item.events.count() == 1


def test_a_correction_by_hand_stays_when_other_cells_change(item, methodist):
    items.settle_deadline(item, [{"by": "2026-02-02"}], methodist)
    items.settle_reach(item, [{"kind": "all_schools", "phrase": "Руководители ОО", "label": ""}], methodist)
    items.change(item, "text", "Другое", 3, methodist)
    compiling.refill(item.section.roadmap)
    item.refresh_from_db()
    assert (item.deadline_parts, item.deadline_by_hand, item.reach_by_hand) == (
        [{"by": "2026-02-02"}],
        True,
        True,
    )
    items.change(item, "deadline", "до 1 мая 2026 года", item.version, methodist)
    item.refresh_from_db()
    assert (item.deadline_parts, item.deadline_by_hand) == ([{"by": "2026-05-01"}], False)


def test_no_parts_return_to_what_was_understood(item, methodist):
    items.settle_deadline(item, [{"by": "2026-02-02"}], methodist)
    assert items.settle_deadline(item, [], methodist).deadline_parts == [{"by": "2026-03-15"}]


def test_numbers_follow_rows_while_they_are_regular(methodist):
    section = SectionFactory(roadmap__department=methodist.department)
    one, two = (ActionItemFactory(section=section, number=f"1.{n}.", text=str(n)) for n in (1, 2))
    new = items.add(section, by=methodist, after=one)
    assert rows(section) == [("1.1.", "1"), ("1.2.", ""), ("1.3.", "2")]
    items.move(two, "up", by=methodist)
    assert rows(section) == [("1.1.", "1"), ("1.2.", "2"), ("1.3.", "")]
    event = items.remove(two, by=methodist)
    assert rows(section) == [("1.1.", "1"), ("1.2.", "")]
    items.restore(event, by=methodist)
    assert rows(section) == [("1.1.", "1"), ("1.2.", "2"), ("1.3.", "")]
    with pytest.raises(Refused, match="уже возвращён"):
        items.restore(event, by=methodist)
    assert new.text == ""


def test_irregular_numbers_are_left_alone(methodist):
    section = SectionFactory(roadmap__department=methodist.department)
    first = ActionItemFactory(section=section, number="а)")
    ActionItemFactory(section=section, number="7")
    items.add(section, by=methodist, after=first)
    assert [row.number for row in section.items.all()] == ["а)", "", "7"]


def test_a_removed_row_comes_back_whole(item, methodist):
    items.settle_deadline(item, [{"by": "2026-02-02"}], methodist)
    back = items.restore(items.remove(item, by=methodist), by=methodist)
    assert (back.text, back.responsible, back.deadline_parts, back.deadline_by_hand) == (
        "Провести совещание", "Руководители ОО", [{"by": "2026-02-02"}], True,
    )  # fmt: skip


def test_past_the_edge_a_row_goes_into_the_next_section(methodist):
    roadmap = RoadmapFactory(department=methodist.department)
    upper, lower = SectionFactory(roadmap=roadmap, position=0), SectionFactory(roadmap=roadmap, position=1)
    last = ActionItemFactory(section=upper, number="1.1.", text="переходит")
    ActionItemFactory(section=lower, number="2.1.", text="была здесь")
    items.move(last, "down", by=methodist)
    assert rows(upper) == []
    assert rows(lower) == [("2.1.", "переходит"), ("2.2.", "была здесь")]
    items.move(last, "up", by=methodist)
    assert rows(upper) == [("1.1.", "переходит")]


def test_a_new_section_is_headed_like_the_others(methodist):
    roadmap = RoadmapFactory(department=methodist.department)
    SectionFactory(roadmap=roadmap, position=0, heading="III. Контроль", number="III", title="Контроль")
    new = sections.add(roadmap, "Работа с родителями", by=methodist)
    assert (new.heading, new.number, new.title) == ("IV. Работа с родителями", "IV", "Работа с родителями")
    SectionFactory(roadmap=roadmap, position=9, heading="Задача 4. Учёба", number="4", title="Учёба")
    assert sections.add(roadmap, "Отчёты", by=methodist).heading == "Задача 5. Отчёты"


def test_renaming_a_section_is_guarded_too(methodist):
    section = SectionFactory(roadmap__department=methodist.department)
    sections.rename(section, "I. Начало", 1, methodist)
    with pytest.raises(Conflict) as caught:
        sections.rename(section, "I. Старт", 1, methodist)
    assert (caught.value.mine, caught.value.theirs) == ("I. Старт", "I. Начало")


def test_a_section_with_rows_stays(item, methodist):
    with pytest.raises(Refused, match="есть пункты"):
        sections.remove(item.section, by=methodist)
    items.remove(item, by=methodist)
    sections.remove(item.section, by=methodist)
    assert not item.section.roadmap.sections.exists()


def test_another_period_gives_deadlines_another_year(item, methodist):
    items.change(item, "deadline", "до 15 марта", 1, methodist)
    sections.change_head(
        item.section.roadmap, version=1, by=methodist,
        first_day=datetime.date(2026, 9, 1), last_day=datetime.date(2027, 8, 31),
    )  # fmt: skip
    item.refresh_from_db()
    assert item.deadline_parts == [{"by": "2027-03-15"}]


def test_a_plan_in_an_order_is_not_edited(item, methodist):
    roadmap = item.section.roadmap
    order = OrderFactory(department=roadmap.department)
    Roadmap.objects.filter(pk=roadmap.pk).update(state="assembled", order=order)
    for edit in (
        lambda: items.change(item, "text", "Другое", 1, methodist),
        lambda: items.add(item.section, by=methodist),
        lambda: items.remove(item, by=methodist),
        lambda: items.move(item, "up", by=methodist),
        lambda: items.settle_deadline(item, [{"by": "2026-02-02"}], methodist),
        lambda: sections.add(roadmap, "Новый", by=methodist),
        lambda: sections.rename(item.section, "Другой", 1, methodist),
        lambda: sections.change_head(roadmap, version=1, by=methodist, name="Другая"),
    ):
        with pytest.raises(Refused, match="уже не черновик"):
            edit()
    assert not RoadmapEvent.objects.exists()


def test_a_text_that_fits_no_cell_is_refused(item, methodist):
    with pytest.raises(Refused, match="длиннее"):
        items.change(item, "text", "о" * 7000, 1, methodist)


def test_who_edits_a_removed_row_is_told(item, methodist):
    items.remove(item, by=methodist)
    with pytest.raises(Refused, match="удалил другой человек"):
        items.change(item, "text", "Другое", 1, methodist)
