"""What follows from a recheck: measures, points of plans, the order on results."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from accounts.models import Membership
from orders.domain import drafts
from orders.models import Order
from portal.lib.refusals import Refused
from recheck.domain.cases import State, record
from recheck.models import Measure, RecheckCase
from roadmaps.domain import items
from roadmaps.models import Section


@transaction.atomic
def add(
    case: RecheckCase, *, by: Membership, text: str, deadline: str = "", responsible: str = ""
) -> Measure:
    """Write a measure down. What the protocol says of measures is what stood here when it was signed."""
    if case.state not in {State.COMPARED, State.CLOSED}:
        raise Refused("Меры записывают, когда сведены оценки.")
    measure = case.measures.create(text=text, deadline=deadline, responsible=responsible, created_by=by)
    record(case, f"Записана мера: {text}", by=by)
    return measure


@transaction.atomic
def into_plan(measure: Measure, section: Section, *, by: Membership) -> Measure:
    """Make a point of a plan under edit of the measure; once. Raises `Refused`."""
    if measure.item is not None:
        raise Refused("Эта мера уже в плане.")
    row = {"text": measure.text, "deadline": measure.deadline, "responsible": measure.responsible}
    keys = {column["key"] for column in section.roadmap.columns}
    found = items.add_rows(section, [{key: text for key, text in row.items() if key in keys}], by=by)
    measure.item = found[0]
    measure.save(update_fields=["item"])
    record(measure.case, f"Мера внесена в план «{section.roadmap}»: {measure.text}", by=by)
    return measure


COLUMNS = [
    {"key": "number", "heading": "№"},
    {"key": "school", "heading": "Образовательная организация"},
    {"key": "works", "heading": "Перепроверено работ"},
    {"key": "substantial", "heading": "С существенным расхождением"},
    {"key": "objective", "heading": "Оценено объективно"},
    {"key": "outcome", "heading": "Итог"},
]


@transaction.atomic
def make_order(cases: Sequence[RecheckCase], *, by: Membership) -> Order:
    """A draft of the order on the results of closed cases: of one, or of a cross-check's pair. Raises `Refused`."""
    if any(case.state != State.CLOSED for case in cases):
        raise Refused("Приказ об итогах готовят, когда подписаны протоколы.")
    gone = {Order.State.VOID, Order.State.REPEALED}
    if any(case.results_order and case.results_order.state not in gone for case in cases):
        raise Refused("Приказ об итогах уже подготовлен.")
    first = cases[0]
    order = drafts.create(
        department=first.department,
        by=by,
        title=f"Об итогах перепроверки работ\n({first.exam}, {first.exam.campaign.name})",
        preamble="В целях обеспечения объективности результатов всероссийских проверочных работ, "
        f"на основании протоколов: {_protocols(cases)}",
        clauses=_clauses(cases),
        annexes=[drafts.AnnexDraft(_annex(cases), landscape=True)],
        distribution=drafts.suggest_distribution(first.department),
    )
    for case in cases:
        RecheckCase.objects.filter(pk=case.pk).update(results_order=order)
        record(case, "Подготовлен приказ об итогах", by=by)
    return order


def _protocols(cases: Sequence[RecheckCase]) -> str:
    return "; ".join(f"{case.school}, {case.protocol}" for case in cases)


def _clauses(cases: Sequence[RecheckCase]) -> list[drafts.ClauseDraft]:
    measures = [measure for case in cases for measure in case.measures.all()]
    written = [
        drafts.ClauseDraft(
            " ".join(filter(None, (f"{m.responsible}:" if m.responsible else "", m.text, m.deadline))) + "."
        )
        for m in measures
    ]
    return [
        drafts.ClauseDraft("Утвердить итоги перепроверки согласно приложению."),
        *written,
        drafts.ClauseDraft("Контроль за исполнением настоящего приказа оставляю за собой."),
    ]


def _annex(cases: Sequence[RecheckCase]) -> dict[str, object]:
    rows = []
    for place, case in enumerate(cases, start=1):
        assert case.protocol is not None  # noqa: S101 -- closed
        found = case.protocol.snapshot["summary"]
        rows.append(
            {
                "number": f"{place}.",
                "school": case.school.name,
                "works": str(found["any"]["of"]),
                "substantial": found["substantial"]["words"],
                "objective": found["objective"]["words"],
                "outcome": case.protocol.snapshot["outcome"],
            }
        )
    title = ["ИТОГИ ПЕРЕПРОВЕРКИ РАБОТ", f"{cases[0].exam}, {cases[0].exam.campaign.name}"]
    return {
        "title_lines": title,
        "goals": [],
        "columns": COLUMNS,
        "sections": [{"heading": "", "items": rows}],
    }
