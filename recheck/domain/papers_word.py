"""The papers as Word files: one function for each kind of `papers.KINDS`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from portal.lib.docx import Paper
from portal.lib.names import NBSP
from recheck.domain import papers

Snapshot = Mapping[str, Any]


def protocol(paper: Paper, it: Snapshot, sha256: str) -> None:
    _head(paper, it, f"ПРОТОКОЛ\nперепроверки работ ({it['kind']})")
    _who(paper, it)
    paper.heading("Выборка", 2)
    sample = it["sample"]
    paper.text(f"Отобрано {sample['size']} из {sample['population']}. Зерно: {sample['seed']}.")
    if sample["seed_source"]:
        paper.text(f"Источник зерна: {sample['seed_source']}.")
    paper.text(
        f"Отпечаток зерна: {sample['commitment']}. Отпечаток списка: {sample['works_digest']}.", size=9
    )
    paper.text(f"Алгоритм: {sample['algorithm']}. {papers.FORMULA}", size=9)
    strata = [
        [s["class"], s["mark"] or "—", s["works"], ", ".join(s["drawn"]) or "—"] for s in sample["strata"]
    ]
    paper.table(
        ["Класс", "Отметка", "Работ", "Отобраны"], strata, widths=[20, 25, 20, 105], right=[2], size=9
    )
    paper.heading("Расхождения", 2)
    paper.table(
        papers.HEADINGS, papers.rows(it), widths=[22, 15, 17, 20, 18, 18, 30, 30], right=[2, 3, 4], size=9
    )
    _findings(paper, it)
    _conclusion(paper, it)
    _signatures(paper, it)
    _hash(paper, sha256)


def note(paper: Paper, it: Snapshot, sha256: str) -> None:
    _head(paper, it, "СПРАВКА\nпо итогам перепроверки работ")
    _who(paper, it)
    _findings(paper, it)
    if it["errors"]:
        paper.heading("Где расходились чаще всего", 2)
        paper.points(f"задание {task['number']}: {task['words']}" for task in it["errors"][:5])
    _conclusion(paper, it)
    chair = it["commission"]["chair"]
    if chair:
        paper.signature(chair["position"] or "Председатель комиссии", chair["name"])
    _hash(paper, sha256)


def errors(paper: Paper, it: Snapshot, sha256: str) -> None:
    _head(paper, it, "ПЕРЕЧЕНЬ\nтипичных ошибок проверяющих")
    rows = [[t["number"], t["max"], f"{t['differs']} из {t['works']}", t["words"]] for t in it["errors"]]
    if rows:
        paper.table(
            ["Задание", "Макс. балл", "Работ с расхождением", "В чём расхождение"],
            rows,
            widths=[22, 22, 36, 90],
        )
    else:
        paper.text("Расхождений с экспертами нет ни по одному заданию.")
    _hash(paper, sha256)


def _head(paper: Paper, it: Snapshot, title: str) -> None:
    paper.text(it["department"], align="center", bold=True)
    paper.text(title, align="center", bold=True, space=12)
    if it["signed_on"]:
        day = datetime.date.fromisoformat(it["signed_on"])
        paper.text(f"{day:%d.%m.%Y}" + (f", {it['place']}" if it["place"] else ""), align="center")
    paper.text(f"{it['school']}\n{it['exam']}, {it['campaign']}", align="center", space=6)


def _who(paper: Paper, it: Snapshot) -> None:
    commission = it["commission"]
    order = f" ({commission['order']})" if commission["order"] else ""
    paper.text(f"Комиссия: {commission['name']}{order}.", space=8)
    if it["checker"]:
        paper.text(f"Проверяла школа: {it['checker']}.")
    paper.text(f"Основание: {it['ground']}.")
    paper.text("Правила: " + "; ".join(it["rules"]) + ".")


def _findings(paper: Paper, it: Snapshot) -> None:
    found = it["summary"]
    paper.heading("Итоги", 2)
    lines = [
        f"работы с расхождением: {found['any']['words']}",
        f"с существенным расхождением: {found['substantial']['words']}",
        f"изменилась отметка: {found['marks_changed']['words']}",
        f"завышено {found['raised']}, занижено {found['lowered']}",
        f"согласие школы и экспертов, взвешенная каппа: {found['agreement']}",
        f"объективно оценено: {found['objective']['words']}, цель {found['target']}{NBSP}% "
        + ("достигнута" if found["target_met"] else "не достигнута"),
    ]
    if found["between"]:
        lines.append(f"согласие двух экспертов: {found['between']}")
    paper.points(lines)


def _conclusion(paper: Paper, it: Snapshot) -> None:
    if it["outcome"]:
        paper.heading("Вывод", 2)
        paper.text(f"{it['outcome'].capitalize()}. {it['conclusion']}")
    if it["measures"]:
        paper.heading("Меры", 2)
        paper.points(
            ", ".join(filter(None, (m["text"], m["deadline"], m["responsible"]))) for m in it["measures"]
        )


def _signatures(paper: Paper, it: Snapshot) -> None:
    paper.heading("Подписи", 2)
    chair = it["commission"]["chair"]
    if chair:
        paper.signature("Председатель комиссии", chair["name"])
    for member in it["commission"]["members"]:
        paper.signature("Член комиссии", member["name"])
    for expert in it["experts"]:
        paper.signature(f"Эксперт ({expert['part']})", expert["name"])


def _hash(paper: Paper, sha256: str) -> None:
    if sha256:
        paper.text(f"Контрольная сумма протокола (SHA-256): {sha256}", size=9, space=12)
