"""One cell → one clean value, or `Bad` with the reason and the remedy. Nothing is guessed."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from portal.lib import excel
from portal.lib.excel import Broken
from schools.listing.text import fold, name_case, one_alphabet, quotes, tidy, to_latin


class Bad(Exception):
    """The value cannot be taken; ``args`` are the message and the remedy."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message, remedy)
        self.message, self.remedy = message, remedy


DASHES = {"-", "–", "—", "−", "--", "---"}
MAX_LENGTH = {"name": 250, "full_name": 500, "kind": 60, "address": 500, "director": 200, "phone": 100}


def clean(field: str, cell: Any) -> Any:
    """The value of ``field`` in ``cell``; None when the cell is empty; raises `Bad`."""
    if isinstance(cell, Broken):
        raise Bad(f"В ячейке ошибка формулы: {cell}.", "Впишите само значение вместо формулы.")
    if isinstance(cell, str):
        cell = tidy(cell)
        if cell in DASHES:
            raise Bad("Прочерк вместо значения.", "Впишите значение или оставьте ячейку пустой.")
    if cell in ("", None):
        return None
    return CLEANERS[field](cell)


def as_text(cell: Any) -> str:
    """What the cell shows: whole numbers without «.0», no invisible signs."""
    return tidy(cell) if isinstance(cell, str) else excel.as_text(cell)


def _limited(field: str) -> Callable[[str], str]:
    limit = MAX_LENGTH[field]

    def check(text: str) -> str:
        if len(text) > limit:
            raise Bad(f"Слишком длинно: {len(text)} знаков, а можно {limit}.", "Сократите текст.")
        return text

    return check


def _name(field: str) -> Callable[[Any], str]:
    limited = _limited(field)
    return lambda cell: limited(quotes(one_alphabet(as_text(cell))))


def _plain(field: str) -> Callable[[Any], str]:
    limited = _limited(field)
    return lambda cell: limited(one_alphabet(as_text(cell)))


def _director(cell: Any) -> str:
    return _limited("director")(name_case(one_alphabet(as_text(cell))))


KINDS = {
    "СОШ": "сош|сш|средняя|средняя школа|средняя общеобразовательная|средняя общеобразовательная школа",
    "ООШ": "оош|ош|основная|основная школа|основная общеобразовательная|основная общеобразовательная школа",
    "НОШ": "нош|нш|начальная|начальная школа|начальная общеобразовательная|начальная общеобразовательная школа",
    "лицей": "лицей",
    "гимназия": "гимназия",
}
KIND_OF = {spelling: kind for kind, spellings in KINDS.items() for spelling in spellings.split("|")}


def _kind(cell: Any) -> str:
    text = one_alphabet(as_text(cell))
    return KIND_OF.get(fold(text)) or _limited("kind")(text)


_SCH = re.compile(r"(sch|edu)\d{6}")  # «edu» until 2021
_SCH_HEAD = re.compile(r"(sch|edu)([\do]+)")


def _code(cell: Any) -> str:
    text = to_latin(as_text(cell)).lower().replace(" ", "")
    if match := _SCH_HEAD.fullmatch(text):  # the letter О typed for a nought
        text = match[1] + match[2].replace("o", "0")
    if not _SCH.fullmatch(text):
        raise Bad(
            f"Это не код школы в ФИС ОКО: {_why_not_code(text)}",
            "Впишите код как в личном кабинете ФИС ОКО: sch и шесть цифр, например sch123456.",
        )
    return text


def _why_not_code(text: str) -> str:
    digits = re.sub(r"\D", "", text)
    if text.startswith("sch") and text[3:].isdigit():
        return f"после sch цифр {len(digits)}, а нужно шесть."
    if text.isdigit():
        return "нет букв sch в начале."
    return "нужны буквы sch и шесть цифр."


def _digits(cell: Any, what: str) -> str:
    """Digits of a long number, whether Excel kept it as text or as a number."""
    if isinstance(cell, bool | datetime.date | datetime.time | datetime.timedelta):
        raise Bad(f"Это не {what}.", "Впишите номер цифрами; формат ячейки — «Текстовый».")
    if isinstance(cell, int | float):
        if not math.isfinite(cell) or cell < 0 or cell != int(cell):
            raise Bad(f"Это не {what}.", "Впишите номер цифрами, без дробной части.")
        return str(int(cell))
    text = re.sub(r"[\s'`]", "", str(cell)).translate({ord(letter): "0" for letter in "ОоOo"})
    if re.fullmatch(r"\d+[.,]0*", text):
        text = re.split(r"[.,]", text)[0]
    if re.fullmatch(r"\d[.,]?\d*[eEеЕ]\+?\d{1,2}", text):
        return _from_exponent(text, what)
    if not text.isascii() or not text.isdigit():
        raise Bad(f"Это не {what}: кроме цифр есть другие знаки.", "Оставьте в ячейке только цифры.")
    return text


def _from_exponent(text: str, what: str) -> str:
    """«1,0200020000060E+12» in full; «1,02E+12» has lost its digits for ever."""
    number = Decimal(to_latin(text).replace(",", "."))
    mantissa = number.as_tuple()
    if number != number.to_integral_value() or int(mantissa.exponent) > 1:
        raise Bad(
            f"Excel сократил номер до «{text}», и часть цифр потеряна.",
            "Задайте ячейке формат «Текстовый» и впишите номер заново.",
        )
    return str(int(number))


def _weighted(digits: str, weights: str) -> int:
    pairs = zip(digits, weights.split(), strict=False)
    return sum(int(digit) * int(weight) for digit, weight in pairs) % 11 % 10


def inn_is_right(digits: str) -> bool:
    """Check digits of a 10-digit (organisation) or 12-digit (person) ИНН."""
    if not digits.isdigit() or not digits.strip("0"):
        return False
    if len(digits) == 10:
        return _weighted(digits[:9], "2 4 10 3 5 9 4 6 8") == int(digits[9])
    if len(digits) == 12:
        first = _weighted(digits[:10], "7 2 4 10 3 5 9 4 6 8") == int(digits[10])
        return first and _weighted(digits[:11], "3 7 2 4 10 3 5 9 4 6 8") == int(digits[11])
    return False


def _inn(cell: Any) -> str:
    digits = _digits(cell, "ИНН")
    if len(digits) < 10:
        digits = digits.zfill(10)  # Excel drops leading noughts; the check digit tells whether this was it
    if len(digits) not in {10, 12}:
        raise Bad(
            f"В ИНН {len(digits)} цифр, а нужно 10.", "Сверьте ИНН со свидетельством или egrul.nalog.ru."
        )
    if not inn_is_right(digits):
        raise Bad(
            "Контрольная цифра ИНН не сходится: в номере опечатка.",
            "Сверьте ИНН со свидетельством или egrul.nalog.ru.",
        )
    return digits


def ogrn_is_right(digits: str) -> bool:
    """Check digit of a 13-digit ОГРН or a 15-digit ОГРНИП."""
    if not digits.isdigit() or len(digits) not in {13, 15}:
        return False
    return int(digits[:-1]) % (len(digits) - 2) % 10 == int(digits[-1])


def _ogrn(cell: Any) -> str:
    digits = _digits(cell, "ОГРН")
    if len(digits) != 13:
        raise Bad(
            f"В ОГРН {len(digits)} цифр, а нужно 13.", "Сверьте ОГРН со свидетельством или egrul.nalog.ru."
        )
    if not ogrn_is_right(digits):
        raise Bad(
            "Контрольная цифра ОГРН не сходится: в номере опечатка.",
            "Сверьте ОГРН со свидетельством или egrul.nalog.ru.",
        )
    return digits


_PHONE = re.compile(r"[+\d][\d\s().\-–]*(?:,?\s*доб\.?\s*\d{1,6})?")


def _phone(cell: Any) -> str:
    text = as_text(cell)
    own = re.split(r",?\s*доб", text)[0]
    digits = sum(letter.isdigit() for letter in own)
    if not _PHONE.fullmatch(text) or digits > 11:
        if digits > 11 or re.search(r"\d\s*[,;/]", text):
            raise Bad("В ячейке не один телефон.", "Оставьте один номер, без примечаний; остальные уберите.")
        raise Bad("Это не номер телефона.", "Впишите один номер цифрами, например +7 (00000) 1-23-45.")
    if digits < 5:
        raise Bad("Номер телефона слишком короткий.", "Впишите номер целиком, с кодом города.")
    return _limited("phone")(text)


_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9А-Яа-яЁё](?:[A-Za-z0-9А-Яа-яЁё-]{0,61}[A-Za-z0-9А-Яа-яЁё])?\.)+"
    r"(?:[A-Za-z]{2,63}|[Рр][Фф]|xn--[A-Za-z0-9-]{1,59})"
)


def _email(cell: Any) -> str:
    text = re.sub(r"^mailto:", "", as_text(cell), flags=re.IGNORECASE)
    name, at, domain = text.rpartition("@")
    text = to_latin(name) + at + (domain if re.search(r"\.рф$", domain, re.IGNORECASE) else to_latin(domain))
    if len(re.findall("@", text)) > 1:
        raise Bad("В ячейке не один адрес почты.", "Оставьте один адрес.")
    if len(text) > 254 or not _EMAIL.fullmatch(text):
        why = "нет знака @." if "@" not in text else "проверьте точки и буквы."
        raise Bad(
            f"Это не адрес электронной почты: {why}", "Впишите один адрес, например school@example.org."
        )
    return text


_COUNT = re.compile(r"(\d[\d ]*)(?:[.,]0+)?\s*(?:чел(?:\.|овека?)?|уч(?:\.|ащихся|еников|-ся)?|обуч\w*\.?)?")


def _pupils(cell: Any) -> int:
    bad = Bad("Это не количество обучающихся.", "Впишите целое число, без слов.")
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        raise bad
    if isinstance(cell, str):
        match = _COUNT.fullmatch(cell.lower())
        if match is None:
            raise bad
        cell = int(match[1].replace(" ", "")) if len(match[1]) < 12 else 10**9
    if not math.isfinite(cell) or cell < 0 or cell != int(cell):
        raise bad
    if cell > 99_999:
        raise Bad("Столько обучающихся в одной школе не бывает.", "Проверьте число.")
    return int(cell)


MONTHS = ["янв", "фев", "мар", "апр", "ма", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"]
_NUMERIC_DATE = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})(?:\s*(?:г|года|год)\.?)?")
_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?")
_WORD_DATE = re.compile(r"[«\"]?(\d{1,2})[»\"]?\s+([а-яё]+)\.?\s+(\d{4})(?:\s*(?:г|года|год)\.?)?")
_EPOCH = datetime.date(1899, 12, 30)  # Excel's day 0, its 1900 leap year counted in
_FIRST_SERIAL, _LAST_SERIAL = 10_000, 75_000  # 1927 … 2105


def _date(cell: Any) -> str:
    day = _day(cell)
    if day is None:
        raise Bad("Это не дата.", "Впишите дату как ДД.ММ.ГГГГ, например 25.05.2023.")
    if not 1900 <= day.year <= 2100:
        raise Bad(f"Дата {day:%d.%m.%Y} невозможна.", "Проверьте год.")
    return day.isoformat()


def _day(cell: Any) -> datetime.date | None:
    if isinstance(cell, datetime.datetime):
        return cell.date()
    if isinstance(cell, datetime.date):
        return cell
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        in_range = _FIRST_SERIAL <= cell <= _LAST_SERIAL
        return _EPOCH + datetime.timedelta(days=int(cell)) if in_range else None
    if not isinstance(cell, str):
        return None
    text = one_alphabet(cell).lower()
    if re.fullmatch(r"\d{5}(?:\.0)?", text):
        return _day(float(text))
    try:
        return _written_day(text)
    except ValueError:
        return None


def _written_day(text: str) -> datetime.date | None:
    if match := _ISO_DATE.fullmatch(text):
        return datetime.date(*map(int, match.groups()))
    if match := _NUMERIC_DATE.fullmatch(text):
        day, month, year = map(int, match.groups())
        if len(match[3]) == 2:
            year += 2000 if year <= 50 else 1900
        return datetime.date(year, month, day)
    if match := _WORD_DATE.fullmatch(text):
        month = next((n for n, stem in enumerate(MONTHS, 1) if match[2].startswith(stem)), 0)
        return datetime.date(int(match[3]), month, int(match[1]))
    return None


CLEANERS: dict[str, Callable[[Any], Any]] = {
    "name": _name("name"),
    "full_name": _name("full_name"),
    "kind": _kind,
    "code": _code,
    "login": _code,
    "inn": _inn,
    "ogrn": _ogrn,
    "address": _plain("address"),
    "director": _director,
    "phone": _phone,
    "email": _email,
    "pupils": _pupils,
    "accredited_on": _date,
}
