"""The grammar of responsible phrases: every word has one place, what is not understood stays a question."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmaps.responsibles import SchoolName, folded, parse, school_name, surname_forms


def kinds(phrase: str, own_school: bool = False) -> list[tuple[str, str]]:
    return [(piece.kind, piece.text) for piece in parse(phrase, own_school=own_school)]


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("Берёзкина О.П., методист", [("person", "Берёзкина О.П., методист")]),
        ("О.П. Берёзкина", [("person", "О.П. Берёзкина")]),
        ("Берёзкина О. П.\nЛипин К. В.", [("person", "Берёзкина О. П."), ("person", "Липин К. В.")]),
        ("Берёзкина О.П. Липин К.В.", [("person", "Берёзкина О.П."), ("person", "Липин К.В.")]),
        ("Берёзкина Ольга Петровна, начальник отдела", [("person", "Берёзкина Ольга Петровна, начальник отдела")]),
        (
            "Ведущему специалисту отдела Берёзкиной О.П.",
            [("person", "Ведущему специалисту отдела Берёзкиной О.П.")],
        ),
        ("МБУ «Центр роста» (Липин К.В.)", [("person", "МБУ «Центр роста» (Липин К.В.)")]),
        ("Берёзкина О.П., методист, Руководители школ", [
            ("person", "Берёзкина О.П., методист"), ("schools", "Руководители школ"),
        ]),
        ("Комитет образования МБУ Центр роста Директора школ", [
            ("body", "Комитет образования"), ("body", "МБУ Центр роста"), ("schools", "Директора школ"),
        ]),
        ("Сектор общего, дошкольного и специального образования МКУ «Опора»; школы округа", [
            ("body", "Сектор общего, дошкольного и специального образования МКУ «Опора»"), ("schools", "школы округа"),
        ]),
        ("методисты, технический специалист отдела", [
            ("position", "методисты"), ("position", "технический специалист отдела"),
        ]),
        ("Заместители директора по УВР классные руководители", [
            ("schools", "Заместители директора по УВР"), ("schools", "классные руководители"),
        ]),
        ("Руководители РМО. Школьный координатор", [("body", "Руководители РМО"), ("schools", "Школьный координатор")]),
        ("ОО и управление образования", [("schools", "ОО"), ("body", "управление образования")]),
        ("СОШ № 4, 7 и 11", [("school", "СОШ № 4"), ("school", "7"), ("school", "11")]),
        ("Директор МБОУ «Лицей № 2»", [("school", "Директор МБОУ «Лицей № 2»")]),
        ("СОШ № 4 СОШ № 9", [("school", "СОШ № 4"), ("school", "СОШ № 9")]),
        ("директор СОШ № 4", [("school", "директор СОШ № 4")]),
        ("Администрация МБОУ «СОШ № 9", [("school", "Администрация МБОУ «СОШ № 9")]),
        ("Руководители школ с признаками необъективности", [
            ("flagged", "Руководители школ с признаками необъективности"),
        ]),
        ("директора ОО, попавших в зону риска", [("flagged", "директора ОО, попавших в зону риска")]),
        ("независимые наблюдатели, родители", [("outside", "независимые наблюдатели"), ("outside", "родители")]),
        ("ОО, показавшие необъективные результаты", [("flagged", "ОО, показавшие необъективные результаты")]),
        ("Школы, попавшие в перечень ШНОР", [("unknown", "Школы, попавшие в перечень ШНОР")]),
        ("ОО, расположенные в округе", [("schools", "ОО, расположенные в округе")]),
        ("Учителя, работающие в 4 классах", [("schools", "Учителя, работающие в 4 классах")]),
        ("Учителя физики, математики", [("schools", "Учителя физики, математики")]),
        ("родители (законные представители)", [("outside", "родители (законные представители)")]),
        ("МОУ «Лицей»", [("school", "МОУ «Лицей»")]),
        ("Руководители", [("unknown", "Руководители")]),
        ("Администрация", [("unknown", "Администрация")]),
        ("кое-кто ещё", [("unknown", "кое-кто ещё")]),
        ("", []),
        ("—", []),
    ],
)  # fmt: skip
def test_each_addressee_is_a_piece(phrase: str, expected: list[tuple[str, str]]) -> None:
    assert kinds(phrase) == expected


def test_in_a_schools_own_plan_its_administration_is_that_school() -> None:
    assert kinds("Администрация, руководители МО", own_school=True) == [
        ("schools", "Администрация"),
        ("schools", "руководители МО"),
    ]


def test_who_watches_does_not_carry_out() -> None:
    does, watches = parse("Учителя-предметники. Контроль: методист Липин К.В.")
    assert (does.controls, watches.controls) == (False, True)
    assert (watches.kind, watches.surname, watches.initials) == ("person", "Липин", "КВ")


def test_a_listed_number_is_of_the_sort_before_it() -> None:
    assert [piece.school for piece in parse("Лицеи № 3, 5")] == [
        SchoolName("лицей", "3"),
        SchoolName("лицей", "5"),
    ]


def test_a_school_is_told_by_sort_number_and_own_words() -> None:
    assert school_name("МБОУ «СОШ № 12»") == SchoolName("сош", "12")
    assert school_name("МБОУ «Ольховская ООШ»") == SchoolName("оош", "", ("ольховская",))


@pytest.mark.parametrize(
    ("last", "patronymic", "printed"),
    [
        ("Берёзкина", "Петровна", "березкиной"),
        ("Липин", "Викторович", "липину"),
        ("Михайлюк", "Викторович", "михайлюк"),
    ],
)
def test_surnames_are_known_in_the_dative(last: str, patronymic: str, printed: str) -> None:
    assert printed in surname_forms(last, patronymic)


def test_a_mans_genitive_is_not_taken_for_his_name() -> None:
    assert "липина" not in surname_forms("Липин", "Викторович")


FRAGMENTS = [
    "Берёзкина О.П.", "К.В. Липин", "методист", "методисты", "Руководители ОО", "МБУ", "«Центр роста»", "СОШ № 4",
    "7", "классные руководители", "Контроль:", "и", ",", ";", "\n", ".", "(", ")", "«", "по УВР", "школ", "отдел",
    "г. Ольхов", "родители", "управление образования", "Иванова", "учителей", "администрация", "№", "—", "А.",
    "муниципальный",
]  # fmt: skip
phrases = st.one_of(
    st.lists(st.sampled_from(FRAGMENTS), max_size=14).map(" ".join),
    st.text(alphabet="АБВабвгдеёжийкл №«»\"'.,;:()-–\n0123456789IVX", max_size=60),
    st.text(max_size=40),
)
LEADS = {"контроль", "и", "или", "а", "также", "совместно", "вместе", "с", "со"}


def words(text: str) -> list[str]:
    return [word for word in re.findall(r"\w+", text.lower()) if word not in LEADS]


@given(phrases)
def test_every_word_is_in_exactly_one_piece(phrase: str) -> None:
    pieces = parse(phrase)
    assert [word for piece in pieces for word in words(piece.text)] == words(phrase)


@given(phrases)
def test_a_phrase_is_remembered_whatever_its_case_and_blanks(phrase: str) -> None:
    assert folded(folded(phrase)) == folded(phrase)
    assert folded(f"  {phrase} ") == folded(phrase)
