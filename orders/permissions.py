"""Who may do what with an order, asked by views and templates alike. The order is one the member may see."""

from __future__ import annotations

from accounts.models import INSIDERS, Membership, Role
from orders.models import Order

READERS = INSIDERS
WRITERS = (Role.METHODIST,)
RETURNERS = (Role.METHODIST, Role.HEAD)
PUBLISHERS = (Role.METHODIST, Role.HEAD)
State = Order.State


def may_edit(member: Membership | None, order: Order) -> bool:
    """Write its texts, register it."""
    return member is not None and member.role in WRITERS and order.state == State.DRAFT


def may_sign(member: Membership | None, order: Order) -> bool:
    return member is not None and member.role == Role.HEAD and order.state == State.REGISTERED


def may_repeal(member: Membership | None, order: Order) -> bool:
    return member is not None and member.role == Role.HEAD and order.state == State.SIGNED


def may_publish(member: Membership | None, order: Order) -> bool:
    """Show a signed order to everybody; one that is out of force is not shown anew."""
    published = order.published_at is not None
    return member is not None and member.role in PUBLISHERS and order.state == State.SIGNED and not published


def may_withdraw(member: Membership | None, order: Order) -> bool:
    return member is not None and member.role in PUBLISHERS and order.published_at is not None


def may_return(member: Membership | None, order: Order) -> bool:
    return member is not None and member.role in RETURNERS and order.state == State.REGISTERED


def may_follow_rendering(member: Membership | None, order: Order) -> bool:
    """See, and stop, the work that makes the PDF: not for schools."""
    return member is not None and member.role != Role.DEPUTY and order.state in Order.ISSUED and not order.pdf


def may_void(member: Membership | None, order: Order) -> bool:
    """Annul a registered order, or put a draft away."""
    open_states = {State.DRAFT, State.REGISTERED}
    return member is not None and member.role in RETURNERS and order.state in open_states
