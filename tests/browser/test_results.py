"""The methodist's way with results: a file in, looked at, taken over, seen as a table, made a note."""

from __future__ import annotations

from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import Browser

from schools.models import VprResult
from tests.browser.people import PASSWORD, Person
from tests.factories.accounts import DepartmentFactory, MembershipFactory
from tests.factories.schools import ExamFactory, SchoolFactory
from tests.schools.result_books import original_marks

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_from_a_report_of_fis_oko_to_the_note(
    browser: Browser, live_server, no_barriers, tmp_path: Path
) -> None:
    department = DepartmentFactory(municipality="город Пробный")
    member = MembershipFactory(department=department)
    member.user.set_password(PASSWORD)
    member.user.save()
    ExamFactory(campaign__department=department, campaign__name="ВПР, весна 2026")
    for number in (1, 2):
        SchoolFactory(department=department, code=f"sch90000{number}", name=f"МБОУ «Школа № {number}»")
    report = tmp_path / "отметки.xlsx"
    report.write_bytes(original_marks())

    person = Person(browser, live_server.url, no_barriers)
    person.log_in(member.user.email)
    person.open("/schools/results/import/")
    no_barriers(person.page)
    person.attach("files", report)
    person.press("Прочитать и показать")
    person.sees("Ошибок нет")
    person.sees("статистика по отметкам")
    no_barriers(person.page)
    person.press("Загрузить 5\xa0результатов")
    person.press("К результатам")
    person.sees("МБОУ «Школа № 1»".replace("№ ", "№\xa0"))
    no_barriers(person.page)
    assert VprResult.objects.count() == 5

    person.press("Справка")
    person.press("Изменить тексты")
    person.fill(conclusions="Обсудить итоги на совещании.")
    person.press("Сохранить")
    person.press("Собрать справку")
    no_barriers(person.page)
    with person.page.expect_download() as download:
        person.page.get_by_role("link", name="PDF").click()
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(download.value.path()).pages)
    assert "Обсудить итоги на совещании." in " ".join(text.split())
    person.leave()
