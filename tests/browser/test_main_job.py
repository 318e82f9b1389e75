"""The main job, whole, as four people do it in the browser: from a Word file to an accepted duty and a reminder.

Runs on a document of our own, on the demo district and, where ``../shared`` is there, on real documents. A real worker
makes the PDF.
"""

from __future__ import annotations

import datetime
import hashlib
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import docx
import openpyxl
import pypdf
import pytest
from django.core import mail
from django.core.management import call_command
from playwright.sync_api import Browser, expect

from notifications.domain import delivery
from notifications.models import Reminder
from orders.models import Order
from roadmaps import tasks
from roadmaps.models import Assignment
from roadmaps.reading import Reading, read
from tests.browser.people import Person
from tests.conftest import SHARED
from tests.factories.accounts import UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


MOSCOW_MORNING = datetime.time(6, 5, tzinfo=datetime.UTC)


@dataclass(frozen=True)
class Case:
    """A document and the morning on which all happens: a rung of the reminder ladder for some school's duty."""

    name: str
    day: datetime.date
    period: tuple[str, str]

    def file(self, folder: Path) -> Path:
        return table(folder / "own.docx") if self.name == "own" else SHARED / "data" / "docx" / self.name


CASES = [
    Case("own", datetime.date(2026, 3, 13), ("2025-09-01", "2026-08-31")),
    Case("rubtsovsk-447.docx", datetime.date(2022, 3, 24), ("2021-09-01", "2022-08-31")),
    Case("inta-51.docx", datetime.date(2024, 5, 24), ("2023-09-01", "2024-08-31")),
]
if not SHARED.exists():  # the real documents stay outside the repository
    CASES = CASES[:1]


def table(path: Path) -> Path:
    """A small roadmap in our own words."""
    document = docx.Document()
    document.add_paragraph("План мероприятий по честной оценке на 2025-2026 учебный год")
    rows = [
        ("№", "Мероприятие", "Срок", "Ответственные"),
        ("1.", "Провести педсовет о критериях оценивания", "до 16 марта 2026 года", "Руководители ОО"),
        ("2.", "Обновить страницу сайта", "Постоянно", "Руководители ОО"),
        ("3.", "Назначить ответственного за работы", "До 16.03.2026", "Руководители ОО"),
        ("4.", "Собрать отчёты школ", "Март 2026", "Методистова Е.И., методист"),
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
        row = [
            number,
            f"МБОУ «СОШ № {number}»",
            f"sch90000{number}",
            "Директоров Иван Ильич",
            f"s{number}@example.org",
        ]
        sheet.append(row)
    book.save(path)
    return path


@pytest.fixture
def arrive(browser: Browser, live_server, no_barriers, settings) -> Iterator[Callable[[], Person]]:
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


def first_official(reading: Reading) -> tuple[str, str, str] | None:
    """The first person whom the document's table names; they must exist for duties to reach them."""
    phrases = " ".join(item.responsible for item in reading.roadmap.items())
    found = re.search(r"([А-ЯЁ][а-яё]+) ([А-ЯЁ])\.\s?([А-ЯЁ])\.", phrases)
    return (found[1], f"{found[2]}ина", f"{found[3]}вна") if found else None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_from_word_file_to_accepted_duty(case, arrive, worker, tmp_path, time_machine):
    time_machine.move_to(datetime.datetime.combine(case.day, MOSCOW_MORNING))
    worker()
    document = case.file(tmp_path)
    reading = read(document.read_bytes(), document.name)
    official = first_official(reading)

    found_department(arrive(), first_admin="admin@example.org")
    admin = arrive()
    admin.accept(letter_to("admin@example.org"))
    give_access(admin, methodist=official or ("Методистова", "Елена", "Игоревна"))
    bring_schools(admin, school_list(tmp_path / "schools.xlsx"))
    methodist, head, deputy = arrive(), arrive(), arrive()
    methodist.accept(letter_to("methodist@example.org"))
    bring_roadmap(methodist, document, case.period, reading)
    roadmap_address = methodist.page.url
    edit_first_row(methodist)
    order_address = assemble_and_register(methodist, case.day)
    head.accept(letter_to("head@example.org"))
    sign(head, order_address)
    is_on_paper(head, order_address)
    is_public(arrive(), Order.objects.get())
    is_frozen(methodist, roadmap_address)

    duties = Assignment.objects.all()
    by_source = Counter(duties.exclude(school=None).values_list("item", "clause", "occurrence"))
    assert set(by_source.values()) == {3}  # one a school for each occurrence
    assert duties.filter(official__user__email="methodist@example.org").exists() == (official is not None)

    deputy.accept(letter_to("deputy@example.org"))
    report_two(deputy, proof(tmp_path))
    assert duties.filter(state=Assignment.State.REPORTED).count() == 2
    accept_one_return_other(methodist, "СОШ № 2")
    deputy.open("/roadmaps/mine/")
    deputy.sees("Нет подписи директора.")
    assert set(duties.values_list("state", flat=True)) == {"assigned", "accepted", "returned"}
    is_reminded_once(deputy, "deputy@example.org")


def test_the_same_on_the_demo(arrive, worker, tmp_path, time_machine):
    today = datetime.date(2026, 3, 11)  # the worker's own clock must not be behind
    time_machine.move_to(datetime.datetime.combine(today, MOSCOW_MORNING))
    call_command("load_demo", stdout=io.StringIO())
    worker()
    methodist, head, deputy = arrive(), arrive(), arrive()
    methodist.log_in("methodist@demo.example", "demo")
    methodist.open("/")
    methodist.check(methodist.page)
    methodist.open("/roadmaps/")
    methodist.press("План повышения качества оценивания")
    roadmap_address = methodist.page.url
    edit_first_row(methodist)
    order_address = assemble_and_register(methodist, today)
    head.log_in("head@demo.example", "demo")
    sign(head, order_address)
    is_on_paper(head, order_address)
    is_frozen(methodist, roadmap_address)

    order = Order.objects.get(pk=order_address.rstrip("/").rpartition("/")[2])
    duties = Assignment.objects.filter(item__section__roadmap__order=order, school__name="МБОУ «СОШ № 7»")
    assert duties.filter(state=Assignment.State.ASSIGNED).count() >= 3
    deputy.log_in("deputy@demo.example", "demo")
    before = Assignment.objects.filter(state=Assignment.State.REPORTED).count()
    report_two(deputy, proof(tmp_path))
    assert Assignment.objects.filter(state=Assignment.State.REPORTED).count() == before + 2
    accept_one_return_other(methodist, "СОШ № 7")
    deputy.open("/roadmaps/mine/")
    deputy.sees("Нет подписи директора.")
    # Everybody in the demo has read this morning's letter already.
    time_machine.move_to(datetime.datetime.combine(today + datetime.timedelta(days=1), MOSCOW_MORNING))
    is_reminded_once(deputy, "deputy@demo.example")


# --- the stations ----------------------------------------------------------------------------------------------------


def found_department(operator: Person, *, first_admin: str) -> None:
    """1. The operator of the portal makes a department and invites its admin."""
    UserFactory(email="operator@example.org", is_staff=True, is_superuser=True)
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
        admin_email=first_admin,
        admin_last_name="Админов",
        admin_first_name="Олег",
    )
    operator.press("Создать отдел")


def give_access(admin: Person, *, methodist: tuple[str, str, str]) -> None:
    for email, (last, first, middle), role, position in (
        ("methodist@example.org", methodist, "методист", "методист"),
        ("head@example.org", ("Ветлугина", "Тамара", "Аркадьевна"), "начальник", "начальник отдела"),
    ):
        admin.open("/people/new/")
        admin.fill(email=email, last_name=last, first_name=first, patronymic=middle, position=position)
        admin.page.get_by_label(role, exact=False).first.check()
        admin.press("Добавить и пригласить")


def bring_schools(admin: Person, book: Path) -> None:
    """The list from Excel, looked at before it is written; then a deputy for one school."""
    admin.open("/schools/import/")
    admin.check(admin.page)
    admin.attach("file", book)
    admin.press("Прочитать и показать")
    admin.sees("3 новые школы")
    admin.press("Загрузить")
    expect(admin.page.get_by_text("загружен").first).to_be_visible(timeout=30_000)
    admin.open("/schools/")
    admin.press("МБОУ «СОШ № 2»")
    admin.page.locator("a[href$='/deputies/new/']").first.click()
    admin.fill(last_name="Заместителева", first_name="Анна", patronymic="Львовна", email="deputy@example.org")
    admin.press("Дать доступ и пригласить")


def bring_roadmap(methodist: Person, document: Path, period: tuple[str, str], reading: Reading) -> None:
    """2. The Word file becomes its own table, each phrase with its meaning beside it."""
    page = methodist.page
    methodist.open("/roadmaps/import/")
    methodist.check(page)
    methodist.attach("file", document)
    methodist.press("Прочитать файл")
    methodist.fill(first_day=period[0], last_day=period[1])
    methodist.press("Сохранить черновиком")
    methodist.check(page)
    items = reading.roadmap.items()
    expect(page.locator("tbody.item")).to_have_count(len(items))
    printed = page.locator(".cell__text").all_inner_texts()
    assert {squeezed(item.text) for item in items} <= {squeezed(text) for text in printed}
    methodist.sees("3 школы")
    assert page.locator(".sense").count() >= len(items)


def edit_first_row(methodist: Person) -> None:
    page = methodist.page
    headings = page.locator("table.plan thead th").all_inner_texts()
    place = next(headings.index(one) for one in headings if "роприят" in one)
    page.locator("tbody.item").first.locator("td").nth(place).locator(".cell__text").click()
    area = page.locator("textarea[data-portal-editing]")
    expect(area).to_be_focused()  # the cell has settled: nothing takes the caret away any more
    area.fill(f"{area.input_value()} (с учётом замечаний школ)")
    area.press("Enter")
    expect(page.locator("#saved")).to_contain_text("Сохранено")
    expect(page.locator("tbody.item").first).to_contain_text("с учётом замечаний школ")


def assemble_and_register(methodist: Person, day: datetime.date) -> str:
    """3. The order that approves the plan; returns its address."""
    methodist.press("Собрать приказ")
    methodist.check(methodist.page)
    address = methodist.page.url
    methodist.fill(date=day.isoformat())
    methodist.page.get_by_role("button", name=re.compile("^Зарегистрировать")).click()
    methodist.sees("ждёт подписи")
    return address


def sign(head: Person, order_address: str) -> None:
    """The head finds the order on the start page and signs; the worker prints it meanwhile."""
    head.open("/")
    head.check(head.page)
    head.page.locator(f"main a[href='{order_address.removeprefix(head.site)}']").first.click()
    head.page.locator("summary", has_text="Подписать приказ").click()
    head.press("Да, подписать")
    expect(head.page.locator(".facts--hash", has_text="файл PDF")).to_be_visible(timeout=60_000)
    head.check(head.page)


def is_on_paper(head: Person, order_address: str) -> None:
    order = Order.objects.get(pk=order_address.rstrip("/").rpartition("/")[2])
    pdf = head.context.request.get(f"{order_address}pdf/").body()
    assert hashlib.sha256(pdf).hexdigest() == order.pdf_sha256
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    assert f"№ {order.number}" in squeezed(" ".join(page.extract_text() for page in pages))
    assert pages[-1].mediabox.width > pages[-1].mediabox.height  # the plan lies across


def is_public(stranger: Person, order: Order) -> None:
    """Anyone with the printed QR code sees the hashes."""
    stranger.open(f"/orders/check/{order.check_token}/")
    stranger.sees(order.pdf_sha256)
    stranger.check(stranger.page)


def is_frozen(methodist: Person, roadmap_address: str) -> None:
    methodist.open(roadmap_address)
    expect(methodist.page.get_by_role("button", name="Собрать приказ")).to_have_count(0)
    methodist.page.locator("tbody.item td.cell").first.click()
    expect(methodist.page.locator("textarea")).to_have_count(0)


def report_two(deputy: Person, file: Path) -> None:
    """5. The deputy attaches a file to each of the first two duties and sends them."""
    deputy.open("/roadmaps/mine/")
    deputy.check(deputy.page)
    for number in range(2):
        open_one = deputy.page.get_by_role("link", name="Отметить выполнение")
        deputy.page.locator("article.duty", has=open_one).first.get_by_role(
            "link", name="Отметить выполнение"
        ).click()
        form = deputy.page.locator("form.duty__form")
        form.locator("input[name='files']").set_input_files(file)
        form.locator("textarea[name='note']").fill("Выполнено в срок.")
        if number == 0:
            deputy.check(deputy.page)
        form.get_by_role("button", name="Отправить на проверку").click()
        expect(deputy.page.locator("form.duty__form")).to_have_count(0)
        deputy.open("/roadmaps/mine/")


def accept_one_return_other(methodist: Person, school: str) -> None:
    page = methodist.page
    methodist.open("/roadmaps/review/")
    methodist.check(page)
    reports = page.locator("article.duty", has_text=re.compile(school.replace(" ", r"\s")))
    reports.first.get_by_role("button", name="Принять").click()
    methodist.sees("ринято")
    methodist.open("/roadmaps/review/")
    reports.first.get_by_role("link", name="Вернуть с замечанием").click()
    page.locator("form.remark textarea").fill("Нет подписи директора.")
    page.locator("form.remark").get_by_role("button", name="Вернуть с замечанием").click()
    expect(page.locator("form.remark")).to_have_count(0)


def is_reminded_once(deputy: Person, email: str) -> None:
    """6. What beat runs, run twice: one letter, whose link leads back to the duties."""
    mail.outbox.clear()
    for _ in range(2):
        tasks.remind_due()
        delivery.sweep()
    digest = Reminder.objects.filter(recipient__email=email, kind="duties").latest("created_at")
    (letter,) = [one for one in mail.outbox if one.to == [email] and one.subject == digest.subject]
    deputy.open(re.search(r"https?://\S+", letter.body)[0])
    expect(deputy.page.locator("h1")).to_be_visible()


def proof(folder: Path) -> Path:
    path = folder / "Приказ школы.docx"
    docx.Document().save(path)
    return path


def squeezed(text: str) -> str:
    """Runs of blanks and line ends as one blank: what the eye compares."""
    return " ".join(text.split())
