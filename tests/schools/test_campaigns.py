"""Campaigns: from last year's, from the starting set, empty; their window, rules, tests and scales."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse

from portal.lib.refusals import Refused
from schools.domain import campaigns
from schools.models import Exam, VprCampaign
from tests.factories.accounts import MembershipFactory
from tests.factories.schools import (
    AbsentGradeFactory,
    CampaignFactory,
    ExamFactory,
    ResultFactory,
    SchoolFactory,
    SessionFactory,
)

pytestmark = pytest.mark.django_db
NEXT = {
    "year": 2026,
    "name": "ВПР, весна 2027",
    "first_day": datetime.date(2027, 4, 19),
    "last_day": datetime.date(2027, 5, 19),
}


@pytest.fixture
def methodist():
    return MembershipFactory()


@pytest.fixture
def campaign(methodist):
    return CampaignFactory(department=methodist.department, least_gap_days=10, upload_within=3)


def test_a_new_campaign_takes_last_years_tests_rules_and_missing_grades_but_no_dates(campaign, methodist):
    exam = ExamFactory(campaign=campaign, tasks=[{"number": "1", "max": 1, "level": "basic"}], short="МА")
    SessionFactory(exam=exam, school=SchoolFactory(department=methodist.department))
    absent = AbsentGradeFactory(campaign=campaign)
    AbsentGradeFactory(campaign=campaign, school__closed_on=datetime.date(2026, 6, 1))
    made = campaigns.create(methodist.department, by=methodist, previous=campaign, **NEXT)
    copy = made.exams.get()
    assert (copy.subject, copy.thresholds, copy.tasks, copy.short) == (
        exam.subject, exam.thresholds, exam.tasks, "МА",
    )  # fmt: skip
    assert (made.least_gap_days, made.upload_within, made.breaks) == (10, 3, [])
    assert made.first_day == NEXT["first_day"]
    assert list(made.absent_grades.values_list("school", "grade")) == [(absent.school_id, 10)]
    assert not copy.sessions.exists()


def test_the_starting_set_is_whole_and_says_where_it_is_from(methodist):
    made = campaigns.create(methodist.department, by=methodist, starting="vpr-2026", **NEXT)
    for exam in made.exams.all():
        exam.full_clean()
        assert exam.source
    russian = made.exams.get(grade=4, subject="русский язык")
    assert (russian.max_score, russian.thresholds, russian.group) == (24, {"3": 10, "4": 16, "5": 21}, "")


def test_a_name_once_a_year(campaign, methodist):
    fields = NEXT | {"year": campaign.year, "name": campaign.name}
    with pytest.raises(Refused, match="уже есть"):
        campaigns.create(methodist.department, by=methodist, **fields)
    campaigns.create(MembershipFactory().department, by=None, **fields)


def test_the_page_of_a_new_campaign_asks_for_dates(campaign, methodist, login):
    ExamFactory(campaign=campaign)
    client, address = login(methodist), reverse("schools:campaign_new")
    text = client.get(address).content.decode()
    assert "не найдена в официальных источниках" in text
    sent = {"year": "2026", "name": "Весна", "start": f"campaign:{campaign.pk}"}
    assert client.post(address, sent).status_code == 422
    sent |= {"first_day": "2027-04-19", "last_day": "2027-05-19"}
    assert client.post(address, sent | {"last_day": "2027-04-01"}).status_code == 422
    assert client.post(address, sent | {"start": f"campaign:{CampaignFactory().pk}"}).status_code == 422
    made = VprCampaign.objects.get(pk=client.post(address, sent)["Location"].split("/")[-2])
    assert (made.name, made.exams.count(), made.department) == ("Весна", 1, methodist.department)


def test_settings_with_school_holidays(campaign, methodist, login):
    client, address = login(methodist), reverse("schools:campaign_edit", args=[campaign.pk])
    sent = {
        "year": "2025", "name": "Весна", "first_day": "2026-04-20", "last_day": "2026-05-20", "least_gap_days": "18",
        "most_percent": "10", "breaks_text": "29.04.2026 – 03.05.2026 майские\n\n08.05.2026-10.05.2026",
    }  # fmt: skip
    assert client.post(address, sent).status_code == 302
    campaign.refresh_from_db()
    assert campaign.breaks == [["2026-04-29", "2026-05-03", "майские"], ["2026-05-08", "2026-05-10", ""]]
    assert "29.04.2026 – 03.05.2026 майские" in client.get(address).content.decode()
    for wrong in ("с мая по июнь", "31.04.2026 – 03.05.2026", "05.05.2026 – 03.05.2026"):
        answer = client.post(address, sent | {"breaks_text": wrong})
        assert answer.status_code == 422
        assert wrong in answer.content.decode()


def test_scales_are_kept_all_or_none(campaign, methodist, login):
    one, other = (
        ExamFactory(campaign=campaign),
        ExamFactory(campaign=campaign, grade=5, thresholds={}, max_score=None),
    )
    client, address = login(methodist), reverse("schools:campaign_scales", args=[campaign.pk])

    def row(exam, *values):
        names = ("minutes", "max_score", "mark_3", "mark_4", "mark_5")
        return {f"exam-{exam.pk}-{name}": value for name, value in zip(names, values, strict=True)}

    good, bad = row(one, 45, 20, 6, 10, 15), row(other, 90, 20, 9, 9, 15)
    answer = client.post(address, good | bad)
    assert answer.status_code == 422
    assert "должны расти" in answer.content.decode()
    one.refresh_from_db()
    assert one.thresholds == {"3": 5, "4": 9, "5": 14}
    assert client.post(address, good | row(other, 90, "", "", "", "")).status_code == 302
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.max_score, one.thresholds) == (20, {"3": 6, "4": 10, "5": 15})
    assert (other.minutes, other.max_score, other.thresholds) == (90, None, {})


@pytest.mark.parametrize("scores", [(20, 6, "", 15), (14, 6, 10, 15), (20, 6, 5, 15)])
def test_a_scale_that_cannot_be(campaign, methodist, login, scores):
    exam = ExamFactory(campaign=campaign)
    names = ("max_score", "mark_3", "mark_4", "mark_5")
    sent = {f"exam-{exam.pk}-{name}": value for name, value in zip(names, scores, strict=True)}
    address = reverse("schools:campaign_scales", args=[campaign.pk])
    assert login(methodist).post(address, sent | {f"exam-{exam.pk}-minutes": 45}).status_code == 422


def test_a_test_with_its_tasks(campaign, methodist, login):
    client, address = login(methodist), reverse("schools:exam_new", args=[campaign.pk])
    sent = {
        "grade": "4", "subject": " Окружающий  мир", "form": "paper", "minutes": "45",
        "tasks_text": "1; 2; базовый\n3К1; 3; Повышенный",
    }  # fmt: skip
    assert client.post(address, sent).status_code == 302
    exam = Exam.objects.get()
    assert exam.subject == "окружающий мир"
    assert exam.tasks == [
        {"number": "1", "max": 2, "level": "basic"}, {"number": "3К1", "max": 3, "level": "raised"},
    ]  # fmt: skip
    assert client.post(address, sent).status_code == 422
    assert client.post(address, sent | {"grade": "5", "tasks_text": "первое"}).status_code == 422


def test_nothing_in_use_is_taken_away(campaign, methodist):
    free, sat, counted = (ExamFactory(campaign=campaign, grade=grade) for grade in (4, 5, 6))
    SessionFactory(exam=sat, school=SchoolFactory(department=methodist.department))
    ResultFactory(exam=counted, school=SchoolFactory(department=methodist.department))
    for exam in (sat, counted):
        with pytest.raises(Refused, match="уже опираются"):
            campaigns.remove_exam(exam, by=methodist)
    campaigns.remove_exam(free, by=methodist)
    with pytest.raises(Refused, match="уже есть дни"):
        campaigns.remove(campaign, by=methodist)
    empty = CampaignFactory(department=methodist.department)
    campaigns.remove(empty, by=methodist)
    assert list(VprCampaign.objects.all()) == [campaign]


def test_the_campaign_to_look_at_first():
    past, now = CampaignFactory.build(pk=1), CampaignFactory.build(pk=2)
    past.first_day, past.last_day = datetime.date(2025, 4, 11), datetime.date(2025, 5, 16)
    assert campaigns.current([now, past], datetime.date(2025, 4, 1)) == past
    assert campaigns.current([now, past], datetime.date(2025, 9, 1)) == now
    assert campaigns.current([now, past], datetime.date(2026, 9, 1)) == now
    assert campaigns.current([], datetime.date(2026, 9, 1)) is None


def test_closing_twice_is_once(campaign, methodist, login):
    client, address = login(methodist), reverse("schools:campaign_lock", args=[campaign.pk])
    for locked, expected in (("1", True), ("1", True), ("0", False)):
        client.post(address, {"locked": locked})
        campaign.refresh_from_db()
        assert (campaign.locked_at is not None) == (campaign.locked_by is not None) == expected
