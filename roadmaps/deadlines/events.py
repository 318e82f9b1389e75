"""The events clocks wait for, and which of them a noun phrase names.

A phrase names one of the four known events only when *every* word of it belongs to that event's vocabulary; any other
phrase of real Russian words is «other event»; a phrase with a word nobody knows is in doubt.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from roadmaps.deadlines.lexicon import WORDS, is_russian, parses
from roadmaps.deadlines.parts import VPR
from roadmaps.deadlines.tokens import Token

ASSESSMENT = "assessment_held"
DOCUMENT = "document_issued"
NONOBJECTIVE = "nonobjectivity_found"
SCHOOL_CHECK = "school_check_finished"
OTHER = "event_happened"
SCHEDULE_OF = {ASSESSMENT: VPR}  # whose days an event comes on when the portal itself keeps its schedule

# Event, as it reads after «событие»: also the choice the methodist is offered.
EVENT_TITLES = {
    DOCUMENT: "документ издан",
    ASSESSMENT: "оценочная процедура проведена",
    NONOBJECTIVE: "выявлены признаки необъективности",
    SCHOOL_CHECK: "школьная комиссия завершила проверку",
    OTHER: "событие произошло",
}


class Doubt(Exception):
    """The phrase cannot be understood for certain; the text is a Russian question for the methodist."""


class DayInDoubt(Doubt):
    """The phrase is plainly a deadline, only its day is in doubt: found in an order's clause, too."""


class Impossible(Doubt):
    """The phrase names a day that does not exist."""


def _stems(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_PREFIXES = _stems(
    "само взаимо меж внутри обще онлайн- онлайн видео веб мета"
)  # the dictionary lacks such compounds
_LINKS = frozenset(_stems("в во на и с со по к из о об для у от при за через между среди"))
_NEGATIONS = frozenset(_stems("не нет без кроме или либо если помимо вместо"))
_SCHOOLS = _stems("оо оу мбоу моу мбоо мкоу маоу шко образоват общеобразоват организац учрежден")
_ANY = _stems("кажд соответств все всех всеросс указан данн очередн конкретн мест")

_ABBREVIATIONS = frozenset(
    _stems(
        "впр впп оп нико гиа огэ егэ гвэ рдр кдр мдр мкр рпр фис око оо оу мбоу моу мбоо мкоу маоу рф г в с к о у ноко"
    )
)
_ASSESSMENT_CORE = _stems("впр впп оп нико гиа огэ егэ гвэ рдр кдр мдр мкр рпр процедур")
_WORK_KINDS = _stems("проверочн диагностич контрольн тренировочн пробн оценочн мониторингов репетиц")
_NO_HEADS = _stems("подготовк образован обучающ уровн предмет класс учебн качеств")
_HOLD = _stems("организац провед заверш окончан выполнен написан итог")
_ASSESSMENT_REST = _stems(
    "работ оценочн проверочн диагностич контрольн тренировочн пробн региональн муниципальн федеральн национальн "
    "школьн внешн независим исследован мониторинг качеств образован подготовк обучающ уровн предмет класс учебн год "
    "входн административн промежуточн "
    "русск язык математ "
    "окружающ мир биолог географ истор обществозн физик хим иностран англий апробац репетиц мониторингов результат"
)
_FOUND = _stems(
    "выявлен обнаруж установлен налич попадан включен вхожден признак маркер факт необъектив возникнов"
)
_NONOBJECTIVE_CORE = _stems("необъектив риск маркер недостоверн признак")
_NONOBJECTIVE_REST = _stems(
    "признак результат зон групп списк список перечен попавш вошедш имеющ показавш включенн работ проведен низк "
    "оценочн процедур проверочн впр впп оп факт фис око рособрнадзор образован оценив оценк отметок отметк выставлен"
)
_SCHOOL_CHECK_CORE = _stems("проверк")
_SCHOOL_CHECK_SIGNS = _stems("шко оо оу образоват общеобразоват")
_SCHOOL_CHECK_REST = _stems("комисс заверш окончан уровн эксперт участник обучающ проверочн работ впр")
_ISSUED = _stems("издан выход опубликован публикац поступлен получен появлен выпуск принят утвержден")
_DOCUMENTS = _stems("документ приказ письм писем распоряжен постановлен актов инструкц рекомендац регламент")
_DOCUMENT_REST = _stems(
    "нормативн правов инструктивн методич распорядит рособрнадзор минист минпрос минобр федеральн региональн "
    "краев областн республиканск вышестоящ орган рф росс федерац департамент вопрос проведен впр оценочн процедур "
    "надзор служб сфер образован наук просвещен регламентир новых нового новые"
)
_OWN = _stems("настоящ данн собственн наш")
_ORDERS = _stems("документ приказ письм писем распоряжен постановлен актов")
# What a document is done to: alone («по мере поступления») it does not say what came.
_BARE = (*_ISSUED, *_stems("выявлен обнаруж включен попадан"))
_LISTS = _stems("список списк перечен рособрнадзор")
# Received from above, or from anybody?
_PAPERS = _stems("получен документ рекомендац инструкц")
# Perhaps signs of non-objective results, perhaps something else.
_MARKS_UP = _stems("завышен занижен")
# Procedures that may be meant as an assessment or not.
_MAYBE = _stems(
    "мониторинг диагностик диктант тестирован срез экзамен сочинен изложен собеседован аттестац исследован оценк ноко "
    "pisa"
)
_ADJECTIVE_ENDINGS = ("ого", "его", "ой", "ей", "ых", "их")


def name_event(words: Sequence[Token], *, about_results: bool = False) -> str:
    """The event that the noun phrase after «после», «по мере», «по итогам»… names.

    `about_results`: the trigger was «по итогам», «по результатам». Raises Doubt.
    """
    forms = [_form(token) for token in words]
    refuse_misspelt_vpr(words)
    _refuse_unknown(words, forms)
    content = [form for form in forms if form not in _LINKS and not _any(form, _ANY)]
    if not content:
        raise Doubt("Какое событие имеется в виду? Выберите событие.")
    if _all(content, _BARE) or (_all(content, _BARE, _LISTS, _SCHOOLS) and _has(content, _LISTS)):
        raise Doubt("Чего или куда именно? Допишите или выберите событие.")
    for recognise in (_nonobjective, _school_check, _document, _assessment):
        event = recognise(content, about_results)
        if event:
            return event
    _refuse_misfits(words)
    return OTHER


def _form(token: Token) -> str:
    if token.kind == "w" and token.form not in WORDS:  # a slip, corrected when it was looked up
        return str(token.value)
    return token.form.replace("бьект", "бъект")  # «необьективность» is the commonest slip


def refuse_misspelt_vpr(words: Sequence[Token]) -> None:
    """«ВВПР», «ВРП»: the field's own abbreviation misspelt, or another one? Raises Doubt."""
    for token in words:
        if token.kind == "x" and token.form != "впр" and set(token.form) == set("впр"):
            raise Doubt(f"«{token.raw}» — это ВПР? Исправьте слово.")


def _refuse_unknown(words: Sequence[Token], forms: Sequence[str]) -> None:
    for token, form in zip(words, forms, strict=True):
        if form in _NEGATIONS:
            raise Doubt(f"Слово «{token.raw}» меняет смысл срока. Укажите событие или дату.")
        if token.kind == "x" and not is_known(token):
            raise Doubt(f"Не понято слово «{token.raw}». Исправьте его или выберите событие.")


def _refuse_misfits(words: Sequence[Token]) -> None:
    """Every word of «после сдачи отчета» stands in an oblique case; «после отчет сдачи» is no noun phrase."""
    for before, token in pairwise((None, *words)):
        if token is not None and not token.raw.isupper() and not _fits(token, before):
            raise Doubt(f"Не понято слово «{token.raw}». Исправьте его или выберите событие.")


def _fits(token: Token, before: Token | None) -> bool:
    """Whether the case is one the place allows: any after a preposition, the adjective's own after an adjective,
    else the genitive or the instrumental («проверки комиссией»); the first noun may follow «при» or «по» too."""
    readings = parses(token.form)
    if not readings or any(one.tag.POS in ("PREP", "CONJ") for one in readings):
        return True
    cases = {"gent", "ablt"}
    if before is None:
        cases |= {"loct", "datv"} if token.kind == "w" or token.form.endswith("нию") else {"loct"}
    elif before.form in _LINKS:
        cases |= {"loct", "datv", "accs"}
    else:
        leading = parses(before.form)
        cases |= {one.tag.case for one in leading if one.tag.POS in ("ADJF", "PRTF")} - {"nomn"}
        cases |= set() if leading else {"loct", "datv", "accs"}
    return any(one.tag.case in cases for one in readings)


def is_known(token: Token) -> bool:
    """Whether the word is Russian, one of ours, or looks like an abbreviation («ММО»)."""
    abbreviation = 2 <= len(token.raw) <= 6 and token.raw.isupper() and token.raw.isalpha()
    form = _form(token)
    whole = next((form.removeprefix(prefix) for prefix in _PREFIXES if form.startswith(prefix)), form)
    return abbreviation or is_russian(form) or _known(form) or (len(whole) > 4 and is_russian(whole))


def _any(form: str, stems: Sequence[str]) -> bool:
    """Whether the word begins with one of the stems; an abbreviation must be the whole word («впрок» is no ВПР)."""
    return any(form == stem or (stem not in _ABBREVIATIONS and form.startswith(stem)) for stem in stems) or (
        "шко" in stems and form.startswith("школ")
    )


def _known(form: str) -> bool:
    return any(_any(form, stems) for stems in _VOCABULARY)


def _all(content: Sequence[str], *vocabularies: Sequence[str]) -> bool:
    return all(form[:1].isdigit() or any(_any(form, stems) for stems in vocabularies) for form in content)


def _has(content: Sequence[str], stems: Sequence[str]) -> bool:
    return any(_any(form, stems) for form in content)


def _nonobjective(content: Sequence[str], _about_results: bool) -> str | None:
    if _has(content, _MARKS_UP):
        raise Doubt("Это признаки необъективности или другое? Выберите событие.")
    if not _has(content, _NONOBJECTIVE_CORE):
        return None
    if _has(content, ("риск",)) and not _has(content, ("зон", "необъектив", "маркер", "признак")):
        raise Doubt("Риск необъективности или другой? Выберите событие.")
    if not _any(content[0], _FOUND) or not _all(
        content, _FOUND, _NONOBJECTIVE_CORE, _NONOBJECTIVE_REST, _SCHOOLS
    ):
        raise Doubt("Похоже на выявление признаков необъективности, но понято не всё. Выберите событие.")
    return NONOBJECTIVE


def _school_check(content: Sequence[str], about_results: bool) -> str | None:
    """The check of works by the school's own commission; a check or a commission that may be another's is asked."""
    check = _has(content, _SCHOOL_CHECK_CORE)
    if not (check or _has(content, ("комисс",))):
        return None
    if not _all(content, _SCHOOL_CHECK_CORE, _SCHOOL_CHECK_SIGNS, _SCHOOL_CHECK_REST, _SCHOOLS):
        return None
    if not check:
        raise Doubt("Комиссия завершила проверку работ или другое? Выберите событие.")
    if about_results or not _has(content, _SCHOOL_CHECK_SIGNS):
        raise Doubt("Какая проверка: работ в школе или другая? Выберите событие.")
    return SCHOOL_CHECK


def _document(content: Sequence[str], _about_results: bool) -> str | None:
    if not (_any(content[0], _ISSUED) and _has(content, _DOCUMENTS)) or _has(content, _OWN):
        return None
    if _all(content, _PAPERS):
        raise Doubt("От кого: от вышестоящего органа? Выберите событие.")
    own_act = content[0].startswith(("утвержден", "принят")) and not _has(content, ("нормативн",))
    if own_act and _has(content, ("документ",)):
        raise Doubt("Кем утверждаемых документов? Выберите событие.")
    if own_act or not _all(content, _ISSUED, _DOCUMENTS, _DOCUMENT_REST):
        if _has(content, _ORDERS) and not _has(content, _SCHOOLS):
            raise Doubt("Чей это документ: вышестоящего органа или свой? Выберите событие.")
        return None
    return DOCUMENT


def _assessment(content: Sequence[str], about_results: bool) -> str | None:
    if all(form.startswith("провед") for form in content):
        return ASSESSMENT
    if _has(content, ("работ",)) and _all(content, _HOLD, ("работ",)):
        raise Doubt("Какая работа: проверочная или другая? Выберите событие.")
    works = _has(content, _WORK_KINDS) and _has(content, ("работ",))
    if not (works or _has(content, _ASSESSMENT_CORE)):
        _refuse_perhaps_assessment(content)
        return None
    rest = content
    while len(rest) > 1 and _any(rest[0], _HOLD):
        rest = rest[1:]
    if _any(rest[0], _NO_HEADS):
        raise Doubt("Какое событие имеется в виду? Выберите событие.")
    if _any(rest[0], ("результат",)) and not about_results:
        return None  # «после получения результатов» is another event than the assessment itself
    if _all(rest, _ASSESSMENT_CORE, _ASSESSMENT_REST, _SCHOOLS):
        return ASSESSMENT
    if _any(rest[0], (*_ASSESSMENT_CORE, *_WORK_KINDS)):
        raise Doubt("Похоже на проведение оценочной процедуры, но понято не всё. Выберите событие.")
    return None


def _refuse_perhaps_assessment(content: Sequence[str]) -> None:
    """«по итогам (проведения) (школьного) мониторинга»: an assessment or not?"""
    rest = list(content)
    while len(rest) > 1 and (_any(rest[0], _HOLD) or rest[0].endswith(_ADJECTIVE_ENDINGS)):
        del rest[0]
    if _any(rest[0], _MAYBE) or _has(content, ("оценочн",)):
        raise Doubt("Это оценочная процедура или другое событие? Выберите событие.")


def is_assessment(words: Sequence[Token], extra: Sequence[str] = ()) -> bool:
    """Whether the words say nothing but «(проведения) ВПР / ОП (в школах)», `extra` stems allowed."""
    content = [form for form in map(_form, words) if form not in _LINKS]
    core = ("впр", "впп", "оп")
    procedures = _has(content, ("процедур",))
    works = _has(content, ("всеросс",)) and _has(content, ("проверочн",)) and _has(content, ("работ",))
    allowed = (
        *core,
        "оценочн",
        "процедур",
        "всеросс",
        "проверочн",
        "работ",
        "провед",
        "кажд",
        "класс",
        "год",
        "г",
        "учебн",
    )
    return (_has(content, core) or procedures or works) and _all(content, allowed, _SCHOOLS, extra)


_VOCABULARY = (
    _SCHOOLS,
    _ANY,
    _ASSESSMENT_CORE,
    _WORK_KINDS,
    _HOLD,
    _ASSESSMENT_REST,
    _FOUND,
    _NONOBJECTIVE_CORE,
    _NONOBJECTIVE_REST,
    _SCHOOL_CHECK_CORE,
    _SCHOOL_CHECK_SIGNS,
    _SCHOOL_CHECK_REST,
    _ISSUED,
    _DOCUMENTS,
    _DOCUMENT_REST,
)
