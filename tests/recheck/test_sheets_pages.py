"""Pages of a recheck as the school that checks and the expert with a link see them."""

from __future__ import annotations

import pytest
from django.test import Client

from recheck.domain import draws, seats
from recheck.models import Expert, RecheckCase, Scoring, Seat
from tests.factories.recheck import ExpertFactory
from tests.factories.schools import PostFactory
from tests.recheck.stories import compared, drawn, opened, seated, with_works
from tests.recheck.test_views import methodist, office, signed, url

__all__ = ["methodist", "office"]  # fixtures of the office serve here too
pytestmark = pytest.mark.django_db


# --- the school that checks ------------------------------------------------------------------------------------------


@pytest.fixture
def task(methodist):
    """A cross-check in which the deputy's school checks another; the deputy's own works are checked in turn."""
    post = PostFactory(school__department=methodist.department)
    case = with_works(opened(methodist, partner=post.school))
    draws.draw(case, by=methodist)
    twin = with_works(RecheckCase.objects.get(pk=case.twin.pk))
    draws.draw(twin, by=methodist)
    return case


@pytest.fixture
def deputy(task, login):
    return login(task.checker.posts.get().membership)


def test_school_appoints_its_own_teachers_to_its_task(deputy, task):
    deputy.post(
        url("expert_new"),
        {"last_name": "Лугова", "first_name": "Ирина", "subjects": "математика", "school": task.checker_id},
    )
    teacher = Expert.objects.get()
    page = deputy.get(url("seat_new", task.pk))
    assert [one.expert for one in page.context["free"]] == [teacher]
    deputy.post(url("seat_new", task.pk), {"expert": teacher.pk})
    seat = Seat.objects.get()
    assert "/recheck/link/" in deputy.post(url("seat_link", seat.pk)).text
    page = deputy.get(url("case", task.pk))
    assert page.templates[0].name == "recheck/task.html"
    assert "Лугова" in page.text


def test_school_sees_neither_the_other_half_nor_any_result(deputy, task):
    assert deputy.get(url("case", task.twin_id)).status_code == 404
    assert deputy.get(url("result", task.pk)).status_code == 403
    compared(task, {"4": 0})
    signed(task)
    assert deputy.get(url("paper", task.pk, "protocol", "pdf")).status_code == 404  # not its own works
    twin = RecheckCase.objects.get(pk=task.twin_id)
    compared(twin, {"4": 0})
    assert deputy.get(url("paper", twin.pk, "protocol", "pdf")).status_code == 404  # not signed yet
    signed(twin)
    assert deputy.get(url("paper", twin.pk, "protocol", "pdf")).status_code == 200
    assert "подтвердилась" in deputy.get(url("case", twin.pk)).text
    found = [case for case, _ in deputy.get(url("list")).context["rows"]]
    assert set(found) == {task, twin}


def test_school_does_not_type_in_for_its_experts_nor_touch_others(deputy, task):
    seat = seated(task)
    assert deputy.get(url("entry", seat.pk)).status_code == 403
    other = seated(RecheckCase.objects.get(pk=task.twin_id))
    for name in ("seat_link", "seat_release"):
        assert deputy.post(url(name, other.pk)).status_code == 404
    assert deputy.post(url("seat_new", task.pk) + "?part=3", {"expert": seat.expert_id}).status_code == 422


def test_deputy_who_is_an_expert_elsewhere_enters_their_own_sheet(deputy, task, methodist):
    member = task.checker.posts.get().membership
    case = drawn(methodist)
    expert = ExpertFactory(department=methodist.department, membership=member)
    seat = seats.appoint(case, expert, by=methodist)
    assert deputy.get(url("entry", seat.pk)).status_code == 200
    assert deputy.get(url("case", case.pk)).status_code == 404
    assert "Вас ждёт проверка" in deputy.get(url("list")).text


# --- the expert with a link ------------------------------------------------------------------------------------------


@pytest.fixture
def seat(methodist):
    return seated(drawn(methodist))


@pytest.fixture
def token(seat):
    return seats.new_link(seat)


def test_link_needs_no_log_in_and_shows_no_score_of_the_school(client: Client, seat, token):
    page = client.get(url("link", token))
    assert page.status_code == 200
    assert [cell.text for row in page.context["sheet"].rows for cell in row.cells] == [""] * 4 * len(
        page.context["rows"]
    )
    assert "отметка" not in page.text.lower()


def test_row_is_kept_as_soon_as_it_changes(client: Client, seat, token):
    pk = seat.scorings.first().pk
    answer = client.post(url("link_row", token, pk), {f"s-{pk}-1": "1", f"s-{pk}-2": "x"})
    assert answer.status_code == 200
    assert Scoring.objects.get(pk=pk).scores == {"1": 1, "2": None}
    answer = client.post(url("link_row", token, pk), {f"s-{pk}-1": "7"})
    assert answer.status_code == 422
    assert "больше наибольшего (1)" in answer.text
    stranger = seated(drawn()).scorings.first().pk
    assert "передали другому" in client.post(url("link_row", token, stranger), {f"s-{stranger}-1": "1"}).text
    assert Scoring.objects.get(pk=stranger).scores == {}


def test_page_without_scripts_keeps_all_rows_and_shows_every_error(client: Client, seat, token):
    pks = list(seat.scorings.values_list("pk", flat=True))
    cells = {f"s-{pk}-{n}": "1" for pk in pks for n in "1234"} | {f"s-{pks[0]}-1": "9"}
    page = client.post(url("link", token), cells)
    assert page.status_code == 422
    assert 'value="9"' in page.text
    assert seat.scorings.done().count() == len(pks) - 1
    client.post(url("link", token), cells | {f"s-{pks[0]}-1": "0"})
    client.post(url("link_hand", token))
    seat.refresh_from_db()
    assert seat.handed_at is not None
    assert "Вы сдали оценки" in client.get(url("link", token)).text


def test_dead_link_says_so(client: Client, seat, token):
    seats.new_link(seat)
    page = client.get(url("link", token))
    assert (page.status_code, "Ссылка не действует" in page.text) == (404, True)
    assert client.post(url("link_row", token, 1)).status_code == 404
    assert client.post(url("link_hand", token)).status_code == 404


def test_sheet_costs_the_same_however_many_works(client: Client, methodist, django_assert_max_num_queries):
    def link(works: int) -> str:
        return url("link", seats.new_link(seated(drawn(methodist, works=works, rules={"share": 100}))))

    short, long = link(1), link(12)
    client.get(short)
    with django_assert_max_num_queries(12) as one:
        client.get(short)
    with django_assert_max_num_queries(len(one)):
        assert len(client.get(long).context["rows"]) == 12
