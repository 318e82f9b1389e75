"""Closed doors inside a department: a school sees its own duties and the published documents, nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.urls import reverse

from accounts.models import AuditEvent, Membership
from accounts.tenancy import TenantQuerySet
from jobs.models import Job
from notifications.models import Reminder, Rules, Run
from observers.models import (
    AssignmentProposal,
    CampaignNeeds,
    ObservationSheet,
    Observer,
    ObserverAssignment,
    ObserverAssignmentEvent,
    ObserverAvailability,
    ObserverCertificate,
    ObserverChild,
    ObserverConsent,
    ObserverImport,
    ObserverLink,
    ObserverTraining,
    SessionNeed,
    SheetAddition,
    SheetCopy,
    SheetFile,
    SheetTemplate,
    Violation,
    ViolationEvent,
)
from orders.models import Annex, Clause, Order, Register
from recheck.models import Expert, Protocol, RecheckCase, Seat
from roadmaps.models import (
    ActionItem,
    Assignment,
    AssignmentRequest,
    Evidence,
    Feed,
    RecordedEvent,
    ResponsibleRule,
    Roadmap,
    RoadmapEvent,
    RoadmapImport,
    Section,
    YearReport,
    YearReportEvent,
    YearReportPart,
)
from schools.models import (
    AbsentGrade,
    ComputedSign,
    Exam,
    NoteSchool,
    ObjectivityFlag,
    OfficialList,
    OfficialMark,
    Post,
    ResultImport,
    ResultNote,
    ScheduleImport,
    School,
    SchoolImport,
    SessionEvent,
    SignRun,
    SignSettings,
    SubjectName,
    VprCampaign,
    VprResult,
    VprSession,
)
from tests.factories.accounts import AuditEventFactory, MembershipFactory
from tests.factories.jobs import JobFactory
from tests.factories.notifications import ReminderFactory, RulesFactory
from tests.factories.observers import (
    AvailabilityFactory,
    CertificateFactory,
    ConsentFactory,
    NeedsFactory,
    ObserverChildFactory,
    ObserverImportFactory,
    ProposalFactory,
    SessionNeedFactory,
    TrainingFactory,
    VisitFactory,
)
from tests.factories.orders import OrderFactory, RegisterFactory, make_draft, make_signed
from tests.factories.roadmaps import (
    ActionItemFactory,
    AssignmentFactory,
    FeedFactory,
    RoadmapFactory,
    RoadmapImportFactory,
    SectionFactory,
    YearPartFactory,
)
from tests.factories.schools import (
    AbsentGradeFactory,
    ExamFactory,
    FlagFactory,
    NoteSchoolFactory,
    OfficialMarkFactory,
    PostFactory,
    ResultFactory,
    ResultImportFactory,
    ScheduleImportFactory,
    SchoolFactory,
    SchoolImportFactory,
    SessionEventFactory,
    SessionFactory,
    SignFactory,
)
from tests.factories.sheets import (
    SheetAdditionFactory,
    SheetCopyFactory,
    SheetFactory,
    SheetFileFactory,
    ViolationFactory,
)
from tests.recheck.doors import closed_rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def deputy() -> Membership:
    return PostFactory().membership


def seen(model: Any, member: Membership) -> list[Any]:
    return list(model.objects.visible_to(member))


def plan_row(**roadmap: Any) -> ActionItem:
    return ActionItemFactory(section=SectionFactory(roadmap=RoadmapFactory(**roadmap)))


def test_plans_and_their_parts_show_as_far_as_they_are_published(deputy):
    ours, school = {"department": deputy.department}, deputy.post.school
    own = plan_row(**ours, school=school)
    published = plan_row(**ours, state="approved", order=OrderFactory(**ours))
    plan_row(**ours)  # a draft of the department
    plan_row(**ours, school=SchoolFactory(**ours), state="approved", order=OrderFactory(**ours))
    plan_row(state="approved", order=OrderFactory())  # another department's
    assert set(seen(ActionItem, deputy)) == {own, published}
    assert set(seen(Section, deputy)) == {own.section, published.section}
    assert set(seen(Roadmap, deputy)) == {own.section.roadmap, published.section.roadmap}


def test_orders_and_their_parts_show_once_signed(deputy):
    methodist = MembershipFactory(department=deputy.department)
    make_draft(methodist)
    make_signed()
    signed = make_signed(methodist)
    assert seen(Order, deputy) == [signed]
    assert set(seen(Clause, deputy)) == set(signed.clauses.all())
    assert set(seen(Annex, deputy)) == set(signed.annexes.all())


def test_duties_proofs_people_and_letters_are_their_own(deputy):
    ours = {"item__section__roadmap__department": deputy.department}
    mine = AssignmentFactory(school=deputy.post.school, **ours)
    other = AssignmentFactory(school=SchoolFactory(department=deputy.department), **ours)
    proof = mine.evidence.create(kind="note", text="Сделано")
    other.evidence.create(kind="note", text="Сделано у других")
    neighbour = PostFactory(school=other.school)
    methodist = MembershipFactory(department=deputy.department)
    letter = ReminderFactory(department=deputy.department, membership=deputy)
    ReminderFactory(department=deputy.department, membership=neighbour.membership)
    feed = FeedFactory(membership=deputy)
    FeedFactory(membership=neighbour.membership)
    FeedFactory(membership=methodist)
    started = JobFactory(department=deputy.department, created_by=deputy)
    JobFactory(department=deputy.department)
    assert seen(Assignment, deputy) == [mine]
    assert seen(Evidence, deputy) == [proof]
    assert seen(School, deputy) == [deputy.post.school]
    assert seen(Post, deputy) == [deputy.post]
    assert set(seen(Membership, deputy)) == {deputy, methodist}
    assert seen(Reminder, deputy) == [letter]
    assert seen(Feed, deputy) == [feed]
    assert seen(Job, deputy) == [started]


def test_days_of_the_vpr_are_their_own(deputy):
    mine, neighbour = deputy.post.school, SchoolFactory(department=deputy.department)
    SessionFactory()  # another department's campaign
    session = SessionFactory(school=mine)
    SessionFactory(school=neighbour, exam=session.exam)
    event, absent = (
        SessionEventFactory(school=mine, exam=session.exam),
        AbsentGradeFactory(school=mine, campaign=session.exam.campaign),
    )
    SessionEventFactory(school=neighbour, exam=session.exam)
    AbsentGradeFactory(school=neighbour, campaign=session.exam.campaign)
    assert seen(VprSession, deputy) == [session]
    assert seen(SessionEvent, deputy) == [event]
    assert seen(AbsentGrade, deputy) == [absent]
    assert seen(Exam, deputy) == [session.exam]
    assert seen(VprCampaign, deputy) == [session.exam.campaign]


def test_violations_are_their_own(deputy):
    mine = ViolationFactory(school=deputy.post.school)
    ViolationFactory(school=SchoolFactory(department=deputy.department))
    ViolationFactory()  # another department's
    assert seen(Violation, deputy) == [mine]
    assert seen(ViolationEvent, deputy) == list(mine.events.all())


def sheet_rows(deputy: Membership) -> dict[type[Any], Any]:
    """The sheet of a visit at the deputy's own school."""
    sheet = SheetFactory(assignment__session__school=deputy.post.school, sent=True)
    return {
        SheetTemplate: sheet.template,
        ObservationSheet: sheet,
        SheetCopy: SheetCopyFactory(sheet=sheet),
        SheetFile: SheetFileFactory(sheet=sheet),
        SheetAddition: SheetAdditionFactory(sheet=sheet),
    }


def department_rows(deputy: Membership) -> dict[type[Any], Any]:
    """One row of the deputy's own department for every table that is not for schools."""
    ours, school = {"department": deputy.department}, deputy.post.school
    register = RegisterFactory(**ours)
    plan = RoadmapFactory(**ours, school=school)
    year = YearPartFactory(report__department=deputy.department)
    exam = ExamFactory(campaign__department=deputy.department)
    mark = OfficialMarkFactory(school=school)
    noted = NoteSchoolFactory(note__campaign=exam.campaign, school=school)
    return {
        AuditEvent: AuditEventFactory(**ours),
        Rules: RulesFactory(**ours),
        Run: Run.objects.create(**ours, day="2026-03-02"),
        Register: register,
        type(register.counters.create(year=2026)): register.counters.get(),
        RoadmapEvent: plan.events.create(what="Создана"),
        RoadmapImport: RoadmapImportFactory(**ours),
        YearReport: year.report,
        YearReportPart: year,
        YearReportEvent: year.report.events.create(what="Составлен"),
        ResponsibleRule: ResponsibleRule.objects.create(**ours, phrase="все", targets=[]),
        RecordedEvent: RecordedEvent.objects.create(**ours, event="test", day="2026-03-01", school=school),
        ObjectivityFlag: FlagFactory(school=school),
        SchoolImport: SchoolImportFactory(**ours),
        ScheduleImport: ScheduleImportFactory(campaign=exam.campaign),
        VprResult: ResultFactory(school=school, exam=exam),
        ResultImport: ResultImportFactory(**ours),
        SubjectName: SubjectName.objects.create(**ours, written="МАТ", subject="математика"),
        OfficialList: mark.source,
        OfficialMark: mark,
        ResultNote: noted.note,
        NoteSchool: noted,
        ComputedSign: SignFactory(school=school, exam=exam),
        SignSettings: SignSettings.objects.create(**ours),
        SignRun: SignRun.objects.create(campaign=exam.campaign, made_of="", computed_at="2026-06-01T00:00Z"),
        **bank_rows(deputy),
        **sheet_rows(deputy),
        **closed_rows(deputy),
    }


def bank_rows(deputy: Membership) -> dict[type[Any], Any]:
    """A visit to the deputy's own school, and all that is known of who comes."""
    session = SessionFactory(school=deputy.post.school)
    visit = VisitFactory(session=session)
    person = {"observer": visit.observer}
    return {
        Observer: visit.observer,
        ObserverAssignment: visit,
        ObserverAssignmentEvent: visit.events.create(state="proposed"),
        ObserverChild: ObserverChildFactory(
            **person, school=SchoolFactory(department=deputy.department), class_name="2Б"
        ),
        ObserverConsent: ConsentFactory(observer__department=deputy.department),
        ObserverTraining: TrainingFactory(observer__department=deputy.department),
        ObserverAvailability: AvailabilityFactory(**person, campaign=session.exam.campaign),
        ObserverLink: visit.observer.links.create(token_hash="0" * 64, expires_at="2026-06-01T00:00Z"),
        ObserverCertificate: CertificateFactory(**person),
        ObserverImport: ObserverImportFactory(department=deputy.department),
        CampaignNeeds: NeedsFactory(campaign=session.exam.campaign),
        SessionNeed: SessionNeedFactory(session=session),
        AssignmentProposal: ProposalFactory(campaign=session.exam.campaign),
    }


def test_departments_own_work_is_not_for_schools(deputy):
    methodist = MembershipFactory(department=deputy.department)
    for model, row in department_rows(deputy).items():
        assert seen(model, deputy) == [], model
        assert row in seen(model, methodist), model


def test_every_table_of_a_department_is_either_narrowed_or_closed(deputy):
    """A new table is closed to schools until somebody says what a school sees of it."""
    open_ones = {
        model
        for model in apps.get_models()
        if isinstance(model._default_manager.all(), TenantQuerySet)
        and model._default_manager.all().schools_see
    }
    assert open_ones == {
        AbsentGrade, ActionItem, Annex, Assignment, AssignmentRequest, Clause, Evidence, Exam, Expert, Feed, Job,
        Membership, Order, Post,
        Protocol, RecheckCase, Reminder, Roadmap, School, Seat, Section, SessionEvent, Violation, ViolationEvent,
        VprCampaign, VprSession,
    }  # fmt: skip
    for model in open_ones:
        assert type(model._default_manager.all()).visible_to is not TenantQuerySet.visible_to, model


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("roadmaps:roadmap", lambda d: RoadmapFactory(department=d)),
        ("roadmaps:roadmap", lambda d: RoadmapFactory(department=d, school=SchoolFactory(department=d))),
        ("orders:order", lambda d: make_draft(MembershipFactory(department=d))),
        ("orders:pdf", lambda d: make_draft(MembershipFactory(department=d))),
        ("schools:school", lambda d: SchoolFactory(department=d)),
        ("jobs:job", lambda d: JobFactory(department=d)),
        (
            "roadmaps:assignment",
            lambda d: AssignmentFactory(item__section__roadmap__department=d, department=d),
        ),
    ],
)
def test_what_a_school_may_not_see_does_not_exist_for_it(login, deputy, name, row):
    response = login(deputy).get(reverse(name, args=[row(deputy.department).pk]))
    assert response.status_code == 404
