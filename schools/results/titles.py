"""What stands around a table of the test it is about: title rows, the sheet's name, the file's name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from schools.listing.text import tidy
from schools.listing.values import as_text
from schools.results import subjects
from schools.results.records import Given

_YEARS = re.compile(r"(?<!\d)(20\d\d)\s*[/–—-]\s*(?:20)?(\d\d)(?!\d)")
_YEAR = re.compile(r"(?<!\d)(20[12]\d)(?!\d)")
_SUBJECT = re.compile(r"предмет\w*\s*[:\-–—]?\s*(.+)", re.IGNORECASE)
_PIECES = re.compile(r"[,.;:|\\/()_\n]+|\s[-–—]\s|\s{2,}")
LOGIN = re.compile(r"(?:sch|edu)(\d{6})(?!\d)", re.IGNORECASE)


@dataclass(frozen=True)
class Context:
    """What is known of the test so far; None and «»: nothing."""

    year: int | None = None
    grade: int | None = None
    subject: str = ""
    level: str = ""
    login: str = ""
    unknown_subject: str = ""

    def over(self, other: Context) -> Context:
        """This, and where it knows nothing, the other."""
        return Context(
            self.year or other.year,
            self.grade or other.grade,
            self.subject or other.subject,
            self.level or (other.level if not self.subject else ""),
            self.login or other.login,
            self.unknown_subject or other.unknown_subject,
        )


def of_person(given: Given) -> Context:
    return Context(given.year, given.grade, given.subject, given.level, given.login)


def year_of(text: str) -> int | None:
    """The calendar year of the tests: «2026», «2025/26 учебный год» → 2026.

    >>> year_of("ВПР 2026"), year_of("за 2025–2026 учебный год"), year_of("приказ № 12026")
    (2026, 2026, None)
    """
    if match := _YEARS.search(text):
        first, last = int(match[1]), int(match[1][:2] + match[2])
        return last if last == first + 1 else None
    years = set(_YEAR.findall(text))
    return int(years.pop()) if len(years) == 1 else None


def login_of(text: str) -> str:
    """«sch123456» out of a cell; «edu123456», as logins began before 2022, is the same school."""
    match = LOGIN.search(text.replace("\N{CYRILLIC SMALL LETTER ES}", "c"))
    return f"sch{match[1]}" if match else ""


def of_text(text: str, own: Mapping[str, str] | None = None) -> Context:
    """What one title says: year, grade, subject; a subject after «Предмет:» that no table knows is kept as unknown."""
    text = tidy(text)
    named, grade, level = subjects.mentioned(text)
    unknown = ""
    if not named and (match := _SUBJECT.search(text)):
        named, of_subject, level = subjects.parse(match[1], own)
        grade = grade or of_subject
        unknown = "" if named else match[1][:60]
    if not named:
        words = (word for word in re.split(r"[\s_]+", text) if word.isupper() or re.search(r"\d", word))
        for piece in [text, *_PIECES.split(text), *words]:
            found, of_piece, piece_level = subjects.parse(piece, own) if piece.strip() else ("", None, "")
            if found:
                named, grade, level, unknown = found, grade or of_piece, level or piece_level, ""
                break
    return Context(year_of(text), grade, named, level, login_of(text), unknown)


def of_texts(texts: Iterable[str], own: Mapping[str, str] | None = None) -> Context:
    """What several titles say together; the one nearest to the table (the last) wins."""
    known = Context()
    for text in texts:
        known = of_text(text, own).over(known)
    return replace(known, unknown_subject="") if known.subject else known


def title(cells: list[object]) -> str:
    """The text of a title row: a label in one cell and its value in the next are one."""
    return " ".join(text for cell in cells if (text := as_text(cell)))
