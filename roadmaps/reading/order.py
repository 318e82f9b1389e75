"""The text of an order, line by line → its parts."""

import re
from collections.abc import Sequence

from roadmaps.reading.grid import Line
from roadmaps.reading.model import Addressee, Clause, Executor, Letterhead, Order, Problem, SecondLanguage
from roadmaps.reading.preface import find_date, find_number
from roadmaps.reading.recognise import is_title
from roadmaps.reading.text import one_line, tidy

_DOC_WORDS = {"приказ", "распоряжение", "постановление", "решение"}
_RESOLUTION = re.compile(
    r"(?:^|(?<=[\s,.]))(?:п\s*р\s*и\s*к\s*а\s*з\s*ы\s*в\s*а\s*ю|о\s*б\s*я\s*з\s*ы\s*в\s*а\s*ю|п\s*о\s*с\s*т\s*а\s*н\s*о\s*в\s*л\s*я\s*[юе]\s*т?"
    r"|п\s*р\s*е\s*д\s*л\s*а\s*г\s*а\s*ю)(?:\s+следующее)?\s*:?\s*$", re.IGNORECASE)  # fmt: skip
_PREAMBLE = re.compile(
    r"(?:В соответствии|В целях|С целью|В связи|В рамках|На основ|Во исполнение|Руководствуясь|Согласно|По результатам"
    r"|По итогам|Учитывая|Рассмотрев|Для |Принимая|Исходя|Основываясь)"
)
_CLAUSE = re.compile(
    r"(\d{1,2}(?:\.\d{1,2}){0,4}\.?|\d{1,2}\)|[а-я]\))\s*(?=[«\"(А-ЯЁA-Zа-яё])(.+)", re.DOTALL
)
_PLACE = re.compile(
    r"(?<!\w)(?:г|гор|город|с|село|п|пос|посёлок|поселок|пгт|р\.\s?п|рп|ст|станица|ст-ца|д|дер|деревня|аул|х|хутор)\b\.?\s*[А-ЯЁ][\w-]*(?:\s[А-ЯЁ][\w-]*)*"
)
_NAME = re.compile(
    r"(?:[А-ЯЁ]\.\s?(?:[А-ЯЁ]\.\s?)?[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?|[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?\s[А-ЯЁ]\.\s?[А-ЯЁ]\.)$"
)
_POSITION = re.compile(
    r"(?:Начальник|Заместител|Директор|Заведующ|Руководител|Глава|И\.?\s?о\.|И\.\s?п\.|Исполняющ|Врио|Вр\.|Временно|Председател|Министр|Ректор|НАЧАЛЬНИК|ДИРЕКТОР|ЗАМЕСТИТЕЛЬ|ГЛАВА)"
)
_FULL_NAME = re.compile(
    r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?(?:\s[А-ЯЁ][а-яё]+\s[А-ЯЁ][а-яё]+|\s[А-ЯЁ]\.\s?[А-ЯЁ]\.)|[А-ЯЁ]\.\s?[А-ЯЁ]\.\s?[А-ЯЁ][а-яё]+"
)
_PHONE = re.compile(r"(?<!\d)(?:\+?\d[\d\s()-]{3,}\d)(?!\d)")
_EXECUTOR = re.compile(r"(?:исп(?:олнитель|олнил\w*)?\b\.?)\s*:?\s*", re.IGNORECASE)
_DISTRIBUTION = re.compile(
    r"(?:рассылка|разослать|разослано|расчёт рассылки|расчет рассылки|список рассылки)\s*:?\s*", re.IGNORECASE
)
_COPIES_FIRST = re.compile(r"(\d{1,3})\s*(?:экз\.?)?\s*[-–—]\s*(.+)")
_COPIES_LAST = re.compile(r"(.+?)\s*[-–—]\s*(\d{1,3})(?:\s*экз\.?)?[;,.]?")
_ANNEX = re.compile(r"приложение\b", re.IGNORECASE)
_ACQUAINTED = re.compile(r"с приказом ознаком", re.IGNORECASE)
# Letters that only one republic's second language has.
_LANGUAGES = (
    ("ҙҫғҡ", "ba", "башкирский"),
    ("әөүҗңһ", "tt", "татарский"),
    ("ӑӗҫӳ", "cv", "чувашский"),
    ("ӝӟӥӵ", "udm", "удмуртский"),
    ("ҕҥ", "sah", "якутский"),
    ("ӓӱӹ", "mrj", "горномарийский"),
    ("ӕ", "os", "осетинский"),
    ("ӧі", "kv", "коми"),
)
_FOREIGN = re.compile(r"[^\W\d_а-яёa-z]", re.IGNORECASE)


def read_order(lines: Sequence[Line], problems: list[Problem]) -> tuple[Order | None, Sequence[Line]]:
    """The order at the head of the lines, and the lines after it; (None, all lines) when there is none."""
    word = next((at for at, line in enumerate(lines) if _is_doc_word(line.text)), None)
    resolution = next((at for at, line in enumerate(lines) if _RESOLUTION.search(line.text)), None)
    if resolution is None and word is not None:
        resolution = next((at - 1 for at, line in enumerate(lines) if at > word and _number_of(line)), None)
    if resolution is None:
        return None, lines
    order = Order()
    opening = _opening(lines[: resolution + 1], order)
    order.letterhead = _letterhead(lines[:opening])
    end = _read_body(lines, resolution + 1, order, problems)
    return order, lines[end:]


def _squeezed(text: str) -> str:
    return re.sub(r"\s", "", text).lower()


def _is_doc_word(text: str) -> bool:
    return _squeezed(text) in _DOC_WORDS


# --- over the clauses ---


def _opening(lines: Sequence[Line], order: Order) -> int:
    """Document word, date, place, number, title, preamble; where the letterhead ends."""
    end = next((at for at, line in enumerate(lines) if _is_doc_word(line.text)), None)
    at = 0
    if end is not None:
        order.doc_word = one_line(lines[end].text)
        at = end + 1
        if at < len(lines) and _is_second_word(lines[at].text):
            order.doc_word_second = one_line(lines[at].text)
            at += 1
    end, at = _requisites(lines, at, end, order)
    _title_and_preamble(lines[at:], order)
    return end


def _is_second_word(text: str) -> bool:
    """«Т Ш Ӧ К Т Ӧ Д», «БОЕРЫК»: one word in capitals or spaced out, right under the Russian one."""
    one_word = len(text.split()) == 1 and text.isupper() and not any(letter.isdigit() for letter in text)
    return one_word or bool(re.fullmatch(r"(?:[^\W\d_]\s)+[^\W\d_]", one_line(text)))


def _requisites(lines: Sequence[Line], at: int, end: int | None, order: Order) -> tuple[int, int]:
    """Date, number and place stand on one line or on several, in any order."""
    after = at
    for index, line in enumerate(lines[at:], start=at):
        text = line.text.replace("\n", " ")
        if _PREAMBLE.match(text) or re.match(r"[«\"]?(?:Об?|О мерах)\s", text):
            break
        found, number = find_date(text), find_number(text)
        rest = text.replace(found[1], " ") if found else text
        place = _PLACE.search(re.sub(r"(?:№|N)\s*\S+", " ", rest))
        if not (found or number or (place and place.start() < 3) or "№" in text or "__" in text):
            if line.printed and order.date_text:
                break
            continue
        order.date, order.date_text = (order.date, order.date_text) if order.date else (found or (None, None))
        order.number, order.place = (
            order.number or number,
            order.place or (one_line(place[0]) if place else None),
        )
        end, after = (index if end is None else end), index + 1
    return end or 0, after


def _title_and_preamble(lines: Sequence[Line], order: Order) -> None:
    title: list[str] = []
    preamble: list[str] = []
    for line in lines:
        text = one_line(line.text)
        if found := _RESOLUTION.search(text):
            order.resolution_word = text[found.start() :].strip()
            preamble += filter(None, [text[: found.start()].strip()])
            break
        if preamble or _PREAMBLE.match(text):
            preamble += filter(None, [text])
        elif text and title and title[-1] == "":
            preamble.append(text)
        elif text or title:
            title.append(text)
    order.title_lines = [line for line in title if line]
    order.preamble = " ".join(preamble) or None


def _letterhead(lines: Sequence[Line]) -> Letterhead:
    """Lines over the document word, the ones in the republic's own language apart."""
    groups: list[list[str]] = [[]]
    for line in lines:
        if not line.printed:
            groups.append([])
        else:
            groups[-1] += [one_line(part) for part in line.text.split("\n")]
    second: list[str] = []
    first: list[str] = []
    for group in filter(None, groups):
        foreign = [at for at, text in enumerate(group) if _FOREIGN.search(text)]
        if not foreign:
            first += group
        elif len(group) == len(foreign) or len([each for each in groups if each]) > 1:
            second += group
        else:
            first += group[: foreign[0]] + group[foreign[-1] + 1 :]
            second += group[foreign[0] : foreign[-1] + 1]
    return Letterhead(first, _second_language(second) if second else None)


def _second_language(lines: list[str]) -> SecondLanguage:
    letters = set("".join(lines).lower())
    for marks, code, name in _LANGUAGES:
        if letters & set(marks):
            return SecondLanguage(lines, code, name)
    return SecondLanguage(lines)


# --- clauses and what follows ---


def _read_body(lines: Sequence[Line], at: int, order: Order, problems: list[Problem]) -> int:
    """Clauses, signature, executors, distribution; the first line that is none of them."""
    signature = _find_signature(lines, at)
    stop = signature[0] if signature else _first_foreign(lines, at)
    for line in lines[at:stop]:
        _take_clause(line, order, problems)
    if not signature:
        return stop
    _take_signature(lines[signature[0] : signature[1] + 1], order)
    return _after_signature(lines, signature[1] + 1, order)


def _first_foreign(lines: Sequence[Line], at: int) -> int:
    for index, line in enumerate(lines[at:], start=at):
        if is_title(line.text) or (_ANNEX.match(line.text) and not line.text.rstrip().endswith((".", ";"))):
            return index
    return len(lines)


def _find_signature(lines: Sequence[Line], at: int) -> tuple[int, int] | None:
    """First and last line of the position and name of who signs."""
    end = _first_foreign(lines, at)
    for index in range(at, end):
        text = tidy(lines[index].text.replace("\t", " "))
        if (
            _CLAUSE.match(lines[index].printed)
            or lines[index].label
            or not _NAME.search(text)
            or "\n" in text
        ):
            continue
        first = _position_above(lines, at, index) if _NAME.fullmatch(text) else index
        while first > at and lines[first - 1].printed and not lines[first - 1].label:
            if _CLAUSE.match(lines[first - 1].printed) or _POSITION.match(lines[first].text):
                break
            first -= 1
        if _POSITION.match(lines[first].text) or "\t" in lines[index].text or "__" in text:
            return first, index
    return None


def _position_above(lines: Sequence[Line], at: int, index: int) -> int:
    """The last line of the position when the name stands apart from it, below empty lines."""
    above = next((place for place in range(index - 1, at - 1, -1) if lines[place].printed), index)
    return index if _CLAUSE.match(lines[above].printed) or lines[above].label else above


def _take_signature(lines: Sequence[Line], order: Order) -> None:
    texts = [one_line(re.sub(r"_{2,}", " ", line.text)) for line in lines]
    found = _NAME.search(texts[-1])
    order.signatory = found[0] if found else None
    texts[-1] = texts[-1][: found.start()].strip() if found else texts[-1]
    order.position_lines = [text for text in texts if text]


def _number_of(line: Line) -> str:
    """A clause's number, typed or automatic; empty for any other line."""
    if line.label[:1].isalnum():
        return line.label
    found = _CLAUSE.fullmatch(one_line(line.text))
    return found[1] if found else ""


def _take_clause(line: Line, order: Order, problems: list[Problem]) -> None:
    number, text = _number_of(line), one_line(line.text)
    if not line.printed:
        return
    if number:
        written = _CLAUSE.fullmatch(text) if not line.label else None
        _siblings(number, order).append(Clause(number, written[2] if written else text))
    elif order.clauses:
        last = order.clauses[-1]
        while last.children:
            last = last.children[-1]
        last.text = f"{last.text}\n{f'{line.label} {text}'.strip()}"
    else:
        problems.append(
            Problem(
                "приказ",
                f"Строка после «приказываю» стоит без номера: «{text[:120]}».",
                "Впишите её в пункт приказа.",
            )
        )


def _siblings(number: str, order: Order) -> list[Clause]:
    """The list that a clause of this number belongs to: 2.1. under 2., а) under the last one."""
    siblings = order.clauses
    if not number[0].isdigit():
        return order.clauses[-1].children if order.clauses else siblings
    for _ in range(len(re.findall(r"\d+", number)) - 1):
        if not siblings:
            break
        siblings = siblings[-1].children
    return siblings


def _after_signature(lines: Sequence[Line], at: int, order: Order) -> int:
    """Executors and the distribution list, in any order; where they end."""
    last, inside = at, ""
    pending: list[str] = []
    for index, line in enumerate(lines[at:], start=at):
        text = tidy(line.text.replace("\t", " "))
        if not text:
            continue
        if is_title(text) or _ANNEX.match(text):
            break
        if found := _DISTRIBUTION.match(text):
            inside, text = "distribution", text[found.end() :]
            _take_addressee(text, order)
        elif inside == "distribution" and not _EXECUTOR.match(text):
            if not _take_addressee(text, order):
                break
        elif _ACQUAINTED.match(text):
            inside = "acquainted"
        elif inside != "acquainted" and not _take_executor(text, pending, order):
            break
        last = index + 1
    if pending:
        _close_executor(pending, order)
    return last


def _take_addressee(text: str, order: Order) -> bool:
    for part in filter(None, text.split("\n")):
        if found := _COPIES_FIRST.fullmatch(part):
            order.distribution.append(Addressee(int(found[1]), found[2]))
        elif found := _COPIES_LAST.fullmatch(part):
            order.distribution.append(Addressee(int(found[2]), found[1]))
        elif len(part) < 200:
            order.distribution.append(Addressee(None, part))
        else:
            return False
    return True


def _take_executor(text: str, pending: list[str], order: Order) -> bool:
    """A name opens an executor, a telephone closes it."""
    bare = _EXECUTOR.sub("", text, count=1)
    has_name, has_phone = bool(_FULL_NAME.search(bare)), bool(_PHONE.search(bare))
    if not (has_name or has_phone or bare != text) or len(text) > 150:
        return False
    if has_name and pending and _FULL_NAME.search(" ".join(pending)):
        _close_executor(pending, order)
    pending.append(text)
    if has_phone:
        _close_executor(pending, order)
    return True


def _close_executor(pending: list[str], order: Order) -> None:
    printed = "\n".join(pending)
    pending.clear()
    name, phone = _FULL_NAME.search(printed), _PHONE.search(printed)
    if name:
        order.executors.append(Executor(name[0], phone[0].strip() if phone else None, printed))
