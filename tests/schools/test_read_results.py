"""``manage.py read_results``: a stable contract; nothing is written."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command

from tests.schools.books import book
from tests.schools.result_books import PUPILS, form_2026, lead, marks, named


@pytest.fixture
def file(tmp_path):
    def make(data: bytes, name: str = "отметки.xlsx"):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return make


def test_json(file, capsys):
    call_command("read_results", file(marks([*lead(), 8, 36, 40, 16])), "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["form"], told["year"], told["faults"]) == ("marks", 2026, [])
    (row,) = told["rows"]
    assert (row["scope"], row["login"], row["subject"], row["grade"]) == (
        "school",
        "sch900001",
        "математика",
        4,
    )
    assert (row["participants"], row["values"]) == (25, {"marks": {"2": 2, "3": 9, "4": 10, "5": 4}})


def test_faults_by_cell_and_exit_code(file, capsys):
    with pytest.raises(SystemExit):
        call_command("read_results", file(marks([*lead(), 8, 36, 40, 15])), "--json")
    (fault,) = json.loads(capsys.readouterr().out)["faults"]
    assert (fault["sheet"], fault["cell"], fault["value"]) == ("Лист1", "H2", "99")


def test_words(file, capsys):
    with pytest.raises(SystemExit):
        call_command(
            "read_results", file(marks([*lead(), 8, 36, 40, 16], [*lead("sch900002"), 8, 36, 40, 15]))
        )
    told = capsys.readouterr().out
    assert "Статистика по отметкам, год 2026. Строк: 1." in told
    assert "Лист1!H3 «99»" in told


def test_a_schools_form_prints_no_code(file, capsys):
    call_command("read_results", file(named(form_2026(), "МА4"), "sch900001.xlsx"), "--json")
    told = capsys.readouterr().out
    assert json.loads(told)["rows"][0]["values"] == {
        "histogram": [1, 0, 0, 0, 1, 0, 0, 1, 0],
        "tasks": {"1": 0.6667, "2": 0.5556, "3": 0.1667, "4": 0.5},
    }
    assert [code for code, _, _ in PUPILS if code in told] == []


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 not a book", book([["а", "б"], [1, 2]])])
def test_what_cannot_be_read(file, data):
    with pytest.raises(CommandError, match=r"отметки\.xlsx"):
        call_command("read_results", file(data))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CommandError, match="не читается"):
        call_command("read_results", tmp_path / "нет.xlsx")
