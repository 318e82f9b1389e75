"""The printed order: everything once, heads repeated, numbers and dates agreeing, hostile text printed as text."""

from __future__ import annotations

import datetime
import io
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from accounts.models import Department
from orders.domain import drafts, paper, tables
from portal.lib.refusals import Refused
from tests.factories.accounts import DepartmentFactory, MembershipFactory
from tests.factories.orders import CONTENT, make_draft, make_registered, make_signed

MM = 72 / 25.4


def read(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content))


def flat(text: str) -> str:
    """Extracted text without blanks and the hyphens of broken words: what is looked for survives line ends."""
    return re.sub(r"[\s\u00ad\u200b\u2010-]", "", text)


def pages(content: bytes) -> list[str]:
    return [flat(sheet.extract_text()) for sheet in read(content).pages]


def page_numbers(reader: PdfReader) -> list[str]:
    """The number between the mark and the running title of each page, or nothing."""
    found = [re.search(r"ПРОЕКТ (\d+) Продолжение", sheet.extract_text()) for sheet in reader.pages]
    return [match[1] if match else "" for match in found]


def numbers_of(count: int) -> list[str]:
    return ["", *(str(number) for number in range(2, count + 1))]


def sized(count: int, **extra) -> dict:
    items = [
        {
            "number": f"{row}.",
            "text": f"Мероприятие за номером {row}: "
            + "проверить полноту сведений и хранить копии " * (row % 4 + 1),
            "deadline": f"до {row % 28 + 1} марта 2026 года",
            "responsible": "Руководители школ, методист отдела",
        }
        for row in range(1, count + 1)
    ]
    sections = [{"heading": f"{part}. Раздел", "items": items[part::4]} for part in range(4)]
    return CONTENT | {"sections": sections} | extra


@pytest.fixture
def methodist(db):
    return MembershipFactory()


def test_every_text_is_printed_once(methodist):
    order = make_registered(methodist, distribution=[{"copies": 9, "addressee": "школам района"}])
    printed = "".join(pages(paper.preview(order)))
    snapshot = paper.compose(order)
    wanted = [
        text
        for place, text in paper.texts(snapshot)
        if not place.startswith("приложение") and place != "бланк"
    ]
    wanted = [line for text in wanted for line in text.replace(" 2-00-01", ", 2-00-01").split("\n")]
    wanted += [
        value for section in CONTENT["sections"] for item in section["items"] for value in item.values()
    ]
    assert [text for text in wanted if flat(text) not in printed] == []
    clauses = [f"{clause['number']}{clause['text']}" for clause in snapshot["clauses"]]
    assert [printed.count(flat(clause)) for clause in clauses] == [1] * 5
    assert flat("9 – школам района") in printed


def test_annex_head_bears_the_orders_number_and_date(methodist):
    methodist.department.name_genitive = "отдела образования округа"
    methodist.department.save()
    order = make_registered(
        methodist, annexes=[drafts.AnnexDraft(CONTENT), drafts.AnnexDraft(CONTENT, landscape=False)]
    )
    _, first, second = pages(paper.preview(order))
    for number, page in enumerate([first, second], start=1):
        assert flat(f"Приложение {number} к приказу отдела образования округа от 16.03.2026 № 1") in page


def test_the_only_annex_of_an_order_has_no_number(methodist):
    order = make_registered(methodist)
    assert "Приложениекприказуот16.03.2026№1" in pages(paper.preview(order))[1]


@pytest.mark.parametrize(
    ("style", "expected"), [("digits", "от 05.03.2026 №"), ("words", "от «05» марта 2026 года №")]
)
def test_date_is_written_as_the_department_writes_it(methodist, style, expected):
    Department.objects.update(date_style=style)
    methodist.department.refresh_from_db()
    order = make_registered(methodist, date=datetime.date(2026, 3, 5))
    text, annex = pages(paper.preview(order))
    assert flat(expected) in annex
    assert flat(expected[3:-2]) in text


def test_pages_have_their_sizes_and_numbers_begin_anew(methodist):
    annexes = [drafts.AnnexDraft(sized(24)), drafts.AnnexDraft(sized(12), landscape=False)]
    reader = read(paper.preview(make_draft(methodist, annexes=annexes)))
    sizes = [(round(sheet.mediabox.width / MM), round(sheet.mediabox.height / MM)) for sheet in reader.pages]
    landscape = sizes.count((297, 210))
    assert sizes == [(210, 297)] + [(297, 210)] * landscape + [(210, 297)] * (len(sizes) - landscape - 1)
    second = len(sizes) - landscape - 1
    assert page_numbers(reader) == ["", *numbers_of(landscape), *numbers_of(second)]
    assert landscape > 1
    assert second > 1


def test_head_of_the_table_and_its_name_are_repeated_on_each_page(methodist):
    order = make_draft(methodist, annexes=[drafts.AnnexDraft(sized(60))])
    _, first, *later = pages(paper.preview(order))
    assert len(later) > 3
    assert all("№МероприятиеСрокОтветственные" in page for page in [first, *later])
    assert "Продолжениеприложения" not in first
    assert all("Продолжениеприложения" in page for page in later)


def test_every_row_of_a_long_annex_is_printed_once_and_no_section_is_last_on_a_page(methodist):
    order = make_draft(methodist, annexes=[drafts.AnnexDraft(sized(60))])
    found = pages(paper.preview(order))
    assert [sum(page.count(f"Мероприятиезаномером{row}:") for page in found) for row in range(1, 61)] == [
        1
    ] * 60
    assert not any(re.search(r"\d\.Раздел(ПРОЕКТ|Продолжениеприложения|\d)*$", page) for page in found)


def test_a_row_taller_than_a_page_is_split_under_a_repeated_head(methodist):
    item = {
        "number": "1.",
        "text": "Очень подробное описание работы с документами школы. " * 110,
        "deadline": "",
        "responsible": "",
    }
    content = CONTENT | {"sections": [{"heading": "", "items": [item]}]}
    _, *annex = pages(paper.preview(make_draft(methodist, annexes=[drafts.AnnexDraft(content)])))
    assert len(annex) > 1
    assert all("№МероприятиеСрокОтветственные" in page for page in annex)
    assert sum(page.count("школы.") for page in annex) == 110


def test_an_order_of_one_page_stays_on_one_page_by_smaller_type(methodist):
    clauses = [
        drafts.ClauseDraft(
            "Руководителям общеобразовательных организаций обеспечить порядок при проведении работ, " * 2
        )
    ] * 8
    order = make_draft(methodist, clauses=clauses, annexes=[])
    assert len(pages(paper.preview(order))) == 1


@pytest.mark.parametrize("count", range(9, 24, 2))
def test_neither_the_signature_nor_the_executors_note_stands_alone(methodist, count):
    clauses = [
        drafts.ClauseDraft(
            "Обеспечить объективность проверки работ и хранение копий в школе до конца учебного года."
        )
    ] * count
    *_, last = pages(paper.preview(make_draft(methodist, clauses=clauses, annexes=[])))
    assert "И.И.Образцова" in last
    assert "ПробнаяВераИльинична,20001" in last
    assert f"{count}." in last


def test_a_long_distribution_list_does_not_push_the_executor_off_the_signatures_page(methodist):
    lines = [{"copies": 1, "addressee": f"школе посёлка {number}-го"} for number in range(1, 90)]
    found = pages(paper.preview(make_draft(methodist, annexes=[], distribution=lines)))
    assert ["И.И.Образцова" in page for page in found].index(True) == [
        "ПробнаяВераИльинична" in page for page in found
    ].index(True)
    assert [sum(page.count(f"1–школепосёлка{number}го") for page in found) for number in range(1, 90)] == [
        1
    ] * 89


def test_only_what_is_not_signed_bears_a_mark_and_only_the_signed_bears_the_code(methodist):
    draft = pages(paper.preview(make_draft(methodist)))
    order = make_signed(methodist)
    signed = pages(paper.render(order.snapshot, sha256=order.sha256))
    assert all("ПРОЕКТ" in page for page in draft)
    assert not any("ПРОЕКТ" in page for page in signed)
    assert order.sha256 in signed[0]
    assert not any("SHA256" in page for page in [*draft, *signed[1:]])
    assert flat(paper.check_url(order.check_token)) in signed[0]


def test_order_without_its_own_text_prints_its_annexes_only(methodist):
    order = make_registered(methodist, preamble="", clauses=[])
    (only,) = pages(paper.preview(order))
    assert "Приложениекприказуот16.03.2026№1" in only
    assert "1.1.Собратьсведения" in only


def test_letterhead_in_two_languages_and_spaced_words(db):
    department = DepartmentFactory(
        letterhead="ОТДЕЛ ОБРАЗОВАНИЯ\nПРОБНОГО ОКРУГА",
        letterhead_second="ЙӦЗӦС ВЕЛӦДАН ЮКӦН",
        second_language="kv",
        order_word="П Р И К А З",
        order_word_second="Т Ш Ӧ К Т Ӧ Д",
        resolution_word="п р и к а з ы в а ю:",
    )
    text = pages(paper.preview(make_draft(MembershipFactory(department=department))))[0]
    for words in ["ОТДЕЛОБРАЗОВАНИЯ", "ЙӦЗӦСВЕЛӦДАНЮКӦН", "ПРИКАЗ", "ТШӦКТӦД", "приказываю:"]:
        assert words in text


def test_annex_columns_come_in_their_own_order_and_number(methodist):
    keys = ["text", "expected_result", "deadline", "responsible", "a", "b"]
    columns = [{"key": key, "heading": f"Столбец{place}"} for place, key in enumerate(keys)]
    content = CONTENT | {
        "columns": columns,
        "goals": ["Первая задача;", "Вторая задача."],
        "sections": [{"heading": "", "items": [{key: f"я{key}" for key in keys}]}],
    }
    annex = pages(paper.preview(make_draft(methodist, annexes=[drafts.AnnexDraft(content)])))[1]
    assert "".join(f"Столбец{place}" for place in range(6)) in annex
    assert "".join(f"я{key}" for key in keys) in annex
    assert "Задачи:" in annex
    assert "Перваязадача;" in annex


HOSTILE = (
    '<img src="http://127.0.0.1:9/x"><script>alert(1)</script>{{ 7 }}{% now "Y" %}&lt;b&gt; </style><!--'
)


def test_hostile_text_is_printed_as_text(methodist):
    content = CONTENT | {
        "title_lines": [HOSTILE],
        "sections": [{"heading": HOSTILE, "items": [{"number": "1", "text": HOSTILE}]}],
    }
    order = make_draft(
        methodist,
        title=HOSTILE,
        preamble=HOSTILE,
        clauses=[drafts.ClauseDraft(HOSTILE)],
        executors=[{"name": HOSTILE, "phone": ""}],
        annexes=[drafts.AnnexDraft(content)],
    )
    printed = "".join(pages(paper.preview(order)))
    assert printed.count(flat(HOSTILE)) == 7


def test_endless_words_everywhere_are_quick(methodist):
    word = "щ" * 5_900
    content = CONTENT | {
        "sections": [{"heading": "", "items": [{"number": "1", "text": word, "deadline": word}]}]
    }
    order = make_draft(
        methodist, preamble=word, clauses=[drafts.ClauseDraft(word)], annexes=[drafts.AnnexDraft(content)]
    )
    begun = time.monotonic()
    printed = "".join(pages(paper.preview(order)))
    assert time.monotonic() - begun < 20
    assert printed.count("щ") == 4 * 5_900


def test_preview_of_a_huge_draft_is_cut_and_says_so(methodist):
    order = make_draft(methodist, annexes=[drafts.AnnexDraft(sized(150))])
    printed = "".join(pages(paper.preview(order)))
    assert "непоказанострок:30" in printed
    assert printed.count("Мероприятиезаномером") == 120


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("приказ № 5", "приказ №\u00a05"),
        ("Пробной А.А. и А.А. Пробной", "Пробной\u00a0А.А. и А.А.\u00a0Пробной"),
        ("в г. Пробном, 2026 года, 5 марта", "в г.\u00a0Пробном, 2026\u00a0года, 5\u00a0марта"),
        ("порядок, сроки и место", "порядок, сроки и место"),
    ],
)
def test_words_that_belong_together_stay_together(text, expected):
    assert paper.printable(text) == expected


@given(st.text(max_size=300))
def test_printing_changes_blanks_only(text):
    assert re.sub(r"[\s\u200b]", "", paper.printable(text)) == re.sub(r"[\s\u200b]", "", text)


@pytest.mark.parametrize(
    ("typed", "text", "spaced"),
    [
        ("П Р И К А З", "ПРИКАЗ", True),
        ("ПРИКАЗ", "ПРИКАЗ", False),
        ("п р и к а з ы в а ю:", "приказываю", True),
    ],
)
def test_a_word_is_spaced_when_it_is_written_so(typed, text, spaced):
    word = paper.word(typed)
    assert (word.text, word.spaced) == (text, spaced)


KEYS = ["number", "text", "deadline", "responsible", "expected_result"]


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from(KEYS), min_size=1, unique=True),
    st.lists(st.fixed_dictionaries({key: st.text("абв где", max_size=200) for key in KEYS}), max_size=5),
)
def test_columns_fill_the_page_whatever_they_hold(keys, items):
    content = {
        "columns": [{"key": key, "heading": key} for key in keys],
        "sections": [{"heading": "", "items": items}],
    }
    widths = tables.widths(content, page=267.0)
    assert len(widths) == len(keys)
    assert all(width > 0 for width in widths)
    if keys != ["number"]:
        assert abs(sum(widths) - 267.0) < 1


def test_snapshot_hash_does_not_depend_on_the_order_of_keys():
    assert paper.digest({"б": [1, {"в": "г", "а": ""}], "а": "ё"}) == paper.digest(
        {"а": "ё", "б": [1, {"а": "", "в": "г"}]}
    )
    assert paper.digest({"а": "1"}) != paper.digest({"а": "2"})


def report_part(**changes) -> dict:
    part = {"heading": "Итоги", "paragraphs": ["Первый абзац.", "Второй <b>абзац</b>."], "table": None}
    return part | changes


@pytest.mark.django_db
def test_an_annex_of_parts_prints_words_chart_and_table():
    drawn = {"title": "Исполнение", "labels": ["в срок", "нет"], "groups": [["Лицей", [3, 1]]]}
    table = {key: CONTENT[key] for key in ("columns", "sections")}
    parts = [report_part(chart=drawn, table=table), report_part(heading="Выводы")]
    content = {"title_lines": ["ОТЧЁТ"], "goals": [], "columns": [], "sections": [], "parts": parts}
    order = make_draft(annexes=[drafts.AnnexDraft(content, landscape=False)])
    text = "".join(pages(paper.preview(order)))
    for words in ("Итоги", "Первыйабзац.", "Второй<b>абзац</b>.", "Лицей", "Обучитьэкспертов", "Выводы"):
        assert words in text
    assert ("приложение", "Выводы\nПервый абзац.\nВторой <b>абзац</b>.") in paper.texts(paper.compose(order))


@pytest.mark.django_db
def test_an_annex_without_parts_still_needs_columns():
    with pytest.raises(Refused, match="столбцов"):
        make_draft(annexes=[drafts.AnnexDraft({"title_lines": [], "columns": [], "sections": []})])


@pytest.mark.django_db
def test_too_long_a_part_is_refused():
    part = report_part(paragraphs=["слово " * 6_000])
    content = {"title_lines": [], "columns": [], "sections": [], "parts": [part]}
    with pytest.raises(Refused, match="Итоги"):
        make_draft(annexes=[drafts.AnnexDraft(content)])
