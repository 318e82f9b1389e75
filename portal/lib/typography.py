"""Russian typography: what must not part at a line's end is bound by a no-break space."""

from __future__ import annotations

import re

from portal.lib.names import NBSP

# №, numbers, prepositions and initials that must not part from the word they belong to.
UNBREAKABLE = (
    (re.compile(r"(№|§|(?<!\w)(?:п\.|пп\.|ст\.|г\.|с\.|ул\.|д\.)) +(?=\S)"), rf"\1{NBSP}"),
    (re.compile(r"(?<=\d) +(?=[А-Яа-яЁё%№])"), NBSP),
    (re.compile(r"\b([А-ЯЁ][а-яё-]+) +(?=[А-ЯЁ]\.)"), rf"\1{NBSP}"),
    (re.compile(r"\b([А-ЯЁ]\.) +(?=[А-ЯЁ])"), rf"\1{NBSP}"),
    (
        re.compile(r"(?<!\S)([АаВвИиКкОоСсУуЯя]|[Вв]о|[Зз]а|[Ии]з|[Нн]а|[Нн]е|[Оо]б|[Оо]т|[Пп]о|[Сс]о) +"),
        rf"\1{NBSP}",
    ),
    (re.compile(r" +(?=[—–] )"), NBSP),
)


def bound(text: str) -> str:
    """№ 5, 12 школ, «Михеева Е. И.», short prepositions stay with their word."""
    for pattern, replacement in UNBREAKABLE:
        text = pattern.sub(replacement, text)
    return text
