"""What the observers put into the year's report: visits, sheets, violations by kind; schools are counted, not named."""

from __future__ import annotations

from django.db.models import Count, Q

from accounts.models import Membership
from observers.models import ObservationSheet, ObserverAssignment, Violation
from schools import yearly


@yearly.chapter(order=30)
def visits(membership: Membership, period: yearly.Period) -> yearly.Chapter | None:
    end = period.end(membership.department)
    days = (period.first_day, period.day)
    known = (
        ObserverAssignment.objects.visible_to(membership)
        .filter(session__day__range=days)
        .filter(Q(state=ObserverAssignment.State.CONFIRMED) | Q(confirmed_at__lt=end, closed_at__gte=end))
    )
    counted = known.order_by().aggregate(
        visits=Count("pk"),
        schools=Count("session__school", distinct=True),
        people=Count("observer", distinct=True),
    )
    if not counted["visits"]:
        return None
    sheets = ObservationSheet.objects.visible_to(membership).sent()
    sent = sheets.filter(sent_at__lt=end, assignment__session__day__range=days)
    clean = sent.filter(no_violations=True).count()
    seen = Violation.objects.visible_to(membership).filter(sheet__in=sent.order_by())
    kinds = list(
        seen.order_by("kind")
        .values("kind")
        .annotate(
            found=Count("pk"),
            closed=Count("pk", filter=Q(closed_at__lt=end)),
            schools=Count("school", distinct=True),
        )
    )
    said = [
        f"Посещений назначено: {counted['visits']}, наблюдателей: {counted['people']}, школ: {counted['schools']}.",
        f"Сдано листов наблюдения: {sent.count()}, из них без нарушений: {clean}.",
    ]
    columns = {"kind": "Вид нарушения", "found": "Записано", "schools": "Школ", "closed": "Закрыто"}
    drawn = yearly.table(columns, kinds) if kinds else None
    return yearly.Chapter("visits", "Общественное наблюдение", said, drawn)
