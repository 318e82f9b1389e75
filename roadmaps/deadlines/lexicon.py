"""The words deadline phrases are made of, with their endings, abbreviations and nearest misspellings.

A word is looked up by its lowered form without ё. What the table lacks is compared with it by edit distance, and
corrected only when the slip can mean one thing and the word is no real Russian word: «сентбрь» is September,
«марка» is nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

import pymorphy3


class Word(NamedTuple):
    """What a word means to the grammar: `kind` is a token kind, `value` a number or the lemma."""

    kind: str
    value: int | str


_MONTHS = (
    "январь января январе январю январем янв",
    "февраль февраля феврале февралю февралем фев февр",
    "март марта марте марту мартом мар",
    "апрель апреля апреле апрелю апрелем апр",
    "май мая мае маю маем",
    "июнь июня июне июню июнем июн",
    "июль июля июле июлю июлем июл",
    "август августа августе августу августом авг",
    "сентябрь сентября сентябре сентябрю сентябрем сен сент",
    "октябрь октября октябре октябрю октябрем окт",
    "ноябрь ноября ноябре ноябрю ноябрем ноя нояб",
    "декабрь декабря декабре декабрю декабрем дек",
)
_NUMBERS = {
    1: "один одна одно одного одной одному одну",
    2: "два две двух двум",
    3: "три трех трем",
    4: "четыре четырех",
    5: "пять пяти",
    6: "шесть шести",
    7: "семь семи",
    8: "восемь восьми",
    9: "девять девяти",
    10: "десять десяти",
    12: "двенадцать двенадцати",
    14: "четырнадцать четырнадцати",
    15: "пятнадцать пятнадцати",
    20: "двадцать двадцати",
    30: "тридцать тридцати",
}
_ORDINALS = {
    1: "первый первая первое первого первой первую первом первым",
    2: "второй вторая второе второго вторую втором вторым",
    3: "третий третья третье третьего третьей третью третьем третьим",
    4: "четвертый четвертая четвертое четвертого четвертой четвертую четвертом",
}
_ROMANS = {
    1: "i і",
    2: "ii іі",
    3: "iii ііі",
    4: "iv іv iу іу",
    5: "v",
    6: "vi vі",
    7: "vii vіі",
    8: "viii vііі",
    9: "ix іх iх",
    10: "x",
    11: "xi хі хi",
    12: "xii хіі хii",
}
_WEEKDAYS = {
    "monday": "понедельник понедельника понедельникам понедельники пн",
    "tuesday": "вторник вторника вторникам вторники вт",
    "wednesday": "среда среды среду средам ср",
    "thursday": "четверг четверга четвергам четверги чт",
    "friday": "пятница пятницы пятницу пятницам пт",
    "saturday": "суббота субботы субботу субботам сб",
    "sunday": "воскресенье воскресенья воскресеньям вс",
}
# What a recurrence adverb splits the time into.
_LOOPS = {
    "day": "ежедневно ежедневный ежедневная ежедневное каждодневно",
    "week": "еженедельно еженедельный еженедельная еженедельное понедельно",
    "month": "ежемесячно ежемесячный ежемесячная ежемесячное помесячно ежемес",
    "quarter": "ежеквартально ежеквартальный ежеквартальная ежеквартальное поквартально",
    "half-year": "полугодично",
    "year": "ежегодно ежегодный ежегодная ежегодное",
}
_GOES = (
    "постоянно постоянный постоянная постоянное систематически систематично систематическая регулярно регулярная "
    "круглогодично круглогодичная непрерывно периодически"
)
# «в трехдневный срок»: the number is in the adjective.
_TERMS = {
    ("day", 1): "однодневный суточный",
    ("day", 2): "двухдневный",
    ("day", 3): "трехдневный",
    ("day", 5): "пятидневный",
    ("day", 7): "семидневный",
    ("day", 10): "десятидневный",
    ("week", 1): "недельный",
    ("week", 2): "двухнедельный",
    ("month", 1): "месячный",
    ("month", 2): "двухмесячный",
}
# lemma: its other forms and abbreviations
_WORDS = {
    "год": "года году годом годе годы годов годам г гг",
    "учебный": "учебное учебного учебном учебному учебным учебных учебные учебн уч учеб",
    "календарный": "календарного календарном календарных кал календ",
    "рабочий": "рабочего рабочих рабочие рабочему раб рабоч",
    "день": "дня дней дни дню днем дне днях дн суток сутки",
    "неделя": "недели недель неделю неделе неделям нед",
    "месяц": "месяца месяцев месяце месяцу месяцы месяцам мес",
    "квартал": "квартала кварталы кварталов квартале кварталу кварталам кв квар кварт",
    "полугодие": "полугодия полугодий полугодии полугодию полугодиям полуг полугод",
    "полгода": "полугода",
    "четверть": "четверти четвертей четвертям четвертью",
    "триместр": "триместра триместре триместрам триместры",
    "декада": "декады декаде декаду декад",
    "половина": "половины половине половину",
    "число": "числа числу чисел",
    "раз": "раза разу р",
    "дважды": "",
    "трижды": "",
    "срок": "срока сроки сроком сроке сроков срокам сроках сроками",
    "исполнение": "исполнения исполнению",
    "в": "во",
    "втечение": "втечении",
    "с": "со",
    "по": "",
    "до": "",
    "к": "ко",
    "за": "",
    "на": "",
    "не": "",
    "и": "",
    "а": "",
    "чем": "",
    "через": "спустя",
    "после": "",
    "при": "",
    "от": "",
    "также": "",
    "позднее": "позже поздне позднее",
    "раньше": "ранее",
    "реже": "",
    "менее": "меньше",
    "более": "больше",
    "течение": "течении теч течене",
    "протяжение": "протяжении",
    "продолжение": "продолжении",
    "соответствие": "соответствии соответств соотв",
    "согласно": "согл соглано",
    "весь": "всего все всей всему всем",
    "каждый": "каждого каждую каждое каждой каждому каждая каждые каждом",
    "период": "периода периоде периоду периодом",
    "заявленный": "заявленного заявленном",
    "текущий": "текущего текущем тек",
    "начало": "начала начале началу началом",
    "середина": "середины середине",
    "конец": "конца конце концу концом",
    "окончание": "окончания окончанию окончании",
    "завершение": "завершения завершению завершении",
    "включительно": "вкл включит",
    "мера": "мере",
    "итог": "итоги итогам итогов итогами итогах",
    "результат": "результата результаты результатам результатов результатами результату",
    "факт": "факту факта",
    "случай": "случае случаи случаев случаях",
    "момент": "момента",
    "дата": "даты дату датам датах дат",
    "ход": "ходе хода",
    "время": "времени",
    "накануне": "",
    "следующий": "следующего следующем следующий",
    "отчетный": "отчетного отчетным отчетном отчетному",
    "необходимость": "необходимости",
    "незамедлительно": "немедленно безотлагательно",
    "сразу": "",
    "минимум": "",
    "час": "часа часов ч",
    "мск": "",
    "любой": "",
    "процесс": "процессе",
    "этап": "этапе этапы",
    "основа": "основе",
    "режим": "режиме",
    "план": "плана плану планом плане планы планов планам планами планах",
    "график": "графика графику графиком графике графики графиков графикам графиками",
    "план-график": "",
    "расписание": "расписания расписанию расписанием расписании",
    "циклограмма": "циклограммы циклограмме циклограммой",
    "дорожная": "дорожной дорожную дорожные дорожных дорожным",
    "карта": "карты карте картой карту карт картам",
    "запрос": "запросу запроса запросам запросы",
    "заявка": "заявке заявкам заявки заявок",
    "обращение": "обращению обращениям обращения обращений",
    "подготовка": "подготовки подготовке подготовку",
    "проведение": "проведения проведению проведении провед",
    "реализация": "реализации",
    "действие": "действия",
}


def _table() -> dict[str, Word]:
    table: dict[str, Word] = {}

    def add(kind: str, value: int | str, forms: str) -> None:
        for form in forms.split():
            table[form] = Word(kind, value)

    for number, forms in enumerate(_MONTHS, start=1):
        add("month", number, forms)
    for source, kind in ((_NUMBERS, "n"), (_ORDINALS, "ord"), (_ROMANS, "roman")):
        for number, forms in source.items():
            add(kind, number, forms)
    for name, forms in _WEEKDAYS.items():
        add("weekday", name, forms)
    for name, forms in _LOOPS.items():
        add("loop", name, forms)
    add("goes", "goes", _GOES)
    for (unit, count), forms in _TERMS.items():
        add("term", f"{count} {unit}", forms)
    for lemma, forms in _WORDS.items():
        add("w", lemma, f"{lemma} {forms}")
    return table


WORDS = _table()
_RUSSIAN_LETTERS = re.compile(r"[а-яё]+(?:-[а-яё]+)*")
_VERB_ENDINGS = (
    "ть",
    "ти",
    "чь",
    "ся",
    "сь",
    "ет",
    "ит",
    "ют",
    "ут",
    "ат",
    "ят",
    "ем",
    "им",
    "ли",
    "ла",
    "ло",
    "ал",
    "ил",
    "ен",
    "на",
    "но",
    "ны",
)
_MIN_CORRECTED = 5  # shorter words are one slip from too many others

_LATIN = str.maketrans("aceopxykABCEHKMOPTXYi", "асеорхукАВСЕНКМОРТХУі")


def _by_initial() -> dict[str, list[str]]:
    index: dict[str, list[str]] = {}
    for form in WORDS:
        if len(form) >= _MIN_CORRECTED:
            index.setdefault(form[0], []).append(form)
    return index


_INITIALS = _by_initial()
_MONTH_FORMS = tuple(
    form for form, word in WORDS.items() if word.kind == "month" and len(form) >= _MIN_CORRECTED
)


@lru_cache(maxsize=1)
def analyzer() -> pymorphy3.MorphAnalyzer:
    """The Russian dictionary, loaded when the first unusual word comes (about 0.15 s)."""
    return pymorphy3.MorphAnalyzer()


def parses(word: str) -> list[Any]:
    """The dictionary's three likeliest readings of the (lowered) word; none for what is not written in Cyrillic."""
    return analyzer().parse(word)[:3] if _RUSSIAN_LETTERS.fullmatch(word) else []


@lru_cache(maxsize=8192)
def is_russian(word: str) -> bool:
    """Whether the dictionary holds the (lowered) word."""
    return bool(_RUSSIAN_LETTERS.fullmatch(word) and analyzer().word_is_known(word))


@lru_cache(maxsize=8192)
def is_verb(word: str) -> bool:
    """Whether the (lowered) word is a verb or a short participle, a predicate: no event's or plan's name holds one."""
    return (
        word.endswith(_VERB_ENDINGS)
        and is_russian(word)
        and all(parse.tag.POS in ("INFN", "VERB", "PRTS") for parse in parses(word))
    )


def look_up(form: str, raw: str) -> Word | None:
    """What the lowered `form` means, `raw` being how it was printed; None for a word the grammar has no use for."""
    return WORDS.get(form) or _look_harder(form, raw)


@lru_cache(maxsize=8192)
def _look_harder(form: str, raw: str) -> Word | None:
    cyrillic = to_cyrillic(raw)
    if cyrillic != form and cyrillic in WORDS:
        return WORDS[cyrillic]
    return _corrected(cyrillic)


def to_cyrillic(raw: str) -> str:
    """Lower a word without ё, its Latin look-alikes made Cyrillic when nothing Latin is left then."""
    swapped = raw.translate(_LATIN).lower().replace("ё", "е")
    return raw.lower().replace("ё", "е") if any("a" <= letter <= "z" for letter in swapped) else swapped


def _corrected(form: str) -> Word | None:
    if len(form) < _MIN_CORRECTED or is_russian(form):
        return None
    allowed = 2 if len(form) >= 8 else 1
    nearest: dict[int, set[Word]] = {}
    for candidate in (
        *_INITIALS.get(form[0], ()),
        *_MONTH_FORMS,
    ):  # «оентября» is as near to October as to September
        if abs(len(candidate) - len(form)) <= allowed:
            slips = edit_distance(form, candidate, allowed)
            if slips <= allowed:
                nearest.setdefault(slips, set()).add(WORDS[candidate])
    meanings = nearest[min(nearest)] if nearest else set()
    return meanings.pop() if len(meanings) == 1 else None


def edit_distance(left: str, right: str, limit: int) -> int:
    """Slips (letter lost, added, changed, two swapped) between two words; anything above `limit` is limit + 1."""
    before: list[int] = []
    previous = list(range(len(right) + 1))
    for row, letter in enumerate(left, start=1):
        current = [row]
        for column, other in enumerate(right, start=1):
            cost = min(
                previous[column] + 1, current[column - 1] + 1, previous[column - 1] + (letter != other)
            )
            swapped = row > 1 and column > 1 and letter == right[column - 2] and left[row - 2] == other
            current.append(min(cost, before[column - 2] + 1) if swapped else cost)
        if min(current) > limit:
            return limit + 1
        before, previous = previous, current
    return previous[-1]
