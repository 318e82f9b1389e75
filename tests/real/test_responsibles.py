"""Every responsible phrase of the five real documents is cut into sensible addressees."""

import json
import re

import pytest

from roadmaps.responsibles import parse
from tests.conftest import SHARED

FILE = SHARED / "data" / "roadmaps.json"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason="the shared folder is not here")


def phrases() -> list[tuple[str, bool]]:
    if not FILE.exists():
        return []
    found = {
        (item["responsible"], seed["level"] == "school")
        for seed in json.loads(FILE.read_text(encoding="utf-8"))["seeds"]
        for section in seed["roadmap"]["sections"]
        for item in section["items"]
    }
    return sorted(found)


# What the addressee's first words tell of its kind; read independently of the parser's grammar.
EXPECTED = (
    (r"^[А-ЯЁ][а-яё]+ [А-ЯЁ]\.[А-ЯЁ]\.", "person"),
    (r" [А-ЯЁ][а-яё]+ [А-ЯЁ]\.[А-ЯЁ]\.$", "person"),
    (r"наблюдател", "outside"),
    (r"№ \d+", "school"),
    (r"(?i)^руководители [мпц]мо\b|методические объединения$", "body"),
    (r"(?i)^(муниципальный координатор|методисты|технический специалист)(?! оу)", "position"),
    (r"^(Отдел|Сектор|Управление|МБУО?) ", "body"),
    (r"(?i)^(руководител|заместител|администрация|учител|педагог|классные|школьн|шмо|муниципальные общ|технический)", "schools"),
)  # fmt: skip


@pytest.mark.parametrize(("phrase", "own_school"), phrases())
def test_each_addressee_is_what_its_words_say(phrase: str, own_school: bool) -> None:
    pieces = parse(phrase, own_school=own_school)
    expected = [
        next((kind for pattern, kind in EXPECTED if re.search(pattern, p.text)), None) for p in pieces
    ]
    assert [piece.kind for piece in pieces] == expected


def test_there_are_as_many_addressees_as_the_documents_list() -> None:
    """Starting words of addressees, counted in the raw text, against the pieces."""
    starts = re.compile(
        r"(?i)(?<!методист )(?<!классные )\b(руководител[ьи]\b|заместител[ьи]\b|администрация\b|координаторы?\b|классные\b"
        r"|учителя-|педагоги-|методисты\b|методические\b|организации\b|сектор\b|управление\b|отдел\b|мбуо?\b|шмо\b"
        r"|специалист\b|наблюдатели\b)|[А-ЯЁ]\.[А-ЯЁ]\."
    )
    for phrase, own_school in phrases():
        if re.search(r"[А-ЯЁ]\.[А-ЯЁ]\., методист|МКУ|МБОУ|ПМО\b", phrase):
            continue  # positions of a named person and names in quotes are no addressees of their own
        assert len(parse(phrase, own_school=own_school)) == len(starts.findall(phrase)), phrase
