"""Who may do what with one duty: asked by views, templates and the domain alike."""

from __future__ import annotations

from accounts.models import Membership, Role
from roadmaps.models import Assignment

DECIDERS = (Role.METHODIST, Role.HEAD)
HANDERS = (*DECIDERS, Role.ADMIN)  # whoever ends a role sees to what it leaves behind


def may_report(assignment: Assignment, member: Membership) -> bool:
    """The school's own deputies, or the official themself, in whichever of their roles they are now."""
    if assignment.department_id != member.department_id:
        return False
    if assignment.official_id is not None:
        return assignment.official.user_id == member.user_id  # type: ignore[union-attr]
    post = getattr(member, "post", None)  # a deputy may be waiting for their school
    return member.role == Role.DEPUTY and post is not None and assignment.school_id == post.school_id


def may_help(assignment: Assignment, member: Membership) -> bool:
    """The bearer, or a helper of theirs: may add proof and say how it goes, while only the bearer reports."""
    return may_report(assignment, member) or (
        assignment.department_id == member.department_id
        and assignment.helpers.filter(user=member.user_id).exists()
    )


def may_decide(assignment: Assignment, member: Membership) -> bool:
    """Methodists and heads decide on schools; on an official the controller or a head, never the reporter.

    A head's own duty may be accepted by any methodist: nobody stands above.
    """
    if assignment.department_id != member.department_id or member.role not in DECIDERS:
        return False
    official, reporter = assignment.official, assignment.reported_by
    if member.user_id in {person.user_id for person in (official, reporter) if person}:
        return False
    above = member.role == Role.HEAD or member.pk == assignment.controller_id
    return official is None or above or official.role == Role.HEAD


def may_speak(assignment: Assignment, member: Membership) -> bool:
    """Whoever works on the duty or watches over it; those who only look on do not write in it."""
    if assignment.department_id != member.department_id:
        return False
    return member.role in DECIDERS or may_help(assignment, member)
