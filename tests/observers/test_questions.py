"""The form of the sheet as data: read whole or refused, asked by earlier answers, answered, compared."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observers import questions as asking
from observers.questions import Condition, Faulty, Kind, Question

BASE = [
    {"key": "a", "kind": "yesno", "text": "Начали вовремя?", "required": True},
    {"key": "b", "kind": "text", "text": "Почему нет?", "required": True, "if": {"key": "a", "is": "no"}},
    {"key": "c", "kind": "choice", "text": "Кто опоздал?", "options": ["школа", "класс"]},
]


def problems(rows: list[dict]) -> list[tuple[str, str]]:
    with pytest.raises(Faulty) as caught:
        asking.read(rows)
    return caught.value.problems


def test_starter_is_sound_and_asks_at_every_stage():
    questions = asking.read(asking.STARTER)
    assert {stage: bool(asking.asked_at(questions, stage)) for stage in asking.STAGES} == dict.fromkeys(
        asking.STAGES, True
    )


def test_kept_question_is_read_back_the_same():
    questions = asking.read(asking.STARTER)
    assert asking.read([asking.row_of(question) for question in questions]) == questions


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"text": " "}, "Напишите текст вопроса."),
        ({"text": "а" * 501}, "вопрос длиннее 500 знаков"),
        ({"key": "1x"}, "неверный код"),
        ({"key": "a"}, "такой код вопроса уже есть"),
        ({"options": ["школа", "школа"]}, "хотя бы два разных"),
        ({"options": ["школа", "школа", "класс"]}, "повторяются"),
        ({"if": {"key": "z", "is": "yes"}}, "должен стоять выше"),
        ({"if": {"key": "a", "is": "может быть"}}, "нет ответа «может быть»"),
        ({"if": {"key": "b", "is": "yes"}}, "нет ответа «yes»"),
    ],
)
def test_fault_of_a_question_is_named(change, words):
    found = problems([*BASE[:2], BASE[2] | change])
    assert [words in sentence for _, sentence in found].count(True) == 1, found


def test_question_is_not_asked_where_the_one_it_depends_on_is_not():
    rows = [BASE[0] | {"stages": ["running"]}, BASE[1] | {"stages": ["running", "upload"]}]
    assert "не на всех его этапах" in problems(rows)[0][1]


def test_too_many_questions_are_refused():
    rows = [{"key": f"q{n}", "kind": "text", "text": "Что?"} for n in range(81)]
    assert "больше 80" in problems(rows)[0][1]


def test_dependent_question_stays_below():
    with pytest.raises(Faulty):
        asking.moved(BASE, "b", -1)
    with pytest.raises(Faulty):
        asking.without(BASE, "a")
    assert [row["key"] for row in asking.moved(BASE, "c", -1)] == ["a", "c", "b"]
    assert [row["key"] for row in asking.moved(BASE, "a", -1)] == ["a", "b", "c"]
    assert [row["key"] for row in asking.without(BASE, "b")] == ["a", "c"]


def test_put_changes_in_place_or_adds_at_the_end():
    question = Question("a", Kind.YESNO, "Начали точно в срок?")
    assert asking.put(BASE, question)[0]["text"] == "Начали точно в срок?"
    added = Question(asking.new_key(BASE), Kind.NUMBER, "Сколько?", condition=Condition("c", "школа"))
    assert [row["key"] for row in asking.put(BASE, added)] == ["a", "b", "c", "q1"]


def test_hidden_behind_hidden_is_hidden():
    rows = [
        *BASE[:1],
        BASE[2] | {"if": {"key": "a", "is": "no"}},
        BASE[1] | {"if": {"key": "c", "is": "класс"}},
    ]
    questions = asking.read(rows)
    assert [q.key for q in asking.shown(questions, {"a": "yes", "c": "класс"})] == ["a"]
    assert [q.key for q in asking.shown(questions, {"a": "no", "c": "класс"})] == ["a", "c", "b"]


def test_answers_are_read_as_people_write_them():
    questions = asking.read(
        [
            *BASE,
            {"key": "n", "kind": "number", "text": "Сколько?"},
            {"key": "t", "kind": "time", "text": "Когда?"},
            {"key": "p", "kind": "photo", "text": "Снимок"},
        ]
    )
    raw = {"a": "no", "b": " дождь\x00 ", "n": "1 200,5", "t": "9.05"}
    assert asking.clean(questions, raw, {"p": 2}) == (
        {"a": "no", "b": "дождь", "n": 1200.5, "t": "09:05", "p": 2},
        {},
    )
    wrong = {"a": "да", "n": "много", "t": "25:00", "c": "другой"}
    answers, found = asking.clean(questions, wrong, {})
    assert answers == {}
    assert {key: why.split(",")[0] for key, why in found.items()} == {
        "a": "Выберите один из ответов.",
        "n": "Нужно число цифрами",
        "t": "Нужно время",
        "c": "Выберите один из ответов.",
    }


def test_required_is_asked_only_where_shown():
    questions = asking.read(BASE)
    assert asking.clean(questions, {"a": "yes", "b": "лишнее"}, {}) == ({"a": "yes"}, {})
    assert asking.clean(questions, {"a": "no"}, {})[1] == {"b": "Ответьте на этот вопрос."}
    assert asking.clean(questions, {}, {})[1] == {"a": "Ответьте на этот вопрос."}
    photo = asking.read([{"key": "p", "kind": "photo", "text": "Снимок", "required": True}])
    assert asking.clean(photo, {}, {})[1] == {"p": "Приложите фото."}


def test_zero_is_an_answer():
    questions = asking.read([{"key": "n", "kind": "number", "text": "Сколько?", "required": True}])
    assert asking.clean(questions, {"n": "0"}, {}) == ({"n": 0}, {})


def test_differences_are_spoken():
    questions = asking.read([*BASE, {"key": "n", "kind": "number", "text": "Сколько?"}])
    found = asking.differences(questions, {"a": "yes", "n": 1.5}, {"a": "no", "n": 1.5, "c": "класс"})
    assert [(d.question.key, d.first, d.second) for d in found] == [("a", "да", "нет"), ("c", "—", "класс")]


@given(st.text(max_size=40))
def test_anything_typed_as_a_number_or_a_time_is_read_or_refused_in_words(text):
    for read in (asking.number, asking.time):
        with contextlib.suppress(ValueError):
            value = read(text)
            assert read(str(value)) == value


keys = st.sampled_from(["a", "b", "c", "d"])
rows = st.lists(
    st.fixed_dictionaries(
        {
            "key": keys,
            "kind": st.sampled_from([kind.value for kind in Kind]),
            "text": st.text(max_size=8),
            "required": st.booleans(),
            "options": st.lists(st.sampled_from(["x", "y", "z", ""]), max_size=4),
            "stages": st.lists(st.sampled_from([*asking.STAGES, "другой"]), max_size=3),
            "if": st.none() | st.fixed_dictionaries({"key": keys, "is": st.sampled_from(["yes", "no", "x"])}),
        }
    ),
    max_size=5,
)
answers = st.dictionaries(keys, st.sampled_from(["yes", "no", "x", "12", "09:30", "", "слова"]))


@given(rows, answers)
def test_any_form_is_read_or_refused_and_its_answers_stand_when_given_again(form, given_answers):
    try:
        questions = asking.read(form)
    except Faulty:
        return
    clean, found = asking.clean(questions, given_answers, {})
    assert set(clean) & set(found) == set()
    again = {key: str(value) for key, value in clean.items()}
    assert asking.clean(questions, again, {})[0] == clean
