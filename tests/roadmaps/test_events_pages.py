"""Pages of events: nothing is recorded that was not shown; what was recorded is seen and mended."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from roadmaps.domain import events
from roadmaps.models import Assignment, RecordedEvent
from tests.factories.accounts import MembershipFactory
from tests.factories.roadmaps import (
    RecordedEventFactory,
)
from tests.factories.schools import PostFactory, SchoolFactory
from tests.roadmaps.happenings import (
    LIST,
    NBSP,
    NEW,
    THREE_DAYS,
    D,
    State,
    _today,
    days,
    due,
    happen,
    held,
    page_of,
    report,
    text,
)
from tests.roadmaps.test_fanout import item, methodist, official, roadmap, schools

__all__ = ["_today", "held", "methodist", "roadmap", "schools"]  # fixtures
pytestmark = pytest.mark.django_db


def test_event_is_shown_before_it_starts_anything(roadmap, methodist, schools, login):
    waiting = item(roadmap, "в течение 3 рабочих дней после проведения ВПР")
    soon = item(roadmap, "в течение 1 дня после проведения ВПР", official(methodist))
    client = login(methodist)
    told = {"event": "assessment_held", "day": "2026-03-12", "note": "Математика"}
    page = client.post(NEW, told)
    assert waiting.text in text(page)
    assert "3 школы" not in text(page)  # up to three are named
    assert ", ".join(school.name for school in schools) in text(page)
    assert "Всего в списке: 4 поручения" in text(page)
    assert (page.context["total"].nearest, page.context["total"].latest) == (D(13), D(17))
    assert not RecordedEvent.objects.exists()
    confirmed = {
        **told,
        "confirm": "start",
        "shown": page.context["form"].key,
        "source": f"item:{waiting.pk}",
    }
    for said in ("Начато: 3 поручения.", "Новых поручений нет."):  # and a double click
        assert said in text(client.post(NEW, confirmed, follow=True))
    assert Assignment.objects.filter(item=waiting).count() == 3
    assert not Assignment.objects.filter(item=soon).exists()
    assert RecordedEvent.objects.get().note == "Математика"


def test_what_was_not_shown_is_not_recorded(roadmap, methodist, schools, login):
    item(roadmap, THREE_DAYS)
    client = login(methodist)
    told = {"event": "assessment_held", "day": "2026-03-12"}
    shown = client.post(NEW, told)
    key, source = shown.context["form"].key, shown.context["starts"][0].source.key
    page = client.post(NEW, {**told, "day": "2026-03-11", "confirm": "start", "shown": key, "source": source})
    assert "изменились" in text(page)
    page = client.post(NEW, {**told, "confirm": "start", "shown": key})
    assert (page.status_code, RecordedEvent.objects.count()) == (422, 0)
    assert "Не отмечено ни одного пункта" in text(page)
    client.post(NEW, {**told, "confirm": "bare", "shown": key})
    assert (RecordedEvent.objects.count(), Assignment.objects.count()) == (1, 0)


def test_an_event_nothing_waits_for_may_be_recorded(methodist, login):
    client = login(methodist)
    told = {"event": "document_issued", "day": "2026-03-12"}
    page = client.post(NEW, told)
    assert "Ничего нового не начнётся" in text(page)
    client.post(NEW, {**told, "confirm": "bare", "shown": page.context["form"].key})
    assert RecordedEvent.objects.get().event == "document_issued"


def test_event_form_says_what_is_missing_and_refuses_nonsense(methodist, login):
    client = login(methodist)
    page = client.post(NEW, {})
    assert page.status_code == 422
    assert "Выберите, что произошло." in text(page)
    assert "Укажите день события." in text(page)
    foreign = SchoolFactory()
    page = client.post(NEW, {"event": "чудо", "day": "вчера", "school": foreign.pk, "confirm": "bare"})
    assert page.status_code == 422
    assert foreign.name not in text(page)
    assert "документ вышестоящего органа" in text(page)
    assert not RecordedEvent.objects.exists()


def test_a_day_ahead_is_refused_unless_something_counts_back_from_it(roadmap, methodist, schools, login):
    item(roadmap, THREE_DAYS)
    client = login(methodist)
    told = {"event": "assessment_held", "day": "2026-03-20", "shown": "assessment_held:2026-03-20:"}
    for confirm in ({}, {"confirm": "bare"}):
        page = client.post(NEW, told | confirm)
        assert page.status_code == 422
        assert "ещё не наступил" in text(page)
    back = item(roadmap, "за 3 дня до проведения ВПР")
    page = client.post(NEW, told)
    assert "Этот день ещё впереди" in text(page)
    client.post(NEW, {**told, "confirm": "start", "source": f"item:{back.pk}"})
    assert {duty.item for duty in Assignment.objects.all()} == {back}


def test_event_page_tells_what_it_started_and_mends_it(held, methodist, schools, login):
    done = report(held.assignments.get(school=schools[0]))
    client = login(methodist)
    page = text(client.get(page_of(held)))
    assert "исполняется 2" in page
    assert page_of(done, "assignment") in page
    day = {"day": "2026-03-12"}
    shown = text(client.post(page_of(held, "event_day"), day))
    assert "срок 13 марта → <b>15 марта" in re.sub(r"</?time[^>]*>", "", shown)
    assert due(state=State.ASSIGNED) == days(13, 13)
    said = text(client.post(page_of(held, "event_day"), {**day, "shown": "2026-03-12"}, follow=True))
    assert "Сроки изменены: 2 поручения." in said
    assert due(state=State.ASSIGNED) == days(15, 15)
    again = client.post(page_of(held, "event_day"), {**day, "shown": "2026-03-12"})
    assert (again.status_code, "и так записано" in text(again)) == (422, True)
    empty = client.post(page_of(held, "event_withdraw"), {"reason": ""})
    assert (empty.status_code, "Напишите, почему" in text(empty)) == (422, True)
    said = text(client.post(page_of(held, "event_withdraw"), {"reason": "Ошибка"}, follow=True))
    assert "Снято: 2 поручения." in said
    assert "Эти доклады сделаны до отзыва" in said
    assert "Исправить день" not in said
    again = client.post(page_of(held, "event_withdraw"), {"reason": "Ошибка"})
    assert (again.status_code, "отозвали раньше" in text(again)) == (422, True)


@pytest.mark.parametrize(
    ("day", "said"),
    [("2026-03-14", "ещё не наступил"), ("", "Укажите день"), ("1026-03-10", "проверьте год")],
)
def test_a_wrong_correction_is_refused_beside_the_field(held, methodist, login, day, said):
    page = login(methodist).post(page_of(held, "event_day"), {"day": day, "shown": day})
    assert (page.status_code, said in text(page)) == (422, True)
    held.refresh_from_db()
    assert held.day == D(10)


def test_duty_page_tells_what_started_it(roadmap, methodist, schools, login):
    item(roadmap, THREE_DAYS)
    event = happen(methodist, school=schools[0], note="Открыта перепроверка: тайна", by_portal=True)
    duty = event.assignments.get()
    page = text(login(methodist).get(page_of(duty, "assignment")))
    assert "портал: Открыта перепроверка: тайна" in page
    assert page_of(event) in page
    page = text(login(PostFactory(school=schools[0]).membership).get(page_of(duty, "assignment")))
    assert "начато событием «оценочная процедура проведена»" in page
    assert "тайна" not in page
    RecordedEvent.objects.update(by_portal=False, note="")
    page = text(login(methodist).get(page_of(duty, "assignment")))
    assert f"<dt>Записал</dt><dd> {methodist.user.short_name}".replace(NBSP, " ") in page


def test_events_are_listed_with_their_duties(held, methodist, login):
    RecordedEventFactory(note="Чужое письмо")
    withdrawn = RecordedEventFactory(department=methodist.department, event="document_issued", by=methodist)
    events.withdraw(withdrawn, by=methodist, reason="Ошибка")
    client = login(methodist)
    page = client.get(LIST)
    assert {(row, row.number) for row in page.context["page"]} == {(held, 3), (withdrawn, 0)}
    assert "отозвано" in text(page)
    duties = client.get(reverse("roadmaps:assignments"), {"event": held.pk}).context["page"]
    assert {duty.event for duty in duties} == {held}
    assert [link.title for link in page.context["navigation"] if link.is_current] == ["Все поручения"]


@pytest.mark.parametrize("address", [LIST, NEW, "event", "event_day"])
def test_event_pages_are_not_for_schools_and_mended_by_methodists_only(held, methodist, login, address):
    path = address if address.startswith("/") else page_of(held, address)
    assert login(PostFactory(school__department=methodist.department).membership).get(path).status_code == 403
    page = login(MembershipFactory(department=methodist.department, head=True)).get(path)
    assert page.status_code == (200 if address in {LIST, "event"} else 403)
    assert "Отозвать событие" not in text(page)


def test_pages_ask_no_more_for_more_rows(roadmap, methodist, login, django_assert_max_num_queries):
    client = login(methodist)

    def asked(path):
        with django_assert_max_num_queries(60) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    def more(number):
        for _ in range(number):
            SchoolFactory(department=methodist.department)
            item(roadmap, THREE_DAYS)
        event = happen(methodist)
        report(event.assignments.filter(state=State.ASSIGNED).first())
        for back in range(number):
            happen(methodist, 9 - back)
        return event

    pages = [page_of(more(1)), LIST, NEW]
    client.get(LIST)
    few = [asked(path) for path in pages]
    more(3)
    assert [asked(path) for path in pages] == few
