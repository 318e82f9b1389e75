"""What is searched: each kind's visible rows, where their words stand, their order, and how a result looks.

Rows start from the same `visible_to` as their lists: a school's deputy finds no drafts, no other school's plan, none
of the people of other schools.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from re import Pattern
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.models import Membership, Role, User
from accounts.tenancy import TenantQuerySet
from orders.models import Clause, Order
from portal.lib.fulltext import Match, Words
from portal.search.words import Word, excerpt, marked
from roadmaps.models import ActionItem, Roadmap, Section
from schools.models import School

ROADMAP = Words(Roadmap, ("name",), ("source_name",))
SECTION = Words(Section, ("heading",))
ITEM = Words(ActionItem, ("number", "text"), ("deadline", "responsible", "expected_result"))
ORDER = Words(Order, ("number", "title"), ("preamble",))
CLAUSE = Words(Clause, ("text",))
SCHOOL = Words(School, ("name", "full_name", "former_names"), ("code", "login", "inn", "director", "address"))
USER = Words(User, ("last_name", "first_name", "patronymic"), ("email",))
POSITION = Words(Membership, ("position",))
INDEXES = (ROADMAP, SECTION, ITEM, ORDER, CLAUSE, SCHOOL, USER, POSITION)


@dataclass(frozen=True)
class Hit:
    """One result: where it leads, its words with the found ones marked, what stands beside, where else it was found."""

    address: str
    words: SafeString
    beside: SafeString
    excerpt: str = ""


@dataclass(frozen=True)
class Parts:
    """Rows whose words count as those of the row they belong to: clauses of an order."""

    words: Words
    of: str
    rows: Callable[[Membership], TenantQuerySet[Any]]


@dataclass(frozen=True)
class Kind:
    """``words``: each with the path to its table, the first one names the row; ``order``: of rows named alike."""

    key: str
    title: str
    rows: Callable[[Membership], QuerySet[Any]]
    words: tuple[tuple[str, Words], ...]
    order: tuple[Any, ...]
    hit: Callable[[Membership, Any, Pattern[str]], Hit]
    parts: Parts | None = None

    def found(self, membership: Membership, words: Sequence[Word]) -> QuerySet[Any]:
        """Visible rows that hold every word, those named by them first."""
        path, title = self.words[0]
        named = Match(title, [word.forms for word in words], path=path, in_title=True)
        rows = self.rows(membership).filter(*(self.holds(membership, word) for word in words))
        return self.with_part(membership, words, rows).order_by(named.desc(), *self.order)

    def with_part(self, membership: Membership, words: Sequence[Word], rows: QuerySet[Any]) -> QuerySet[Any]:
        """Adds ``part``: the text of the first part that holds any of the words."""
        if self.parts is None:
            return rows
        any_of = [form for word in words for form in word.forms]
        parts = self.parts.rows(membership).filter(Match(self.parts.words, [any_of]))
        first = parts.filter(**{self.parts.of: OuterRef("pk")}).values(self.parts.words.title[0])[:1]
        return rows.annotate(part=Subquery(first))

    def holds(self, membership: Membership, word: Word) -> Q:
        condition = Q()
        for path, words in self.words:
            condition |= Q(Match(words, [word.forms], path=path))
        if self.parts is not None:
            parts = self.parts.rows(membership).filter(Match(self.parts.words, [word.forms]))
            condition |= Q(pk__in=parts.values(self.parts.of))
        return condition

    def texts(self, membership: Membership, most: int) -> Iterator[str]:
        """All that is searched in the first ``most`` visible rows."""
        rows = self.rows(membership).order_by(*self.order)
        columns = [
            f"{path}__{column}" if path else column for path, words in self.words for column in words.columns
        ]
        yield from (text for row in rows.values_list(*columns)[:most] for text in row)
        if self.parts is not None:
            parts = self.parts.rows(membership).order_by("-pk")
            yield from (text for row in parts.values_list(*self.parts.words.columns)[:most] for text in row)


# Rows and results, kind by kind


def items(membership: Membership) -> QuerySet[ActionItem]:
    return ActionItem.objects.visible_to(membership).select_related("section__roadmap")


def roadmaps(membership: Membership) -> QuerySet[Roadmap]:
    return Roadmap.objects.visible_to(membership).select_related("school")


def people(membership: Membership) -> QuerySet[Membership]:
    """Those who work in the department now; a school sees its officials, not the people of other schools."""
    rows = Membership.objects.visible_to(membership).active().select_related("user", "post__school")
    return rows.exclude(role=Role.DEPUTY) if membership.role == Role.DEPUTY else rows


def hit(name: str, row: Any, title: str, beside: Sequence[str], pattern: Pattern[str]) -> Hit:
    words = marked(title, pattern)
    found_in = excerpt(getattr(row, "part", None) or "", pattern)
    return Hit(
        reverse(name, args=[row.pk]), words, marked(", ".join(filter(None, beside)), pattern), found_in
    )


def item_hit(_: Membership, item: ActionItem, pattern: Pattern[str]) -> Hit:
    roadmap = item.section.roadmap
    found_in = (
        ""
        if pattern.search(beside := ", ".join(filter(None, (item.deadline, item.responsible))))
        else item.expected_result
    )
    return Hit(
        f"{reverse('roadmaps:roadmap', args=[roadmap.pk])}#item-{item.pk}",
        marked(f"{item.number} {item.text}".strip(), pattern),
        marked(f"{roadmap.name}: {beside}" if beside else roadmap.name, pattern),
        excerpt(found_in, pattern),
    )


def roadmap_hit(_: Membership, roadmap: Roadmap, pattern: Pattern[str]) -> Hit:
    period = f"{roadmap.first_day:%d.%m.%Y} – {roadmap.last_day:%d.%m.%Y}"
    school = roadmap.school.name if roadmap.school else ""
    return hit(
        "roadmaps:roadmap", roadmap, roadmap.name, (school, period, roadmap.get_state_display()), pattern
    )


def order_hit(_: Membership, order: Order, pattern: Pattern[str]) -> Hit:
    number = f"{order} от {order.date:%d.%m.%Y}" if order.date else str(order)
    return hit(
        "orders:order", order, " ".join(order.title.split()), (number, order.get_state_display()), pattern
    )


def school_hit(_: Membership, school: School, pattern: Pattern[str]) -> Hit:
    """A former name is shown when that is what was found."""
    before = [f"прежде {name}" for name in school.former_names.splitlines() if pattern.search(name)]
    closed = f"закрыта {school.closed_on:%d.%m.%Y}" if school.closed_on else ""
    beside = (closed, *before, school.code, school.director, school.address)
    return hit("schools:school", school, school.name, beside, pattern)


def person_hit(membership: Membership, person: Membership, pattern: Pattern[str]) -> Hit:
    """The admin has a page to open for a person, others the school they work for."""
    post = getattr(person, "post", None)
    address = reverse("schools:school", args=[post.school_id]) if post else ""
    if membership.role == Role.ADMIN:
        address = reverse("accounts:person", args=[person.user_id])
    beside = ", ".join(
        filter(None, [person.position or str(person.get_role_display()), post and post.school.name])
    )
    return Hit(address, marked(person.user.get_full_name(), pattern), marked(beside, pattern))


KINDS = (
    Kind(
        "schools",
        "Школы",
        School.objects.visible_to,
        (("", SCHOOL),),
        (F("closed_on").desc(nulls_first=True), "name", "pk"),
        school_hit,
    ),
    Kind(
        "people",
        "Люди",
        people,
        (("user", USER), ("", POSITION)),
        ("user__last_name", "user__first_name", "pk"),
        person_hit,
    ),
    Kind(
        "roadmaps",
        "Дорожные карты",
        roadmaps,
        (("", ROADMAP),),
        ("-first_day", "name", "pk"),
        roadmap_hit,
        Parts(SECTION, "roadmap", Section.objects.visible_to),
    ),
    Kind(
        "orders",
        "Приказы",
        Order.objects.visible_to,
        (("", ORDER),),
        (F("date").desc(nulls_first=True), "-pk"),
        order_hit,
        Parts(CLAUSE, "order", Clause.objects.visible_to),
    ),
    Kind(
        "items",
        "Мероприятия",
        items,
        (("", ITEM),),
        ("-section__roadmap__first_day", "section__roadmap__pk", "section__position", "position", "pk"),
        item_hit,
    ),
)
