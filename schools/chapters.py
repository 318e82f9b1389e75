"""What the schools' side puts into the year's report: the tests and their results, the flags."""

from __future__ import annotations

from collections import Counter

from django.db.models import CharField, Count, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from accounts.models import Membership
from schools import yearly
from schools.models import Exam, FlagEvent, ObjectivityFlag, VprResult, VprSession


@yearly.chapter(order=10)
def tests(membership: Membership, period: yearly.Period) -> yearly.Chapter | None:
    exams = Exam.objects.visible_to(membership).filter(
        campaign__year=period.year, campaign__first_day__lte=period.day
    )
    sessions = VprSession.objects.visible_to(membership).filter(exam__in=exams.order_by())
    counted = sessions.aggregate(planned=Count("pk"), held=Count("pk", filter=Q(held_on__lte=period.day)))
    results = VprResult.objects.visible_to(membership).filter(exam__in=exams.order_by(), scope="school")
    found = results.order_by("exam__grade", "exam__subject", "exam__campaign").values(
        "exam__campaign__name", "exam__grade", "exam__subject"
    )
    rows = list(found.annotate(schools=Count("school", distinct=True), pupils=Sum("participants")))
    if not counted["planned"] and not rows:
        return None
    said = [f"Проведений ВПР в графике: {counted['planned']}, проведено к этому дню: {counted['held']}."]
    said.append(
        f"В портал внесены результаты работ: {len(rows)}."
        if rows
        else "Результаты работ в портал не внесены."
    )
    lines = [
        {
            "exam": f"{row['exam__subject']}, {row['exam__grade']} класс ({row['exam__campaign__name']})",
            "schools": row["schools"],
            "pupils": "—" if row["pupils"] is None else row["pupils"],
        }
        for row in rows
    ]
    columns = {"exam": "Работа", "schools": "Школ с результатами", "pupils": "Участников"}
    drawn = yearly.table(columns, lines) if lines else None
    return yearly.Chapter("results", "Проведение и результаты ВПР", said, drawn)


@yearly.chapter(order=20)
def flags(membership: Membership, period: yearly.Period) -> yearly.Chapter | None:
    """As each flag stood at the end of the day; schools are counted, not named."""
    told = FlagEvent.objects.filter(flag=OuterRef("pk"), at__lt=period.end(membership.department))
    known = (
        ObjectivityFlag.objects.visible_to(membership)
        .filter(opened_on__range=(period.first_day, period.day))
        .annotate(
            then=Coalesce(
                Subquery(told.order_by("-at", "-pk").values("state")[:1]),
                Value(ObjectivityFlag.State.ANALYSIS),
                output_field=CharField(),
            )
        )
        .order_by("pk")
        .values_list("then", "origin", F("school"))
    )
    rows = list(known)
    if not rows:
        return None
    states, origins = Counter(then for then, _, _ in rows), Counter(origin for _, origin, _ in rows)
    schools = len({school for _, _, school in rows})
    said = [
        f"За учебный год открыто признаков необъективных результатов: {len(rows)}, школ с признаками: {schools}.",
        f"Откуда они известны: {_listed(origins, ObjectivityFlag.Origin)}.",
    ]
    lines = [{"state": state.label, "flags": states[state]} for state in ObjectivityFlag.State]
    drawn = yearly.table({"state": "Чем кончился анализ", "flags": "Признаков"}, lines)
    return yearly.Chapter("flags", "Признаки необъективности", said, drawn)


def _listed(counts: Counter[str], names: type[ObjectivityFlag.Origin]) -> str:
    return ", ".join(f"{names(key).label} — {number}" for key, number in counts.most_common())
