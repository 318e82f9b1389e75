"""Any roadmap written to Word, Excel or HTML comes back as it was; any rubbish is refused politely and never worse."""

import contextlib
import functools
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roadmaps.reading import Unreadable, read, read_html, read_tsv
from tests.roadmaps.reading_writers import docx, head, html_table, p, tbl, tc, tr, xlsx

quick = settings(max_examples=30)

HEADINGS = {
    "number": ["№", "№ п/п", "№№"],
    "text": ["Мероприятие", "Наименование мероприятия", "Содержание работы"],
    "deadline": ["Срок", "Сроки реализации", "Дата проведения"],
    "responsible": ["Ответственный", "Исполнители"],
    "expected_result": ["Ожидаемый результат", "Планируемый результат"],
    "Примечание": ["Примечание"],
}
WORDS = st.lists(
    st.sampled_from(
        [
            "сбор",
            "заявок",
            "школ",
            "района",
            "учителя",
            "опрос",
            "итоги",
            "совет",
            "2022",
            "№",
            "5",
            "«Заря»",
            "(очно)",
            "7-11",
        ]
    ),
    max_size=6,
)
TEXT = st.builds(
    lambda first, rest: " ".join([first, *rest]), st.sampled_from(["Провести", "Обучить", "Издать"]), WORDS
)
LINES = st.lists(TEXT, min_size=1, max_size=3).map("\n".join)
DEADLINE = st.sampled_from(
    ["май 2022", "в течение года", "до 1 мая", "Постоянно", "01.09.2022–15.09.2022", "1 раз в квартал"]
)
PERSON = st.sampled_from(["Отдел", "Руководители школ", "Иванова А.Б., методист", "Отдел\nШколы"])
TITLES = st.sampled_from(["Кадры", "Работа с семьями", "Контроль хода работ"])


@st.composite
def roadmaps(draw):
    """Columns as (key, heading) in any order, sections as (number, title, rows of cells by key)."""
    keys = [
        "text",
        "deadline",
        "responsible",
        *draw(st.sets(st.sampled_from(["number", "expected_result", "Примечание"]))),
    ]
    columns = [(key, draw(st.sampled_from(HEADINGS[key]))) for key in draw(st.permutations(keys))]
    scheme = draw(st.sampled_from(["roman", "task", "none"]))
    sections = []
    for at in range(1, 1 if scheme == "none" else draw(st.integers(2, 4))):
        number = ("I", "II", "III")[at - 1] if scheme == "roman" else str(at)
        sections.append((number, draw(TITLES)))
    made = [
        (number, title, _rows(draw, keys, at))
        for at, (number, title) in enumerate(sections or [(None, None)], start=1)
    ]
    return columns, made


def _rows(draw, keys, section):
    kinds = {
        "text": LINES,
        "deadline": DEADLINE,
        "responsible": PERSON,
        "expected_result": LINES,
        "Примечание": TEXT,
    }
    count = draw(st.integers(1, 5))
    return [
        {key: f"{section}.{at}." if key == "number" else draw(kinds[key]) for key in keys}
        for at in range(1, count + 1)
    ]


def heading(number, title):
    return None if title is None else f"{'Задача ' if number.isdigit() else ''}{number}. {title}"


def as_docx(columns, sections) -> bytes:
    rows = [head(*(printed for _, printed in columns))]
    for number, title, items in sections:
        if title:
            rows.append(tr(tc(heading(number, title), span=len(columns), bold=True)))
        rows += [tr(*(tc(item[key]) for key, _ in columns)) for item in items]
    return docx(p("ПЛАН на 2022 год", centre=True) + tbl(*rows))


def as_rows(columns, sections) -> list[list[str]]:
    rows = [[printed for _, printed in columns]]
    for number, title, items in sections:
        rows += [[heading(number, title)]] if title else []
        rows += [[item[key] for key, _ in columns] for item in items]
    return rows


def as_xlsx(columns, sections) -> bytes:
    rows = as_rows(columns, sections)
    last = "ABCDEF"[len(columns) - 1]
    return xlsx(rows, merges=[f"A{at}:{last}{at}" for at, row in enumerate(rows, start=1) if len(row) == 1])


def as_html(columns, sections) -> bytes:
    rows = as_rows(columns, sections)
    return html_table(
        [[f"colspan={len(columns)}|{row[0]}"] if len(row) == 1 else row for row in rows]
    ).encode()


@quick
@given(roadmaps())
@pytest.mark.parametrize(("write", "name"), [(as_docx, "a.docx"), (as_xlsx, "a.xlsx"), (as_html, "a.html")])
def test_roadmap_comes_back_as_it_was_written(write, name, written):
    columns, sections = written
    reading = read(write(columns, sections), name)
    assert [(column.key, column.heading) for column in reading.roadmap.columns] == columns
    assert [(each.number, each.title, each.heading) for each in reading.roadmap.sections] == [
        (number, title, heading(number, title)) for number, title, _ in sections
    ]
    has_result = any(key == "expected_result" for key, _ in columns)
    for section, (_, _, items) in zip(reading.roadmap.sections, sections, strict=True):
        assert [(item.number, item.text, item.deadline, item.responsible) for item in section.items] == [
            (item.get("number"), item["text"], item["deadline"], item["responsible"]) for item in items
        ]
        assert [item.expected_result for item in section.items] == [
            item.get("expected_result") for item in items
        ]
        assert [item.extra for item in section.items] == [
            {"Примечание": item["Примечание"]} if "Примечание" in item else {} for item in items
        ]
        assert has_result or all(item.expected_result is None for item in section.items)


@quick
@given(
    st.binary(max_size=400),
    st.sampled_from(
        [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-1.4", b"<table>", b"\xff\xfe"]
    ),
)
def test_rubbish_is_refused_politely(tail, start):
    with contextlib.suppress(Unreadable):
        read(start + tail, "мусор")


SAMPLE_ITEM = {"number": "1.", "text": "Собрать заявки", "deadline": "май", "responsible": "Отдел"}
SAMPLE = ([(key, HEADINGS[key][0]) for key in SAMPLE_ITEM], [(None, None, [SAMPLE_ITEM])])


@functools.cache
def sample(write) -> bytes:
    """One file of each kind, the same bytes in every example: Excel files hold the time of their making."""
    return write(*SAMPLE)


@quick
@given(st.data())
@pytest.mark.parametrize("write", [as_docx, as_xlsx])
def test_truncated_and_bitten_files_are_refused_or_read(write, data):
    whole = sample(write)
    place = data.draw(st.integers(0, len(whole) - 1))
    bitten = data.draw(
        st.sampled_from(
            [whole[:place], whole[:place] + b"\x00" + whole[place + 1 :], whole[:place] + whole[place + 1 :]]
        )
    )
    with contextlib.suppress(Unreadable):
        read(bitten, "план")


@quick
@given(st.data())
@pytest.mark.parametrize(
    ("write", "part"),
    [(as_docx, "word/document.xml"), (as_xlsx, "xl/worksheets/sheet1.xml"), (as_xlsx, "xl/styles.xml")],
)
def test_sound_archive_with_broken_parts_is_refused_or_read(write, part, data):
    with zipfile.ZipFile(io.BytesIO(sample(write))) as made:
        parts = {name: made.read(name) for name in made.namelist()}
    content = parts[part]
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 200)))
    parts[part] = (
        content[:start]
        + data.draw(st.sampled_from([b"", b"<", b"x", b"-1", b"\xff", b"&lt;"]))
        + content[end:]
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, text in parts.items():
            made.writestr(name, text)
    with contextlib.suppress(Unreadable):
        read(buffer.getvalue(), "план")


@quick
@given(st.text(alphabet="<>/tablerdphif= \"'&;#1\n\t№СрокМепият", max_size=300))
def test_any_pasted_text_is_refused_or_read(text):
    for reader in (read_html, read_tsv):
        with contextlib.suppress(Unreadable):
            reader(text)
