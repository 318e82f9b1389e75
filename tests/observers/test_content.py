"""What a device holds of a sheet: from fields to JSON and back, and what keeps it from being sent."""

from __future__ import annotations

import uuid

from hypothesis import given
from hypothesis import strategies as st

from observers import content as writing
from observers.content import Content, Seen

KINDS = ("посторонние", "другое")
KEY = "0b2e6a8e-58a9-4c6e-9a52-0f3a1a0f6c11"
FIELDS = {
    "answer-present": " 24 ",
    "answer-empty": "",
    "v0-key": KEY,
    "v0-class": "4А",
    "v0-at": "09:40",
    "v0-kind": "посторонние",
    "v0-text": "Вошёл\x00 посторонний",
    "v7-key": "",
    "v7-kind": "другое",
    "v7-text": " ",
    "arrived": "08:30",
    "arrived_phone": "1776751800000",
    "left": "11:00",
    "left_phone": "вчера",
    "name": "Зорина Вера",
    "csrfmiddlewaretoken": "x",
}


def test_fields_become_content():
    content = Content.from_fields(FIELDS)
    assert content == Content(
        answers={"present": "24"},
        violations=(Seen(KEY, "4А", "09:40", "посторонние", "Вошёл посторонний"),),
        arrived="08:30",
        left="11:00",
        arrived_phone=1776751800000,
        name="Зорина Вера",
    )
    assert writing.problems(content, KINDS) == {}


def test_violation_without_a_key_gets_one():
    (seen,) = Content.from_fields({"v0-text": "Шум", "v0-key": "не ключ"}).violations
    assert str(uuid.UUID(seen.key)) == seen.key


def test_everything_wrong_is_said_at_once():
    content = Content.from_fields(
        {"v0-text": "Шум", "v0-kind": "шум", "v1-class": "4А", "v1-text": "", "v2-text": "а" * 4001, "v3-text": "Шум",
         "v3-kind": "другое", "v3-at": "утром", "clean": "on", "arrived": "утром"}
    )  # fmt: skip
    assert writing.problems(content, KINDS) == {
        "v0-text": "Выберите вид нарушения.",
        "v1-text": "Опишите нарушение: что произошло и что сделали организаторы.",
        "v2-text": "Описание длиннее 4000 знаков: сократите.",
        "v3-text": "Нужно время, например 09:15.",
        "clean": "Отмечено «нарушений не выявлено», но нарушения записаны. Снимите отметку или уберите их.",
        "name": "Подпишите лист: фамилия, имя, отчество.",
        "arrived": "Нужно время, например 09:15.",
        "left": "Укажите время ухода.",
    }
    assert "Отметьте «нарушений не выявлено»" in writing.problems(Content(), KINDS)["clean"]
    assert "Слишком длинная" in writing.problems(Content(name="а" * 201), KINDS)["name"]


@given(st.dictionaries(st.text(max_size=12) | st.sampled_from(sorted(FIELDS)), st.text(max_size=30)))
def test_whatever_is_sent_comes_back_from_json_the_same(fields):
    content = Content.from_fields(fields)
    assert Content.from_json(content.as_json()) == content
    assert "\x00" not in str(content.as_json())
