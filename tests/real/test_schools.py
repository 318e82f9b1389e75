"""The three lists of the shared data come in as their notes say."""

from __future__ import annotations

import json
import time

import pytest

from schools import listing
from schools.domain import imports
from schools.models import School
from tests.conftest import SHARED
from tests.factories.accounts import DepartmentFactory

FOLDER = SHARED / "data" / "schools"

KEYS = {
    "full": "full_name",
    "short": "name",
    "type": "kind",
    "head": "director",
    "students": "pupils",
    "accredited": "accredited_on",
}


def expected() -> list[dict]:
    return json.loads((FOLDER / "schools_messy_40.expected.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def messy():
    return listing.read((FOLDER / "schools_messy_40.xlsx").read_bytes())


def plain(value):
    return value.replace("ё", "е").replace("Ё", "Е") if isinstance(value, str) else value


def test_every_repairable_field_is_repaired(messy):
    rows = {row.row: row.values for row in messy.rows}
    wrong = [
        (row["row"], key)
        for row in expected()
        for key, value in row.get("expect", {}).items()
        if key != "n" and key not in row["bad_fields"]
        if plain(rows[row["row"]].get(KEYS.get(key, key))) != plain(value)
    ]
    assert wrong == []


def test_every_bad_field_and_double_is_reported_and_nothing_else(messy):
    wanted = {(row["row"], KEYS.get(key, key)) for row in expected() for key in row.get("bad_fields", [])}
    doubles = {(row["row"], "code") for row in expected() if "duplicate_of" in row}
    assert {(fault.row, fault.field) for fault in messy.faults} == wanted | doubles
    assert len(messy.faults) == len(wanted | doubles)


def test_rows_that_are_no_schools_are_skipped(messy):
    assert {row.row for row in messy.rows} == {row["row"] for row in expected()}
    assert {skipped.row for skipped in messy.skipped} == {6, 26, 54, 56}


@pytest.mark.django_db
def test_the_clean_and_the_messy_list_are_the_same_schools():
    department = DepartmentFactory()
    clean = (FOLDER / "schools_clean_40.xlsx").read_bytes()
    imports.apply(imports.stage(department=department, by=None, file_name="clean.xlsx", data=clean), by=None)
    assert School.objects.count() == 40
    seen = imports.draft(department, (FOLDER / "schools_messy_40.xlsx").read_bytes())
    assert seen.summary["counts"] == {"new": 0, "changed": 0, "same": 33, "faulty": 9}


@pytest.mark.django_db
def test_five_thousand_schools_go_in_within_five_seconds_of_work():
    department = DepartmentFactory()
    data = (FOLDER / "schools_5000.xlsx").read_bytes()
    began = time.process_time()
    staged = imports.stage(department=department, by=None, file_name="5000.xlsx", data=data)
    imports.apply(staged, by=None)
    assert time.process_time() - began < 5
    assert School.objects.count() == 5000
