"""School lists."""

from __future__ import annotations

import io

from tests.bench.measure import line, median, undone


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


def school_list(count: int) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["№", "Краткое наименование", "Код ОО", "Директор", "Эл. почта", "Кол-во обучающихся"])
    for n in range(count):
        row = [
            n + 1,
            f"МБОУ «СОШ № {n + 1}»",
            f"sch{900000 + n}",
            "Примеров Иван Ильич",
            f"s{n}@example.org",
            100 + n,
        ]
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


BENCHES = (schools,)
