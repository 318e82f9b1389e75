"""The board: holes, assigning by hand with reasons, the solver's proposal taken whole or row by row."""

import datetime

import pytest
import time_machine
from django.urls import reverse

from jobs.models import Job
from observers.domain import board, planning, proposals, visits
from observers.models import AssignmentProposal, Observer, ObserverAssignment
from portal.lib.refusals import Refused
from schools.models import VprSession
from tests.factories.accounts import MembershipFactory
from tests.factories.observers import (
    NeedsFactory,
    ObserverFactory,
    ProposalFactory,
    SessionNeedFactory,
    VisitFactory,
)
from tests.factories.schools import CampaignFactory, ExamFactory, PostFactory, SchoolFactory, SessionFactory

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 4, 21)
NOW = datetime.datetime(2026, 4, 15, 9, 0, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def _april():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def methodist():
    return MembershipFactory()


@pytest.fixture
def exam(methodist):
    return ExamFactory(campaign=CampaignFactory(department=methodist.department))


def a_session(exam, **changes):
    school = SchoolFactory(department=exam.campaign.department)
    return SessionFactory(**{"exam": exam, "school": school, "day": DAY} | changes)


def an_observer(exam, **changes):
    return ObserverFactory(department=exam.campaign.department, **changes)


def solved(exam, methodist, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = proposals.ask(exam.campaign, stage="running", by=methodist)
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.problem
    return AssignmentProposal.objects.get(state="open")


def pairs(content, do):
    return {(row["session"], row["observer"]) for row in content["rows"] if row["do"] == do}


def active():
    return set(ObserverAssignment.objects.active().values_list("session", "observer"))


@pytest.mark.parametrize("count", [1, 3])
def test_board_shows_holes_in_as_many_queries_however_long(
    login, methodist, exam, count, django_assert_max_num_queries
):
    for _ in range(count):
        VisitFactory(session=a_session(exam))
        a_session(exam)
    a_session(ExamFactory(), class_name="9Я")
    client = login(methodist)
    with django_assert_max_num_queries(17):
        page = client.get(reverse("observers:board")).content.decode()
    assert page.count(">не хватает 1<") == count + (count == 1)
    assert "9Я" not in page


def test_needs_come_from_the_campaign_or_the_session(login, methodist, exam):
    one, two = a_session(exam), a_session(exam)
    assert [row.missing for row in board.rows(exam.campaign, "running")] == [1, 1]
    login(methodist).post(
        reverse("observers:needs", args=[exam.campaign.pk]),
        {"preparation": 1, "running": 2, "checking": 0, "upload": 0},
    )
    login(methodist).post(reverse("observers:session_need", args=[two.pk, "running"]), {"observers": 0})
    assert {row.session: row.missing for row in board.rows(exam.campaign, "running")} == {one: 2, two: 0}
    assert [row.missing for row in board.rows(exam.campaign, "preparation")] == [1, 1]
    response = login(methodist).post(reverse("observers:needs", args=[exam.campaign.pk]), {"running": 99})
    assert response.status_code == 422


def test_filters_of_the_board(login, methodist, exam):
    full, empty = a_session(exam), a_session(exam)
    visit = VisitFactory(session=full)

    def shown(**asked):
        days = login(methodist).get(reverse("observers:board"), asked).context["days"]
        return [row.session for day in days for row in day.rows]

    assert set(shown()) == {full, empty}
    assert shown(show="holes") == [empty]
    assert shown(show="trouble") == []
    VprSession.objects.filter(pk=full.pk).update(day=DAY + datetime.timedelta(1))
    assert shown(show="trouble") == [full]
    assert shown(school=empty.school.pk) == [empty]
    assert visit.session_id == full.pk


def test_who_may_go_is_offered_and_the_others_are_explained(login, methodist, exam):
    session = a_session(
        exam, school=SchoolFactory(department=methodist.department, address="п. Сосновка, д. 1")
    )
    good = an_observer(exam, last_name="Хорошая")
    far = an_observer(exam, last_name="Дальняя", place="Город")
    an_observer(exam, last_name="Ближняя", place="Сосновка")
    teacher = an_observer(exam, last_name="Учитель", subjects=["Математика"])
    own = an_observer(exam, last_name="Своя", works_at=[session.school])
    busy = VisitFactory(session=a_session(exam), observer=an_observer(exam, last_name="Занятая")).observer
    silent = an_observer(exam, last_name="Безмолвная", standing=False)
    ObserverFactory(last_name="Чужая")
    may, may_not = planning.choices(session, "running")
    assert {one.observer.id: one.warnings for one in may if one.warnings} == {
        far.pk: ("ехать: Город",), teacher.pk: ("преподаёт этот предмет",),
    }  # fmt: skip
    assert good.pk in {one.observer.id for one in may}
    assert {one.observer.id: one.cause for one in may_not} == {
        own.pk: "работает в этой школе", busy.pk: "в это время в другом месте",
        silent.pk: "нет согласия на обработку персональных данных",
    }  # fmt: skip
    page = login(methodist).get(reverse("observers:session", args=[session.pk, "running"])).content.decode()
    assert f'<option value="{good.pk}">' in page
    assert f'<option value="{own.pk}">' not in page
    assert "Чужая" not in page


def test_assigning_replacing_declining_by_hand(login, methodist, exam):
    session, one, two = a_session(exam), an_observer(exam), an_observer(exam)
    address = reverse("observers:session", args=[session.pk, "running"])
    client = login(methodist)
    client.post(address, {"observer": one.pk})
    visit = ObserverAssignment.objects.active().get()
    assert (visit.observer, visit.fixed, visit.created_by) == (one, True, methodist)
    client.post(address, {"observer": two.pk, "instead": visit.pk})
    new = ObserverAssignment.objects.active().get()
    assert (new.observer, new.replaces) == (two, visit)
    decline = reverse("observers:visit_change", args=[new.pk, "decline"])
    client.post(decline, {"comment": " "})
    assert active(), "no reason, no refusal"
    client.post(decline, {"comment": "Болеет"})
    assert not active()
    own = an_observer(exam, works_at=[session.school])
    response = client.post(address, {"observer": own.pk})
    assert response.status_code == 422
    assert "работает в этой школе" in response.content.decode().replace("\xa0", " ")
    assert client.post(address, {"observer": ObserverFactory().pk}).status_code == 422


def test_viewers_look_and_assign_nothing(login, exam):
    viewer = MembershipFactory(department=exam.campaign.department, viewer=True)
    session, one = a_session(exam), an_observer(exam)
    client = login(viewer)
    assert client.get(reverse("observers:board")).status_code == 200
    client.post(reverse("observers:session", args=[session.pk, "running"]), {"observer": one.pk})
    assert not active()
    assert client.post(reverse("observers:propose", args=[exam.campaign.pk, "running"])).status_code == 403


def test_the_board_is_closed_to_schools(login):
    session = SessionFactory()
    deputy = PostFactory(school=session.school).membership
    for name, args in (("board", []), ("session", [session.pk, "running"])):
        assert login(deputy).get(reverse(f"observers:{name}", args=args)).status_code == 403


# --- the proposal ----------------------------------------------------------------------------------------------------


def test_proposal_is_a_difference_and_is_taken_whole(
    login, methodist, exam, django_capture_on_commit_callbacks
):
    a, b, c = (a_session(exam) for _ in range(3))
    by_hand = VisitFactory(session=a, observer=an_observer(exam), fixed=True)
    loose = VisitFactory(session=b, observer=an_observer(exam))
    free = an_observer(exam)
    proposal = solved(exam, methodist, django_capture_on_commit_callbacks)
    assert pairs(proposal.content, "add") == {(c.pk, free.pk)}
    assert pairs(proposal.content, "remove") == set()
    assert proposal.content["kept"] == 2
    page = login(methodist).get(reverse("observers:proposal", args=[proposal.pk])).content.decode()
    assert free.full_name in page
    login(methodist).post(reverse("observers:proposal_take", args=[proposal.pk]), {"all": "1"})
    proposal.refresh_from_db()
    assert proposal.state == "accepted"
    assert active() == {(a.pk, by_hand.observer_id), (b.pk, loose.observer_id), (c.pk, free.pk)}
    with pytest.raises(Refused, match="уже решено"):
        proposals.take(proposal, by=methodist)
    assert solved(exam, methodist, django_capture_on_commit_callbacks).content["rows"] == []


def test_rows_are_taken_one_by_one_and_what_became_impossible_says_why(
    methodist, exam, django_capture_on_commit_callbacks
):
    a_session(exam), a_session(exam, day=DAY + datetime.timedelta(1))
    an_observer(exam), an_observer(exam)
    proposal = solved(exam, methodist, django_capture_on_commit_callbacks)
    first, second = proposal.content["rows"]
    assert proposals.take(proposal, by=methodist, only={0}) == 1
    proposal.refresh_from_db()
    assert proposal.state == "open"
    own = ObserverAssignment.objects.active().get()
    assert (own.session_id, own.observer_id) == (first["session"], first["observer"])
    session = VprSession.objects.get(pk=second["session"])
    Observer.objects.get(pk=second["observer"]).works_at.add(session.school)
    assert proposals.take(proposal, by=methodist, only={1}) == 0
    proposal.refresh_from_db()
    assert "работает в этой школе" in proposal.content["rows"][1]["problem"]
    assert active() == {(first["session"], first["observer"])}


def test_an_impossible_visit_is_replaced_by_the_proposal(methodist, exam, django_capture_on_commit_callbacks):
    session = a_session(exam)
    visit = VisitFactory(session=session, observer=an_observer(exam), fixed=True)
    visit.observer.children.create(school=session.school)
    other = an_observer(exam)
    proposal = solved(exam, methodist, django_capture_on_commit_callbacks)
    assert pairs(proposal.content, "remove") == {(session.pk, visit.observer_id)}
    assert pairs(proposal.content, "add") == {(session.pk, other.pk)}
    proposals.take(proposal, by=methodist)
    assert active() == {(session.pk, other.pk)}


def test_a_hand_made_choice_of_somebody_untrained_stands(methodist, exam, django_capture_on_commit_callbacks):
    session = a_session(exam)
    visit = VisitFactory(session=session, observer=an_observer(exam, standing=False), fixed=True)
    visit.observer.consents.create(given_on="2026-03-01")
    an_observer(exam)
    assert solved(exam, methodist, django_capture_on_commit_callbacks).content["rows"] == []


def test_visits_at_other_stages_hold_their_people(methodist, exam, django_capture_on_commit_callbacks):
    one = an_observer(exam)
    VisitFactory(session=a_session(exam), observer=one, stage="preparation")
    a_session(exam)
    proposal = solved(exam, methodist, django_capture_on_commit_callbacks)
    assert proposal.content["rows"] == []
    assert {row["reason"].split(":")[1].split("—")[0].strip() for row in proposal.content["unfilled"]} == {
        "в это время в другом месте"
    }


def test_past_days_are_left_alone(methodist, exam, django_capture_on_commit_callbacks):
    a_session(exam, day=datetime.date(2026, 4, 14))
    an_observer(exam)
    assert solved(exam, methodist, django_capture_on_commit_callbacks).content == {
        "rows": [], "kept": 0, "unfilled": [], "status": "optimal", "assigned": 0,
    }  # fmt: skip


def test_a_newer_proposal_replaces_the_open_one(methodist, exam, django_capture_on_commit_callbacks):
    old = ProposalFactory(campaign=exam.campaign)
    a_session(exam)
    an_observer(exam)
    solved(exam, methodist, django_capture_on_commit_callbacks)
    old.refresh_from_db()
    assert old.state == "discarded"


def test_discarding(login, methodist, exam):
    proposal = ProposalFactory(campaign=exam.campaign)
    login(methodist).post(reverse("observers:proposal_discard", args=[proposal.pk]))
    proposal.refresh_from_db()
    assert proposal.state == "discarded"


def test_moved_session_waits_until_the_observer_knows(login, methodist, exam):
    visit = VisitFactory(session=a_session(exam))
    VprSession.objects.filter(pk=visit.session_id).update(day=DAY + datetime.timedelta(2))
    address = reverse("observers:session", args=[visit.session_id, "running"])
    assert "Проведение перенесли" in login(methodist).get(address).content.decode()
    login(methodist).post(reverse("observers:visit_change", args=[visit.pk, "told"]))
    assert "Проведение перенесли" not in login(methodist).get(address).content.decode()
    assert visit.state == visits.State.PROPOSED


def test_own_number_of_a_session(exam):
    need = SessionNeedFactory(session=a_session(exam), observers=3)
    NeedsFactory(campaign=exam.campaign, running=0)
    assert [row.seats for row in board.rows(exam.campaign, "running")] == [3]
    assert need.stage == "running"
