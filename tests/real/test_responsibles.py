"""Every responsible phrase of the five real documents is cut into sensible addressees."""

import datetime
import json
import re

import pytest

from roadmaps.domain import importing
from roadmaps.models import ActionItem
from roadmaps.responsibles import parse
from tests.conftest import SHARED
from tests.factories.accounts import DepartmentFactory
from tests.factories.schools import SchoolFactory

FILE = SHARED / "data" / "roadmaps.json"


def phrases() -> list[tuple[str, bool]]:
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
    (
        r"(?i)^(руководител|заместител|администрация|учител|педагог|классные|школьн|шмо|муниципальные общ|технический)",
        "schools",
    ),
)


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
        r"(?i)(?<!методист )(?<!классные )\b(руководител[ьи]\b|заместител[ьи]\b|администрация\b|координаторы?\b"
        r"|классные\b"
        r"|учителя-|педагоги-|методисты\b|методические\b|организации\b|сектор\b|управление\b|отдел\b|мбуо?\b|шмо\b"
        r"|специалист\b|наблюдатели\b)|[А-ЯЁ]\.[А-ЯЁ]\."
    )
    for phrase, own_school in phrases():
        if re.search(r"[А-ЯЁ]\.[А-ЯЁ]\., методист|МКУ|МБОУ|ПМО\b", phrase):
            continue  # positions of a named person and names in quotes are no addressees of their own
        assert len(parse(phrase, own_school=own_school)) == len(starts.findall(phrase)), phrase


def one_line(text: str) -> str:
    return " ".join(text.split())


def kinds(phrase: str, school: object) -> list[str]:
    return [piece.kind for piece in parse(phrase, own_school=school is not None)]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["rubtsovsk-447", "atyurevo-25", "kaliningrad-g32", "inta-51", "artem-216"])
def test_every_real_plan_is_imported_whole(name: str) -> None:
    """Every row of the document is a row of the plan, word for word, with both its meanings."""
    seeds = json.loads(FILE.read_text(encoding="utf-8"))["seeds"]
    (seed,) = [seed for seed in seeds if seed["id"].startswith(name)]
    department, file = DepartmentFactory(), SHARED / "data" / "docx" / f"{name}.docx"
    school = SchoolFactory(department=department) if seed["level"] == "school" else None
    read = importing.read_bytes(file.read_bytes(), file.name)
    period = importing.guess_period(read.as_json(), datetime.date(2026, 1, 1))
    roadmap = importing.import_roadmap(
        read, department=department, file_name=file.name, period=period, school=school
    )
    rows = ActionItem.objects.filter(section__roadmap=roadmap)
    expected = [item for section in seed["roadmap"]["sections"] for item in section["items"]]
    printed = [(row.number, row.text, row.deadline, row.responsible) for row in rows]
    wanted = [
        (item["number"] or "", item["text"], item["deadline"], item["responsible"]) for item in expected
    ]
    assert [tuple(map(one_line, cells)) for cells in printed] == [
        tuple(map(one_line, cells)) for cells in wanted
    ]
    for row, item in zip(
        rows, expected, strict=True
    ):  # broken into lines or run together: the same addressees
        assert kinds(row.responsible, school) == kinds(item["responsible"], school)
    assert [row.pk for row in rows if not row.deadline_parts or not row.reach] == []
    years = re.findall(r"20\d\d", seed["roadmap"]["period"])
    assert (roadmap.first_day.year, roadmap.last_day.year) == (int(years[0]), int(years[-1]))
