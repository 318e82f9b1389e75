"""From a file to a saved draft: shown first, all or nothing, in the document's own order and words."""

import datetime
from io import BytesIO, StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import AuditEvent
from portal.lib.refusals import Refused
from roadmaps.domain import approval, importing
from roadmaps.models import ActionItem, Roadmap, RoadmapImport
from tests.factories.accounts import DepartmentFactory, MembershipFactory
from tests.factories.roadmaps import RoadmapImportFactory
from tests.factories.schools import SchoolFactory

pytestmark = pytest.mark.django_db
YEAR = (datetime.date(2025, 9, 1), datetime.date(2026, 8, 31))
HEADS = ["№", "Что делаем", "Срок", "Ответственные", "Форма контроля"]
ROWS = [
    ["I. Начало"],
    ["1.1.", "Собрать списки", "до 20 марта 2026 года", "Директора школ", "список"],
    ["1.2.", "Обучить наблюдателей", "когда-нибудь потом", "Берёзкина О.П., методист", "протокол"],
    ["II. Итоги"],
    ["2.1.", "Составить справку", "июнь 2026 года", "Технический специалист", "справка"],
]


def word_file(title=("План мероприятий", "на 2025-2026 учебный год"), heads=HEADS, rows=ROWS) -> bytes:
    document = Document()
    for line in title:
        document.add_paragraph(line)
    table = document.add_table(rows=1, cols=len(heads))
    for cell, text in zip(table.rows[0].cells, heads, strict=True):
        cell.text = text
    for row in rows:
        cells = table.add_row().cells
        if len(row) == 1:
            cells[0].merge(cells[-1]).text = row[0]
        else:
            for cell, text in zip(cells, row, strict=True):
                cell.text = text
    file = BytesIO()
    document.save(file)
    return file.getvalue()


@pytest.fixture
def methodist():
    return MembershipFactory(
        user__last_name="Берёзкина", user__first_name="Ольга", user__patronymic="Петровна"
    )


@pytest.fixture
def read():
    return importing.read(SimpleUploadedFile("план.docx", word_file()))


def test_a_plan_is_saved_as_it_is_printed_with_meanings_beside(read, methodist):
    school = SchoolFactory(department=methodist.department)
    roadmap = importing.import_roadmap(
        read, department=methodist.department, file_name="план.docx", period=YEAR, by=methodist
    )
    assert [column["heading"] for column in roadmap.columns] == HEADS
    assert [section.heading for section in roadmap.sections.all()] == ["I. Начало", "II. Итоги"]
    one, two, three = ActionItem.objects.all()
    assert (one.number, one.text, one.deadline, one.responsible) == tuple(ROWS[1][:4])
    assert "список" in (one.expected_result, *one.extra.values())
    assert one.deadline_parts == [{"by": "2026-03-20"}]
    assert two.deadline_parts == [{"unclear": True}]
    assert three.deadline_parts == [{"window": ["2026-06-01", "2026-06-30"]}]
    assert one.reach[0]["label"] == "1\N{NO-BREAK SPACE}школа"
    assert [item.reach[0]["kind"] for item in (one, two, three)] == ["all_schools", "official", "body"]
    assert (roadmap.state, roadmap.department, roadmap.created_by) == ("draft", school.department, methodist)
    assert roadmap.name == "План мероприятий на 2025/26"
    assert AuditEvent.objects.get().action == "roadmap.imported"


def test_a_schools_own_plan_binds_that_school(read, methodist):
    own, _ = SchoolFactory(department=methodist.department), SchoolFactory(department=methodist.department)
    roadmap = importing.import_roadmap(
        read, department=methodist.department, file_name="п.docx", period=YEAR, school=own
    )
    assert ActionItem.objects.filter(section__roadmap=roadmap).first().reach[0]["school"] == own.pk


def test_another_departments_school_is_refused(read, methodist):
    with pytest.raises(Refused, match="другому отделу"):
        importing.import_roadmap(
            read, department=methodist.department, file_name="п.docx", period=YEAR, school=SchoolFactory()
        )
    assert not Roadmap.objects.exists()


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        (["План", "на 2024-2025 учебный год"], (datetime.date(2024, 9, 1), datetime.date(2025, 8, 31))),
        (["План", "на 2024/25 учебный год"], (datetime.date(2024, 9, 1), datetime.date(2025, 8, 31))),
        (["План на 2024 год"], (datetime.date(2024, 1, 1), datetime.date(2024, 12, 31))),
        (["План"], YEAR),
    ],
)
def test_the_period_is_guessed_from_the_title(title, expected):
    read_json = {"roadmap": {"period": None, "title_lines": title}, "order": None}
    assert importing.guess_period(read_json, datetime.date(2026, 3, 1)) == expected


def test_without_a_title_the_orders_date_tells_the_period():
    read_json = {"roadmap": {"period": None, "title_lines": ["План"]}, "order": {"date": "2023-08-31"}}
    assert importing.guess_period(read_json, datetime.date(2026, 3, 1))[0] == datetime.date(2023, 9, 1)


def test_the_preview_counts_what_a_person_must_answer_and_saves_nothing(read, methodist):
    pending = importing.keep_for_preview(read, "план.docx", by=methodist)
    shown = importing.preview(pending)
    assert (shown.items, shown.deadlines_unclear, shown.nobody) == (3, 1, 1)
    assert (pending.first_day, pending.last_day) == YEAR
    assert not Roadmap.objects.exists()
    assert not ActionItem.objects.exists()


def test_saving_twice_gives_one_plan(read, methodist):
    pending = importing.keep_for_preview(read, "план.docx", by=methodist)
    first = importing.save(pending, by=methodist)
    assert importing.save(RoadmapImport.objects.get(), by=methodist) == first
    assert Roadmap.objects.count() == 1


@pytest.mark.parametrize(
    "data", [b"", b"%PDF-1.4 nothing", b"PK\x03\x04 broken", word_file(heads=["А", "Б", "В", "Г", "Д"])]
)
def test_what_is_no_plan_is_refused_in_russian(data):
    with pytest.raises(Refused) as refusal:
        importing.read(SimpleUploadedFile("план.docx", data))
    assert any("а" <= letter <= "я" for letter in str(refusal.value))


def test_the_command_saves_and_says_what(tmp_path):
    department, out = DepartmentFactory(code="ольхов"), StringIO()
    own = SchoolFactory(department=department, code="sch900100")
    file = tmp_path / "план.docx"
    file.write_bytes(word_file())
    call_command(
        "import_roadmap", str(file), "--department=ольхов", "--school=sch900100",
        "--period", *[str(day) for day in YEAR], stdout=out,
    )  # fmt: skip
    assert Roadmap.objects.get().school == own
    assert "пунктов: 3" in out.getvalue()
    assert "Непонятных сроков: 1" in out.getvalue()


def test_the_command_says_what_is_wrong(tmp_path):
    DepartmentFactory(code="ольхов")
    file = tmp_path / "план.docx"
    file.write_bytes(b"not a document")
    days = [str(day) for day in YEAR]
    for path, code, period, message in (
        (file, "нет", days, "Нет отдела"),
        (tmp_path / "нет.docx", "ольхов", days, "не открылся"),
        (file, "ольхов", ["2025-09-01", "31 мая"], "Нет такой даты"),
        (file, "ольхов", days, "нет таблицы"),
    ):
        with pytest.raises(CommandError, match=message):
            call_command("import_roadmap", str(path), f"--department={code}", "--period", *period)
    assert not Roadmap.objects.exists()


cells = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=("Cs",)), max_size=40
)
read_rows = st.lists(
    st.fixed_dictionaries(
        {
            "number": st.none() | st.text("0123456789.", max_size=6),
            "text": cells,
            "deadline": cells,
            "responsible": cells,
        }
    ),
    max_size=4,
)
read_sections = st.lists(
    st.fixed_dictionaries({"number": st.none(), "title": cells, "heading": cells, "items": read_rows}),
    max_size=3,
)


@settings(max_examples=25)
@given(sections=read_sections)
def test_whatever_is_read_prints_as_it_was(sections):
    """From the file's words into the database and onto the order's annex: not a letter is changed."""
    pending = RoadmapImportFactory()
    pending.reading["roadmap"]["sections"] = sections
    pending.save()
    roadmap = importing.save(pending, by=MembershipFactory(department=pending.department))
    annex = approval.annex(roadmap)
    assert annex["columns"] == pending.reading["roadmap"]["columns"]
    assert [section["heading"] for section in annex["sections"]] == [
        section["heading"] for section in sections
    ]
    assert [section["items"] for section in annex["sections"]] == [
        [{**row, "number": row["number"] or ""} for row in section["items"]] for section in sections
    ]
