"""The admin loads a list of schools whose columns the portal does not know; the next one it knows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from schools.models import School
from tests.browser.people import PASSWORD, Person
from tests.factories.accounts import MembershipFactory
from tests.schools.books import book

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HEAD = ["Кто", "Шифр", "Главный"]


def test_columns_are_corrected_by_hand_and_known_next_time(
    browser: Browser, live_server, no_barriers: Callable[[Page], None], tmp_path: Path
) -> None:
    admin = MembershipFactory(admin=True)
    admin.user.set_password(PASSWORD)
    admin.user.save()
    first, second = tmp_path / "школы.xlsx", tmp_path / "школы-2.xlsx"
    first.write_bytes(
        book(
            [
                ["Список школ"],
                HEAD,
                ["МБОУ «СОШ № 1»", "sch700001", "Тестова Анна"],
                ["МБОУ «СОШ № 2»", "sch7", "x"],
            ]
        )
    )
    second.write_bytes(book([HEAD, ["МБОУ «СОШ № 3»", "sch700003", "Пробный Пётр"]]))
    person = Person(browser, live_server.url, no_barriers)
    person.log_in(admin.user.email)

    person.open("/schools/import/")
    person.attach("file", first)
    person.press("Прочитать и показать")
    person.sees("Таблица в файле не найдена")
    no_barriers(person.page)
    person.page.locator("main [name='read_0']").check()
    person.fill(head_0="2")
    person.press("Показать столбцы")
    person.choose("column_0_A", "Краткое наименование")
    person.choose("column_0_B", "Код ОО в ФИС ОКО")
    person.choose("column_0_C", "Ф. И. О. директора")
    no_barriers(person.page)
    person.press("Прочитать так")
    person.sees("после sch цифр 1, а нужно шесть")
    no_barriers(person.page)
    person.page.get_by_label("пропустить эти строки").check()
    person.press("Загрузить")
    person.sees("Список загружен.")
    assert School.objects.get().director == "Тестова Анна"

    person.open("/schools/import/")
    person.attach("file", second)
    person.press("Прочитать и показать")
    person.sees("так, как вы указали в прошлый раз")
    person.press("Загрузить")
    person.sees("Список загружен.")
    assert School.objects.filter(director="Пробный Пётр").count() == 1
    person.leave()
