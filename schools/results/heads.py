"""Which column is which: headings as files write them → what stands under them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from schools.listing.columns import fold_heading, is_number_column
from schools.listing.text import TO_CYRILLIC, tidy
from schools.results.records import MARKS, Form


@dataclass(frozen=True)
class Meaning:
    """``kind`` of a column; ``key``: which mark, score or task; ``unit``: «%» or «чел» where the heading tells;
    ``most``: the task's maximum where the heading tells.
    """

    kind: str
    key: str = ""
    unit: str = ""
    most: int | None = None


UNKNOWN = Meaning("unknown")
# The first rule that fits wins; headings are folded: lower case, е for ё, Cyrillic for look-alikes, no punctuation.
RULES = [
    (kind, re.compile(pattern))
    for kind, pattern in [
        ("lowered", r"^понизил"),
        ("confirmed", r"^подтвердил"),
        ("raised", r"^повысил"),
        ("before", r"отметка за (предыдущ|прошл|четверть|триместр|полугодие)"),
        ("code", r"код (участник|ученик|обучающ)\w*|номер (обучающ|участник|учащ|ученик)\w*|^код$"),
        ("variant", r"вариант"),
        ("total", r"(всего|итого|сумма) (первичн\w* )?балл"),
        ("textbook", r"учебник"),
        ("gender", r"^пол$"),
        ("group", r"групп\w* участник"),
        ("schools", r"(кол во|количество|число) (оо|оу|школ|образоват|организац)"),
        ("participants", r"^(всего )?участник(и|ов)$|(кол во|количество|число) (участник|обучающ|учащ|чел)"),
        ("login", r"логин|^пользователь$"),
        ("year", r"^год( |$)|учебный год"),
        ("class_order", r"порядковый номер класса"),
        ("class", r"(наименование|название|литер\w*) класса"),
        ("grade", r"^класс(ы)?$|параллель"),
        ("subject", r"предмет|дисциплина"),
        (
            "ignored",
            r"средн|успеваем|качеств|обученн|^всего( %| чел)?$|^итого$|^макс|^код (оо|оу|школы|рег|мун)",
        ),
        ("region", r"^(регион|субъект)"),
        ("municipality", r"муницип|район|^ате$|^мо$|^моуо$|^муо$|территори|^город|округ"),
        (
            "school",
            r"^(оо|оу|школ[аы]|учреждени[ея]|организаци[яи])$|образоват\w+ (орг|учр)|наименован|назван|краткое",
        ),
    ]
]
_WORDS = (
    r"балл(?:ы|ов|а)?|задани(?:е|я|й|и)|номер|отмет(?:ка|ки|ку|ок|кам)|оцен(?:ка|ки|ку|ок)|впр|распределени[ея]|групп[аы]?|"
    r"первичн(?:ый|ых|ые|ому)|процент\w*|доля|кол-во|количество|участник(?:ов|и)|получивш\w+|выполнени[ея]|"
    r"максимальн\w+|результат\w*|за|по|в|от|и|№|%|чел"
)
_NUMERIC = re.compile(
    rf"(?P<words>(?:(?:{_WORDS})[\s,.:;()«»]*)*)[«\s]*"
    r"(?P<number>\d{1,2}[.\-_]\d{1,2}|\d{1,2}[.\s_]?к\d{1,2}|\d{1,2}[а-г]\b|\d{1,2}\s?\(\d{1,2}\)(?!\s*б)|\d{1,2})[»\s]*"
    r"(?P<tail>[,(]*\s*(?:макс\w*\.?\s*)?(?:(?P<most>\d{1,2})\s*(?:б\.?|балл\w*)?)?\s*(?:%|чел\w*\.?|б\.?|балл\w*)?[\s).,]*)"
)
_EXPLAINED = re.compile(r"(\d{1,2})\s*\(\D.*\)")  # «1 (умение читать схемы)», the forms of 2025 and 2026
_SCHOOLS_OWN = re.compile(r"отметк\w* (?:по|в) (?:школе|журналу)")


@lru_cache(maxsize=4096)
def meaning(heading: str) -> Meaning:
    """What a heading means by itself; «numeric» may yet be a mark, a score or a task."""
    folded = fold_heading(heading)
    unit = _unit(heading)
    for kind, pattern in RULES:
        if pattern.search(folded):
            return Meaning(kind, unit=unit)
    if unit == "%" and folded in {"", "процент", "доля"}:
        return Meaning("percent", unit="%")
    if folded in {"чел", "человек"}:
        return Meaning("participants")
    if _SCHOOLS_OWN.search(folded):
        return Meaning("ignored")
    return _numeric(heading, unit) or (Meaning("number") if is_number_column(heading) else UNKNOWN)


def _unit(heading: str) -> str:
    text = heading.lower()
    if "чел" in text:
        return "чел"
    return "%" if "%" in text or "процент" in text or "доля" in text else ""


def _numeric(heading: str, unit: str) -> Meaning | None:
    text = tidy(heading).lower().replace("ё", "е").translate(TO_CYRILLIC)
    match = _NUMERIC.fullmatch(re.sub(r"(?<=\d)\.0$", "", text))
    if match is None:
        explained = _EXPLAINED.fullmatch(text)
        return Meaning("task", explained[1], unit) if explained else None
    most = int(match["most"]) if match["most"] and re.search(r"макс|б", match["tail"]) else None
    kind = "task" if re.search(r"балл за|задани", match["words"]) or most else "numeric"
    return Meaning(kind, task_number(match["number"]), unit, most)


def task_number(text: str) -> str:
    """«5 (1)», «5_1» and «5.1» are one task."""
    digits = re.sub(r"\s", "", text)
    return re.sub(r"[_\-]|\((?=\d)", ".", digits).rstrip(")").replace(".к", "к").replace("к", "К")


def task_order(number: str) -> tuple[int, ...]:
    """Sorts «2» before «10» and «10.1» after «10»."""
    return tuple(int(part) for part in re.findall(r"\d+", number))


def form_of(columns: Mapping[int, Meaning]) -> Form | None:
    """Which form these headings are of; None when they are of none."""
    kinds = {meaning.kind for meaning in columns.values()}
    if {"code", "variant"} <= kinds and kinds & {"task", "numeric", "total"}:
        return Form.PROTOCOL
    if "participants" not in kinds:
        return None
    if kinds & {"lowered", "confirmed", "raised"}:
        return Form.JOURNAL
    numbers = {meaning.key for meaning in columns.values() if meaning.kind in {"numeric", "task"}}
    if "0" in numbers and "1" in numbers:
        return Form.SCORES
    if numbers == set(MARKS):
        return Form.MARKS
    if "1" in numbers or any(number.startswith(("1.", "1К")) for number in numbers):
        return Form.TASKS
    if len(numbers & set(MARKS)) > 2:
        return Form.MARKS  # one of the marks is missing: to be named as a fault
    return Form.JOURNAL if "percent" in kinds and not numbers else None


def score(headings: Iterable[str]) -> int:
    """How many columns of a form a row of headings names; 0 when it is no head."""
    columns = {place: meaning(heading) for place, heading in enumerate(headings) if len(heading) < 200}
    if form_of(columns) is None:
        return 0
    return sum(one.kind != "unknown" for one in columns.values())


def resolved(columns: Mapping[int, Meaning], form: Form) -> dict[int, Meaning]:
    """The same columns with every number taken for what it is in this form."""
    kind = {Form.MARKS: "mark", Form.SCORES: "score", Form.TASKS: "task", Form.PROTOCOL: "task"}.get(form)
    found = {}
    for place, one in columns.items():
        if one.kind not in {"numeric", "task"}:
            found[place] = one
        elif (
            kind is None
            or (kind == "mark" and one.key not in MARKS)
            or (kind == "score" and not one.key.isdigit())
        ):
            found[place] = UNKNOWN
        else:
            found[place] = Meaning(kind, one.key, one.unit, one.most)
    return _whole_tasks(found) if form == Form.PROTOCOL else found


def _whole_tasks(columns: dict[int, Meaning]) -> dict[int, Meaning]:
    """«1 (1)», «2 (1)», «3 (2)»: when no task comes twice, what stands in brackets is no part of it."""
    tasks = {place: one for place, one in columns.items() if one.kind == "task"}
    wholes = {place: one.key.partition(".")[0] for place, one in tasks.items()}
    if not all("." in one.key for one in tasks.values()) or len(set(wholes.values())) < len(tasks):
        return columns
    return columns | {
        place: Meaning("task", wholes[place], one.unit, one.most) for place, one in tasks.items()
    }
