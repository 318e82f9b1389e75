"""What stands over the table: the annex heading, the title, goals, and the period they tell."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from roadmaps.reading.grid import Line
from roadmaps.reading.model import Order, Problem, Roadmap
from roadmaps.reading.recognise import is_title
from roadmaps.reading.text import one_line, tidy

_STAMP = re.compile(r"(?:приложение|утвержд|согласован|рассмотрен|принят)\w*", re.IGNORECASE)
_GOALS = re.compile(
    r"(?:основн\w+ )?(?:цел[ьи]|задач[аи])"
    r"(?: (?:и|плана|«?дорожной|карты»?|цели|задачи|работы|мероприятий|реализации))*(?:\s*[:.–—-]\s*|$)",
    re.IGNORECASE,
)
_BULLET = re.compile(r"(?:[-–—•*·▪]|\d{1,2}[.)])\s*")
_NUMBER_AND_DATE = re.compile(r"\bот\b.*№\s*\S+|№\s*\S+\s+от\b.*\d{4}", re.IGNORECASE)
_MONTHS = (
    "январ", "феврал", "март", "апрел", "ма", "июн", "июл", "август", "сентябр", "октябр", "ноябр", "декабр",
)  # fmt: skip
_DATE = re.compile(
    r"(?P<text>[«\"]?\s*(?P<day>\d{1,2})\s*[»\"]?[\s.]*(?:(?P<month>\d{1,2})|(?P<name>[а-яё]{3,8}))[\s.]*(?P<year>20\d\d)"
    r"(?:\s*(?:года|год|г\.?(?![\w.]|\s*(?-i:[А-ЯЁ]))))?)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?:№|N)\s*(?P<number>[\w][\w/.-]*)")
_SCHOOL_YEAR = re.compile(r"(20\d\d)\s*[-–—/]\s*(20\d\d|\d\d)\s*(?:уч\w*\.?\s*г|г)", re.IGNORECASE)
_YEARS = re.compile(r"(20\d\d)\s*[-–—/]\s*(20\d\d)")
_YEAR = re.compile(r"(?:на|в|за)\s+(20\d\d)\s*г", re.IGNORECASE)


def read_preface(lines: Sequence[Line], roadmap: Roadmap) -> None:
    """Sort the lines over the table into annex heading, title and goals; none is dropped."""
    inside, aim = "title", False
    for line in lines:
        text = one_line(line.text)
        if not line.printed:
            inside = "title" if inside == "stamp" else inside
            continue
        if _STAMP.match(text) and not roadmap.title_lines:
            inside = "stamp"
        elif inside == "stamp" and (line.centred or _opens_title(text)):
            inside = "title"
        goal = _GOALS.match(text) if inside != "stamp" and (roadmap.title_lines or aim) else None
        if inside == "stamp":
            roadmap.appendix_header_lines.append(text)
            inside = "title" if _NUMBER_AND_DATE.search(text) else inside
        elif goal:
            aim = True
            roadmap.goals += filter(None, [text[goal.end() :]])
        elif aim:
            roadmap.goals.append(_BULLET.sub("", text, count=1))
        else:
            roadmap.title_lines.append(one_line(line.printed))


def _opens_title(text: str) -> bool:
    return is_title(text) or bool(re.match(r"(?:мероприятия|программа)\b", text, re.IGNORECASE))


def find_date(text: str) -> tuple[str, str] | None:
    """The first date of a line: as ISO and as printed."""
    for found in _DATE.finditer(text):
        name = (found["name"] or "").lower()
        month = (
            int(found["month"])
            if found["month"]
            else next((at for at, stem in enumerate(_MONTHS, start=1) if name.startswith(stem)), 0)
        )
        day = int(found["day"])
        if 1 <= month <= 12 and 1 <= day <= 31:
            return f"{found['year']}-{month:02}-{day:02}", found["text"].strip()
    return None


def find_number(text: str) -> str | None:
    """The number after «№»; None for a blank to be filled in by hand."""
    found = _NUMBER.search(text)
    number = found["number"].rstrip(".") if found else ""
    return number if re.search(r"\d", number) else None


def order_of_annex(lines: Iterable[str]) -> Order | None:
    """Number and date of the order that the annex heading names, if it does."""
    text = " ".join(lines)
    if not re.search(r"приказ|распоряжен|постановлен", text, re.IGNORECASE):
        return None
    number, found = find_number(_after_date_word(text)), find_date(text)
    if number is None and found is None:
        return None
    return Order(number=number, date=found and found[0], date_text=found and found[1])


def _after_date_word(text: str) -> str:
    """From «от» on: «Приложение № 1 к приказу от … № 25» is order 25."""
    words = list(re.finditer(r"\bот\b", text))
    if not words:
        return re.sub(r"приложение\s*№?\s*\d*", "", text, flags=re.IGNORECASE)
    tail = text[words[-1].end() :]
    return tail if _NUMBER.search(tail) else re.sub(r"приложение\s*№?\s*\d*", "", text, flags=re.IGNORECASE)


def read_period(roadmap: Roadmap, order: Order | None, problems: list[Problem]) -> None:
    """The period as the title says it; else what the deadlines suggest, with a remark."""
    titles = [" ".join(roadmap.title_lines), " ".join(order.title_lines) if order else ""]
    for text in titles:
        if period := _period_in(text):
            roadmap.period = period
            return
    roadmap.period = _period_of_deadlines(roadmap)
    if roadmap.period:
        problems.append(
            Problem(
                "заголовок",
                f"Период в заголовке не назван; по срокам похоже на «{roadmap.period}».",
                "Проверьте период.",
            )
        )


def _period_in(text: str) -> str | None:
    text = tidy(text)
    if found := _SCHOOL_YEAR.search(text) or _YEARS.search(text):
        last = found[2] if len(found[2]) == 4 else found[1][:2] + found[2]
        school_year = int(last) == int(found[1]) + 1
        return f"{found[1]}-{last} учебный год" if school_year else f"{found[1]}-{last} годы"
    found = _YEAR.search(text)
    return f"{found[1]} год" if found else None


def _period_of_deadlines(roadmap: Roadmap) -> str | None:
    years = Counter(
        int(year) for item in roadmap.items() for year in re.findall(r"(?<!\d)20\d\d(?!\d)", item.deadline)
    )
    if not years or max(years) - min(years) > 1:
        return None
    first, last = min(years), max(years)
    return f"{first} год" if first == last else f"{first}-{last} учебный год"
