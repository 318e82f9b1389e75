"""School lists."""

from __future__ import annotations

import datetime
import io
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.bench.measure import line, median, peak_memory, seconds, undone
from tests.schools.books import inn


def schools() -> None:
    """5,000 schools; yardsticks: the reader alone, and Django's `bulk_create` of as many bare rows."""
    from accounts.models import Department
    from portal.lib import excel
    from schools.domain import imports
    from schools.models import School

    data = school_list(5000)
    previews, writes = [], []
    for _ in range(3):
        with undone():
            department = Department.objects.create(code="bench", name="Проба")
            began = time.perf_counter()
            staged = imports.stage(department=department, by=None, file_name="list.xlsx", data=data)
            previews.append(time.perf_counter() - began)
            began = time.perf_counter()
            imports.apply(staged, by=None)
            writes.append(time.perf_counter() - began)
            assert School.objects.filter(department=department).count() == 5000

    def bare() -> None:
        with undone():
            department = Department.objects.create(code="bench", name="Проба")
            rows = (School(department=department, name=f"СОШ № {n}", code=f"sch{n:06}") for n in range(5000))
            School.objects.bulk_create(rows, batch_size=500)

    reader, floor = median(lambda: excel.read(data), 3), median(bare, 3)
    preview, write = statistics.median(previews), statistics.median(writes)
    line("preview 5,000 schools", f"{preview:.2f} s", "< 1.5 s", f"reader alone: {reader:.2f} s")
    line("apply 5,000 schools", f"{write:.2f} s", "< 1 s", f"a bare bulk_create: {floor:.2f} s")


def forty_thousand() -> None:
    """A list in a process of its own, new and again with every 50th changed; yardstick: the reader alone."""
    from accounts.models import Department
    from portal.lib import excel
    from schools.models import School, SchoolImport

    with TemporaryDirectory() as folder:
        first, again = Path(folder) / "first.xlsx", Path(folder) / "again.xlsx"
        first.write_bytes(school_list(40_000))
        again.write_bytes(school_list(40_000, changed=50))
        department = Department.objects.create(code="bench-40000", name="Проба")
        try:
            reader = seconds(lambda: excel.read(first.read_bytes()))
            for words, path in (("new", first), ("again, 800 changed", again)):
                began = time.perf_counter()
                peak = peak_memory("import_schools", str(path), "--department", department.code)
                took = time.perf_counter() - began
                line(
                    f"import 40,000 schools, {words}",
                    f"{took:.1f} s",
                    "< 10 s",
                    f"reader alone: {reader:.1f} s",
                )
                line(
                    f"the same, memory, {words}",
                    f"{peak:.0f} MB",
                    "< 300 MB",
                    f"manage.py check: {idle():.0f} MB",
                )
        finally:
            SchoolImport.objects.filter(department=department).delete()
            School.objects.filter(department=department)._raw_delete(School.objects.db)
            department.audit_events.all().delete()
            department.delete()


def idle() -> float:
    return peak_memory("check")


def longest_write() -> None:
    """The write transaction of 40,000 new schools and of their undoing; yardstick: executemany of bare rows."""
    from django.db import connection

    from accounts.models import Department
    from schools.domain import imports
    from schools.models import SchoolImport

    held: list[float] = []
    hold = imports._hold

    def watched(*args: Any, **changes: Any) -> None:
        held.append(time.perf_counter())
        hold(*args, **changes)

    imports._hold = watched
    try:
        with undone():
            department = Department.objects.create(code="bench", name="Проба")
            data = school_list(40_000)
            staged = imports.stage(department=department, by=None, file_name="list.xlsx", data=data)
            imports.apply(staged, by=None)
            applied = time.perf_counter() - held[-1]
            imports.undo(SchoolImport.objects.get(pk=staged.pk), by=None)
            undoing = time.perf_counter() - held[-1]

        def bare() -> None:
            with undone(), connection.cursor() as cursor:
                cursor.execute("CREATE TABLE bench_floor (a text, b text, c text)")
                rows = [(f"СОШ № {n}", f"sch{n}", "x" * 200) for n in range(40_000)]
                cursor.executemany("INSERT INTO bench_floor VALUES (%s, %s, %s)", rows)

        floor = seconds(bare)
    finally:
        imports._hold = hold
    line(
        "write transaction, 40,000 schools",
        f"{applied:.2f} s",
        "< 2 s",
        f"executemany, 3 columns: {floor:.2f} s",
    )
    line("the same for undoing them", f"{undoing:.2f} s", "< 2 s", "")


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


BENCHES = (schools, forty_thousand, longest_write)
