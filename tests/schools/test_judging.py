"""Signs of a campaign: computed by the worker, kept as rows, stale when anything they are made of changed."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.models import AuditEvent
from jobs.domain import work
from jobs.models import Job
from schools.domain import heat, judging
from schools.forms_signs import SignRulesForm
from schools.models import ComputedSign, SignRun, SignSettings, VprResult
from tests.factories.accounts import MembershipFactory
from tests.factories.schools import (
    CampaignFactory,
    ExamFactory,
    PostFactory,
    ResultFactory,
    SchoolFactory,
    SignFactory,
)

pytestmark = pytest.mark.django_db
SMOOTH = [1, 2, 3, 4, 5, 6, 6, 7, 7, 7, 7, 6, 6, 5, 4, 3, 2, 1, 1]
SPIKED = [1, 2, 3, 4, 5, 6, 6, 0, 1, 22, 7, 6, 6, 5, 4, 3, 2, 1, 1]
TASKS = [{"number": "1", "max": 1, "level": "basic"}, {"number": "2", "max": 2, "level": "high"}]


@pytest.fixture
def exam():
    return ExamFactory(tasks=TASKS)


@pytest.fixture
def methodist(exam):
    return MembershipFactory(department=exam.campaign.department)


def result(exam, histogram=SMOOTH, **fields):
    name = fields.pop("name", None) or f"СОШ № {VprResult.objects.count() + 1}"
    kind = fields.pop("kind", "")
    school = SchoolFactory(department=exam.campaign.department, name=name, kind=kind)
    return ResultFactory(
        exam=exam, school=school, histogram=list(histogram), participants=sum(histogram), **fields
    )


def test_what_is_found_stands_as_rows(exam, methodist):
    spiked = result(exam, SPIKED)
    for _ in range(4):
        result(exam)
    steps = []
    assert judging.compute(exam.campaign, by=methodist, step=lambda: steps.append(1)) == 1
    (found,) = ComputedSign.objects.filter(found=True)
    assert (found.school, found.code, found.at, found.n) == (spiked.school, "threshold_spike", 9, sum(SPIKED))
    assert found.p <= found.adjusted <= 0.1
    assert "На границе «4»" in found.text
    assert ComputedSign.objects.filter(code="threshold_spike").count() == 15
    assert steps == [1]
    assert SignRun.objects.get().computed_by == methodist


def test_computing_again_doubles_nothing_and_leaves_others_alone(exam, methodist):
    result(exam, SPIKED)
    foreign = SignFactory()
    judging.compute(exam.campaign, by=methodist)
    first = ComputedSign.objects.count()
    judging.compute(exam.campaign, by=methodist)
    assert ComputedSign.objects.count() == first
    assert ComputedSign.objects.filter(pk=foreign.pk).exists()


def test_stale_when_a_result_a_scale_or_the_rules_change(exam, methodist):
    assert not judging.is_stale(exam.campaign)  # nothing to compute
    row = result(exam)
    assert judging.is_stale(exam.campaign)
    judging.compute(exam.campaign, by=methodist)
    assert not judging.is_stale(exam.campaign)
    row.histogram = SPIKED
    row.save()
    assert judging.is_stale(exam.campaign)
    judging.compute(exam.campaign, by=methodist)
    exam.thresholds = {"3": 4, "4": 9, "5": 14}
    exam.save()
    assert judging.is_stale(exam.campaign)
    judging.compute(exam.campaign, by=methodist)
    judging.save_settings(SignSettings(department=methodist.department, least_group=15), by=methodist)
    assert judging.is_stale(exam.campaign)
    assert AuditEvent.objects.filter(action="schools.sign_rules").count() == 1


def test_a_school_is_compared_with_the_others_and_not_with_itself(exam):
    own = result(exam, SPIKED, journal={"raised": 9}, tasks={"1": 0.9, "2": 0.1})
    for share in (0.4, 0.5, 0.6):
        result(exam, journal={"lowered": 1, "confirmed": 2, "raised": 3}, tasks={"1": share})
    compared = judging.comparison(exam)
    row = next(one for one in compared.rows if one.pk == own.pk)
    seen = compared.result(row)
    assert seen.peers.histogram == [3 * n for n in SMOOTH]
    assert seen.peers.journal == {"lowered": 3, "confirmed": 6, "raised": 9}
    assert [(task.level, task.peer_mean) for task in seen.tasks] == [
        ("basic", pytest.approx(0.5)),
        ("high", None),
    ]
    assert len(seen.peers.schools) == 3


def test_a_lone_school_is_compared_with_the_region(exam):
    own = result(exam)
    ResultFactory(
        exam=exam, school=None, scope="region", department=own.department, histogram=[n * 9 for n in SMOOTH]
    )
    compared = judging.comparison(exam)
    assert compared.result(compared.rows[0]).peers.histogram == [n * 9 for n in SMOOTH]


@pytest.mark.parametrize(("kind", "advanced"), [("гимназия", True), ("средняя школа", False)])
def test_lyceums_and_gymnasiums_are_advanced(exam, kind, advanced):
    result(exam, kind=kind)
    compared = judging.comparison(exam)
    assert compared.result(compared.rows[0]).advanced is advanced


def test_the_cohort_of_last_year_is_a_grade_lower(exam, methodist):
    campaign = CampaignFactory(department=methodist.department, year=exam.campaign.year - 1)
    before = ExamFactory(campaign=campaign, grade=exam.grade - 1, subject="Математика")
    row = result(exam)
    ResultFactory(exam=before, school=row.school, histogram=[0] * 15 + [5, 5, 5, 5])
    for _ in range(3):
        result(before)
        result(exam)
    judging.compute(exam.campaign, by=methodist)
    sign = ComputedSign.objects.get(code="cohort_break", school=row.school, exam=exam)
    assert sign.found
    assert "Год назад" in sign.text


def test_a_switched_off_sign_is_not_computed(exam, methodist):
    judging.save_settings(SignSettings(department=methodist.department, threshold_spike=None), by=methodist)
    result(exam, SPIKED)
    assert judging.compute(exam.campaign, by=methodist) == 0
    assert not ComputedSign.objects.filter(code="threshold_spike").exists()


def test_queries_do_not_grow_with_schools(exam, methodist, django_assert_max_num_queries):
    for _ in range(3):
        result(exam)
        with django_assert_max_num_queries(25):
            judging.compute(exam.campaign, by=methodist)


@pytest.mark.parametrize(
    ("name", "value"), [("threshold_spike", 0.5), ("least_group", 2), ("false_share", 0.9)]
)
def test_rules_keep_their_bounds(methodist, name, value):
    with pytest.raises(ValidationError):
        SignSettings(department=methodist.department, **{name: value}).full_clean()


# --- pages ---------------------------------------------------------------------------------------------------------


def page(client, name, *args, **query):
    return client.get(reverse(name, args=args), query)


def test_the_map_shows_schools_by_name_and_hides_other_departments(login, exam, methodist):
    for name in ("СОШ № 10", "СОШ № 2"):
        result(exam, SPIKED if name == "СОШ № 10" else SMOOTH, name=name)
    result(exam, [0, 1, 1, *[0] * 16], name="ООШ № 1")
    result(ExamFactory(), name="Чужая школа")
    judging.compute(exam.campaign, by=methodist)
    shown = page(login(methodist), "schools:results")
    rows = [
        (s.name, [(f.known, f.enough, f.found) for f in fields]) for s, fields in shown.context["map"].rows
    ]
    assert rows == [
        ("ООШ № 1", [(True, False, 0)]),
        ("СОШ № 2", [(True, True, 0)]),
        ("СОШ № 10", [(True, True, 1)]),
    ]
    text = shown.content.decode()
    assert ("Чужая школа" in text, "мало" in text) == (False, True)
    marked = page(login(methodist), "schools:results", marked="on", q="сош")
    assert [school.name for school, _ in marked.context["map"].rows] == ["СОШ № 10"]


def test_the_map_asks_the_same_number_of_questions(login, exam, methodist, django_assert_max_num_queries):
    client = login(methodist)
    for _ in range(3):
        result(exam, SPIKED)
        judging.compute(exam.campaign, by=methodist)
        with django_assert_max_num_queries(26):
            page(client, "schools:results")


def test_a_result_shows_plots_and_every_sign_with_its_rule(login, exam, methodist):
    row = result(
        exam, SPIKED, journal={"lowered": 1, "confirmed": 60, "raised": 3}, tasks={"1": 0.9, "2": 0.3}
    )
    judging.compute(exam.campaign, by=methodist)
    shown = page(login(methodist), "schools:result", exam.pk, row.school_id)
    text = shown.content.decode()
    assert [chart.title.split(":")[0] for chart in shown.context["page"].pictures] == [
        "Первичные баллы",
        "Отметки за ВПР",
        "Отметки за ВПР против журнала",
        "Выполнение заданий, доля наибольшего балла",
    ]
    assert text.count("<svg") > 4
    assert "повод проверить, а не вывод" in text
    assert "не является официальным признаком" in text
    assert text.count("Открыть признак") == 1
    assert "Открыть признак" not in page(
        login(MembershipFactory(head=True, department=methodist.department)), "schools:result", exam.pk, row.school_id
    ).content.decode()  # fmt: skip


def test_a_result_without_numbers_says_so(login, exam, methodist):
    row = result(exam, [], marks={})
    text = page(login(methodist), "schools:result", exam.pk, row.school_id).content.decode()
    assert "Рисовать пока нечего" in text


def test_the_list_of_signs_and_its_workbook_hold_what_was_found(login, exam, methodist):
    found = SignFactory(exam=exam, school__department=methodist.department)
    SignFactory(exam=exam, school=found.school, at=5, found=False, text="не найден тут")
    SignFactory(text="чужой признак")
    client = login(methodist)
    text = page(client, "schools:signs").content.decode()
    assert (found.text in text, "не найден тут" in text, "чужой признак" in text) == (True, False, False)
    assert [sign.pk for sign in heat.found_signs(methodist, exam.campaign)] == [found.pk]
    book = page(client, "schools:signs", xlsx="1")
    assert book["Content-Type"].endswith("spreadsheetml.sheet")


def test_signs_are_computed_in_the_worker(login, exam, methodist):
    result(exam, SPIKED)
    client = login(methodist)
    assert page(client, "schools:results").context["stale"]
    for _ in range(2):  # a double click
        answer = client.post(reverse("schools:sign_compute", args=[exam.campaign_id]))
    job = Job.objects.get()
    assert answer.url == reverse("jobs:job", args=[job.pk])
    work.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result["counts"], job.done, job.total) == ("done", {"found": 1}, 1, 1)
    assert not judging.is_stale(exam.campaign)


def test_rules_are_changed_by_those_who_work_with_them(login, exam, methodist):
    result(exam)
    client = login(methodist)
    address = reverse("schools:sign_rules")
    defaults = SignSettings()
    data = {name: getattr(defaults, name) for name in SignRulesForm.base_fields if name != "judge_advanced"}
    wrong = client.post(address, data | {"threshold_spike": "0,5"})
    assert (wrong.status_code, set(wrong.context["form"].errors)) == (422, {"threshold_spike"})
    client.post(address, data | {"threshold_spike": "", "raised_marks": "0,02", "informative": "60"})
    saved = SignSettings.objects.get()
    assert (saved.department, saved.threshold_spike, saved.raised_marks, saved.informative) == (
        methodist.department, None, 0.02, 60,
    )  # fmt: skip
    assert "threshold_spike" not in saved.rules.levels
    assert Job.objects.filter(kind="schools.compute_signs").count() == 1
    head = MembershipFactory(head=True, department=methodist.department)
    assert login(head).get(address).status_code == 403


@pytest.mark.parametrize("name", ["schools:results", "schools:signs", "schools:flags", "schools:flag_export"])
def test_schools_see_none_of_it(login, name):
    assert login(PostFactory().membership).get(reverse(name)).status_code == 403


def test_an_empty_department_is_told_what_comes_here(login):
    member = MembershipFactory()
    assert "Кампаний ВПР пока нет" in page(login(member), "schools:results").content.decode()
    CampaignFactory(department=member.department)
    assert "Результатов пока нет" in page(login(member), "schools:results").content.decode()
