"""The list of observers goes into an order; its signature confirms the visits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from accounts.models import Membership
from observers.domain import visits
from observers.models import ObserverAssignment, ObserverAssignmentQuerySet
from orders.domain import drafts
from orders.domain.checklist import Check
from orders.domain.drafts import AnnexDraft, ClauseDraft
from orders.models import Annex, Order
from portal.lib.refusals import Refused
from schools.models import VprCampaign

COLUMNS = {
    "number": "№",
    "observer": "Наблюдатель",
    "kind": "Категория",
    "school": "Образовательная организация",
    "when": "День и время",
    "what": "Работа, класс",
    "stage": "Этап",
}
CHANGED = (
    "Список наблюдателей изменился после того, как приказ собран. Соберите его заново на доске назначений."
)


@transaction.atomic
def assemble(campaign: VprCampaign, *, by: Membership) -> Order:
    """An order that names the observers who wait for one; a draft that exists already gets the list anew."""
    waiting = unnamed(campaign)
    order = Order.objects.filter(observer_assignments__in=waiting, state=Order.State.DRAFT).first()
    rows = list(waiting.filter(Q(order=None) | Q(order=order)))
    if not rows:
        raise Refused("Называть в приказе некого: все назначения уже подтверждены или их нет.")
    content = annex(rows)
    if order is None:
        order = drafts.create(by=by, annexes=[AnnexDraft(content)], **texts(campaign))
    else:
        drafts.replace_annexes(order, [AnnexDraft(content)], by=by)
    ObserverAssignment.objects.filter(order=order).update(order=None)
    ObserverAssignment.objects.filter(pk__in=[row.pk for row in rows]).update(order=order)
    return order


def unnamed(campaign: VprCampaign) -> ObserverAssignmentQuerySet:
    """Proposed visits of the campaign that no order under way names, unless it is still a draft."""
    proposed = ObserverAssignment.objects.filter(
        session__exam__campaign=campaign, state=ObserverAssignment.State.PROPOSED
    )
    free = Q(order=None) | Q(order__state__in=[Order.State.DRAFT, Order.State.VOID, Order.State.REPEALED])
    return in_order(proposed.filter(free))


def in_order(rows: ObserverAssignmentQuerySet) -> ObserverAssignmentQuerySet:
    found = rows.select_related("observer", "session__school", "session__exam")
    return found.order_by(
        "session__day", "session__starts_at", "session__school__name", "observer__last_name", "pk"
    )


def texts(campaign: VprCampaign) -> dict[str, Any]:
    return {
        "department": campaign.department,
        "title": "О назначении наблюдателей\nза проведением всероссийских проверочных работ",
        "preamble": "В целях обеспечения объективности проведения всероссийских проверочных работ "
        f"с {campaign.first_day:%d.%m.%Y} по {campaign.last_day:%d.%m.%Y}",
        "clauses": [
            ClauseDraft(
                "Назначить наблюдателей за проведением всероссийских проверочных работ согласно приложению."
            ),
            ClauseDraft(
                "Руководителям общеобразовательных организаций обеспечить допуск наблюдателей и условия для их работы."
            ),
            ClauseDraft("Контроль за исполнением настоящего приказа оставляю за собой."),
        ],
        "distribution": drafts.suggest_distribution(campaign.department),
    }


def annex(rows: Sequence[ObserverAssignment]) -> dict[str, Any]:
    """See `orders.models.Annex`. Names and days only: no phone, no ties to schools."""
    items = []
    for number, visit in enumerate(rows, start=1):
        session = visit.session
        hours = f", {session.starts_at:%H:%M}" if session.starts_at else ""
        items.append(
            {
                "number": f"{number}.",
                "observer": visit.observer.full_name,
                "kind": visit.observer.get_kind_display(),
                "school": session.school.name,
                "when": f"{session.day:%d.%m.%Y}{hours}",
                "what": f"{session.exam.subject}, {session.class_name or f'{session.exam.grade} класс'}",
                "stage": visit.get_stage_display(),
            }
        )
    return {
        "title_lines": ["СПИСОК", "наблюдателей за проведением всероссийских проверочных работ"],
        "goals": [],
        "columns": [{"key": key, "heading": heading} for key, heading in COLUMNS.items()],
        "sections": [{"heading": "", "items": items}],
    }


# --- what happens to the order ---------------------------------------------------------------------------------------


def named(order: Order) -> list[ObserverAssignment]:
    return list(in_order(ObserverAssignment.objects.active().filter(order=order)))


def is_out_of_date(order: Order) -> bool:
    """Whether its annex no longer says who goes where: somebody fell out, or a session was moved."""
    if not ObserverAssignment.objects.filter(order=order).exists():
        return False
    printed = Annex.objects.filter(order=order).values_list("content", flat=True)
    return annex(named(order)) not in list(printed)


def checks(order: Order) -> list[Check]:
    visit = ObserverAssignment.objects.filter(order=order).select_related("session__exam").first()
    if visit is None:
        return []
    address = reverse("observers:board", query={"campaign": visit.session.exam.campaign_id})
    fits = not is_out_of_date(order)
    return [Check(fits, "Список наблюдателей не изменился", CHANGED, blocking=True, address=address)]


def publishing(order: Order) -> list[Check]:
    """Observers are private persons: the paper that names them is never shown to everybody."""
    contents = Annex.objects.filter(order=order).values_list("content", flat=True)
    named = any(column["key"] == "observer" for content in contents for column in content["columns"])
    return [
        Check(
            not named,
            "Частные лица не названы",
            "Приказ называет наблюдателей, а это частные лица: такой приказ не публикуется.",
            blocking=True,
        )
    ]


@transaction.atomic
def confirm(order: Order, *, by: Membership) -> int:
    """Signed: the visits stand. Raises `Refused`, and so stops the signature, when the list is not the board's."""
    if is_out_of_date(order):
        raise Refused(CHANGED)
    return visits.confirm(named(order), by=by, order=order)


def free(order: Order) -> None:
    """The order was thrown away: its visits wait for another one."""
    ObserverAssignment.objects.filter(order=order).update(order=None)
