"""The five real documents, clean and as scanned, in Word, Excel and HTML, against their transcription."""

import json
import re
from pathlib import Path

import pytest

from roadmaps.reading import read, read_tsv
from tests.conftest import SHARED

DATA = SHARED / "data"
FILES = sorted(path for path in (DATA / "docx").rglob("*") if path.suffix in {".docx", ".xlsx", ".html"})
COMMENTS = {"source_note", "text_as_scanned", "note"}


def folded(value):
    """Runs of blanks and line ends as one blank; the transcriber's remarks left out."""
    if isinstance(value, str):
        return re.sub(r"\s+", " ", value).strip()
    if isinstance(value, list):
        return [folded(each) for each in value]
    if isinstance(value, dict):
        return {key: folded(each) for key, each in value.items() if key not in COMMENTS}
    return value


def wanted(path: Path):
    seeds = json.loads((DATA / "roadmaps.json").read_text())["seeds"]
    [seed] = [each for each in seeds if path.name.startswith(each["id"].rpartition("-")[0])]
    return folded(seed)


def names(paths):
    return [path.name for path in paths]


def test_all_files_are_tried():
    assert [sum(path.suffix == end for path in FILES) for end in (".docx", ".xlsx", ".html")] == [9, 2, 13]
    assert (
        sum(
            wanted(DATA / name)["counts"]["total"]
            for name in ("rubtsovsk-447", "atyurevo-25", "kaliningrad-g32", "inta-51", "artem-216")
        )
        == 97
    )


@pytest.mark.parametrize("path", FILES, ids=names(FILES))
def test_every_section_item_and_field_is_right(path):
    reading = read(path.read_bytes(), path.name)
    assert folded(reading.as_json()["roadmap"]) == wanted(path)["roadmap"]
    assert reading.others == []


def test_line_ends_inside_cells_are_kept_where_the_transcription_keeps_them():
    path = DATA / "docx" / "atyurevo-25.docx"
    items = read(path.read_bytes(), path.name).roadmap.items()
    [seed] = [
        each
        for each in json.loads((DATA / "roadmaps.json").read_text())["seeds"]
        if each["id"] == "atyurevo-25-2021"
    ]
    assert [item.responsible for item in items] == [
        item["responsible"] for item in seed["roadmap"]["sections"][0]["items"]
    ]


ORDERS = [path for path in FILES if path.suffix != ".xlsx"]


@pytest.mark.parametrize("path", ORDERS, ids=names(ORDERS))
def test_every_part_of_the_order_is_right(path):
    seed = wanted(path)
    order = folded(read(path.read_bytes(), path.name).as_json()["order"])
    if seed["order"] is None:
        assert order is None
        return
    department = order.pop("department")
    assert order == seed["order"]
    assert department == {key: seed["department"][key] for key in ("header_lines", "second_language")}


def test_excel_sheet_with_an_annex_heading_knows_its_order():
    path = DATA / "docx" / "artem-216.xlsx"
    order = read(path.read_bytes(), path.name).order
    assert (order.number, order.date, order.date_text) == ("216", "2023-08-31", "31.08.2023")


SEEDS = sorted((DATA.parent / "seeds").glob("*.txt"))
FIELDS = ("number", "text", "deadline", "responsible", "expected_result")


@pytest.mark.parametrize("path", SEEDS, ids=names(SEEDS))
def test_raw_transcripts_pasted_as_text_give_every_field_as_scanned(path):
    seeds = json.loads((DATA / "roadmaps.json").read_text())["seeds"]
    [seed] = [each for each in seeds if each["source_file"] == path.name]
    sections = read_tsv(path.read_text()).roadmap.sections
    assert [section.number for section in sections] == [
        each["number"] for each in seed["roadmap"]["sections"]
    ]
    for section, expected in zip(sections, seed["roadmap"]["sections"], strict=True):
        printed = [{**item, **item.get("text_as_scanned", {})} for item in expected["items"]]
        assert [[folded(getattr(item, field)) for field in FIELDS] for item in section.items] == [
            [folded(item.get(field)) for field in FIELDS] for item in printed
        ]


CLEAN = [path for path in FILES if "scan" not in path.name]


@pytest.mark.parametrize("path", CLEAN, ids=names(CLEAN))
def test_clean_files_leave_nothing_to_ask_but_an_unnamed_period(path):
    assert {problem.where for problem in read(path.read_bytes(), path.name).problems} <= {"заголовок"}
