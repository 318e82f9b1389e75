"""School lists."""

from __future__ import annotations

import datetime
import io

from tests.bench.measure import line, median, undone
from tests.schools.books import inn


def schools() -> None:
    """5,000 schools read, checked and written in one transaction; yardstick: `bulk_create` of as many bare rows."""
    from accounts.models import Department
    from schools.domain import imports
    from schools.models import School

    def run() -> None:
        with undone():
            department = Department.objects.create(code="bench", name="Проба")
            staged = imports.stage(department=department, by=None, file_name="list.xlsx", data=data)
            imports.apply(staged, by=None)
            assert School.objects.filter(department=department).count() == 5000

    def bare() -> None:
        with undone():
            department = Department.objects.create(code="bench", name="Проба")
            rows = (School(department=department, name=f"СОШ № {n}", code=f"sch{n:06}") for n in range(5000))
            School.objects.bulk_create(rows, batch_size=500)

    data = school_list(5000)
    took, yardstick = median(run, 3), median(bare, 3)
    line("import 5,000 schools", f"{took:.2f} s", "< 5 s", f"{took / yardstick:.1f}× a bare bulk_create")


HEAD = [
    "№ п/п", "Краткое наименование", "Полное наименование", "Тип ОО", "Код ОО", "Логин", "ИНН", "ОГРН", "Адрес",
    "Директор", "Телефон", "Эл. почта", "Кол-во обучающихся", "Дата аккредитации",
]  # fmt: skip


def school_list(count: int, changed: int = 0) -> bytes:
    """A list of ``count`` invented schools with every column; every ``changed``-th one has one pupil more."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Школы")
    sheet.append(HEAD)
    for n in range(count):
        sheet.append(school_row(n, n % 700 + 100 + (changed > 0 and n % changed == 0)))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def school_row(n: int, pupils: int) -> list[object]:
    code, twelve = f"sch{100000 + n}", 102_000_000_000 + n
    return [
        n + 1,
        f"МБОУ «СОШ № {n + 1}»",
        f"Муниципальное бюджетное общеобразовательное учреждение «Средняя общеобразовательная школа № {n + 1}»",
        "СОШ",
        code,
        code,
        inn(100_000 + n),
        f"{twelve}{twelve % 11 % 10}",
        f"Примерная область, г. Образцовск, ул. Школьная, д. {n + 1}",
        "Примеров Иван Ильич",
        "+7 (00000) 2-22-22",
        f"school{n}@example.org",
        pupils,
        datetime.date(2020, 5, 1 + n % 28),
    ]


BENCHES = (schools,)
