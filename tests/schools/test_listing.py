"""`schools.listing`: a school list out of whatever workbook there is; nothing guessed, nothing dropped in silence."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schools import listing
from schools.listing import Unreadable, columns
from schools.listing.text import fold, one_alphabet, quotes, tidy
from schools.listing.values import Bad, clean, inn_is_right, ogrn_is_right
from tests.schools.books import HEAD, book, inn, line, schools

MONTHS = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip
CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюя"


class TestColumns:
    @pytest.mark.parametrize(
        ("heading", "field"),
        [
            ("Наименование ОО\n(краткое)", "name"),
            ("Сокращённое название", "name"),
            ("Школа", "name"),
            ("Полное наименование по уставу", "full_name"),
            ("Вид учреждения", "kind"),
            ("Код школы", "code"),
            ("Лoгин", "login"),  # Latin o
            ("ИНН организации", "inn"),
            ("ОГРН ", "ogrn"),
            ("Почтовый адрес", "address"),
            ("Адрес электронной почты", "email"),
            ("Эл.\xa0почта", "email"),
            ("E-mail", "email"),
            ("Ф.И.О. директора", "director"),
            ("Тел. директора", "phone"),
            ("Численность учащихся", "pupils"),
            ("Кол-во\nобуч-ся", "pupils"),
            ("Дата гос. аккредитации", "accredited_on"),
            ("№ свидетельства об аккредитации", None),
            ("Количество классов", None),
            ("Муниципалитет", None),
        ],
    )
    def test_headings_as_people_write_them(self, heading, field):
        assert columns.field_of(heading) == field

    def test_columns_nobody_asked_for_are_named(self):
        read = listing.read(book([["Название", "Код ОО", "Сайт"], ["Школа № 1", "sch700001", "x"]]))
        assert read.tables[0].unread == ["Сайт"]
        assert read.tables[0].columns == {"name": "Название", "code": "Код ОО"}

    def test_two_columns_for_one_identity_are_a_fault_not_a_guess(self):
        read = listing.read(book([["Название", "Код ОО", "Код ОО"], ["Школа № 1", "sch700001", "sch700002"]]))
        assert [(fault.cell, fault.field) for fault in read.faults] == [("C1", "code")]

    def test_the_legal_address_is_preferred(self):
        rows = [["Название", "Фактический адрес", "Юридический адрес"], ["Школа № 1", "ул. А", "ул. Б"]]
        assert listing.read(book(rows)).rows[0].values["address"] == "ул. Б"


class TestRows:
    def test_titles_groups_totals_and_notes_are_no_schools(self):
        def shape(made):
            made["Лист1"].merge_cells("A6:G6")

        rows = [
            ["Список школ округа"],
            ["на 1 сентября"],
            [],
            HEAD,
            [1, 2, 3, 4, 5, 6, 7],
            ["Городские"],
            line(1),
            [],
            line(2),
            HEAD,
            line(3),
            ["Всего:", None, None, None, None, 306],
            ["Исполнитель: Тестова А.А."],
        ]
        read = listing.read(book(rows, shape=shape))
        assert [row.row for row in read.rows] == [7, 9, 11]
        assert [(skipped.row, skipped.reason) for skipped in read.skipped] == [
            (5, "номера столбцов"),
            (6, "заголовок группы"),
            (10, "повтор шапки"),
            (12, "итог"),
            (13, "примечание"),
        ]
        assert read.faults == []

    def test_a_school_of_which_only_the_name_is_known_is_not_dropped(self):
        read = listing.read(schools(["МБОУ «СОШ № 5»"]))
        assert [(fault.cell, fault.message) for fault in read.faults] == [("B2", "Нет кода школы в ФИС ОКО.")]

    def test_hidden_sheets_are_left_alone_and_all_visible_ones_read(self):
        def shape(made):
            made["Лист2"].sheet_state = "hidden"

        data = book([HEAD, line(1)], [HEAD, line(2)], [HEAD, line(3)], shape=shape)
        assert [(row.sheet, row.values["code"]) for row in listing.read(data).rows] == [
            ("Лист1", "sch700001"),
            ("Лист3", "sch700003"),
        ]

    def test_a_merged_head_is_understood(self):
        def shape(made):
            for area in ("A1:B1", "C1:C2"):
                made["Лист1"].merge_cells(area)

        rows = [
            ["Наименование", None, "Код"],
            ["полное", "краткое", None],
            ["Школа первая", "Школа № 1", "sch700001"],
        ]
        assert listing.read(book(rows, shape=shape)).rows[0].values == {
            "full_name": "Школа первая",
            "name": "Школа № 1",
            "code": "sch700001",
        }

    @pytest.mark.parametrize(
        "rows", [[["Имя", "Возраст"], ["Анна", 5]], [], [["Наименование"], ["Школа № 1"]]]
    )
    def test_without_a_head_the_message_says_what_is_needed(self, rows):
        with pytest.raises(Unreadable, match=r"шапка|пуст|заполненных"):
            listing.read(book(rows))

    def test_a_head_without_schools(self):
        with pytest.raises(Unreadable, match="ни одной школы"):
            listing.read(book([HEAD]))

    def test_a_hundred_thousand_blank_rows_cost_nothing(self):
        def shape(made):
            made["Лист1"].cell(100_000, 1).value = None
            for row in range(3, 100_000, 500):
                made["Лист1"].cell(row, 1).number_format = "@"

        assert len(listing.read(book([HEAD, line(1)], shape=shape)).rows) == 1


class TestDoubles:
    def test_the_same_school_twice_is_reported_once_at_the_second_row(self):
        read = listing.read(schools(line(1), line(1, name="Средняя школа № 1")))
        assert [(fault.cell, "строке 2" in fault.message) for fault in read.faults] == [("B3", True)]
        assert [row.faulty for row in read.rows] == [False, True]

    def test_one_code_for_two_schools(self):
        read = listing.read(schools(line(1), line(2, code="sch700001")))
        assert [(fault.cell, fault.value) for fault in read.faults] == [("B3", "sch700001")]
        assert "другой школой" in read.faults[0].message

    def test_one_inn_for_two_schools(self):
        read = listing.read(schools(line(1), line(2, inn=inn(700001))))
        assert [fault.cell for fault in read.faults] == ["C3"]

    def test_namesakes_with_marks_of_their_own_are_two_schools(self):
        assert listing.read(schools(line(1), line(2, name=line(1)[0]))).faults == []

    def test_namesakes_without_any_mark_are_one(self):
        rows = [["Название", "Телефон"], ["Школа № 1", "2-22-22"], ["школа №1", "2-22-22"]]
        assert [fault.cell for fault in listing.read(book(rows)).faults] == ["A3"]


class TestValues:
    @pytest.mark.parametrize(
        ("field", "cell", "value"),
        [
            ("name", ' МБОУ\xa0 "СОШ №9"\u200b\n', "МБОУ «СОШ № 9»"),
            ("name", "МКOУ «CОШ N 3»", "МКОУ «СОШ № 3»"),
            ("kind", "Средняя", "СОШ"),
            ("kind", "Лицей", "лицей"),
            ("kind", "детский сад", "детский сад"),
            ("code", "SCH700001", "sch700001"),
            ("code", "sсh7ОО001", "sch700001"),
            ("inn", 1000003.0, "0001000003"),
            ("inn", "0001000003\u200b", "0001000003"),
            ("ogrn", 1020002000006.0, "1020002000006"),
            ("ogrn", "1,020002000006E+12", "1020002000006"),
            ("director", "ПЕТРОВА-ВОДКИНА АННА", "Петрова-Водкина Анна"),
            ("phone", "8 (38557) 2-11-22 доб. 5", "8 (38557) 2-11-22 доб. 5"),
            ("phone", 83855721122.0, "83855721122"),
            ("email", "mailto:sсhool@example.org\xa0", "school@example.org"),
            ("pupils", 685.0, 685),
            ("pupils", "1 085 чел.", 1085),
            ("pupils", 0.0, 0),
            ("accredited_on", "25.05.23 г.", "2023-05-25"),
            ("accredited_on", "25/05/2023", "2023-05-25"),
            ("accredited_on", "«25» мая 2023 года", "2023-05-25"),
            ("accredited_on", "2023-05-25", "2023-05-25"),
            ("accredited_on", 45071.0, "2023-05-25"),
            ("accredited_on", "45071", "2023-05-25"),
            ("accredited_on", datetime.datetime(2023, 5, 25), "2023-05-25"),
            ("address", "", None),
            ("phone", " \u200b", None),
        ],
    )
    def test_what_can_be_repaired_is(self, field, cell, value):
        assert clean(field, cell) == value

    @pytest.mark.parametrize(
        ("field", "cell"),
        [
            ("code", "sch12345"),
            ("code", "123456"),
            ("code", "sch1234567"),
            ("inn", "0001000004"),
            ("inn", "123"),
            ("inn", "0000000000"),
            ("inn", 12.5),
            ("inn", "0001000003/0001"),
            ("ogrn", "1,02E+12"),
            ("ogrn", "1020002000007"),
            ("phone", "2-22-22, 3-33-33"),
            ("phone", "2-22-22 (секретарь)"),
            ("phone", "нет"),
            ("phone", "12"),
            ("email", "school(at)example.org"),
            ("email", "a@example.org, b@example.org"),
            ("email", "a@b"),
            ("pupils", "—"),
            ("pupils", "много"),
            ("pupils", -1.0),
            ("pupils", 12.5),
            ("pupils", float("inf")),
            ("pupils", True),
            ("pupils", "100000000000000000000"),
            ("accredited_on", "31.02.2023"),
            ("accredited_on", "весной"),
            ("accredited_on", 12.0),
            ("name", "я" * 251),
            ("name", "-"),
        ],
    )
    def test_what_cannot_is_said_with_a_remedy(self, field, cell):
        with pytest.raises(Bad) as bad:
            clean(field, cell)
        assert bad.value.message.endswith(".")
        assert bad.value.remedy.endswith(".")

    @given(
        st.sampled_from(list(listing.FIELDS)),
        st.one_of(st.text(max_size=60), st.floats(), st.booleans(), st.dates()),
    )
    def test_any_cell_gives_a_value_or_a_reason(self, field, cell):
        try:
            value = clean(field, cell)
        except Bad:
            return
        assert value is None or isinstance(value, int if field == "pupils" else str)
        assert value is None or clean(field, value) == value  # clean is clean

    @given(st.integers(1, 10**9 - 1), st.integers(0, 9))
    def test_only_one_last_digit_is_right(self, number, digit):
        right = inn(number)
        assert inn_is_right(right)
        assert inn_is_right(right[:9] + str(digit)) == (right[9] == str(digit))

    @given(st.integers(10**11, 10**12 - 1))
    def test_ogrn(self, number):
        right = f"{number}{number % 11 % 10}"
        assert ogrn_is_right(right)
        assert not ogrn_is_right(right[:-1] + str((int(right[-1]) + 1) % 10))

    @given(st.integers(1, 10**9 - 1))
    def test_lost_noughts_come_back(self, number):
        assert clean("inn", float(inn(number))) == inn(number)

    @given(st.dates(datetime.date(1930, 1, 1), datetime.date(2100, 1, 1)))
    def test_every_form_of_a_day_is_the_same_day(self, day):
        serial = float((day - datetime.date(1899, 12, 30)).days)
        forms = [
            day,
            serial,
            f"{day:%d.%m.%Y}",
            day.isoformat(),
            f"{day.day} {MONTHS[day.month - 1]} {day.year} г.",
        ]
        assert {clean("accredited_on", form) for form in forms} == {day.isoformat()}


class TestText:
    @given(st.text())
    def test_tidying_twice_is_tidying_once(self, text):
        assert tidy(tidy(text)) == tidy(text)

    @given(st.text(max_size=40))
    def test_quotes_twice_is_once(self, text):
        assert quotes(quotes(text)) == quotes(text)

    @given(st.text(CYRILLIC + " «»№0123456789", max_size=40))
    def test_look_alikes_make_no_difference_to_names(self, text):
        disguised = text.translate(str.maketrans("аеорсухк", "aeopcyxk"))
        assert fold(disguised.upper()) == fold(text)

    def test_foreign_words_stay(self):
        assert one_alphabet("English school и лицей IT") == "English school и лицей IT"


class TestBooks:
    @settings(max_examples=25)
    @given(
        st.permutations(range(7)),
        st.integers(0, 4),
        st.lists(st.integers(1, 99_000), min_size=1, max_size=6, unique=True),
    )
    def test_order_of_columns_titles_and_numbers_do_not_matter(self, order, titles, numbers):
        rows = [[HEAD[i] for i in order], *([line(n)[i] for i in order] for n in numbers)]
        read = listing.read(book([["Реестр"]] * titles + rows))
        assert read.faults == []
        assert [row.row for row in read.rows] == [titles + 2 + at for at in range(len(numbers))]
        assert [row.values["code"] for row in read.rows] == [f"sch{700000 + n}" for n in numbers]
        assert {row.values["accredited_on"] for row in read.rows} == {"2023-05-25"}

    @settings(max_examples=40)
    @given(
        st.lists(
            st.lists(
                st.one_of(
                    st.none(),
                    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12),
                    st.integers(-10, 10**13),
                    st.sampled_from(HEAD),
                ),
                max_size=8,
            ),
            max_size=8,
        )
    )
    def test_any_sheet_is_read_or_refused(self, rows):
        try:
            read = listing.read(book(rows))
        except Unreadable:
            return
        assert all(fault.message and fault.remedy and fault.cell for fault in read.faults)
        assert {row.row for row in read.rows if row.faulty} <= {fault.row for fault in read.faults}
