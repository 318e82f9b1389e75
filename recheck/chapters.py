"""What the rechecks put into the year's report: how many, of which kind, with what end; no school by name."""

from __future__ import annotations

from django.db.models import Count, Q

from accounts.models import Membership
from recheck.models import RecheckCase
from schools import yearly


@yearly.chapter(order=40)
def rechecks(membership: Membership, period: yearly.Period) -> yearly.Chapter | None:
    State, Outcome = RecheckCase.State, RecheckCase.Outcome
    end = period.end(membership.department)
    closed = Q(state=State.CLOSED, closed_at__lt=end)
    known = RecheckCase.objects.visible_to(membership).filter(
        exam__campaign__year=period.year, opened_on__lte=period.day
    )
    rows = list(
        known.exclude(state=State.WITHDRAWN, closed_at__lt=end)
        .order_by("kind")
        .values("kind")
        .annotate(
            opened=Count("pk"),
            confirmed=Count("pk", filter=closed & Q(outcome=Outcome.CONFIRMED)),
            refuted=Count("pk", filter=closed & Q(outcome=Outcome.REFUTED)),
        )
    )
    if not rows:
        return None
    total, confirmed, refuted = (sum(row[key] for row in rows) for key in ("opened", "confirmed", "refuted"))
    said = [
        f"Перепроверок работ начато: {total}, завершено протоколом: {confirmed + refuted}.",
        f"Необъективность подтвердилась: {confirmed}, не подтвердилась: {refuted}.",
    ]
    lines = [{**row, "kind": RecheckCase.Kind(row["kind"]).label} for row in rows]
    columns = {
        "kind": "Вид перепроверки",
        "opened": "Начато",
        "confirmed": "Подтвердилась",
        "refuted": "Не подтвердилась",
    }
    return yearly.Chapter("rechecks", "Перепроверка работ", said, yearly.table(columns, lines))
