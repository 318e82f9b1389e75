"""Who a printed phrase of responsible people names: pure Russian grammar, no database, no Django.

`parse` cuts the phrase into pieces, each naming one addressee. Cells are written by hand and scanned by machines, so
addressees may stand one under another, behind commas, or glued without any sign; what separates them is grammar: an
addressee begins with a noun in the nominative or dative («руководители», «методисту»), its complements stand in the
genitive («школ», «управления образования»). What the grammar does not know becomes a piece of kind ``unknown``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from roadmaps.deadlines.lexicon import analyzer

Kind = Literal["person", "position", "body", "schools", "school", "flagged", "outside", "unknown"]


@dataclass(frozen=True, slots=True)
class SchoolName:
    """What tells one school from another: its sort («сош», «лицей», "" when not said), number, and own words."""

    sort: str = ""
    number: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """One addressee. ``text`` is as printed; ``controls`` means it watches («Контроль: …») and does not carry out.

    ``surname`` and ``initials`` are given for a person, ``position`` for a person or a position of the department,
    ``school`` for one named school. ``outside`` are parents and public observers: no user of the portal.
    """

    kind: Kind
    text: str
    controls: bool = False
    surname: str = ""
    initials: str = ""
    position: str = ""
    school: SchoolName | None = None


def parse(phrase: str, *, own_school: bool = False) -> tuple[Piece, ...]:
    """Cut the phrase into pieces, in printed order; every word belongs to exactly one of them.

    ``own_school``: the plan is a school's own, where «администрация» or «руководители МО» mean that school's.
    """
    tokens = _tokens(phrase)
    controls = False
    pieces: list[Piece] = []
    for first, last in _merged(tokens, _spans(tokens)):
        controls = controls or tokens[first].fold in CONTROL
        piece = replace(_classified(phrase, tokens[first:last], own_school), controls=controls)
        pieces.append(_inheriting(piece, pieces))
    return tuple(pieces)


def _inheriting(piece: Piece, before: list[Piece]) -> Piece:
    """«СОШ № 5, 6»: the bare «6» is a СОШ too."""
    if piece.school and piece.text.isdigit() and before and before[-1].school:
        return replace(piece, school=replace(piece.school, sort=before[-1].school.sort))
    return piece


def folded(text: str) -> str:
    """The phrase as rules remember it: lower case, ё = е, one kind of quotes and dash, single spaces, no end dot."""
    text = re.sub(r"[«»„“”\"]", '"', text.lower().replace("ё", "е"))
    text = re.sub(r"[‐‑‒–—−]", "-", text)
    return re.sub(r"\s+", " ", text).strip(" .,;:")


# --- words -----------------------------------------------------------------------------------------------------------


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


CONTROL = frozenset({"контроль", "контролирует", "контролируют", "контролирующий"})
_LEADERS = frozenset({"ответственный", "ответственные", "отв", "исполнитель", "исполнители"})
_CONJUNCTIONS = frozenset({"и", "или", "а", "также", "совместно", "вместе", "с", "со"})
_NO_SURNAMES = CONTROL | _LEADERS | _CONJUNCTIONS
_FORMS = _words(
    "мбоу мкоу маоу моу мбу мку мау мбуо мкуо мауо мбудо мбу гбоу гбу гку гау гбпоу кгбу кгбоу гоу гауо "
    "мбоо мбудпо мудпо гаудпо чоу ану ано нмц имц ммц нимц руо моуо цро цоко рцои мцко уо роо гороо районо гороно гоо"
)
_SCHOOL_FORMS = _words("мбоу мкоу маоу моу гбоу кгбоу гоу чоу")
_SORTS = {
    "сош": "сош",
    "сш": "сош",
    "ош": "",
    "оош": "оош",
    "нош": "нош",
    "школа": "",
    "школа-интернат": "интернат",
    "школа-сад": "",
    "интернат": "интернат",
    "лицей": "лицей",
    "гимназия": "гимназия",
    "прогимназия": "прогимназия",
    "кадетский": "кадетский",
}
_UNIONS = _words("рмо гмо ммо омо пмо цмо рмк гмк ммк гпмо рпмо")
_SCHOOL_NOUNS = _words("оо оу моо")
_ABBREVIATIONS = _FORMS | _UNIONS | _SCHOOL_NOUNS | {"шмо"}
# A noun that can begin an addressee, by what it says of its side.
_OF_SCHOOL = _words(
    "учитель педагог преподаватель воспитатель психолог логопед дефектолог тьютор библиотекарь вожатый советник "
    "завуч здувр замдиректора шмо экзаменатор педагог-психолог учитель-предметник"
)
_OF_DEPARTMENT = _words("методист инспектор начальник замначальника")
_UNITS = _words("отдел сектор служба кабинет подразделение центр лаборатория бухгалтерия")
_BODIES = _words("управление комитет департамент министерство муниципалитет институт академия")
_GROUPS = _words("комиссия группа совет объединение штаб сообщество")
_PEOPLE = _words(
    "руководитель директор заведующий заведующая заместитель зам координатор специалист эксперт организатор член "
    "председатель секретарь представитель оператор работник сотрудник администратор куратор ассистент"
)
_OUTSIDERS = _words("наблюдатель родитель общественник общественность")
_SOME = _words("шнор низкий отдельный некоторый сельский малокомплектный пилотный базовый")
_MUNICIPAL = _words("муниципальный районный городской окружной")
_ORGANISATIONS = _words("организация учреждение школа лицей гимназия интернат школа-интернат")
_HEADS = (
    _OF_SCHOOL | _OF_DEPARTMENT | _UNITS | _BODIES | _GROUPS | _PEOPLE | _OUTSIDERS | _ORGANISATIONS
    | {"администрация", "методсовет", "педсовет"}
)  # fmt: skip
_RISK = re.compile(
    r"необъективн|зон[ауыеой]+ риск|признак\w* (?:не|нару)|недостоверн|рисков\w+ (?:школ|оо\b|оу\b)", re.I
)
_PATRONYMIC = re.compile(r"(?:вич|вича|вичу|вичем|вна|вны|вне|вну|вной|ична|ичны|ичне|ичну|ичной|оглы|кызы)$")
_INITIALS = r"[А-ЯЁA-Z]\.\s?(?:[А-ЯЁA-Z]\.?(?!\w))?"


@dataclass(frozen=True, slots=True)
class _Token:
    """A word, a pair of initials or a number, with the signs that stand before it.

    ``deep``: inside quotes. ``name``: 1 where a person's name begins, 2 where it goes on.
    """

    kind: Literal["word", "initials", "number"]
    text: str
    fold: str
    start: int
    end: int
    gap: str
    deep: bool = False
    name: int = 0

    @property
    def capital(self) -> bool:
        return self.text[0].isupper()

    @property
    def parted(self) -> bool:
        """A sign that may part addressees stands before it."""
        return any(sign in self.gap for sign in ",;.\n:/|•·")


_TOKEN = re.compile(
    rf"(?P<initials>(?<!\w){_INITIALS})|(?P<number>\d+(?:[-\s]?бис|[а-яё](?!\w))?)|(?P<word>\w+(?:[-‐‑–]\w+)*)"
)
_ABBREVIATED = re.compile(
    r"(?:^|\W)(?:г|гор|ул|им|с|п|пос|р|обл|о|д|зам|нач|гл|вед|спец|отв|уч|пед|рук)$", re.I
)


def _tokens(phrase: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    for found in _TOKEN.finditer(phrase):
        gap = phrase[at : found.start()]
        if tokens and "." in gap and "\n" not in gap and _ABBREVIATED.search(tokens[-1].text):
            gap = gap.replace(".", " ")  # «г. Рубежный»: no end of a sentence
        kind: Literal["word", "initials", "number"] = found.lastgroup  # type: ignore[assignment]
        text = found[0].rstrip()
        tokens.append(
            _Token(kind, text, text.lower().replace("ё", "е"), found.start(), found.start() + len(text), gap)
        )
        at = found.start() + len(text)
    tokens = [replace(token, deep=deep) for token, deep in zip(tokens, _depths(phrase, tokens), strict=True)]
    return _with_names(tokens)


def _with_names(tokens: list[_Token]) -> list[_Token]:
    """Mark the people's names, from the left, so that of «Орлова А.А. Белов В.В.» no initials serve twice."""
    index = 0
    while index < len(tokens):
        end = _name_end(tokens, index)
        for at in range(index, end):
            tokens[at] = replace(tokens[at], name=1 if at == index else 2)
        index = max(end, index + 1)
    return tokens


_QUOTED = re.compile(r"«[^«»;\n]*(?:«[^«»;\n]*»[^«»;\n]*)*»|\"[^\"\n;]*\"|„[^“”\n;]*[“”]")


def _depths(phrase: str, tokens: list[_Token]) -> Iterator[bool]:
    """Whether each token stands inside quotes; a quote that is never closed counts for nothing."""
    quoted = [found.span() for found in _QUOTED.finditer(phrase)]
    for token in tokens:
        yield any(first < token.start < last for first, last in quoted)


@dataclass(frozen=True, slots=True)
class _Forms:
    lemmas: frozenset[str]
    starts: bool  # may stand in the nominative or dative
    genitive: bool
    plural: bool
    adjective: bool
    participle: bool = False


_CYRILLIC = re.compile(r"[а-я]+(?:-[а-я]+)*")


@lru_cache(maxsize=20_000)
def _forms(word: str) -> _Forms:
    """What a folded word can be; the second half of «учителя-предметники» settles what its first leaves open."""
    if not _CYRILLIC.fullmatch(word):
        return _Forms(frozenset({word}), starts=True, genitive=True, plural=False, adjective=False)
    parses = analyzer().parse(word)
    cases = {parse.tag.case for parse in parses}
    if "-" in word:
        cases &= {parse.tag.case for parse in analyzer().parse(word.rsplit("-", 1)[1])} or cases
    lemmas = {parse.normal_form.replace("ё", "е") for parse in parses}
    if "-" in word:
        lemmas |= {form.replace("ё", "е").split("-")[0] for form in lemmas}
        lemmas |= {parse.normal_form.replace("ё", "е") for parse in analyzer().parse(word.split("-", 1)[0])}
    return _Forms(
        frozenset(lemmas),
        bool(cases & {"nomn", "datv"}),
        "gent" in cases,
        any(parse.tag.number == "plur" and parse.tag.case in {"nomn", "datv"} for parse in parses),
        any(parse.tag.POS in {"ADJF", "PRTF"} for parse in parses[:2]),
        any(parse.tag.POS == "PRTF" for parse in parses[:2]),
    )


# --- where an addressee begins ---------------------------------------------------------------------------------------


def _spans(tokens: list[_Token]) -> list[tuple[int, int]]:
    """Half-open ranges of tokens, one an addressee."""
    starts: list[int] = []
    for index in range(len(tokens)):
        if starts and all(_is_lead(tokens, at) for at in range(starts[-1], index)):
            continue  # «Контроль: методист», «и руководители»: the word belongs to whom it leads to
        if not starts or _begins(tokens, index, starts[-1]):
            starts.append(index)
    return list(pairwise([*starts, len(tokens)]))


def _is_lead(tokens: list[_Token], index: int) -> bool:
    token = tokens[index]
    announces = (
        token.fold in _LEADERS and index + 1 < len(tokens) and bool(set(tokens[index + 1].gap) & set(":-–—"))
    )
    return announces or token.fold in CONTROL | _CONJUNCTIONS


def _begins(tokens: list[_Token], index: int, start: int) -> bool:
    token, before = tokens[index], tokens[index - 1]
    if token.name:
        return token.name == 1
    if token.fold in CONTROL and (token.capital or token.parted):
        return True
    if token.fold in _CONJUNCTIONS:
        return not (token.deep and before.deep) and _conjoined(tokens, index + 1)
    if token.deep and before.deep and not _listed_school(tokens, index):
        return False
    if _listed_school(tokens, index) or (_school_at(tokens, index) and token.parted and not token.deep):
        return True
    if token.parted:
        return _head_at(tokens, index) or not _continues(tokens, index)
    return _glued_head(tokens, index, start)


def _conjoined(tokens: list[_Token], index: int) -> bool:
    """Whether behind «и» or «совместно с» another addressee follows."""
    if index >= len(tokens):
        return False
    if tokens[index].fold in _CONJUNCTIONS:
        return _conjoined(tokens, index + 1)
    return _head_at(tokens, index) or _person_at(tokens, index) or _listed_school(tokens, index)


def _person_at(tokens: list[_Token], index: int) -> bool:
    return tokens[index].name == 1


def _name_end(tokens: list[_Token], index: int) -> int:
    """Where the person's name that begins here ends; the same index when none does."""
    token = tokens[index]
    after = tokens[index + 1] if index + 1 < len(tokens) else None
    third = tokens[index + 2] if index + 2 < len(tokens) else None
    if after is None or after.gap.strip(" \xa0"):
        return index
    if (_is_surname(token) and after.kind == "initials") or (token.kind == "initials" and _is_surname(after)):
        return index + 2
    whole = third and not third.gap.strip(" \xa0") and third.capital and _PATRONYMIC.search(third.fold)
    return index + 3 if whole and _is_surname(token) and after.capital else index


def _is_surname(token: _Token) -> bool:
    return (
        token.kind == "word"
        and token.capital
        and len(token.text) > 1
        and not token.text.isupper()
        and not token.deep
        and token.fold not in _NO_SURNAMES
        and not _forms(token.fold).lemmas & _HEADS
    )


def _school_at(tokens: list[_Token], index: int) -> bool:
    """«СОШ № 5», «МБОУ «Лицей № 1»», «гимназия имени …» begins here."""
    token = tokens[index]
    numbered = index + 1 < len(tokens) and "№" in tokens[index + 1].gap
    return token.fold in _SCHOOL_FORMS or (_sort(token) is not None and (numbered or token.text.isupper()))


def _sort(token: _Token) -> str | None:
    if token.kind != "word":
        return None
    return next(
        (_SORTS[lemma] for lemma in sorted(_forms(token.fold).lemmas | {token.fold}) if lemma in _SORTS), None
    )


def _listed_school(tokens: list[_Token], index: int) -> bool:
    """The «6» and «8» of «СОШ № 5, 6, 8»."""
    token, before = tokens[index], tokens[index - 1]
    if token.kind != "number" or not (token.parted or before.fold == "и"):
        return False
    first = index - 2 if before.fold == "и" else index - 1
    while first >= 0 and tokens[first].kind == "number":
        if "№" in tokens[first].gap and first and _names_schools(tokens[first - 1]):
            return True
        first -= 2 if tokens[first - 1].fold == "и" else 1
    return False


def _names_schools(token: _Token) -> bool:
    return _sort(token) is not None or token.fold in _SCHOOL_FORMS


def _head_at(tokens: list[_Token], index: int) -> bool:
    """Adjectives and a noun that name an addressee begin here, in the nominative or dative."""
    for at in range(index, min(index + 4, len(tokens))):
        token = tokens[at]
        if at > index and (token.parted or token.deep):
            return False
        if _is_abbreviation(token) or (_sort(token) is not None and token.text.isupper()):
            return True
        forms = _forms(token.fold)
        if not forms.starts:
            return False
        if forms.lemmas & _HEADS or token.fold in {"зам", "вед", "спец"}:
            return True
        if not forms.adjective:
            return False
    return False


def _is_abbreviation(token: _Token) -> bool:
    return token.kind == "word" and token.fold in _ABBREVIATIONS and token.text[:2].isupper()


def _continues(tokens: list[_Token], index: int) -> bool:
    """After a sign, the addressee before goes on: genitives, prepositions, places, adverbs."""
    token = tokens[index]
    if token.kind == "number":
        return True
    if token.deep and tokens[index - 1].deep:
        return True
    if _head_at(tokens, index) or _person_at(tokens, index) or token.capital:
        return False
    forms = _forms(token.fold)
    return not forms.starts or forms.genitive or forms.participle or len(token.fold) <= 3


def _glued_head(tokens: list[_Token], index: int, start: int) -> bool:
    """A new addressee without any sign before it: «… по УВР руководители объединений»."""
    token, before = tokens[index], tokens[index - 1]
    if (
        token.deep
        or "(" in token.gap
        or before.fold in _CONJUNCTIONS
        or not _head_at(tokens, index)
        or _is_preposition(before)
    ):
        return False
    if _is_abbreviation(token):
        return _closed_by(tokens, index, start)
    if _sort(token) is not None and token.text.isupper():
        return before.kind == "number"  # «директор СОШ № 5» is one, «СОШ № 5 СОШ № 7» are two
    forms, last = _forms(token.fold), _forms(before.fold)
    if (
        before.kind == "word"
        and last.adjective
        and last.starts
        and not before.deep
        and not last.lemmas & _HEADS
    ):
        return False  # «муниципальный координатор»: the adjective began it
    if not forms.genitive:
        return not (_is_abbreviation(before) and before.fold in _FORMS and not forms.plural)
    return token.capital and forms.plural and not (last.lemmas & _PEOPLE) and not forms.lemmas & _BODIES


def _closed_by(tokens: list[_Token], index: int, start: int) -> bool:
    """Whether an abbreviation («МБУ …») begins a new addressee: not when it owns the unit or the position before it."""
    lemmas = frozenset[str]().union(
        *(_forms(token.fold).lemmas for token in tokens[start:index] if not token.deep)
    )
    if tokens[index].fold not in _FORMS or any(_is_abbreviation(token) for token in tokens[start:index]):
        return False
    return bool(lemmas & _BODIES) and not lemmas & (
        _PEOPLE | _OF_DEPARTMENT | _OF_SCHOOL | _UNITS | {"администрация"}
    )


def _is_preposition(token: _Token) -> bool:
    return token.fold in {"по", "за", "от", "из", "при", "на", "для", "в", "во", "об", "о", "под", "у"}


# --- which words belong to one person --------------------------------------------------------------------------------


def _merged(tokens: list[_Token], spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join a person with the position printed before or behind the name."""
    merged: list[tuple[int, int]] = []
    for first, last in spans:
        if merged and _belongs(tokens, merged[-1], (first, last)):
            merged[-1] = (merged[-1][0], last)
        else:
            merged.append((first, last))
    return merged


def _belongs(tokens: list[_Token], one: tuple[int, int], two: tuple[int, int]) -> bool:
    head = tokens[two[0]]
    if ";" in head.gap or head.fold in CONTROL:
        return False
    if _person_at(tokens, two[0]):
        return (
            not _named(tokens, one) and not set(head.gap) & set(",.\n/:") and _could_be_position(tokens, one)
        )
    if not _named(tokens, one) or "\n" in head.gap or head.capital:
        return False
    return _singular_head(tokens, two) and not (_generic_school(tokens, two) and _has_position(tokens, one))


def _named(tokens: list[_Token], span: tuple[int, int]) -> bool:
    return any(_person_at(tokens, index) for index in range(*span))


def _has_position(tokens: list[_Token], span: tuple[int, int]) -> bool:
    return span[1] - span[0] > 2 and any(
        _forms(token.fold).lemmas & _HEADS for token in tokens[span[0] : span[1]]
    )


def _could_be_position(tokens: list[_Token], span: tuple[int, int]) -> bool:
    """One person's position, or an organisation with the name of who answers in brackets."""
    return _singular_head(tokens, span) or "(" in tokens[span[1]].gap


def _singular_head(tokens: list[_Token], span: tuple[int, int]) -> bool:
    for token in tokens[span[0] : span[1]]:
        forms = _forms(token.fold)
        if forms.lemmas & (_PEOPLE | _OF_DEPARTMENT | _OF_SCHOOL) or token.fold in {"зам", "вед", "спец"}:
            return not forms.plural
        if not forms.adjective and token.fold not in CONTROL | _CONJUNCTIONS:
            return False
    return False


def _generic_school(tokens: list[_Token], span: tuple[int, int]) -> bool:
    return any(token.fold in _SCHOOL_NOUNS or _is_organisation(token) for token in tokens[span[0] : span[1]])


def _is_organisation(token: _Token) -> bool:
    return bool(_forms(token.fold).lemmas & {"школа", "организация", "учреждение"})


# --- what a piece is -------------------------------------------------------------------------------------------------


def _classified(phrase: str, tokens: list[_Token], own_school: bool) -> Piece:
    while len(tokens) > 1 and _is_lead(tokens, 0):
        tokens = tokens[1:]
    text = _trimmed(
        phrase[tokens[0].start - _opening(phrase, tokens[0]) : tokens[-1].end] + _tail(phrase, tokens[-1])
    )
    if any(token.name for token in tokens):
        return _person(phrase, tokens, text)
    kind, school = _kind(tokens, text, own_school)
    return Piece(kind, text, school=school, position=text if kind in {"position", "body"} else "")


def _opening(phrase: str, token: _Token) -> int:
    return 1 if token.start and phrase[token.start - 1] in '«„"“(' else 0


def _tail(phrase: str, token: _Token) -> str:
    return re.match(r"[»”“\")]*", phrase[token.end :])[0]  # type: ignore[index]


def _trimmed(text: str) -> str:
    text = re.sub(r"\s+", " ", text).strip()
    return text[1:] if text.startswith("(") and ")" not in text else text


def _person(phrase: str, tokens: list[_Token], text: str) -> Piece:
    first = next(index for index, token in enumerate(tokens) if token.name == 1)
    last = next((index for index in range(first + 1, len(tokens)) if tokens[index].name != 2), len(tokens))
    words = tokens[first:last]
    if len(words) == 3:
        surname, initials = words[0].text, words[1].text[0] + words[2].text[0]
    else:
        surname = next(word.text for word in words if word.kind == "word")
        initials = "".join(re.findall(r"\w", next(word.text for word in words if word.kind == "initials")))
    rest = [*tokens[:first], *tokens[last:]]
    position = ""
    if rest:
        position = _trimmed(phrase[rest[0].start : rest[-1].end] + _tail(phrase, rest[-1]))
        position = position.replace(_trimmed(phrase[words[0].start : words[-1].end]), "")
    position = position.strip(" ,.()")
    return Piece(
        "person", text, surname=surname, initials=initials, position=position, school=_named_school(tokens)
    )


def _kind(tokens: list[_Token], text: str, own_school: bool) -> tuple[Kind, SchoolName | None]:
    words = [(token.fold, _forms(token.fold).lemmas) for token in tokens]
    lemmas = frozenset[str]().union(*(forms for _, forms in words), (fold for fold, _ in words))
    if lemmas & _OUTSIDERS or any(fold.startswith("родительск") for fold, _ in words):
        return "outside", None
    if school := _named_school(tokens):
        return "school", school
    schoolish = _is_schoolish(tokens, words, lemmas)
    if _RISK.search(text) and (schoolish or lemmas & {"школа", "организация", "учреждение"}):
        return "flagged", None
    if schoolish and _some_only(words, lemmas):
        return "unknown", None  # «школы, вошедшие в …»: some of them, and which ones the portal does not know
    if lemmas & _UNIONS:
        return "body", None
    if schoolish or (own_school and _means_own_school(lemmas)):
        return "schools", None
    first = next((forms & _HEADS for _, forms in words if forms & _HEADS), frozenset[str]())
    if first & (_OF_DEPARTMENT | _PEOPLE) or {"зам", "вед", "спец"} & {fold for fold, _ in words[:2]}:
        return ("unknown" if _says_nothing(tokens, first) else "position"), None
    if (
        first & (_UNITS | _BODIES | _GROUPS)
        or lemmas & _FORMS
        or ("администрация" in first and len(tokens) > 1)
    ):
        return "body", None
    return "unknown", None


def _some_only(words: list[tuple[str, frozenset[str]]], lemmas: frozenset[str]) -> bool:
    """Said of a part of the schools. «Учителя, работающие в …» are in every school; «расположенные в» tells nothing."""
    first = next((forms & _HEADS for _, forms in words if forms & _HEADS), frozenset[str]())
    chosen = any(_forms(fold).participle and "расположить" not in forms for fold, forms in words)
    return bool(lemmas & _SOME or (chosen and not first & _OF_SCHOOL))


def _is_schoolish(
    tokens: list[_Token], words: list[tuple[str, frozenset[str]]], lemmas: frozenset[str]
) -> bool:
    """Said of the schools of the department: their people by role, or they themselves."""
    first = next((forms & _HEADS for _, forms in words if forms & _HEADS), frozenset[str]())
    if lemmas & {"шмо", "школьный", "внутришкольный", "классный", "увр", "увп"} or first & _OF_SCHOOL:
        return not first & _OF_DEPARTMENT
    if first & (_OF_DEPARTMENT | _UNITS | _BODIES) or _MUNICIPAL & _adjectives(tokens):
        return bool(_ORGANISATIONS & first)
    if (
        lemmas & {"начальник", "управление", "отдел", "сектор", "центр", "комитет"}
        or lemmas & _FORMS - _SCHOOL_FORMS
    ):
        return False
    if first & {"заместитель", "зам"}:
        return bool(lemmas & {"директор", "руководитель"})
    if first & {"директор"} and len(words) == 1:
        return _forms(words[0][0]).plural
    return bool(
        lemmas & (_SCHOOL_NOUNS | _SCHOOL_FORMS | {"школа", "лицей", "гимназия"}) or _is_education(lemmas)
    )


def _adjectives(tokens: list[_Token]) -> frozenset[str]:
    """Lemmas of the words before the noun that names the addressee."""
    found: set[str] = set()
    for token in tokens:
        forms = _forms(token.fold)
        if forms.lemmas & _HEADS:
            break
        found |= forms.lemmas
    return frozenset(found)


def _is_education(lemmas: frozenset[str]) -> bool:
    return bool(
        lemmas & {"организация", "учреждение"} and lemmas & {"образовательный", "общеобразовательный"}
    )


def _means_own_school(lemmas: frozenset[str]) -> bool:
    return bool(lemmas & (_PEOPLE | _GROUPS | {"администрация", "мо", "методсовет", "педсовет"}))


def _says_nothing(tokens: list[_Token], first: frozenset[str]) -> bool:
    """«Руководители», «члены»: of what, the phrase does not say."""
    return len(tokens) == 1 and bool(first & _PEOPLE)


def school_name(text: str) -> SchoolName | None:
    """What distinguishes the school of this name: «МБОУ «Зареченская СОШ № 4»» → сош, 4, («зареченская»,)."""
    return _named_school(_tokens(text), whole=True)


def _named_school(tokens: list[_Token], whole: bool = False) -> SchoolName | None:
    at = next((index for index, token in enumerate(tokens) if _sort(token) is not None), None)
    sort = "" if at is None else _sort(tokens[at]) or ""
    form = any(token.fold in _SCHOOL_FORMS for token in tokens)
    number = next((token.fold for index, token in enumerate(tokens) if _numbers_school(tokens, index)), "")
    if number and (at is not None or form or len(tokens) == 1):
        return SchoolName(sort, re.sub(r"[\s-]", "", number), _own(tokens) if whole else ())
    named = at is not None and (form or tokens[at].text.isupper() or tokens[at].deep)
    own = _own(tokens) if whole or named else ()
    quoted = form and sort and tokens[at or 0].deep  # «МОУ «Гимназия»»: the only one of its sort
    return SchoolName(sort, "", own) if quoted or (own and (at is not None or form)) else None


def _numbers_school(tokens: list[_Token], index: int) -> bool:
    token = tokens[index]
    if token.kind != "number":
        return False
    return "№" in token.gap or len(tokens) == 1 or (index > 0 and _sort(tokens[index - 1]) is not None)


_COMMON = _words(
    "средний основной начальный общеобразовательный школа муниципальный бюджетный казенный автономный образовательный "
    "учреждение общеобразовательная организация город г с село п поселок им имя район округ муниципальное "
    "администрация директор руководитель заместитель увр по углубленный изучение отдельный предмет с"
)


def _own(tokens: list[_Token]) -> tuple[str, ...]:
    """The words that only this school's name has: capitalised, not the sort, not the legal form."""
    return tuple(
        token.fold
        for token in tokens
        if token.kind == "word"
        and token.capital
        and _sort(token) is None
        and token.fold not in _FORMS
        and not _forms(token.fold).lemmas & (_COMMON | _PEOPLE)
    )


# --- words for comparing with positions and names --------------------------------------------------------------------

_SMALL = _words("и или по для при с со на в во от им имени г ул же не")


def lemmas(text: str) -> tuple[frozenset[str], ...]:
    """The dictionary forms of every word that says something, one set a word."""
    return tuple(
        _forms(token.fold).lemmas | {token.fold}
        for token in _tokens(text)
        if token.fold not in _SMALL and token.kind != "initials"
    )


def head_lemmas(text: str) -> frozenset[str]:
    """The dictionary forms of the noun that names the position: «ведущий специалист отдела» → специалист."""
    return next((lemmas & _HEADS for lemmas in lemmas(text) if lemmas & _HEADS), frozenset())


def is_plural(text: str) -> bool:
    """Whether the position is named in the plural: «методисты», «главные специалисты»."""
    heads = (token for token in _tokens(text) if _forms(token.fold).lemmas & _HEADS)
    return any(_forms(head.fold).plural for head in list(heads)[:1])


@lru_cache(maxsize=20_000)
def surname_forms(surname: str, patronymic: str = "") -> frozenset[str]:
    """The folded forms in which a plan may print a surname: nominative, dative, accusative, instrumental.

    The genitive is left out: of a man's surname it looks like a woman's («Орлова»).
    """
    fold = surname.lower().replace("ё", "е")
    gender = (
        "femn" if patronymic.lower().endswith("на") else "masc" if patronymic.lower().endswith("ич") else None
    )
    forms = {fold}
    for parse in analyzer().parse(surname.lower()) if _CYRILLIC.fullmatch(fold) else ():
        if parse.tag.case == "nomn" and parse.tag.number == "sing" and gender in (None, parse.tag.gender):
            cases = {"datv", "ablt"} | ({"accs"} if parse.tag.gender == "femn" else set())
            forms |= {
                form.word.replace("ё", "е")
                for form in parse.lexeme
                if form.tag.case in cases
                and form.tag.number == "sing"
                and form.tag.gender == parse.tag.gender
            }
    return frozenset(forms)
