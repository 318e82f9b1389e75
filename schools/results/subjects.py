"""Subjects as files write them → the names the portal keeps. What stands in no table is asked, never guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from schools.listing.text import fold

# Canonical name → other spellings, folded (lower case, Cyrillic, no punctuation), and its stem in a sentence.
SUBJECTS: dict[str, tuple[str, str]] = {
    "русский язык": ("ру|рус|русс|рус яз|русский|ря", r"русск\w* язык"),
    "математика": ("ма|мат|матем|математ", r"математик"),
    "окружающий мир": ("ом|окр|окр мир|окруж мир|окружающий", r"окружающ\w* мир"),
    "литературное чтение": ("лч|чт|лит чтение|литчтение|литер чтение", r"литературн\w* чтени"),
    "литература": ("ли|лит|литер", r"литератур[аеуы]\b"),
    "история": ("ис|ист", r"истори[яиюе]"),
    "биология": ("би|био|биол", r"биологи"),
    "география": ("ге|гг|гео|геогр", r"географи"),
    "обществознание": ("об|общ|обществ|обществозн", r"обществознани"),
    "физика": ("фи|фз|физ", r"физик[аеиу]"),
    "химия": ("хи|хим", r"хими[яиюе]"),
    "информатика": ("инф|информ", r"информатик"),
    "иностранный язык": ("ия|ин яз|иняз|иностр яз|иностранный", r"иностранн\w* язык"),
    "английский язык": ("ая|ан|англ|англ яз|английский", r"английск\w* язык"),
    "немецкий язык": ("ня|не|нем|нем яз|немецкий", r"немецк\w* язык"),
    "французский язык": ("фя|фр|франц|франц яз|французский", r"французск\w* язык"),
}
BY_SPELLING = {
    spelling: name for name, (spellings, _) in SUBJECTS.items() for spelling in (name, *spellings.split("|"))
}
STEMS = {name: re.compile(rf"\b{stem}") for name, (_, stem) in SUBJECTS.items()}

_GRADE = re.compile(r"\b(\d{1,2})(?: ?х)? ?(?:ый|ой|й|го|му|м|е)? ?(?:класс\w*|кл)\b")
_ADVANCED = re.compile(r"\bуглуб\w*( уров\w*)?|\bуу\b|\bпрофил\w*( уров\w*)?")
_BASIC = re.compile(r"\b(базов\w*|баз)( уров\w*)?\b|\bбу\b|\bуров\w+\b")
_GLUED = re.compile(r"(?:(\d{1,2}) ?)?([а-я][а-я ]*?)(?: ?(\d{1,2}))?")
ADVANCED = "advanced"


@lru_cache(maxsize=4096)
def _taken_apart(text: str) -> tuple[str, int | None, str]:
    """(the name folded, grade, level) of a cell that names a subject: «МА4», «4 РУ», «Физика (углубл.), 7 класс»."""
    folded = re.sub(r"_", " ", fold(text))
    level = ADVANCED if _ADVANCED.search(folded) else ""
    folded = _BASIC.sub(" ", _ADVANCED.sub(" ", folded))
    grade = None
    if match := _GRADE.search(folded):
        grade, folded = int(match[1]), folded[: match.start()] + " " + folded[match.end() :]
    folded = " ".join(folded.split())
    if match := _GLUED.fullmatch(folded):
        folded = match[2].strip()
        grade = grade or int(match[1] or match[3] or 0) or None
    return folded, grade if grade and 1 <= grade <= 11 else None, level


def parse(text: str, own: Mapping[str, str] | None = None) -> tuple[str, int | None, str]:
    """(canonical name or «», grade or None, level) of a cell. ``own``: the department's spellings → names.

    >>> parse("МА4"), parse("Русский язык"), parse("Матем. (углубл.) 7 кл."), parse("МХК")
    (('математика', 4, ''), ('русский язык', None, ''), ('математика', 7, 'advanced'), ('', None, ''))
    """
    name, grade, level = _taken_apart(text)
    known = (own or {}).get(name) or BY_SPELLING.get(name, "")
    return known, grade, level


def spelling(text: str) -> str:
    """The form in which a department's own spelling of a subject is kept and compared."""
    return _taken_apart(text)[0]


@lru_cache(maxsize=1024)
def mentioned(text: str) -> tuple[str, int | None, str]:
    """The one subject a sentence names, in whatever case: «ВПР по математике, 4 класс». Two named: none is taken."""
    folded = re.sub(r"_", " ", fold(text))
    found = [name for name, stem in STEMS.items() if stem.search(folded)]
    grade = _GRADE.search(folded)
    level = ADVANCED if _ADVANCED.search(folded) else ""
    return found[0] if len(found) == 1 else "", int(grade[1]) if grade else None, level
