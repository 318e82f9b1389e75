"""Every deadline phrase of the five real documents, read from the shared folder at run time."""

from __future__ import annotations

import io
import json
import sys
from datetime import date

import pytest
from django.core.management import call_command

from roadmaps.deadlines import Period, compile, find, to_json
from tests.conftest import SHARED

DATA = SHARED / "data"


def contract() -> list[dict]:
    return json.loads((DATA / "deadlines.json").read_text(encoding="utf-8"))["phrases"]


@pytest.mark.parametrize("phrase", contract(), ids=lambda phrase: phrase["text"])
def test_phrase_means_what_the_contract_says(phrase: dict) -> None:
    period = Period(*map(date.fromisoformat, phrase["period"]))
    assert to_json(compile(phrase["text"], period)) == phrase["expect"]


def test_the_command_answers_every_line_of_the_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    phrases = contract()
    lines = [
        json.dumps({"text": one["text"], "period": one["period"]}, ensure_ascii=False) for one in phrases
    ]
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(lines) + "\n"))
    output = io.StringIO()
    call_command("explain_deadline", "--json", stdout=output)
    assert [json.loads(line) for line in output.getvalue().splitlines()] == [one["expect"] for one in phrases]


def test_clauses_with_their_own_deadline_are_found_and_no_others() -> None:
    seeds = json.loads((DATA / "roadmaps.json").read_text(encoding="utf-8"))["seeds"]
    found = {}
    for seed in seeds:
        period = Period(date(2023, 9, 1), date(2024, 8, 31))
        for clause in _clauses((seed["order"] or {}).get("clauses") or []):
            for one in find(clause["text"], period):
                found.setdefault((seed["id"], clause["number"]), []).extend(to_json(one.parts))
    assert found == {
        ("inta-51-2024", "3."): [{"event": "school_check_finished", "after": "3 days"}],
        ("artem-216-2023", "2."): [{"by": "2023-09-15"}],
        ("artem-216-2023", "3.1."): [{"by": "2023-10-01"}],
        ("artem-216-2023", "3.2."): [{"throughout": ["2023-09-01", "2024-08-31"]}],
    }


def _clauses(clauses: list[dict]) -> list[dict]:
    return [inner for clause in clauses for inner in (clause, *_clauses(clause.get("children", [])))]
