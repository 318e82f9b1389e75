"""Which school and which test of the campaign a cell means: never guessed, what fits twice or never is said."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from schools.listing.text import fold
from schools.results import subjects
from schools.scheduling.classes import grade_of

_COMPUTER = re.compile(r"компьют|\bкф\b|\bк\b|эвм|электрон", re.IGNORECASE)
_FORM_IN_WORDS = re.compile(r"\(?\s*(на компьютере|компьют\w*|на бумаге|бумажн\w*)\s*\)?", re.IGNORECASE)
_LEVEL_IN_WORDS = re.compile(r"\(?\s*(базовый|обычный)( уровень)?\s*\)?", re.IGNORECASE)
_CLASS_FIRST = re.compile(
    r"\s*(\d{1,2}\s*(?:[-«\"']?\s*[а-яёa-z]\s*[»\"']?(?![а-яёa-z]))?)(?:\s*(?:класс[а-я]*|кл\.?))?[\s,.:;–—-]*(.*)",
    re.IGNORECASE | re.DOTALL,
)
_CLASS_LAST = re.compile(
    r"(.*?)[\s,.:;–—-]*\b(\d{1,2}\s*(?:[-«\"']?\s*[а-яёa-z]\s*[»\"']?(?![а-яёa-z]))?)(?:\s*(?:класс[а-я]*|кл\.?))?\s*",
    re.IGNORECASE | re.DOTALL,
)


class Unknown(ValueError):
    """The cell names nothing, or more than one thing; the text says so in Russian, ``remedy`` what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        """Keep both sentences."""
        super().__init__(message)
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class KnownSchool:
    """A school as the department knows it."""

    key: int
    name: str
    full_name: str = ""
    numbers: tuple[str, ...] = ()  # login, code, ИНН


@dataclass(frozen=True, slots=True)
class KnownExam:
    """A test of the campaign."""

    key: int
    grade: int
    subject: str
    letters: str = ""
    level: str = ""
    form: str = "paper"


@dataclass
class Names:
    """Everything a cell may mean. ``own``: the department's spellings of subjects, folded → name."""

    schools: Iterable[KnownSchool]
    exams: list[KnownExam]
    own: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Lay the spellings out."""
        self._by_name: dict[str, set[int]] = defaultdict(set)
        self._by_number: dict[str, set[int]] = defaultdict(set)
        for school in self.schools:
            for name in filter(None, (school.name, school.full_name)):
                self._by_name[fold(name)].add(school.key)
            for number in filter(None, school.numbers):
                self._by_number[number.strip().lower()].add(school.key)
        self._subjects: dict[str, set[str]] = defaultdict(set)
        for exam in self.exams:
            for spelling in (exam.subject, exam.letters):
                self._subjects[fold(spelling)].add(exam.subject)

    def school(self, name: str, number: str = "") -> int:
        """The school by its login, code or ИНН, else by its name. Raises `Unknown`."""
        if number.strip():
            found = self._by_number.get(number.strip().lower(), set())
            if not found:
                raise Unknown(
                    f"Школы с логином «{number.strip()}» в отделе нет.", "Проверьте логин или код ОО."
                )
            return self._one(found, number)
        found = self._by_name.get(fold(name), set()) or self._by_number.get(name.strip().lower(), set())
        if not found:
            raise Unknown(
                f"Школы «{name.strip()}» в отделе нет.", "Напишите название как в списке школ или её логин."
            )
        return self._one(found, name)

    @staticmethod
    def _one(found: set[int], written: str) -> int:
        if len(found) > 1:
            raise Unknown(
                f"«{written.strip()}» подходит нескольким школам.", "Добавьте столбец с логином ФИС ОКО."
            )
        return next(iter(found))

    def is_school(self, text: str) -> bool:
        return fold(text) in self._by_name or text.strip().lower() in self._by_number

    def exam(self, subject: str, class_text: str = "", level: str = "", form: str = "") -> KnownExam:
        """The test by subject and the grade that the class begins with, or the subject's own words hold.

        Raises `Unknown`.
        """
        form = form or " ".join(found[1] for found in _FORM_IN_WORDS.finditer(subject))
        bare = _LEVEL_IN_WORDS.sub(" ", _FORM_IN_WORDS.sub(" ", subject))
        name, grade, found_level = subjects.parse(bare, self.own)
        grade = grade_of(class_text) or grade
        spelling = subjects.spelling(bare)
        known = self._subjects.get(spelling, set()) | ({name} if name else set())
        if not spelling or not known:
            raise Unknown(
                f"Предмет «{subject.strip()}» не понят.", "Напишите название как в работах кампании."
            )
        if grade is None:
            raise Unknown(
                f"Не сказано, какой класс пишет «{subject.strip()}».", "Добавьте класс: «4А» или «4»."
            )
        level = "advanced" if found_level or "углуб" in level.lower() else ""
        fitting = [e for e in self.exams if e.subject in known and e.grade == grade]
        return self._narrowed(fitting, subject, grade, level, form)

    def _narrowed(
        self, fitting: list[KnownExam], subject: str, grade: int, level: str, form: str
    ) -> KnownExam:
        if not fitting:
            raise Unknown(
                f"Работы «{subject.strip()}, {grade} класс» в кампании нет.",
                "Добавьте её в кампанию или исправьте предмет и класс.",
            )
        same = [exam for exam in fitting if exam.level == level]
        if not same:
            raise Unknown(
                f"Такого уровня у работы «{subject.strip()}, {grade} класс» нет.", "Исправьте уровень."
            )
        if form.strip():
            wanted = "computer" if _COMPUTER.search(form) else "paper"
            same = [exam for exam in same if exam.form == wanted]
        if len(same) != 1:
            raise Unknown(
                f"Работа «{subject.strip()}, {grade} класс» есть на бумаге и на компьютере."
                if same
                else f"В такой форме работы «{subject.strip()}, {grade} класс» нет.",
                "Укажите форму: «на бумаге» или «на компьютере».",
            )
        return same[0]

    def test(self, text: str) -> tuple[KnownExam, str]:
        """A test with its class in one text: «4А математика», «МА 4Б», «Русский язык, 5 класс». Raises `Unknown`."""
        trouble: Unknown | None = None
        for pattern, subject, group in ((_CLASS_FIRST, 2, 1), (_CLASS_LAST, 1, 2)):
            found = pattern.fullmatch(text)
            if found and found[subject].strip():
                try:
                    return self.exam(found[subject], found[group]), found[group]
                except Unknown as unknown:
                    trouble = trouble or unknown
        if trouble is None:
            return self.exam(text), ""
        raise trouble

    def is_test(self, text: str) -> bool:
        try:
            self.test(text)
        except Unknown:
            return False
        return True
