"""Invented names and plain words of a region: no real person, school, place or document stands behind them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

FIRST = ("Верхне", "Бело", "Красно", "Сосно", "Ново", "Старо", "Ольхо", "Берёзо", "Камено", "Липо")
SECOND = ("ярский", "реченский", "борский", "полянский", "лужский", "горский", "озёрский", "дольский", "ключевский",
          "бродский")  # fmt: skip
SURNAMES = (
    "Абрамов", "Баженов", "Вагин", "Горелов", "Дунаев", "Егошин", "Жаров", "Зимин", "Ильясов", "Кашин", "Лобов",
    "Мальцев", "Носов", "Осокин", "Пахомов", "Рогов", "Савин", "Тюрин", "Уваров", "Фомин", "Хохлов", "Цветов",
    "Чижов", "Шубин", "Щукин", "Юдин", "Яшин", "Бобров", "Голубев", "Ершов", "Крылов", "Мишин", "Панов", "Седов",
    "Трофимов", "Филин", "Чернов", "Шилов", "Алёшин", "Воронин",
)  # fmt: skip
WOMEN = ("Анна", "Вера", "Галина", "Дарья", "Елена", "Инна", "Ксения", "Лариса", "Марина", "Наталья", "Ольга",
         "Полина", "Раиса", "Светлана", "Татьяна", "Юлия")  # fmt: skip
MEN = (
    "Андрей",
    "Борис",
    "Виктор",
    "Глеб",
    "Денис",
    "Егор",
    "Илья",
    "Кирилл",
    "Лев",
    "Максим",
    "Олег",
    "Роман",
)
FATHERS = ("Андреев", "Борисов", "Викторов", "Денисов", "Егоров", "Иванов", "Максимов", "Олегов", "Петров", "Романов",
           "Семёнов", "Юрьев")  # fmt: skip
SCHOOLS = (
    ("МБОУ «СОШ № {n}»", "СОШ"), ("МБОУ «ООШ № {n}»", "ООШ"), ("МАОУ «Гимназия № {n}»", "гимназия"),
    ("МБОУ «СОШ № {n}»", "СОШ"), ("МБОУ «Лицей № {n}»", "лицей"), ("МКОУ «Начальная школа № {n}»", "начальная школа"),
    ("МБОУ «СОШ № {n}»", "СОШ"), ("МБОУ «ООШ № {n}»", "ООШ"),
)  # fmt: skip
SUBJECTS = (("Математика", 5), ("Русский язык", 6), ("Математика", 8), ("Биология", 7), ("История", 6))

ACTIONS = (
    "Провести совещание", "Издать приказ по школе", "Провести родительское собрание", "Подготовить справку",
    "Провести практикум для учителей", "Подготовить памятку", "Рассмотреть на педагогическом совете вопрос",
    "Разместить на сайте сведения", "Провести беседу с учениками", "Представить в отдел отчёт",
)  # fmt: skip
TOPICS = (
    "о порядке проведения проверочных работ", "о хранении и выдаче материалов", "о едином подходе к проверке работ",
    "о присутствии общественных наблюдателей", "о сроках загрузки результатов", "об итогах работ прошлого года",
    "об оценках, которые расходятся с текущими", "о готовности кабинетов и печати", "о работе с отстающими учениками",
    "о назначении ответственных за честность работ", "о повторной проверке части работ",
    "о разборе ошибок по предметам",
)  # fmt: skip
RESULTS = ("Справка", "Протокол", "Приказ", "Отчёт", "Лист ознакомления", "")
HEADINGS = (
    "I. Подготовка и ответственные", "II. Работа с учителями", "III. Работа с учениками и родителями",
    "IV. Контроль и наблюдение", "V. Итоги и меры",
)  # fmt: skip
ORDERS = (
    "О назначении муниципального координатора проверочных работ", "О составе наблюдателей на проверочных работах",
    "О порядке хранения материалов проверочных работ", "Об итогах проверочных работ",
    "О повторной проверке работ отдельных школ", "О мерах по результатам анализа проверочных работ",
    "О сроках загрузки результатов",
)  # fmt: skip
REMARKS = (
    "Нет подписи директора.",
    "Приложите протокол, а не его проект.",
    "Не указаны классы.",
    "Дата не сходится.",
)
NOTES = (
    "Выполнено, документ подписан.",
    "Проведено, протокол хранится в школе.",
    "Сделано в срок.",
    "Сведения ниже.",
)
REASONS = ("Карантин в двух классах.", "Ответственный на больничном.", "Ждём ответа печати.")

SCHOOLS_ALL, OFFICIALS = "Руководители ОО", "Специалисты отдела"
# What thirty rows ask of each school in a year: 50 duties. Dates stand in the order of the academic year.
ONGOING, HALF, QUARTER = "в течение учебного года", "один раз в полугодие", "ежеквартально"
EVENT = "в течение 3 рабочих дней после издания документа"
RECURRING = {
    3: HALF, 5: QUARTER, 8: ONGOING, 9: HALF, 11: EVENT, 14: HALF, 18: HALF, 21: QUARTER, 23: HALF, 26: ONGOING,
}  # fmt: skip
MONTHLY, TWICE, OFFICIAL = 17, 12, 28
CYCLE = 30


@dataclass(frozen=True)
class Line:
    """A row of a plan as printed."""

    text: str
    deadline: str
    responsible: str
    expected_result: str


def plan(year: int, items: int) -> list[Line]:
    """The rows of the plan for the academic year that begins in ``year``; the same for every department."""
    return [
        Line(
            f"{ACTIONS[n % len(ACTIONS)]} {TOPICS[(n + n // len(ACTIONS)) % len(TOPICS)]}",
            _deadline(year, n, items),
            OFFICIALS if n % CYCLE == OFFICIAL else SCHOOLS_ALL,
            RESULTS[n % len(RESULTS)],
        )
        for n in range(items)
    ]


def _deadline(year: int, n: int, items: int) -> str:
    place = n % CYCLE
    if place == MONTHLY:
        return f"ежемесячно с сентября {year} года по май {year + 1} года"
    if place in RECURRING:
        return RECURRING[place]
    if place == TWICE:
        return f"до 20 декабря {year} года, до 25 мая {year + 1} года"
    day = datetime.date(year, 9, 10) + datetime.timedelta(days=280 * n // items)
    return f"до {day:%d.%m.%Y}"


def person(n: int, *, man: bool = False) -> tuple[str, str, str]:
    """Surname, name, patronymic of the ``n``-th invented person; some thousands of different ones."""
    surname, father = SURNAMES[n % len(SURNAMES)], FATHERS[n // 7 % len(FATHERS)]
    if man:
        return surname, MEN[n // 3 % len(MEN)], f"{father}ич"
    return f"{surname}а", WOMEN[n // 3 % len(WOMEN)], f"{father}на"


def municipality(n: int) -> str:
    """«Верхнеярский муниципальный округ»: a hundred by their own names, further ones numbered."""
    name = f"{FIRST[n % 10]}{SECOND[n // 10 % 10]} муниципальный округ"
    return name if n < 100 else f"{name} № {n // 100 + 1}"
