"""Days of the VPR: who may give and move them, what leaves history, what is held, and what the board shows."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse

from portal.lib.refusals import Refused
from schools.domain import board, campaigns, schedule
from schools.models import AbsentGrade, SessionEvent, VprCampaign, VprSession
from schools.signals import schedule_changed, vpr_held
from tests.factories.accounts import MembershipFactory
from tests.factories.schools import (
    CampaignFactory,
    ExamFactory,
    PostFactory,
    SchoolFactory,
    SessionFactory,
)
from tests.threads import race

pytestmark = pytest.mark.django_db
APRIL = datetime.date(2026, 4, 21)
LATER = datetime.date(2026, 4, 23)


@pytest.fixture
def campaign():
    return CampaignFactory()


@pytest.fixture
def exam(campaign):
    return ExamFactory(campaign=campaign)


@pytest.fixture
def post(campaign):
    return PostFactory(school__department=campaign.department, school__name="Сосновская школа")


@pytest.fixture
def methodist(campaign):
    return MembershipFactory(department=campaign.department)


def history():
    return list(SessionEvent.objects.order_by("pk").values_list("class_name", "what", "before", "after"))


# --- days --------------------------------------------------------------------------------------------------------


def test_a_school_gives_itself_days_until_the_schedule_is_closed(exam, post, methodist):
    session = schedule.plan(exam, post.school, APRIL, by=post.membership, written_class="4 «а»")
    assert (session.day, session.class_name) == (APRIL, "4А")
    assert campaigns.lock(exam.campaign, by=methodist, locked=True)
    with pytest.raises(Refused, match="закрыт отделом"):
        schedule.change(session, by=post.membership, day=LATER)
    schedule.change(session, by=methodist, day=LATER)
    assert VprSession.objects.get().day == LATER


@pytest.mark.parametrize("traits", [{"viewer": True}, {"head": True}])
def test_lookers_on_change_nothing(exam, post, traits):
    looker = MembershipFactory(department=exam.campaign.department, **traits)
    with pytest.raises(Refused):
        schedule.plan(exam, post.school, APRIL, by=looker)


def test_another_school_and_another_department_change_nothing(exam, post):
    neighbour = PostFactory(school__department=exam.campaign.department)
    for stranger in (neighbour.membership, MembershipFactory()):
        with pytest.raises(Refused):
            schedule.plan(exam, post.school, APRIL, by=stranger)
    with pytest.raises(Refused, match="другому отделу"):
        schedule.plan(exam, SchoolFactory(), APRIL, by=MembershipFactory(department=exam.campaign.department))


@pytest.mark.parametrize(
    "day", [datetime.date(2026, 4, 19), datetime.date(2026, 5, 1), datetime.date(2026, 5, 9)]
)
def test_a_day_that_cannot_be_is_refused_with_its_reason(exam, post, methodist, day):
    with pytest.raises(Refused, match=f"{day:%d.%m.%Y}"):
        schedule.plan(exam, post.school, day, by=methodist)


def test_a_second_day_for_the_same_test_and_class_is_refused(exam, post, methodist):
    schedule.plan(exam, post.school, APRIL, by=methodist, written_class="4А")
    with pytest.raises(Refused, match="уже назначен"):
        schedule.plan(exam, post.school, LATER, by=methodist, written_class="4а")
    schedule.plan(exam, post.school, LATER, by=methodist, written_class="4Б")


def test_every_change_leaves_a_row_of_history_and_can_be_undone(exam, post, methodist):
    session = schedule.plan(exam, post.school, APRIL, by=methodist, written_class="4А")
    schedule.change(session, by=methodist, day=LATER)
    removed = schedule.remove(session, by=methodist)
    assert history() == [
        ("4А", "day", None, APRIL), ("4А", "day", APRIL, LATER), ("4А", "day", LATER, None),
    ]  # fmt: skip
    assert schedule.restore(removed, by=methodist).day == LATER
    with pytest.raises(Refused, match="с тех пор"):
        schedule.restore(removed, by=methodist)


def test_a_class_renamed_goes_on_under_its_new_name(exam, post, methodist):
    session = schedule.plan(exam, post.school, APRIL, by=methodist, written_class="4А")
    schedule.change(session, by=methodist, day=APRIL, written_class="4Б")
    assert history()[1:] == [("4А", "day", APRIL, None), ("4Б", "day", None, APRIL)]


def test_a_test_that_was_held_is_not_moved(exam, post, methodist, time_machine):
    time_machine.move_to("2026-04-22T09:00Z")
    session = schedule.plan(exam, post.school, APRIL, by=methodist)
    schedule.mark([session], "held", APRIL, by=post.membership)
    for change in (schedule.remove, lambda s, by: schedule.change(s, by=by, day=LATER)):
        with pytest.raises(Refused, match="проведённой"):
            change(session, by=methodist)
    schedule.mark([session], "held", None, by=methodist)
    schedule.change(session, by=methodist, day=LATER)


def test_days_are_not_held_or_uploaded_before_they_come(exam, post, methodist, time_machine):
    time_machine.move_to("2026-04-20T09:00Z")
    session = schedule.plan(exam, post.school, APRIL, by=methodist)
    with pytest.raises(Refused, match="ещё не наступило"):
        schedule.mark([session], "held", APRIL, by=methodist)
    with pytest.raises(Refused, match="раньше начала"):
        schedule.mark([session], "uploaded", datetime.date(2026, 4, 1), by=methodist)
    assert history() == [("", "day", None, APRIL)]


def test_a_grade_that_a_school_has_not(exam, post, methodist):
    schedule.set_absent(exam.campaign, post.school, 4, absent=True, by=post.membership)
    schedule.set_absent(exam.campaign, post.school, 4, absent=True, by=methodist)
    assert AbsentGrade.objects.count() == 1
    schedule.set_absent(exam.campaign, post.school, 4, absent=False, by=methodist)
    SessionFactory(exam=exam, school=post.school)
    with pytest.raises(Refused, match="уже есть дни"):
        schedule.set_absent(exam.campaign, post.school, 4, absent=True, by=methodist)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_move_a_day_at_once_one_is_told():
    session = SessionFactory(day=APRIL)
    department = session.school.department
    one, other = MembershipFactory(department=department), MembershipFactory(department=department)

    def to(day, by):
        fresh = VprSession.objects.select_related("exam__campaign__department").get(pk=session.pk)
        fresh.day = APRIL  # as both pages showed it
        return lambda: schedule.change(fresh, by=by, day=day)

    results = race(to(LATER, one), to(datetime.date(2026, 4, 24), other))
    assert sum(isinstance(result, Refused) for result in results) == 1
    assert SessionEvent.objects.count() == 1


# --- what others are told ----------------------------------------------------------------------------------------


@pytest.fixture
def news():
    """What the signals said: («changed», schools) and («held», school, day)."""
    told = []

    def changed(schools, **_):
        told.append(("changed", schools))

    def held(school, day, **_):
        told.append(("held", school, day))

    schedule_changed.connect(changed)
    vpr_held.connect(held)
    yield told
    schedule_changed.disconnect(changed)
    vpr_held.disconnect(held)


def test_only_a_change_of_the_first_or_last_day_is_news(exam, post, methodist, news):
    maths = schedule.plan(exam, post.school, APRIL, by=methodist)
    for number, day in enumerate((LATER, datetime.date(2026, 4, 28))):
        schedule.plan(ExamFactory(campaign=exam.campaign, grade=5 + number), post.school, day, by=methodist)
    middle = VprSession.objects.get(day=LATER)
    news.clear()
    schedule.change(middle, by=methodist, day=datetime.date(2026, 4, 24))
    assert news == []
    schedule.change(maths, by=methodist, day=datetime.date(2026, 4, 22))
    assert news == [("changed", {post.school.pk})]


def test_the_last_test_held_is_news_of_the_school_and_of_all(exam, post, methodist, news, time_machine):
    time_machine.move_to("2026-05-19T09:00Z")
    other = SchoolFactory(department=exam.campaign.department)
    ours = [
        SessionFactory(exam=exam, school=post.school, class_name=name, day=APRIL) for name in ("4А", "4Б")
    ]
    theirs = SessionFactory(exam=exam, school=other, day=LATER)
    schedule.mark(ours[:1], "held", APRIL, by=methodist)
    assert news == []
    schedule.mark(ours[1:], "held", LATER, by=methodist)
    assert news == [("held", post.school, LATER)]
    schedule.mark([theirs], "held", APRIL, by=methodist)
    assert news[1:] == [("held", other, APRIL), ("held", None, LATER)]


def test_all_that_is_over_is_taken_as_held_on_its_day(exam, post, methodist):
    SessionFactory(exam=exam, school=post.school, day=APRIL)
    coming = SessionFactory(exam=exam, school=post.school, day=LATER, class_name="4Б")
    assert schedule.hold_past(exam.campaign, by=methodist, today=LATER) == 1
    assert set(VprSession.objects.values_list("class_name", "held_on")) == {("4А", APRIL), ("4Б", None)}
    assert coming.held_on is None
    with pytest.raises(Refused):
        schedule.hold_past(exam.campaign, by=post.membership, today=LATER)


def test_runs_of_schools_and_of_all_together(exam, post):
    other = SchoolFactory(department=exam.campaign.department)
    SessionFactory(exam=exam, school=post.school, day=APRIL)
    SessionFactory(exam=exam, school=other, day=LATER)
    SessionFactory(day=datetime.date(2026, 4, 30))  # another department's
    found = schedule.runs(exam.campaign.department, datetime.date(2025, 9, 1), datetime.date(2026, 8, 31))
    assert {(run.school_id, run.first, run.last) for run in found} == {
        (post.school.pk, APRIL, APRIL), (other.pk, LATER, LATER), (None, APRIL, LATER),
    }  # fmt: skip
    assert (
        schedule.runs(exam.campaign.department, datetime.date(2026, 9, 1), datetime.date(2027, 8, 31)) == []
    )


# --- board -------------------------------------------------------------------------------------------------------


def shown(campaign, member, **wanted):
    return board.board(campaign, member, board.Filter(**wanted), APRIL)


def test_the_board_shows_days_holes_and_clashes(exam, post, methodist):
    ExamFactory(campaign=exam.campaign, subject="русский язык")
    SessionFactory(exam=exam, school=post.school, day=APRIL)
    empty = SchoolFactory(department=exam.campaign.department, name="Школа без дней")
    SessionFactory()  # another department's
    seen = shown(exam.campaign, methodist)
    assert [name for name, _ in seen.months] == ["2026-04", "2026-05"]
    assert (seen.days[0].day, len(seen.days), seen.days[5].is_free) == (datetime.date(2026, 4, 20), 11, False)
    rows = {row.school: row for row in seen.rows}
    assert [chip.words for _, cell in rows[post.school].cells for chip in cell] == ["4А МА"]
    assert [hole.short for hole in rows[post.school].holes] == ["4 РУ"]
    assert rows[empty].is_empty
    assert len(rows[empty].holes) == 2
    assert dict(seen.counts) == {"missing": 3}


def test_the_board_is_narrowed_by_grade_subject_school_and_what_is_amiss(exam, post, methodist):
    fifth = ExamFactory(campaign=exam.campaign, grade=5, subject="история")
    SessionFactory(exam=exam, school=post.school, day=APRIL)
    SessionFactory(exam=fifth, school=post.school, day=APRIL, class_name="5А")
    SchoolFactory(department=exam.campaign.department, name="Лицей")

    def words(**f):
        rows = shown(exam.campaign, methodist, **f).rows
        return [chip.words for row in rows for _, cell in row.cells for chip in cell]

    assert words() == ["4А МА", "5А ИС"]
    assert words(grade=4) == words(subject="математика") == ["4А МА"]
    assert words(q="лицей") == words(month="2026-05") == []
    assert [row.school.name for row in shown(exam.campaign, methodist, show="holes").rows] == ["Лицей"]
    assert shown(exam.campaign, methodist, show="problems").rows == []


def test_the_board_asks_the_same_for_one_school_and_for_three(
    exam, methodist, login, django_assert_max_num_queries
):
    client, address = login(methodist), reverse("schools:schedule")

    def queries():
        with django_assert_max_num_queries(40) as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    SessionFactory(exam=exam, school=SchoolFactory(department=exam.campaign.department))
    queries()
    before = queries()
    for _ in range(2):
        SessionFactory(exam=exam, school=SchoolFactory(department=exam.campaign.department))
    assert queries() == before


# --- doors and pages ---------------------------------------------------------------------------------------------


def page(client, name, *args, **query):
    return client.get(reverse(name, args=args), query)


def test_nothing_of_another_department_is_on_board_files_and_lists(exam, post, methodist, login):
    SessionFactory(exam=exam, school=post.school, day=APRIL)
    theirs = SessionFactory(school__name="Чужая школа", exam__campaign__name="Чужая кампания")
    client, ours = login(methodist), {"campaign": exam.campaign.pk}
    for name in ("schools:schedule", "schools:campaigns", "schools:uploads"):
        text = page(client, name).content.decode()
        assert "Чужая" not in text
    assert post.school.name in page(client, "schools:schedule").content.decode()
    for name in (
        "schools:schedule",
        "schools:schedule_export",
        "schools:schedule_pdf",
        "schools:upload_export",
    ):
        assert page(client, name, **ours).status_code == 200
        assert page(client, name, campaign=theirs.exam.campaign.pk).status_code == 404


def test_a_deputy_sees_the_own_schools_days_and_gives_new_ones(exam, post, login):
    other = SchoolFactory(department=exam.campaign.department, name="Соседняя школа")
    SessionFactory(exam=exam, school=other)
    client = login(post.membership)
    text = page(client, "schools:schedule").content.decode()
    assert "Наш график ВПР" in text
    assert "Соседняя" not in text
    address = reverse("schools:session_new", args=[exam.campaign.pk])
    sent = {"exam": exam.pk, "school": post.school.pk, "class_name": "4а", "day": "2026-04-21"}
    assert client.post(address, sent | {"school": other.pk}).status_code == 422
    assert client.post(address, sent).status_code == 302
    assert VprSession.objects.get(school=post.school).class_name == "4А"
    history = page(client, "schools:schedule_history", exam.campaign.pk).content.decode()
    assert post.school.name in history
    assert "Соседняя" not in history


def test_a_refused_day_keeps_what_was_typed(exam, post, methodist, login):
    address = reverse("schools:session_new", args=[exam.campaign.pk])
    sent = {
        "exam": exam.pk,
        "school": post.school.pk,
        "class_name": "4а",
        "day": "2026-04-25",
        "note": "Каб. 12",
    }
    answer = login(methodist).post(address, sent)
    assert answer.status_code == 422
    assert "суббота" in answer.content.decode()
    assert "Каб. 12" in answer.content.decode()


def test_a_move_by_htmx_gives_the_row_and_the_count_back(exam, post, methodist, login):
    session = SessionFactory(exam=exam, school=post.school, day=APRIL)
    client, address = login(methodist), reverse("schools:session_move", args=[session.pk])
    answer = client.post(address, {"day": "2026-04-23"}, headers={"HX-Request": "true"}).content.decode()
    assert f'id="school-{post.school.pk}"' in answer
    assert 'id="board-lede"' in answer
    assert "Отменить" in answer
    assert VprSession.objects.get().day == LATER
    client.post(address, {"step": "1"})
    assert VprSession.objects.get().day == datetime.date(2026, 4, 24)
    client.post(address, {"step": "1"})  # over the weekend
    assert VprSession.objects.get().day == datetime.date(2026, 4, 27)
    refused = client.post(address, {"day": "2026-04-26"}, headers={"HX-Request": "true"})
    assert "воскресенье" in refused.content.decode()
    assert VprSession.objects.get().day == datetime.date(2026, 4, 27)


@pytest.mark.parametrize("data", [{}, {"day": "когда-нибудь"}, {"step": "7"}, {"day": "9999-12-31"}])
def test_a_senseless_move_is_refused_in_words(exam, post, methodist, login, data):
    session = SessionFactory(exam=exam, school=post.school, day=APRIL)
    client = login(methodist)
    answer = client.post(reverse("schools:session_move", args=[session.pk]), data, follow=True)
    assert answer.status_code == 200
    assert VprSession.objects.get().day == APRIL


def test_a_day_taken_away_comes_back_by_undo(exam, post, methodist, login):
    session = SessionFactory(exam=exam, school=post.school, day=APRIL)
    client = login(methodist)
    client.post(reverse("schools:session_remove", args=[session.pk]))
    assert not VprSession.objects.exists()
    client.post(reverse("schools:session_restore", args=[SessionEvent.objects.get().pk]))
    assert VprSession.objects.get().day == APRIL


def test_the_way_back_never_leads_out(exam, methodist, login):
    client = login(methodist)
    address = reverse("schools:session_absent", args=[exam.campaign.pk])
    for away in ("https://example.org/", "//example.org/", "javascript:alert(1)"):
        assert client.post(address, {"back": away})["Location"].startswith("/schools/schedule/")


@pytest.mark.parametrize("traits", [{"viewer": True}, {"head": True}])
def test_lookers_on_see_the_board_and_no_buttons(exam, post, login, traits):
    SessionFactory(exam=exam, school=post.school, day=APRIL)
    client = login(MembershipFactory(department=exam.campaign.department, **traits))
    text = page(client, "schools:schedule").content.decode()
    assert post.school.name in text
    assert "Назначить день" not in text
    assert client.post(reverse("schools:campaign_lock", args=[exam.campaign.pk])).status_code == 403


def test_without_a_campaign_the_page_offers_the_first_step(login):
    methodist = MembershipFactory()
    assert "Создать кампанию" in page(login(methodist), "schools:schedule").content.decode()
    assert not VprCampaign.objects.exists()


@pytest.mark.parametrize("traits", [{"viewer": True}, {"head": True}])
def test_lookers_on_read_a_day_of_the_board_and_change_nothing(exam, post, login, traits):
    session = SessionFactory(exam=exam, school=post.school, day=APRIL)
    client = login(MembershipFactory(department=exam.campaign.department, **traits))
    address = reverse("schools:session", args=[session.pk])
    board_of_april = client.get(reverse("schools:schedule"), {"month": "2026-04"})
    assert address in board_of_april.content.decode()
    main = client.get(address).content.decode().split("<main", 1)[1].split("</main", 1)[0]
    assert 'method="post"' not in main
    assert client.post(address, {"day": LATER}).status_code == 403
    assert VprSession.objects.get().day == APRIL
