"""`manage.py import_schools`: a stable contract for people and for checks."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from schools.listing import FIELDS
from schools.models import School, SchoolImport
from tests.factories.accounts import DepartmentFactory
from tests.schools.books import inn, line, schools

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path):
    def write(data: bytes):
        path = tmp_path / "список.xlsx"
        path.write_bytes(data)
        return path

    DepartmentFactory(code="demo")
    return write


def run(path, *options, department="demo"):
    out = StringIO()
    try:
        call_command("import_schools", str(path), "--department", department, *options, stdout=out)
    except SystemExit as end:
        return end.code, out.getvalue()
    return 0, out.getvalue()


def test_a_clean_list_goes_in_and_can_be_undone_later(file):
    code, out = run(file(schools(line(1), line(2))))
    assert (code, "новых: 2" in out) == (0, True)
    assert School.objects.count() == 2
    assert SchoolImport.objects.get().state == SchoolImport.State.APPLIED


def test_dry_run_writes_nothing(file):
    code, out = run(file(schools(line(1))), "--dry-run", "--json")
    assert (code, json.loads(out)["counts"]) == (0, {"new": 1, "changed": 0, "same": 0, "faulty": 0})
    assert not School.objects.exists()
    assert not SchoolImport.objects.exists()


def test_json_has_every_field_and_every_fault(file):
    code, out = run(file(schools(line(1), line(2, pupils="—"))), "--json")
    told = json.loads(out)
    assert code == 1
    assert not School.objects.exists()
    first, second = told["rows"]
    assert set(FIELDS) < set(first)
    assert (first["row"], first["action"], first["inn"], first["pupils"]) == (2, "new", inn(700001), 101)
    assert (first["accredited_on"], first["full_name"]) == ("2023-05-25", "")
    assert (second["action"], second["pupils"]) == ("faulty", None)
    fault = told["faults"][0]
    assert (fault["sheet"], fault["cell"], fault["value"]) == ("Лист1", "F3", "—")
    assert fault["message"]
    assert fault["remedy"]


def test_the_same_list_again_changes_nothing(file):
    path = file(schools(line(1)))
    run(path)
    code, out = run(path, "--json")
    assert (code, json.loads(out)["counts"]["same"]) == (0, 1)
    assert SchoolImport.objects.count() == 1


@pytest.mark.parametrize(("data", "words"), [(b"", "пустой"), (b"junk", "Это текст, а не таблица")])
def test_an_unreadable_file_is_named(file, data, words):
    with pytest.raises(CommandError, match=words):
        run(file(data))


def test_a_missing_file_and_an_unknown_department_are_named(file, tmp_path):
    with pytest.raises(CommandError, match="не читается"):
        run(tmp_path / "нет.xlsx")
    with pytest.raises(CommandError, match=r"Отдела с кодом «nope» нет\. Есть: demo"):
        run(file(schools(line(1))), department="nope")
