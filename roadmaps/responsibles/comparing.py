"""Words for comparing printed phrases with remembered ones, positions and surnames."""

from __future__ import annotations

import re
from functools import lru_cache

from portal.lib import names
from roadmaps.deadlines.lexicon import analyzer
from roadmaps.responsibles.tokens import CYRILLIC, forms_of, tokenized
from roadmaps.responsibles.vocabulary import HEADS, SMALL


def folded(text: str) -> str:
    """The phrase as rules remember it: lower case, ё = е, one kind of quotes and dash, single spaces, no end dot."""
    text = re.sub(r"[«»„“”\"]", '"', names.folded(text))
    text = re.sub(r"[‐‑‒–—−]", "-", text)
    return re.sub(r"\s+", " ", text).strip(" .,;:")


def lemmas(text: str) -> tuple[frozenset[str], ...]:
    """The dictionary forms of every word that says something, one set a word."""
    return tuple(
        forms_of(token.fold).lemmas | {token.fold}
        for token in tokenized(text)
        if token.fold not in SMALL and token.kind != "initials"
    )


def head_lemmas(text: str) -> frozenset[str]:
    """The dictionary forms of the noun that names the position: «ведущий специалист отдела» → специалист."""
    return next((lemmas & HEADS for lemmas in lemmas(text) if lemmas & HEADS), frozenset())


def is_plural(text: str) -> bool:
    """Whether the position is named in the plural: «методисты», «главные специалисты»."""
    heads = (token for token in tokenized(text) if forms_of(token.fold).lemmas & HEADS)
    return any(forms_of(head.fold).plural for head in list(heads)[:1])


@lru_cache(maxsize=20_000)
def surname_forms(surname: str, patronymic: str = "") -> frozenset[str]:
    """The folded forms in which a plan may print a surname: nominative, dative, accusative, instrumental.

    The genitive is left out: of a man's surname it looks like a woman's («Орлова»).
    """
    fold = names.folded(surname)
    gender = (
        "femn" if patronymic.lower().endswith("на") else "masc" if patronymic.lower().endswith("ич") else None
    )
    forms = {fold}
    for parse in analyzer().parse(surname.lower()) if CYRILLIC.fullmatch(fold) else ():
        if parse.tag.case == "nomn" and parse.tag.number == "sing" and gender in (None, parse.tag.gender):
            cases = {"datv", "ablt"} | ({"accs"} if parse.tag.gender == "femn" else set())
            forms |= {
                form.word.replace("ё", "е")
                for form in parse.lexeme
                if form.tag.case in cases
                and form.tag.number == "sing"
                and form.tag.gender == parse.tag.gender
            }
    return frozenset(forms)
