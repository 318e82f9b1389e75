"""Who may do what with a recheck, asked by views and templates alike. The case is one the member may see."""

from __future__ import annotations

from accounts.models import INSIDERS, Membership, Role
from recheck.models import RecheckCase, Seat

READERS = INSIDERS
OFFICE = (Role.ADMIN, Role.METHODIST, Role.HEAD, Role.VIEWER)
MANAGERS = (Role.ADMIN, Role.METHODIST)
SIGNERS = (Role.ADMIN, Role.METHODIST, Role.HEAD)
APPOINTERS = (Role.ADMIN, Role.METHODIST, Role.DEPUTY)
State = RecheckCase.State


def may_manage(member: Membership | None) -> bool:
    return member is not None and member.role in MANAGERS


def may_sign(member: Membership | None, case: RecheckCase) -> bool:
    return member is not None and member.role in SIGNERS and case.state == State.COMPARED


def may_appoint(member: Membership | None, case: RecheckCase) -> bool:
    """The department's people; in a cross-check also the school that was asked to check."""
    if member is None or case.state != State.CHECKING:
        return False
    own_task = (
        member.role == Role.DEPUTY and case.checker_id is not None and case.checker_id == school_of(member)
    )
    return may_manage(member) or own_task


def school_of(member: Membership) -> int | None:
    post = getattr(member, "post", None)
    return post.school_id if post is not None else None


def may_enter(member: Membership | None, seat: Seat) -> bool:
    """The expert, and whoever types in from paper for them: never another school's or another expert's people."""
    if member is None:
        return False
    own = seat.expert.membership is not None and seat.expert.membership.user_id == member.user_id
    return own or may_manage(member)
