"""The questions of an observation sheet: read, asked, answered, compared, spoken. Imports no Django.

A form is a list of rows, plain JSON: ``{"key": "q1", "kind": "yesno", "text": "Начали вовремя?", "help": "",
"required": true, "options": [], "stages": ["running"], "if": {"key": "q0", "is": "no"}}``. No stages: asked at every
stage. ``if``: asked only when the earlier question ``key`` was answered with ``is``.

An answer is a string or a number: «yes»/«no», one of the options, a number, a text, «09:05»; a photo's answer is how
many there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

LONGEST_QUESTION = 500
LONGEST_ANSWER = 4000
MOST_QUESTIONS = 80
LARGEST_NUMBER = 1_000_000

STAGES = {
    "preparation": "подготовка",
    "running": "проведение",
    "checking": "проверка работ",
    "upload": "загрузка результатов",
}
YES_NO = {"yes": "да", "no": "нет"}

Answer = str | int | float
Answers = Mapping[str, Answer]
Row = dict[str, Any]


class Kind(StrEnum):
    YESNO = "yesno"
    CHOICE = "choice"
    NUMBER = "number"
    TEXT = "text"
    TIME = "time"
    PHOTO = "photo"

    @property
    def label(self) -> str:
        return KIND_LABELS[self]


KIND_LABELS = {
    Kind.YESNO: "да или нет",
    Kind.CHOICE: "один из вариантов",
    Kind.NUMBER: "число",
    Kind.TEXT: "текст",
    Kind.TIME: "время",
    Kind.PHOTO: "фото",
}


class Faulty(ValueError):
    """The form cannot be used so; ``problems`` are (key of the question, Russian sentence)."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(sentence for _, sentence in problems))
        self.problems = problems


@dataclass(frozen=True)
class Condition:
    """Asked when the question ``key`` was answered with ``value``."""

    key: str
    value: str


@dataclass(frozen=True)
class Question:
    key: str
    kind: Kind
    text: str
    help: str = ""
    required: bool = False
    options: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    condition: Condition | None = None

    @property
    def choices(self) -> dict[str, str]:
        """Value → what stands on the screen, for a question with ready answers."""
        return YES_NO if self.kind is Kind.YESNO else {option: option for option in self.options}

    @property
    def stage_words(self) -> str:
        """«подготовка, проведение»; empty when asked at every stage."""
        return ", ".join(words for stage, words in STAGES.items() if stage in self.stages)

    def at(self, stage: str) -> bool:
        return not self.stages or stage in self.stages


# --- the form ----------------------------------------------------------------------------------------------------


def read(rows: Sequence[Row]) -> tuple[Question, ...]:
    """The questions in their order; raises `Faulty` with everything that is wrong."""
    questions: list[Question] = []
    problems: list[tuple[str, str]] = []
    for row in rows:
        question = _question(row)
        problems += [(question.key, sentence) for sentence in _faults(question, questions)]
        questions.append(question)
    if len(questions) > MOST_QUESTIONS:
        problems.append(("", f"Вопросов больше {MOST_QUESTIONS}: за одно посещение столько не заполнить."))
    if problems:
        raise Faulty(problems)
    return tuple(questions)


def _question(row: Row) -> Question:
    condition = row.get("if") or {}
    return Question(
        key=str(row.get("key", "")),
        kind=Kind(row.get("kind", Kind.TEXT)),
        text=str(row.get("text", "")).strip(),
        help=str(row.get("help", "")).strip(),
        required=bool(row.get("required")),
        options=tuple(str(option).strip() for option in row.get("options", ()) if str(option).strip()),
        stages=tuple(stage for stage in STAGES if stage in row.get("stages", ())),
        condition=Condition(condition["key"], condition["is"]) if condition else None,
    )


def row_of(question: Question) -> Row:
    """The question as it is kept: `read` gives the same question back."""
    condition = question.condition
    return {
        "key": question.key,
        "kind": question.kind.value,
        "text": question.text,
        "help": question.help,
        "required": question.required,
        "options": list(question.options),
        "stages": list(question.stages),
        "if": {"key": condition.key, "is": condition.value} if condition else None,
    }


def _faults(question: Question, earlier: Sequence[Question]) -> Iterable[str]:
    name = f"«{_short(question.text)}»" if question.text else "Вопрос без текста"
    if not question.text:
        yield "Напишите текст вопроса."
    if len(question.text) > LONGEST_QUESTION:
        yield f"{name}: вопрос длиннее {LONGEST_QUESTION} знаков, на телефоне его не прочтут. Сократите."
    if not re.fullmatch(r"[a-z]\w{0,19}", question.key, re.ASCII):
        yield f"{name}: неверный код вопроса."
    if question.key in {each.key for each in earlier}:
        yield f"{name}: такой код вопроса уже есть."
    if question.kind is Kind.CHOICE and len(set(question.options)) < 2:
        yield f"{name}: укажите хотя бы два разных варианта ответа."
    if len(set(question.options)) < len(question.options):
        yield f"{name}: варианты ответа повторяются."
    if question.condition:
        yield from _faults_of_condition(question, question.condition, name, earlier)


def _faults_of_condition(
    question: Question, condition: Condition, name: str, earlier: Sequence[Question]
) -> Iterable[str]:
    asked = next((each for each in earlier if each.key == condition.key), None)
    if asked is None:
        yield f"{name}: вопрос, от которого он зависит, должен стоять выше."
    elif condition.value not in asked.choices:
        yield f"{name}: у вопроса «{_short(asked.text)}» нет ответа «{condition.value}»."
    elif asked.stages and not set(question.stages or STAGES) <= set(asked.stages):
        yield f"{name}: вопрос «{_short(asked.text)}» задают не на всех его этапах."


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


# --- changing the form -------------------------------------------------------------------------------------------


def put(rows: Sequence[Row], question: Question) -> list[Row]:
    """The rows with the question in its old place, or at the end when it is new; raises `Faulty`."""
    known = [str(row["key"]) for row in rows]
    changed = [row_of(question) if row["key"] == question.key else row for row in rows]
    return checked(changed if question.key in known else [*changed, row_of(question)])


def moved(rows: Sequence[Row], key: str, step: int) -> list[Row]:
    """The rows with one question moved by ``step`` places, as far as there are places; raises `Faulty`."""
    changed = list(rows)
    place = next(index for index, row in enumerate(changed) if row["key"] == key)
    row = changed.pop(place)
    changed.insert(max(0, place + step), row)
    return checked(changed)


def without(rows: Sequence[Row], key: str) -> list[Row]:
    """The rows without one question; raises `Faulty` when another depends on it."""
    return checked([row for row in rows if row["key"] != key])


def checked(rows: list[Row]) -> list[Row]:
    read(rows)
    return rows


def new_key(rows: Sequence[Row]) -> str:
    """A key that no question of the form bears."""
    used = {str(row["key"]) for row in rows}
    return next(key for key in (f"q{number}" for number in range(1, len(used) + 2)) if key not in used)


# --- asking ------------------------------------------------------------------------------------------------------


def asked_at(questions: Iterable[Question], stage: str) -> tuple[Question, ...]:
    return tuple(question for question in questions if question.at(stage))


def shown(questions: Iterable[Question], answers: Answers) -> tuple[Question, ...]:
    """Those that these answers lead to: a question behind a hidden one is hidden too."""
    seen: dict[str, Question] = {}
    for question in questions:
        condition = question.condition
        if condition is None or (condition.key in seen and answers.get(condition.key) == condition.value):
            seen[question.key] = question
    return tuple(seen.values())


def clean(
    questions: Sequence[Question], raw: Mapping[str, Any], photos: Mapping[str, int]
) -> tuple[dict[str, Answer], dict[str, str]]:
    """What was answered and, by key, what is wrong. Answers to questions that are not shown count for nothing."""
    answers: dict[str, Answer] = {}
    problems: dict[str, str] = {}
    for question in questions:
        if question not in shown(questions, answers):
            continue
        given = photos.get(question.key, 0) if question.kind is Kind.PHOTO else raw.get(question.key, "")
        try:
            value = _value(question, given)
        except ValueError as error:
            problems[question.key] = str(error)
            continue
        if value in ("", 0) and (question.kind is Kind.PHOTO or value == ""):
            if question.required:
                problems[question.key] = _missing(question)
        else:
            answers[question.key] = value
    return answers, problems


def _missing(question: Question) -> str:
    return "Приложите фото." if question.kind is Kind.PHOTO else "Ответьте на этот вопрос."


def _value(question: Question, given: Any) -> Answer:
    if question.kind is Kind.PHOTO:
        return int(given)
    text = str(given).replace("\x00", "").strip()
    if text == "":
        return ""
    if question.kind is Kind.TEXT:
        if len(text) > LONGEST_ANSWER:
            raise ValueError(
                f"Ответ длиннее {LONGEST_ANSWER} знаков: сократите на {len(text) - LONGEST_ANSWER}."
            )
        return text
    if question.kind is Kind.NUMBER:
        return number(text)
    if question.kind is Kind.TIME:
        return time(text)
    if text not in question.choices:
        raise ValueError("Выберите один из ответов.")
    return text


def number(text: str) -> int | float:
    """«12», «3,5», «1 200»; raises ValueError in Russian."""
    bare = re.sub(r"\s", "", text).replace(",", ".")
    if not re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,4})?", bare):
        raise ValueError("Нужно число цифрами, например 24.")
    value = float(bare)
    if abs(value) > LARGEST_NUMBER:
        raise ValueError("Слишком большое число: проверьте, нет ли лишних цифр.")
    return int(value) if value == int(value) else value


def time(text: str) -> str:
    """«9:05», «09.05», «09:05:00» → «09:05»; raises ValueError in Russian."""
    found = re.fullmatch(r"([01]?[0-9]|2[0-3])[:.\-]([0-5][0-9])(?:[:.][0-5][0-9])?", text.strip())
    if found is None:
        raise ValueError("Нужно время, например 09:15.")
    return f"{int(found[1]):02}:{found[2]}"


# --- reading and comparing ---------------------------------------------------------------------------------------


def spoken(question: Question, value: Answer | None) -> str:
    """The answer as a person reads it: «да», «3,5», «2 фото»; a dash for none."""
    if value in (None, ""):
        return "—"
    if question.kind is Kind.YESNO:
        return YES_NO.get(str(value), str(value))
    if question.kind is Kind.PHOTO:
        return f"{value} фото"
    if question.kind is Kind.NUMBER:
        return str(value).replace(".", ",")
    return str(value)


@dataclass(frozen=True)
class Difference:
    """One question answered otherwise in two texts."""

    question: Question
    first: str
    second: str


def differences(questions: Iterable[Question], first: Answers, second: Answers) -> list[Difference]:
    return [
        Difference(
            question, spoken(question, first.get(question.key)), spoken(question, second.get(question.key))
        )
        for question in questions
        if first.get(question.key, "") != second.get(question.key, "")
    ]


# --- a form to begin with ----------------------------------------------------------------------------------------


def _row(key: str, kind: Kind, text: str, *stages: str, **more: Any) -> Row:
    condition = more.pop("when", None)
    row = Question(
        key, kind, text, stages=stages, condition=Condition(*condition) if condition else None, **more
    )
    return row_of(row)


STARTER: tuple[Row, ...] = (
    _row("pack", Kind.YESNO, "Материалы получены и распечатаны при вас или лежат запечатанными?", "preparation",
         required=True),
    _row("codes", Kind.YESNO, "Коды участников готовы, протокол соответствия хранится у ответственного?",
         "preparation", required=True),
    _row("start", Kind.TIME, "Во сколько начали работу?", "running", required=True),
    _row("end", Kind.TIME, "Во сколько закончили?", "running", required=True),
    _row("present", Kind.NUMBER, "Сколько участников в кабинете?", "running", required=True),
    _row("instructed", Kind.YESNO, "Инструктаж перед работой провели?", "running", required=True),
    _row("outsiders", Kind.YESNO, "Были в кабинете посторонние?", "running", required=True),
    _row("outsiders_who", Kind.TEXT, "Кто и зачем входил?", "running", required=True, when=("outsiders", "yes")),
    _row("phones", Kind.YESNO, "Пользовались телефонами или подсказками?", "running", required=True),
    _row("seating", Kind.CHOICE, "Как сидели участники?", "running", required=True,
         options=("по одному за партой", "по двое, варианты разные", "по двое, варианты совпадали")),
    _row("room", Kind.PHOTO, "Фото кабинета без лиц участников", "running"),
    _row("checkers", Kind.NUMBER, "Сколько проверяющих работает?", "checking", required=True),
    _row("by_criteria", Kind.YESNO, "Проверяют по критериям, спорные места обсуждают?", "checking", required=True),
    _row("own_teacher", Kind.CHOICE, "Учитель проверяет работы своего класса?", "checking", required=True,
         options=("нет", "да, вместе с другим проверяющим", "да, один")),
    _row("corrections", Kind.YESNO, "Видели исправления в работах не рукой участника?", "checking", required=True),
    _row("entered_by_two", Kind.YESNO, "Баллы вносят в форму вдвоём или с перепроверкой?", "upload", required=True),
    _row("uploaded", Kind.TIME, "Во сколько загрузили форму?", "upload"),
    _row("remark", Kind.TEXT, "Что ещё важно знать отделу образования?"),
)  # fmt: skip

STARTER_KINDS = (
    "информационная безопасность",
    "вход в кабинет после начала",
    "нет инструктажа",
    "посторонние в кабинете",
    "подсказки и списывание",
    "нарушено время работы",
    "порядок проверки работ",
    "внесение и загрузка результатов",
    "другое",
)
