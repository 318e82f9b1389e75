"""Results of the VPR."""

from __future__ import annotations

import io

from tests.bench.measure import line, median


def results() -> None:
    """2,000 rows of first scores of a whole department; yardstick: the reader of the workbook alone."""
    from portal.lib import excel
    from schools.results import read

    data = scores_report(schools=60, exams=34)
    took, yardstick = median(lambda: read(data), 3), median(lambda: excel.read(data), 3)
    rows = len(read(data).rows)
    line(
        f"read {rows:,} rows of first scores",
        f"{took:.2f} s",
        "< 2 s",
        f"{took / yardstick:.1f}× opening the workbook ({yardstick:.2f} s)",
    )


def scores_report(schools: int, exams: int, top: int = 30) -> bytes:
    """An extract of «распределение первичных баллов»: every school × subject × grade, 31 percentages a row."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Баллы")
    sheet.append(
        ["Год", "Класс", "Предмет", "Муниципалитет", "Логин", "ОО", "Кол-во участников", *range(top + 1)]
    )
    subjects = ["Русский язык", "Математика", "История", "Биология", "География", "Физика", "Химия"]
    for exam in range(exams):
        for school in range(schools):
            pupils = 20 + school % 11
            counts = [0] * (top + 1)
            for pupil in range(pupils):
                counts[5 + (pupil * 7 + school) % 21] += 1
            shares = [f"{count * 100 / pupils:.2f}".replace(".", ",") for count in counts]
            grade, subject = 4 + exam // len(subjects), subjects[exam % len(subjects)]
            lead = [
                2026,
                grade,
                subject,
                "Город Пробный",
                f"sch{900000 + school}",
                f"МБОУ СОШ № {school + 1}",
            ]
            sheet.append([*lead, pupils, *shares])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


BENCHES = (results,)
