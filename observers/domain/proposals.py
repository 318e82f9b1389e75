"""What the solver proposes, as a difference to the visits as they stand; taken as a whole or row by row."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from jobs.domain import work
from jobs.models import Job
from observers import solver
from observers.domain import planning, visits
from observers.models import AssignmentProposal, Observer, ObserverAssignment, Stage
from portal.lib.refusals import Refused
from portal.lib.transitions import StaleTransition, move
from schools.models import VprCampaign, VprSession

KIND = "observers.propose"
State = AssignmentProposal.State


def ask(campaign: VprCampaign, *, stage: str, by: Membership) -> Job:
    """Let the worker solve it; one run at a time for a campaign and stage."""
    return work.enqueue(
        KIND,
        title=f"Подбор наблюдателей: {campaign}, {Stage(stage).label}",
        department=campaign.department,
        by=by,
        key=f"{campaign.pk}:{stage}",
        campaign=campaign.pk,
        stage=stage,
    )


@work.handler(KIND)
def propose(job: Job, progress: work.Progress) -> dict[str, Any]:
    """Safe twice: the newest open proposal of a campaign and stage replaces the one before."""
    campaign = VprCampaign.objects.select_related("department").get(
        pk=job.args["campaign"], department=job.department_id
    )
    asked = planning.question(
        campaign, job.args["stage"], today=timezone.localdate(timezone=campaign.department.tz)
    )
    progress.start(4)
    try:
        plan = solver.solve(
            asked.problem, step=lambda done, total, what: progress.advance(min(done, 1), step=what)
        )
    except solver.Impossible as impossible:
        raise Refused(str(impossible)) from None
    proposal = keep(campaign, job.args["stage"], difference(asked, plan), by=job.created_by)
    return {"url": reverse("observers:proposal", args=[proposal.pk])}


def difference(asked: planning.Question, plan: solver.Plan) -> dict[str, Any]:
    """See `AssignmentProposal.content`; what stands by a person's word is in neither heap."""
    wanted = {pair for pair in plan.assigned if isinstance(pair[0], int)}
    before = set(asked.loose)
    rows = [{"do": "remove", "session": s, "observer": o} for s, o in sorted(before - wanted)]
    rows += [{"do": "add", "session": s, "observer": o} for s, o in sorted(wanted - before - asked.kept)]
    return {
        "rows": [row | {"done": False, "problem": ""} for row in rows],
        "kept": len(before & wanted) + len(asked.kept),
        "unfilled": [
            {"session": one.session, "missing": one.missing, "reason": one.reason} for one in plan.unfilled
        ],
        "status": plan.status,
        "assigned": len(wanted),
    }


@transaction.atomic
def keep(
    campaign: VprCampaign, stage: str, content: dict[str, Any], *, by: Membership | None
) -> AssignmentProposal:
    older = AssignmentProposal.objects.filter(campaign=campaign, stage=stage, state=State.OPEN)
    older.update(state=State.DISCARDED, decided_at=timezone.now())
    return AssignmentProposal.objects.create(
        department=campaign.department, campaign=campaign, stage=stage, content=content, created_by=by
    )


@transaction.atomic
def take(proposal: AssignmentProposal, *, by: Membership, only: Collection[int] | None = None) -> int:
    """Do the rows, all that are left or ``only`` those of these numbers; how many were done.

    Who is to go leaves first, so that seats and hours are free. A row that has become impossible keeps its reason and
    harms no other. With nothing left the proposal is accepted.
    """
    fresh = AssignmentProposal.objects.get(pk=proposal.pk)
    if fresh.state != State.OPEN:
        raise Refused("По этому предложению уже решено. Запустите подбор снова.")
    rows = fresh.content["rows"]
    chosen = [n for n, row in enumerate(rows) if not row["done"] and (only is None or n in only)]
    known = _rows(fresh, [rows[n] for n in chosen])
    for n in sorted(chosen, key=lambda n: rows[n]["do"] != "remove"):
        rows[n]["problem"] = _do(rows[n], fresh, known, by=by)
        rows[n]["done"] = not rows[n]["problem"]
    AssignmentProposal.objects.filter(pk=fresh.pk).update(content=fresh.content)
    if only is None or all(row["done"] for row in rows):
        _decide(fresh, State.ACCEPTED)
    return sum(rows[n]["done"] for n in chosen)


Known = tuple[dict[int, Any], dict[int, Any], dict[Any, Any]]  # people, sessions, standing visits by pair


def _rows(proposal: AssignmentProposal, rows: list[dict[str, Any]]) -> Known:
    people = Observer.objects.filter(department=proposal.department_id).with_standing()
    sessions = VprSession.objects.filter(school__department=proposal.department_id)
    standing = ObserverAssignment.objects.active().filter(
        stage=proposal.stage, session__in={row["session"] for row in rows}
    )
    return (
        people.in_bulk({row["observer"] for row in rows}),
        sessions.in_bulk({row["session"] for row in rows}),
        {(one.session_id, one.observer_id): one for one in standing.select_related("observer", "session")},
    )


def _do(row: dict[str, Any], proposal: AssignmentProposal, known: Known, *, by: Membership) -> str:
    """Do one row; the Russian reason when it cannot be done any more."""
    people, sessions, standing = known
    pair = (row["session"], row["observer"])
    try:
        with transaction.atomic():
            if row["do"] == "remove":
                if pair in standing:
                    visits.cancel(standing[pair], by=by, comment="По предложению портала")
            elif pair[1] not in people or pair[0] not in sessions:
                raise Refused("Наблюдателя или проведения больше нет.")
            elif pair not in standing:
                visits.assign(
                    observer=people[pair[1]],
                    session=sessions[pair[0]],
                    stage=proposal.stage,
                    by=by,
                    comment="По предложению портала",
                )
    except Refused as refusal:
        return str(refusal)
    return ""


@transaction.atomic
def discard(proposal: AssignmentProposal) -> None:
    """Throw the rest away; rows taken before stay done."""
    _decide(proposal, State.DISCARDED)


def _decide(proposal: AssignmentProposal, to: str) -> None:
    try:
        move(proposal, to, decided_at=timezone.now())
    except StaleTransition:
        raise Refused("По этому предложению уже решено. Обновите страницу.") from None


def shown(
    proposal: AssignmentProposal, membership: Membership
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows in order of time with their number ``n``, session ``at`` and observer ``who``; and who lacks where."""
    rows, unfilled = proposal.content["rows"], proposal.content["unfilled"]
    sessions = VprSession.objects.visible_to(membership).select_related("school", "exam")
    at: dict[Any, VprSession] = sessions.in_bulk(
        {row["session"] for row in [*rows, *unfilled] if isinstance(row["session"], int)}
    )
    who = Observer.objects.visible_to(membership).in_bulk({row["observer"] for row in rows})
    whole = [
        row | {"n": n, "at": at[row["session"]], "who": who.get(row["observer"])}
        for n, row in enumerate(rows)
        if row["session"] in at
    ]
    whole.sort(key=lambda row: (row["at"].day, row["at"].pk, row["do"]))
    return whole, [row | {"at": at[row["session"]]} for row in unfilled if row["session"] in at]
