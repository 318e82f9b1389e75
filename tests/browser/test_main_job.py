"""The main job, whole, as four people do it in the browser: from a Word file to an accepted duty and a reminder.

Runs on a document of our own and, where ``../shared`` is there, on real ones. A real worker makes the PDF.
"""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import docx
import openpyxl
import pypdf
import pytest
from django.core import mail
from playwright.sync_api import Browser, expect

from notifications.domain import reminders as ledger
from roadmaps import tasks
from roadmaps.models import Assignment
from tests.browser.people import PASSWORD, Person
from tests.conftest import SHARED
from tests.factories.accounts import UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@dataclass(frozen=True)
class Case:
    """One document, the day on which all happens, and what is looked for in it."""

    file: str
    now: datetime.datetime
    period: tuple[str, str]
    items: int
    edited: str  # the cell that the methodist changes: as printed
    due: str  # a due day within a week, as the card shows it


CASES = [
    Case("own.docx", datetime.datetime(2026, 3, 9, 6, tzinfo=datetime.UTC), ("2025-09-01", "2026-08-31"), 3, "", ""),
]


def table(path: Path) -> Path:
    """A small roadmap in our own words."""
    document = docx.Document()
    document.add_paragraph("План мероприятий по честной оценке на 2025-2026 учебный год")
    rows = [
        ("№", "Мероприятие", "Срок", "Ответственные"),
        ("1.", "Провести педсовет о критериях оценивания", "до 16 марта 2026 года", "Руководители ОО"),
        ("2.", "Обновить страницу сайта", "Постоянно", "Руководители ОО"),
        ("3.", "Собрать отчёты школ", "Март 2026", "Образцова Е.И., методист"),
    ]
    grid = document.add_table(rows=0, cols=4)
    for row in rows:
        for cell, text in zip(grid.add_row().cells, row, strict=True):
            cell.text = text
    document.save(path)
    return path


def school_list(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Список школ округа"])
    sheet.append(["№", "Краткое наименование", "Код ОО", "Директор", "Эл. почта"])
    for number in (1, 2, 3):
        row = [number, f"МБОУ «СОШ № {number}»", f"sch90000{number}", "Директоров Иван Ильич", f"s{number}@example.org"]
        sheet.append(row)
    book.save(path)
    return path


@pytest.fixture
def arrive(
    browser: Browser, live_server, no_barriers, settings
) -> Iterator[Callable[[], Person]]:
    """``arrive()`` gives a person with a browser of their own; in the end nobody has seen a script error."""
    settings.PORTAL_URL = live_server.url
    settings.ALLOWED_HOSTS = ["*"]
    people: list[Person] = []

    def one() -> Person:
        people.append(Person(browser, live_server.url, no_barriers))
        return people[-1]

    yield one
    for person in people:
        person.leave()


def letter_to(email: str) -> str:
    """The link in the newest letter to this address."""
    body = next(letter.body for letter in reversed(mail.outbox) if letter.to == [email])
    found = re.search(r"https?://\S+", body)
    assert found, body
    return found[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.file)
def test_from_word_file_to_accepted_duty(case, arrive, worker, tmp_path, time_machine):
    time_machine.move_to(case.now)
    worker()

    # 1. The operator makes the department; its admin gives people access and brings the school list.
    UserFactory(email="operator@example.org", is_staff=True, is_superuser=True)
    operator = arrive()
    operator.log_in("operator@example.org", "test-password")
    operator.open("/departments/new/")
    operator.check(operator.page)
    operator.fill(
        name="Отдел образования Пробного округа",
        code="probny",
        letterhead="ОТДЕЛ ОБРАЗОВАНИЯ\nПРОБНОГО ОКРУГА",
        place="г. Пробный",
        signatory_position="Начальник отдела",
        signatory_name="Т.А. Ветлугина",
        admin_email="admin@example.org",
        admin_last_name="Админов",
        admin_first_name="Олег",
    )
    operator.press("Создать отдел")

    admin = arrive()
    admin.accept(letter_to("admin@example.org"))
    for email, last, first, role, position in (
        ("methodist@example.org", "Образцова", "Елена", "методист", "методист"),
        ("head@example.org", "Ветлугина", "Тамара", "начальник", "начальник отдела"),
    ):
        admin.open("/people/new/")
        admin.fill(email=email, last_name=last, first_name=first, patronymic="Игоревна", position=position)
        admin.page.get_by_label(role, exact=False).first.check()
        admin.press("Добавить и пригласить")
    admin.open("/schools/import/")
    admin.check(admin.page)
    admin.attach("file", school_list(tmp_path / "schools.xlsx"))
    admin.press("Прочитать и показать")
    admin.sees("3 новые школы")
    admin.press("Загрузить 3 школы")
    expect(admin.page.get_by_text("загружен").first).to_be_visible(timeout=30_000)
    admin.open("/schools/")
    admin.press("МБОУ «СОШ № 2»")
    admin.page.locator("a[href$='/deputies/new/']").first.click()
    admin.fill(last_name="Заместителева", first_name="Анна", patronymic="Львовна", email="deputy@example.org")
    admin.press("Дать доступ и пригласить")
