"""The protocol as it is signed (`compose`), its hash, and its papers: protocol, note and list of typical errors.

Each paper is made from the snapshot alone, so what was signed prints the same ever after.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string

from portal.lib import pdf
from portal.lib.docx import Paper
from portal.lib.names import NBSP
from recheck import sampling
from recheck.divergence import Agreement, Result, Share, TaskResult
from recheck.domain import pictures
from recheck.domain.words import ground, kappa_words, number, share_words, task_words
from recheck.models import RecheckCase

FORMAT = 1
KINDS = {"protocol": "Протокол", "note": "Справка", "errors": "Типичные ошибки"}
FORMULA = (
    "Работы разделены на слои по классу и отметке. Место слоя: целая часть n·Nс/N, оставшиеся места — слоям с "
    "наибольшим остатком, при равных остатках — с меньшим отпечатком двух строк «зерно» и «класс|отметка». Внутри слоя "
    "взяты работы с наименьшим отпечатком двух строк «зерно» и «код». Отпечаток — SHA-256 текста в UTF-8, строки "
    "разделены одним знаком перевода строки."
)


def compose(case: RecheckCase, found: Result, *, between: Agreement | None = None) -> dict[str, Any]:
    """Everything the papers say, as plain JSON; without outcome, conclusion and day while nothing is signed."""
    return {
        "format": FORMAT,
        "department": case.department.name,
        "place": case.department.place,
        "kind": case.get_kind_display(),
        "school": case.school.name,
        "checker": case.checker.name if case.checker else "",
        "exam": str(case.exam),
        "campaign": case.exam.campaign.name,
        "ground": ground(case),
        "opened_on": case.opened_on.isoformat(),
        "commission": _commission(case),
        "experts": _experts(case),
        "rules": _rules(case),
        "sample": _sample(case),
        "tasks": case.tasks,
        "thresholds": case.thresholds,
        "works": _works(case, found),
        "summary": _summary(case, found, between),
        "errors": [_task(task) for task in found.typical],
        "measures": [
            {"text": m.text, "deadline": m.deadline, "responsible": m.responsible}
            for m in case.measures.all()
        ],
        "outcome": "",
        "conclusion": "",
        "signed_on": "",
    }


def _commission(case: RecheckCase) -> dict[str, Any]:
    commission = case.commission
    chair = commission.chair
    members = commission.members.select_related("school")
    return {
        "name": commission.name,
        "order": commission.order_title,
        "chair": {"name": chair.user.short_name, "position": chair.position} if chair else None,
        "members": [{"name": m.short_name, "position": m.position} for m in members],
    }


def _experts(case: RecheckCase) -> list[dict[str, str]]:
    seats = case.seats.select_related("expert__school").filter(scorings__isnull=False).distinct()
    return [
        {
            "name": seat.expert.short_name,
            "position": seat.expert.position,
            "school": seat.expert.school.name if seat.expert.school else "",
            "part": seat.get_part_display(),
            "left": seat.end_reason,
        }
        for seat in seats.order_by("part", "pk")
    ]


def _rules(case: RecheckCase) -> list[str]:
    size = f"число работ: {case.number}" if case.number else f"доля работ: {case.share}{NBSP}%"
    readers = (
        "две независимые проверки, спорные задания решает третий эксперт"
        if case.two_experts
        else "одна проверка"
    )
    return [
        f"выборка: {size}",
        f"допуск: {case.tolerance} б.",
        f"существенное расхождение: {case.get_substantial_display()}",
        readers,
        f"цель: объективно оценено не менее {case.target}{NBSP}% работ",
    ]


def _sample(case: RecheckCase) -> dict[str, Any]:
    draws = list(case.samples.all())
    last = draws[-1]
    return {
        "seed": last.seed,
        "seed_source": case.seed_source,
        "commitment": case.commitment,
        "algorithm": f"{sampling.ALGORITHM}, версия {last.version}",
        "size": last.size,
        "population": last.population,
        "works_digest": last.works_digest,
        "strata": last.strata,
        "drawn_at": last.drawn_at.isoformat(),
        "earlier": [
            {"number": draw.number, "seed": draw.seed, "codes": [c for s in draw.strata for c in s["drawn"]]}
            for draw in draws[:-1]
        ],
        "reasons": [draw.reason for draw in draws if draw.reason],
    }


def _works(case: RecheckCase, found: Result) -> list[dict[str, Any]]:
    return [
        {
            "code": work.code,
            "class": work.class_name,
            "before": work.before,
            "after": work.after,
            "difference": work.difference,
            "mark_before": work.mark_before,
            "mark_after": work.mark_after,
            "direction": work.direction,
            "substantial": work.substantial,
            "tasks": dict(work.tasks),
        }
        for work in found.works
    ]


def _share(share: Share) -> dict[str, Any]:
    return {"count": share.count, "of": share.of, "words": share_words(share)}


def _summary(case: RecheckCase, found: Result, between: Agreement | None) -> dict[str, Any]:
    value = found.objective.value
    return {
        "any": _share(found.any),
        "substantial": _share(found.substantial),
        "objective": _share(found.objective),
        "marks_changed": _share(found.marks_changed),
        "raised": found.raised,
        "lowered": found.lowered,
        "agreement": kappa_words(found.agreement),
        "between": kappa_words(between) if between else "",
        "target": case.target,
        "target_met": value is not None and round(value * 100, 6) >= case.target,
    }


def _task(task: TaskResult) -> dict[str, Any]:
    return {
        "number": task.number, "max": task.most, "differs": task.differs, "works": task.works,
        "raised": task.raised, "lowered": task.lowered, "words": task_words(task),
    }  # fmt: skip


def digest(snapshot: Mapping[str, Any]) -> str:
    """SHA-256 of the snapshot's canonical JSON (keys sorted, no blanks, UTF-8), in hexadecimal."""
    canonical = json.dumps(snapshot, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def current(case: RecheckCase, found: Result, *, between: Agreement | None) -> tuple[dict[str, Any], str]:
    """What prints today: the signed snapshot and its hash, or a draft and no hash."""
    if case.protocol is not None:
        return case.protocol.snapshot, case.protocol.sha256
    return compose(case, found, between=between), ""


def rows(snapshot: Mapping[str, Any]) -> list[list[Any]]:
    """The table of works: code, class, points and marks of both sides, tasks that differ, what it amounts to."""
    return [
        [
            work["code"],
            work["class"],
            work["before"],
            work["after"],
            number(-work["difference"], signed=True),
            _marks(work),
            ", ".join(f"{n}:{NBSP}{number(-gap, signed=True)}" for n, gap in work["tasks"].items()) or "—",
            (work["direction"] or "нет расхождений") + (", существенно" if work["substantial"] else ""),
        ]
        for work in snapshot["works"]
    ]


def _marks(work: Mapping[str, Any]) -> str:
    before, after = work["mark_before"] or "—", work["mark_after"] or "—"
    return str(before) if before == after else f"{before} → {after}"


HEADINGS = ("Код", "Класс", "Балл школы", "Балл экспертов", "Разница", "Отметка", "По заданиям", "Итог")


def render(kind: str, snapshot: Mapping[str, Any], *, sha256: str) -> bytes:
    """The PDF of a paper; without a hash it is marked as a draft."""
    printer = pdf.Printer(render_to_string("recheck/pdf/paper.css", {"family": pdf.FAMILY}))
    names = {
        "it": {**snapshot, **_softened(snapshot)}, "sha256": sha256, "mark": "" if sha256 else "ПРОЕКТ",
        "rows": rows(snapshot),
        "headings": HEADINGS, "formula": FORMULA, "day": _day(snapshot), "chart": pictures.marks(_pairs(snapshot)),
    }  # fmt: skip
    return printer.join([printer.lay_out(render_to_string(f"recheck/pdf/{kind}.html", names))])


def _softened(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """What people typed, with breaks inside words longer than a line."""
    measures = [{key: pdf.soften(text) for key, text in one.items()} for one in snapshot["measures"]]
    return {
        "ground": pdf.soften(snapshot["ground"]),
        "conclusion": pdf.soften(snapshot["conclusion"]),
        "measures": measures,
    }


def _pairs(snapshot: Mapping[str, Any]) -> list[tuple[int | None, int | None]]:
    return [(work["mark_before"], work["mark_after"]) for work in snapshot["works"]]


def _day(snapshot: Mapping[str, Any]) -> datetime.date | None:
    return datetime.date.fromisoformat(snapshot["signed_on"]) if snapshot["signed_on"] else None


def word(kind: str, snapshot: Mapping[str, Any], *, sha256: str) -> bytes:
    """The same paper for Word."""
    from recheck.domain import papers_word

    paper = Paper(f"{KINDS[kind]}: {snapshot['school']}", size=12)
    if not sha256:
        paper.text("ПРОЕКТ", align="right", bold=True)
    getattr(papers_word, kind)(paper, snapshot, sha256)
    return paper.save()
