"""The editor in the browser's words: who may do what, what comes back, with htmx and without."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from roadmaps.models import ActionItem, ResponsibleRule, Roadmap, RoadmapImport
from tests.factories.accounts import MembershipFactory
from tests.factories.orders import OrderFactory
from tests.factories.roadmaps import ActionItemFactory, RoadmapFactory, RoadmapImportFactory, SectionFactory
from tests.factories.schools import PostFactory, SchoolFactory
from tests.roadmaps.test_importing import word_file

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}
TEXT, DEADLINE, RESPONSIBLE = 1, 2, 3  # columns of the factory's plans


@pytest.fixture
def methodist():
    return MembershipFactory()


@pytest.fixture
def item(methodist):
    return ActionItemFactory(section__roadmap__department=methodist.department, text="Провести совещание")


@pytest.fixture
def editor(login, methodist):
    return login(methodist)


def words(response):
    """The page as one reads it: no-break spaces are spaces."""
    return response.content.decode().replace("\N{NO-BREAK SPACE}", " ")


def url(name, *args):
    return reverse(f"roadmaps:{name}", args=args)


def page(editor, item):
    return words(editor.get(url("roadmap", item.section.roadmap_id)))


# --- reading ---------------------------------------------------------------------------------------------------------


def test_the_plan_is_shown_as_its_own_table(editor, item):
    ActionItem.objects.update(
        deadline_parts=[{"by": "2026-03-15"}],
        reach=[{"kind": "all_schools", "phrase": "Руководители ОО", "label": ""}],
    )
    SchoolFactory(department=item.section.roadmap.department)
    content = page(editor, item)
    places = [
        content.index(text)
        for text in ("Мероприятие</th>", "Срок</th>", "Провести", "15 марта 2026", "1 школа")
    ]
    assert places == sorted(places)


@pytest.mark.parametrize("trait", ["admin", "head", "viewer"])
def test_others_of_the_department_read_and_change_nothing(login, item, trait):
    client = login(MembershipFactory(department=item.section.roadmap.department, **{trait: True}))
    content = page(client, item)
    assert "Провести совещание" in content
    assert "data-portal-cell" not in content
    roadmap = item.section.roadmap_id
    for name, *args in (
        ("item_cell", item.pk, TEXT), ("item_arrange", item.pk), ("item_deadline", item.pk), ("item_reach", item.pk, 0),
        ("head", roadmap), ("assemble", roadmap), ("revise", roadmap), ("delete", roadmap), ("new",), ("import_new",),
        ("section_new", roadmap), ("section", item.section_id), ("section_item", item.section_id),
    ):  # fmt: skip
        assert client.post(url(name, *args)).status_code == 403
    assert Roadmap.objects.get().state == "draft"


def test_a_school_sees_its_own_plan_and_what_is_approved(login, methodist):
    post = PostFactory(school__department=methodist.department)
    order = OrderFactory(department=methodist.department)
    own = RoadmapFactory(department=methodist.department, school=post.school, name="Свой план")
    approved = RoadmapFactory(
        department=methodist.department, state="approved", order=order, name="Общая карта"
    )
    draft = RoadmapFactory(department=methodist.department, name="Тайный черновик")
    other = RoadmapFactory(
        department=methodist.department,
        school=SchoolFactory(department=methodist.department),
        name="План соседа",
    )
    foreign = RoadmapFactory(state="approved", order=OrderFactory(), name="Чужая карта")
    client = login(post.membership)
    listed = words(client.get(url("list")))
    for plan, seen in ((own, True), (approved, True), (draft, False), (other, False), (foreign, False)):
        assert (plan.name in listed) is seen
        assert client.get(url("roadmap", plan.pk)).status_code == (200 if seen else 404)


def test_the_list_is_the_departments_own(editor, item):
    RoadmapFactory(name="Чужая карта")
    content = words(editor.get(url("list")))
    assert item.section.roadmap.name in content
    assert "Чужая карта" not in content


@pytest.mark.parametrize("name", ["list", "roadmap"])
def test_a_page_asks_the_database_as_often_for_three_rows_as_for_one(
    editor, item, django_assert_num_queries, django_assert_max_num_queries, name
):
    address = url(name) if name == "list" else url(name, item.section.roadmap_id)
    with django_assert_max_num_queries(14) as first:
        editor.get(address)
    for _ in range(2):
        ActionItemFactory(section=SectionFactory(roadmap=item.section.roadmap))
        RoadmapFactory(
            department=item.section.roadmap.department,
            school=SchoolFactory(department=item.section.roadmap.department),
        )
    with django_assert_num_queries(len(first.captured_queries)):
        editor.get(address)


# --- one cell --------------------------------------------------------------------------------------------------------


def test_a_cell_is_saved_and_its_row_comes_back(editor, item):
    opened = words(editor.get(url("item_cell", item.pk, DEADLINE), **HTMX))
    assert "до 15 марта 2026 года</textarea>" in opened
    data = {"text": "до 10 апреля 2026 года", "version": 1}
    answer = editor.post(url("item_cell", item.pk, DEADLINE), data, **HTMX)
    content = words(answer)
    assert content.lstrip().startswith("<tbody")
    assert "10 апреля 2026, пятница" in content
    assert "Сохранено в" in content
    assert 'id="checks"' in content


def test_without_scripts_a_cell_is_a_page(editor, item):
    assert "<textarea" in words(editor.get(url("item_cell", item.pk, TEXT)))
    answer = editor.post(url("item_cell", item.pk, TEXT), {"text": "Другое", "version": 1})
    assert answer.url == f"{url('roadmap', item.section.roadmap_id)}#item-{item.pk}"
    assert ActionItem.objects.get().text == "Другое"


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_second_saver_sees_both_texts_and_loses_nothing(editor, item, headers):
    address = url("item_cell", item.pk, TEXT)
    editor.post(address, {"text": "Текст первого", "version": 1})
    answer = editor.post(address, {"text": "Текст второго", "version": 1}, **headers)
    content = words(answer)
    assert answer.status_code == 409
    assert "Текст первого" in content
    assert "Текст второго" in content
    assert ActionItem.objects.get().text == "Текст первого"
    editor.post(address, {"text": "Текст второго", "version": 2})
    assert ActionItem.objects.get().text == "Текст второго"


def test_what_does_not_fit_is_kept_in_the_field(editor, item):
    answer = editor.post(url("item_cell", item.pk, TEXT), {"text": "ж" * 6001, "version": 1}, **HTMX)
    assert answer.status_code == 422
    assert "ж" * 6001 in words(answer)


def test_there_is_no_column_past_the_last(editor, item):
    assert editor.get(url("item_cell", item.pk, 9)).status_code == 404


def test_a_printed_text_is_never_markup(editor, item):
    editor.post(url("item_cell", item.pk, TEXT), {"text": "<script>alert(1)</script>", "version": 1})
    assert "<script>alert" not in page(editor, item)


def test_a_frozen_plan_answers_why(editor, item):
    roadmap = item.section.roadmap
    Roadmap.objects.update(state="assembled", order=OrderFactory(department=roadmap.department))
    answer = editor.post(url("item_cell", item.pk, TEXT), {"text": "Другое", "version": 1}, **HTMX)
    assert answer.status_code == 422
    assert "уже не черновик" in words(answer)
    assert "data-portal-cell" not in page(editor, item)


# --- rows and sections -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_rows_are_added_moved_removed_and_brought_back(editor, item, headers):
    arrange = url("item_arrange", item.pk)
    editor.post(arrange, {"do": "below"}, **headers)
    assert [row.text for row in ActionItem.objects.all()] == ["Провести совещание", ""]
    editor.post(arrange, {"do": "down"}, **headers)
    assert [row.text for row in ActionItem.objects.all()] == ["", "Провести совещание"]
    answer = editor.post(arrange, {"do": "remove"}, follow=True, **headers)
    event = Roadmap.objects.get().events.get(what="Удалён пункт")
    assert url("item_restore", event.pk) in words(answer)
    editor.post(url("item_restore", event.pk))
    assert [row.text for row in ActionItem.objects.all()] == ["", "Провести совещание"]


def test_an_unknown_wish_changes_nothing(editor, item):
    assert editor.post(url("item_arrange", item.pk), {"do": "explode"}).status_code == 302
    assert ActionItem.objects.get().text == "Провести совещание"


def test_sections_are_added_renamed_and_removed(editor, item):
    roadmap = item.section.roadmap
    editor.post(url("section_new", roadmap.pk), {"heading": "Итоги", "version": 1})
    section = roadmap.sections.last()
    assert section.heading == "II. Итоги"
    editor.post(url("section", section.pk), {"heading": "II. Выводы", "version": 1})
    late = editor.post(url("section", section.pk), {"heading": "II. Финал", "version": 1})
    assert late.status_code == 409
    assert "II. Финал" in words(late)
    editor.post(url("section_remove", section.pk))
    assert roadmap.sections.count() == 1


def test_the_heading_and_the_period_are_changed_together(editor, item):
    roadmap = item.section.roadmap
    data = {
        "name": "Новое имя", "title_lines": "ПЛАН\nна год", "goals": "", "first_day": "2026-09-01",
        "last_day": "2027-08-31", "version": 1,
    }  # fmt: skip
    assert editor.post(url("head", roadmap.pk), data).status_code == 302
    roadmap.refresh_from_db()
    assert (roadmap.title_lines, roadmap.first_day) == (["ПЛАН", "на год"], datetime.date(2026, 9, 1))
    assert editor.post(url("head", roadmap.pk), data | {"name": "Иное"}).status_code == 409
    assert editor.post(url("head", roadmap.pk), data | {"last_day": "2020-01-01"}).status_code == 422


# --- questions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "parts"),
    [
        ({"meaning": "by", "last": "2026-03-01"}, [{"by": "2026-03-01"}]),
        (
            {"meaning": "window", "first": "2026-03-01", "last": "2026-03-05"},
            [{"window": ["2026-03-01", "2026-03-05"]}],
        ),
        (
            {"meaning": "throughout", "every": "month"},
            [{"throughout": ["2025-09-01", "2026-08-31"], "every": "month"}],
        ),
        (
            {"meaning": "event", "event": "assessment_held", "count": "3", "unit": "workday"},
            [{"event": "assessment_held", "after": "3 workdays"}],
        ),
        ({"meaning": "event", "event": "document_issued"}, [{"event": "document_issued"}]),
        ({"meaning": "vpr"}, [{"schedule": "vpr"}]),
    ],
)
def test_a_deadline_is_settled_by_hand(editor, item, answer, parts):
    assert editor.post(url("item_deadline", item.pk), answer).status_code == 302
    item.refresh_from_db()
    assert (item.deadline_parts, item.deadline_by_hand, item.deadline) == (
        parts,
        True,
        "до 15 марта 2026 года",
    )
    editor.post(url("item_deadline", item.pk), {"meaning": "computed"})
    item.refresh_from_db()
    assert (item.deadline_parts, item.deadline_by_hand) == ([{"by": "2026-03-15"}], False)


def test_what_is_understood_can_be_confirmed(editor, item):
    parts = [{"window": ["2025-08-01", "2025-08-31"]}, {"by": "2026-03-15"}]
    ActionItem.objects.update(deadline_parts=parts)
    assert "вне периода" in page(editor, item)
    editor.post(url("item_deadline", item.pk), {"meaning": "confirmed"})
    item.refresh_from_db()
    assert (item.deadline_parts, item.deadline_by_hand) == (parts, True)
    assert "вне периода" not in page(editor, item)


@pytest.mark.parametrize(
    "answer", [{}, {"meaning": "by"}, {"meaning": "window", "first": "2026-03-05", "last": "2026-03-01"}]
)
def test_half_an_answer_is_asked_again(editor, item, answer):
    assert editor.post(url("item_deadline", item.pk), answer, **HTMX).status_code == 422
    item.refresh_from_db()
    assert not item.deadline_by_hand


def unknown(item, phrase="МБУ «Центр роста»"):
    ActionItem.objects.filter(pk=item.pk).update(
        responsible=phrase, reach=[{"kind": "body", "phrase": phrase, "members": [], "label": ""}]
    )
    return {"phrase": phrase}


def test_an_addressee_is_settled_once_for_the_whole_department(editor, item, methodist):
    other = ActionItemFactory(section=item.section)
    unknown(other)
    data = unknown(item) | {"officials": [methodist.pk], "remember": "on"}
    assert "кто отвечает?" in page(editor, item)
    assert editor.post(url("item_reach", item.pk, 0), data).status_code == 302
    for row in ActionItem.objects.all():
        assert [(target["kind"], target.get("official")) for target in row.reach] == [
            ("official", methodist.pk)
        ]
        assert not row.reach_by_hand
    assert ResponsibleRule.objects.get().department == methodist.department
    assert "кто отвечает?" not in page(editor, item)


def test_who_came_later_is_known_without_a_question(editor, item, methodist):
    unknown(item, "Липина О.П.")
    assert "кто это?" in page(editor, item)
    MembershipFactory(
        department=methodist.department,
        user__last_name="Липина",
        user__first_name="Ольга",
        user__patronymic="Петровна",
    )
    assert "кто это?" not in page(editor, item)
    editor.post(url("assemble", item.section.roadmap_id))
    item.refresh_from_db()
    assert item.reach[0]["kind"] == "official"


def test_an_addressee_is_settled_for_one_row_only(editor, item, methodist):
    other = ActionItemFactory(section=item.section)
    unknown(other)
    school = SchoolFactory(department=methodist.department)
    editor.post(url("item_reach", item.pk, 0), unknown(item) | {"schools": [school.pk]})
    item.refresh_from_db()
    assert (item.reach[0]["school"], item.reach_by_hand) == (school.pk, True)
    other.refresh_from_db()
    assert other.reach[0]["kind"] == "body"
    assert not ResponsibleRule.objects.exists()


def test_another_departments_people_and_schools_cannot_be_chosen(editor, item):
    data = unknown(item)
    for choice in ({"officials": [MembershipFactory().pk]}, {"schools": [SchoolFactory().pk]}, {}):
        assert editor.post(url("item_reach", item.pk, 0), data | choice).status_code == 422
    item.refresh_from_db()
    assert item.reach[0]["members"] == []


def test_an_answer_to_a_phrase_changed_meanwhile_is_refused(editor, item, methodist):
    unknown(item)
    data = {"phrase": "Прежняя фраза", "officials": [methodist.pk]}
    answer = editor.post(url("item_reach", item.pk, 0), data, **HTMX)
    assert answer.status_code == 422
    assert "только что изменили" in words(answer)


# --- coming in and going into an order -------------------------------------------------------------------------------


def test_a_file_is_read_shown_and_saved(editor, methodist):
    answer = editor.post(url("import_new"), {"file": SimpleUploadedFile("план.docx", word_file())})
    shown = words(editor.get(answer.url))
    assert "Обучить наблюдателей" in shown
    assert not Roadmap.objects.exists()
    days = {"first_day": "2025-09-01", "last_day": "2026-08-31"}
    saved = editor.post(answer.url, days | {"save": "1"})
    roadmap = Roadmap.objects.get()
    assert saved.url == url("roadmap", roadmap.pk)
    assert roadmap.sections.count() == 2
    assert editor.get(answer.url).url == saved.url  # once only


def test_another_period_is_counted_before_saving(editor, methodist):
    pending = RoadmapImportFactory(department=methodist.department)
    editor.post(url("import", pending.pk), {"first_day": "2030-09-01", "last_day": "2031-08-31"})
    assert "марта 2031" in words(editor.get(url("import", pending.pk)))
    assert (
        editor.post(
            url("import", pending.pk), {"first_day": "2031-09-01", "last_day": "2030-08-31"}
        ).status_code
        == 422
    )


def test_a_file_that_cannot_be_read_says_why(editor):
    answer = editor.post(url("import_new"), {"file": SimpleUploadedFile("план.pdf", b"%PDF-1.4 1 0 obj")})
    assert answer.status_code == 422
    assert "PDF" in words(answer)
    assert not RoadmapImport.objects.exists()


def test_a_school_of_another_department_cannot_be_named(editor):
    data = {"file": SimpleUploadedFile("план.docx", word_file()), "school": SchoolFactory().pk}
    assert editor.post(url("import_new"), data).status_code == 422


def test_a_plan_is_begun_from_a_blank_sheet_and_thrown_away(editor):
    data = {"name": "План на год", "first_day": "2025-09-01", "last_day": "2026-08-31"}
    answer = editor.post(url("new"), data)
    roadmap = Roadmap.objects.get()
    assert answer.url == url("roadmap", roadmap.pk)
    assert editor.get(answer.url).status_code == 200
    assert editor.post(url("delete", roadmap.pk)).url == url("list")
    assert not Roadmap.objects.exists()


def test_a_plan_goes_into_an_order(editor, item):
    answer = editor.post(url("assemble", item.section.roadmap_id))
    roadmap = Roadmap.objects.get()
    assert roadmap.state == "assembled"
    assert answer.url == reverse("orders:order", args=[roadmap.order_id])


def test_history_tells_who_changed_what(editor, item, methodist):
    editor.post(url("item_cell", item.pk, TEXT), {"text": "Провести собрание", "version": 1})
    content = words(editor.get(url("history", item.section.roadmap_id)))
    for said in (
        "Изменено: мероприятие",
        "Провести совещание",
        "Провести собрание",
        methodist.user.last_name,
    ):
        assert said in content
