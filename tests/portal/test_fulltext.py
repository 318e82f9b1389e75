"""The databases' own full text by its public face: the same answers on both, whatever is written or asked."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import Department
from portal.lib import fulltext
from portal.lib.fulltext import Form, Match, Words
from portal.lib.names import folded
from portal.search.kinds import INDEXES, SCHOOL
from portal.search.words import words
from schools.models import School
from tests.factories.accounts import DepartmentFactory
from tests.factories.schools import SchoolFactory

pytestmark = pytest.mark.django_db
# Letters, digits and every sign that means something to FTS5, to `tsquery`, to SQL or to their readers of text.
SIGNS = "'\"*:&|!()<>^~+-./\\_@#%=,;?[]{}№«»\n "
TEXTS = st.text("абвгёйЁЖ" + "abX" + "0123" + SIGNS, max_size=40)


def whole(*pieces: str) -> list[list[Form]]:
    """A query of one word that stands in one form."""
    return [[Form(tuple(map(folded, pieces)))]]


def begun(text: str) -> list[list[Form]]:
    return [[Form((folded(text),), is_beginning=True)]]


def found(query, **how) -> list[str]:
    return sorted(School.objects.filter(Match(SCHOOL, query, **how)).values_list("name", flat=True))


def test_words_are_found_whole_or_begun_in_any_case_with_e_for_yo():
    SchoolFactory(name="Школа ЁЛОЧКА", director="Берёзкина")
    SchoolFactory(name="Ельники")
    assert found(whole("елочка")) == found(whole("Ёлочка")) == ["Школа ЁЛОЧКА"]
    assert found(begun("ёл")) == found(begun("ел")) == ["Ельники", "Школа ЁЛОЧКА"]
    assert found(whole("ел")) == []  # nothing was said of a beginning
    assert found(begun("лочка")) == []  # the middle of a word is no beginning


def test_every_word_must_stand_there_each_in_one_of_its_forms():
    SchoolFactory(name="Гимназия № 4")
    SchoolFactory(name="Гимназии и лицеи")
    either = [Form(("гимназия",)), Form(("гимназии",))]
    assert found([either]) == ["Гимназии и лицеи", "Гимназия № 4"]
    assert found([either, [Form(("4",))]]) == ["Гимназия № 4"]
    assert found([either, [Form(("5",))]]) == []


def test_pieces_stand_side_by_side_in_their_order():
    SchoolFactory(name="Пункт 2.3")
    SchoolFactory(name="Пункт 3.2")
    SchoolFactory(name="Пункт 2 и 3")
    assert found(whole("2", "3")) == ["Пункт 2.3"]


@pytest.mark.parametrize("sign", list("'\"*:&|!()<>^~+-./\\_@#%=,;№«»"))
def test_no_sign_ties_words_together(sign):
    SchoolFactory(name=f"Альфа{sign}бета", full_name=f"{sign}{sign} гамма{sign}")
    assert [found(whole(word)) != [] for word in ("альфа", "бета", "гамма")] == [True] * 3


def test_rank_tells_what_names_a_row_from_what_is_mentioned():
    SchoolFactory(name="Лицей Заречный", address="ул. Новая")
    SchoolFactory(name="Гимназия", address="ул. Заречная")
    query = begun("заречн")
    assert found(query) == ["Гимназия", "Лицей Заречный"]
    assert found(query, in_title=True) == ["Лицей Заречный"]
    rows = School.objects.filter(Match(SCHOOL, query)).order_by(Match(SCHOOL, query, in_title=True).desc())
    assert list(rows.values_list("name", flat=True)) == ["Лицей Заречный", "Гимназия"]


def test_words_of_a_row_are_reached_from_another_table():
    here = SchoolFactory(name="Лицей", department=DepartmentFactory())
    SchoolFactory(name="Гимназия", department=DepartmentFactory())
    match = Match(SCHOOL, whole("лицей"), path="schools")
    assert list(Department.objects.filter(match)) == [here.department]


def test_a_text_beyond_the_limit_is_kept_and_found_by_its_beginning():
    name = SchoolFactory(name="Лицей", former_names="слово " * 30_000 + "конец").name
    assert found(whole("слово")) == [name]


def test_laying_twice_changes_nothing_and_what_is_not_wanted_goes():
    odd = Words(Department, ("name",))
    names = [words.name for words in INDEXES]
    department = DepartmentFactory(name="Отдел Пробный")
    connection.check_constraints()  # nothing may be pending when an index is made
    fulltext.lay(connection, [*INDEXES, odd])
    assert Department.objects.filter(Match(odd, begun("пробн"))).get() == department  # older rows are in it
    assert {*names, odd.name} <= laid()
    fulltext.lay(connection, INDEXES)
    before = laid()
    assert odd.name not in before
    fulltext.lay(connection, INDEXES)
    assert laid() == before


def laid() -> set[str]:
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master" if is_sqlite else "SELECT indexname FROM pg_indexes")
        return {row[0] for row in cursor.fetchall() if row[0].startswith(fulltext.PREFIX)}


def test_another_recipe_is_another_index():
    one = Words(School, ("name",), ("address",))
    assert one.name == Words(School, ("name",), ("address",)).name
    assert one.name not in {Words(School, ("name", "address")).name, Words(School, ("name",), ("code",)).name}


def tokens(text: str) -> list[str]:
    """What a reader of the text sees as words."""
    return re.findall(r"[^\W_]+", folded(text))


class AgainstThePlainReading(TestCase):
    """On either database a row is found exactly when a plain reading of its text says so."""

    @settings(max_examples=60)
    @given(text=TEXTS, query=TEXTS)
    @example(text="аб-вг", query='"аб" AND NEAR(вг, 5) * : & | !')
    @example(text="a'b", query="a' OR 1=1 --")
    @example(text="1.2", query="-1.2")
    def test_found_when_every_word_of_the_query_stands_there(self, text, query):
        school = SchoolFactory(
            name="x", full_name=text, former_names="", code="", login="", director="", address=""
        )
        asked = words(query)
        if not asked:
            return
        stands = all(any(stands_in(form, tokens(f"x {text}")) for form in word.forms) for word in asked)
        rows = School.objects.filter(Match(SCHOOL, [word.forms for word in asked]))
        assert rows.filter(pk=school.pk).exists() == stands, (text, query)

    @settings(max_examples=40)
    @given(text=TEXTS, data=st.data())
    def test_every_word_of_a_text_and_every_beginning_of_it_is_found(self, text, data):
        school = SchoolFactory(name="x", full_name=text)
        if not (known := tokens(text)):
            return
        word = data.draw(st.sampled_from(known))
        cut = data.draw(st.integers(1, len(word)))
        rows = School.objects.filter(pk=school.pk)
        assert rows.filter(Match(SCHOOL, [[Form((word,))]])).exists()
        assert rows.filter(Match(SCHOOL, [[Form((word[:cut],), is_beginning=True)]])).exists()


def stands_in(form: Form, known: list[str]) -> bool:
    size = len(form.pieces)
    *first, last = form.pieces
    for start in range(len(known) - size + 1):
        *there, end = known[start : start + size]
        if there == first and (end.startswith(last) if form.is_beginning else end == last):
            return True
    return False
