"""Which column is which: headings as people write them → the fields of a school."""

from __future__ import annotations

import re

from schools.listing.text import fold, one_alphabet, tidy

# The first rule that fits wins, so «адрес электронной почты» is an e-mail and «телефон директора» a telephone.
# Headings are compared folded: lower case, е for ё, no punctuation.
RULES: list[tuple[str, re.Pattern[str]]] = [
    (field, re.compile(pattern))
    for field, pattern in [
        ("email", r"\be ?mail|\bимэйл|\bимейл|электрон\w* (почт|адрес)|\bэл (почт|адрес)|\bпочта\b|\bemail"),
        ("phone", r"\bтел\b|телефон|\bфакс"),
        ("ogrn", r"\bогрн"),
        ("inn", r"\bинн\b"),
        ("login", r"логин"),
        ("code", r"\bкод\b"),
        ("accredited_on", r"^(?!.*(номер|серия|свидетел)).*аккредит"),
        ("pupils", r"обуча|\bобуч\b|учащи|ученик|контингент|(кол во|количеств|числ)\w* детей"),
        ("address", r"\bадрес|местонахожд|место нахожд"),
        ("director", r"директор|руководител|заведующ|\bф и о\b|\bфио\b"),
        ("kind", r"^(тип|вид)( (оо|оу|организаци\w*|учреждени\w*|школы|образовательн\w*.*))?$"),
        (
            "full_name",
            r"(наименован|назван).*(полн|устав|юридич)|(полн|юридич)\w* (наименован|назван)|по уставу",
        ),
        (
            "name",
            r"наименован|назван|^(оо|оу|школ[аы]|учреждени[ея]|организация|(обще)?образовательн\w+ (орг|учр)\w+)$",
        ),
    ]
]
NUMBER = re.compile(r"^(номер|n|п п|пп|н п п|n п п|порядковый номер|)$")

# Headings that name the thing outright beat those that only fit.
PREFERRED = {
    "address": re.compile(r"юридич|почтов"),
    "name": re.compile(r"кратк|сокращ"),
    "director": re.compile(r"ф и о|фио|директор|руководител"),
    "phone": re.compile(r"телефон"),
    "pupils": re.compile(r"всего|обуча|обуч"),
    "code": re.compile(r"око|\bоо\b|школ"),
}
# Two columns for one of these would be a guess about who is who.
IDENTITY = {"name", "full_name", "code", "login", "inn"}


def field_of(heading: str) -> str | None:
    """The field that a heading names, or None.

    >>> field_of("Кол-во\\nобуч-ся"), field_of("Эл. почта"), field_of("Муниципалитет")
    ('pupils', 'email', None)
    """
    folded = fold_heading(heading)
    return next((field for field, pattern in RULES if pattern.search(folded)), None)


def fold_heading(heading: str) -> str:
    text = one_alphabet(tidy(heading))
    return (
        fold(text) if re.search("[а-яё]", text, re.IGNORECASE) else re.sub(r"\W+", " ", text.lower()).strip()
    )


def is_number_column(heading: str) -> bool:
    return bool(NUMBER.match(fold_heading(heading)))


def recognise(headings: dict[int, str]) -> dict[int, str]:
    """Column → field. Two columns may claim one identity, which a person must settle; elsewhere the first wins."""
    fitting: dict[str, list[int]] = {}
    for column, heading in headings.items():
        if field := field_of(heading):
            fitting.setdefault(field, []).append(column)
    chosen = {}
    for field, columns in fitting.items():
        best = [
            c for c in columns if field in PREFERRED and PREFERRED[field].search(fold_heading(headings[c]))
        ]
        candidates = best or columns
        for column in candidates if field in IDENTITY else candidates[:1]:
            chosen[column] = field
    return chosen
