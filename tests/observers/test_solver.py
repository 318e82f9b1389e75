"""The solver's plans against a checker of its own; its priorities; its words."""

import copy
import io
import json
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import call_command
from hypothesis import given
from hypothesis import settings as trying

from observers import solver
from tests.observers.districts import district, faults, may_go, meet, most_seats_by_trying, questions


def answer(question):
    return solver.solve(solver.read(question)).as_json()


def session(name="v1", school="A", date="2026-04-21", **changes):
    return {
        "id": name, "school": school, "date": date, "start": "09:00", "end": "11:00", "class": "4А", "grade": 4,
        "subject": "МА", "needs": 1,
    } | changes  # fmt: skip


def observer(name="o1", **changes):
    return {
        "id": name, "works_at": [], "children": [], "subjects": [], "trained": True, "consent": True,
        "available": ["2026-04-21"], "max": 5,
    } | changes  # fmt: skip


@given(questions())
def test_every_plan_keeps_the_contract(question):
    assert faults(question, answer(question)) == []


@given(questions(most_sessions=5, most_observers=4))
@trying(max_examples=40)
def test_small_plans_fill_all_that_can_be_filled(question):
    plan = answer(question)
    assert plan["status"] == "optimal"
    assert len(plan["assigned"]) == most_seats_by_trying(question)


@given(questions())
@trying(max_examples=40)
def test_solving_the_own_plan_again_changes_nothing(question):
    plan = answer(question)
    assert answer(question | {"previous": plan["assigned"]})["assigned"] == plan["assigned"]


@pytest.mark.parametrize(
    "shape",
    [{}, {"willing": 0.15, "most": (2, 3)}, {"willing": 1, "most": (None,)}],
    ids=["usual", "scarce", "free"],
)
def test_generated_districts_are_planned_without_a_fault(shape):
    question = district(schools=20, sessions=200, observers=60, seed=5, **shape)
    plan = answer(question)
    assert faults(question, plan) == []
    assert answer(copy.deepcopy(question)) == plan, "the same question, the same plan"


def test_a_whole_district_is_planned_by_few_candidates():
    """More pairs than are solved at once: rounds of candidates, the same promises."""
    question = district(schools=40, sessions=300, observers=120, seed=2)
    pairs = sum(may_go(o, s) for o in question["observers"] for s in question["sessions"])
    assert pairs > 12_000
    plan = answer(question)
    assert (faults(question, plan), plan["unfilled"], plan["status"]) == ([], [], "feasible")


def test_one_who_falls_out_moves_only_what_must_move():
    question = district(schools=20, sessions=150, observers=60, seed=3, most=(5,))
    before = answer(question)
    gone = before["assigned"][0][1]
    for one in question["observers"]:
        if one["id"] == gone:
            one["trained"] = False
    after = answer(question | {"previous": before["assigned"]})
    kept = {tuple(pair) for pair in before["assigned"]} & {tuple(pair) for pair in after["assigned"]}
    assert faults(question, after) == []
    assert len(kept) >= sum(who != gone for _, who in before["assigned"]) - len(after["unfilled"])


def test_loads_are_even():
    days = [f"2026-04-{20 + n}" for n in range(4)]
    question = {
        "sessions": [session(f"v{n}", date=day) for n, day in enumerate(days)],
        "observers": [observer(f"o{n}", available=days) for n in range(2)],
    }
    assert set(answer(question)["load"].values()) == {2}


def test_own_subject_elsewhere_and_travel_are_avoided_when_others_can():
    question = {
        "sessions": [session(place="Сосновка")],
        "observers": [
            observer("own", subjects=["МА"], place="Сосновка"),
            observer("far", place="Город"),
            observer("near", place="сосновка"),
        ],
    }
    assert answer(question)["assigned"] == [["v1", "near"]]
    question["observers"].pop()
    assert answer(question)["assigned"] == [["v1", "far"]]
    question["observers"].pop()
    assert answer(question)["assigned"] == [["v1", "own"]]


def test_fixed_pairs_stand_even_beyond_the_need():
    question = {
        "sessions": [session()],
        "observers": [observer("o1"), observer("o2")],
        "fixed": [["v1", "o2"], ["v1", "o1"]],
    }
    plan = answer(question)
    assert plan["assigned"] == [["v1", "o1"], ["v1", "o2"]]
    assert faults(question, plan) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"works_at": ["A"]}, "работает в этой школе"),
        ({"children": [{"school": "A", "class": "9В"}]}, "учится ребёнок"),
        ({"trained": False}, "не обучен"),
        ({"consent": False}, "нет согласия"),
        ({"available": []}, "не может в этот день"),
        ({"max": 0}, "больше посещений не берёт"),
    ],
)
def test_an_impossible_fixed_pair_is_refused_with_its_reason(changes, words):
    question = {"sessions": [session()], "observers": [observer(**changes)], "fixed": [["v1", "o1"]]}
    with pytest.raises(solver.Impossible, match=words):
        answer(question)


def test_fixed_pairs_that_meet_are_refused():
    question = {
        "sessions": [session("v1"), session("v2", "B", start="10:00", end="12:00")],
        "observers": [observer()],
        "fixed": [["v1", "o1"], ["v2", "o1"]],
    }
    assert meet(*question["sessions"])
    with pytest.raises(solver.Impossible, match="в это время в другом месте"):
        answer(question)


def test_unfilled_sessions_name_every_cause():
    question = {
        "sessions": [session("v1"), session("v2", "B", start=None, end=None)],
        "observers": [
            observer("works", works_at=["A", "B"]),
            observer("parent", children=[{"school": "A", "class": "4А"}, {"school": "B", "class": "1А"}]),
            observer("raw", trained=False),
            observer("silent", consent=False),
            observer("away", available=["2026-04-22"]),
            observer("goes"),
            observer("tired", max=0),
        ],
    }
    [unfilled] = answer(question)["unfilled"]
    assert unfilled["missing"] == 1
    assert unfilled["reason"] == (
        "нет свободных без конфликта: не обучены — 1 (raw); нет согласия — 1 (silent); "
        "работают в этой школе — 1 (works); в школе учится ребёнок — 1 (parent); "
        "не могут в этот день — 1 (away); в это время в другом месте — 1 (goes); "
        "больше посещений не берут — 1 (tired)"
    )


def test_nobody_at_all_is_said_too():
    assert (
        answer({"sessions": [session()], "observers": []})["unfilled"][0]["reason"]
        == "в банке нет наблюдателей"
    )
    assert answer({"sessions": [session(needs=2)], "observers": [observer()]})["unfilled"] == [
        {"session": "v1", "missing": 1, "reason": "в банке больше нет наблюдателей"}
    ]
    assert answer({"sessions": [], "observers": []}) == {
        "status": "optimal", "assigned": [], "unfilled": [], "load": {},
    }  # fmt: skip


# --- the command -----------------------------------------------------------------------------------------------------


class Stdin:
    def __init__(self, data):
        self.buffer = io.BytesIO(data)


def run(monkeypatch, data, *options):
    monkeypatch.setattr(sys, "stdin", Stdin(data))
    out, err = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command("solve_observers", *options, stdout=out, stderr=err)
    except SystemExit as leaving:
        code = leaving.code
    return code, out.getvalue(), err.getvalue()


def test_command_keeps_its_contract_without_a_database(monkeypatch):
    question = {
        "sessions": [session(), session("v2", "B")],
        "observers": [observer(children=[{"school": "B", "class": "4А"}])],
        "fixed": [],
        "previous": [["gone", "nobody"]],
    }
    code, out, err = run(monkeypatch, json.dumps(question).encode(), "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == {
        "status": "optimal",
        "assigned": [["v1", "o1"]],
        "unfilled": [
            {
                "session": "v2",
                "missing": 1,
                "reason": "нет свободных без конфликта: в школе учится ребёнок — 1 (o1)",
            }
        ],
        "load": {"o1": 1},
    }
    code, out, _ = run(monkeypatch, json.dumps(question).encode())
    assert (code, out.splitlines()[0]) == (0, "v1: o1")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "Это не JSON: строка 1"),
        (b"{", "Это не JSON"),
        (b"\xff\xfe", "не в кодировке UTF-8"),
        (b"[" * 100_000, "вложены слишком глубоко"),
        (b"[]", "Нужен объект"),
        (b"{}", "Нет поля «sessions»"),
        ({"sessions": {}}, "sessions: нужен список"),
        ({"sessions": [1]}, r"sessions[0]: нужен объект"),
        ({"sessions": [session(date="21.04.2026")]}, "sessions[0].date: нужна дата вида 2026-04-21"),
        ({"sessions": [session(start="9 утра")]}, "sessions[0].start: нужно время"),
        ({"sessions": [session(start="12:00")]}, "не позже начала"),
        ({"sessions": [session(needs=-1)]}, "sessions[0].needs: нужно целое число"),
        ({"sessions": [session(needs="1")]}, "sessions[0].needs"),
        ({"sessions": [session(), session()]}, "встречается дважды"),
        ({"sessions": [session(None)]}, "нет поля «id»"),
        ({"observers": [observer(trained="да")]}, "observers[0].trained: нужно true или false"),
        ({"observers": [{"id": "o1", "trained": True}]}, "нет поля «consent»"),
        ({"observers": [observer(children=["A"])]}, "observers[0].children[0]: нужен объект"),
        ({"observers": [observer(available=["завтра"])]}, "observers[0].available: нужна дата"),
        ({"fixed": [["v1"]]}, "fixed[0]: нужна пара"),
        ({"fixed": [["v1", "o9"]]}, "такого наблюдателя «o9»"),
        ({"fixed": [["v9", "o1"]]}, "такого проведения «v9»"),
    ],
)
def test_bad_input_is_refused_in_russian(monkeypatch, data, words):
    if isinstance(data, dict):
        data = json.dumps({"sessions": [session()], "observers": [observer()]} | data).encode()
    code, out, err = run(monkeypatch, data, "--json")
    assert code == 1
    assert words in json.loads(out)["error"]
    assert words in err
    assert "Traceback" not in err


def test_the_module_stands_alone():
    """No Django is loaded by it, and the heavy libraries only while it solves."""
    code = "import sys, observers.solver; print({'django', 'scipy', 'numpy'} & set(sys.modules))"
    out = subprocess.run(
        [sys.executable, "-c", code], cwd=settings.BASE, capture_output=True, text=True, check=True
    )
    assert out.stdout.strip() == "set()"
