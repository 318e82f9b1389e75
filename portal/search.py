"""Search across what one may see: ё = е, any form of a word, the beginning of a word; every word must be found."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import takewhile
from operator import and_, or_
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from accounts.models import Membership, Role
from orders.models import Clause, Order
from portal.lib.names import folded
from roadmaps.deadlines.lexicon import analyzer
from roadmaps.models import ActionItem
from schools.models import School

SHOWN = 10  # results of one kind
MOST_WORDS = 8
LONGEST = 120  # characters of a query
# The same in Python's and PostgreSQL's regular expressions: no letter or digit before.
BEGINNING = "(^|[^а-яёa-z0-9])"
SHORTEST_STEM = 4


@dataclass(frozen=True)
class Hit:
    """One result: where it leads, its words with the found ones marked, and what stands beside."""

    address: str
    words: SafeString
    beside: str


@dataclass(frozen=True)
class Kind:
    """Results of one kind; ``more``: there are others besides."""

    title: str
    hits: list[Hit]
    more: bool


def search(membership: Membership, query: str) -> list[Kind]:
    """Everything of the member's that holds all the words of the query; kinds without results are left out."""
    patterns = [pattern(word) for word in words(query)]
    if not patterns:
        return []
    kinds = [
        found("Мероприятия", items(membership), ITEM_FIELDS, patterns, item_hit),
        found("Приказы", orders(membership, patterns), (), patterns, order_hit),
        found("Школы", School.objects.visible_to(membership), SCHOOL_FIELDS, patterns, school_hit),
        found("Люди", people(membership), PERSON_FIELDS, patterns, person_hit(membership)),
    ]
    return [kind for kind in kinds if kind.hits]


def found(
    title: str,
    rows: QuerySet[Any],
    fields: Sequence[str],
    patterns: list[str],
    hit: Callable[[Any, list[str]], Hit],
) -> Kind:
    matching = rows.filter(all_match(fields, patterns)) if fields else rows
    shown = list(matching[: SHOWN + 1])
    return Kind(title, [hit(row, patterns) for row in shown[:SHOWN]], len(shown) > SHOWN)


def all_match(fields: Sequence[str], patterns: list[str]) -> Q:
    """Each pattern in at least one of the fields."""
    return reduce(and_, (reduce(or_, (Q(**{f"{field}__iregex": p}) for field in fields)) for p in patterns))


# Words


def words(query: str) -> list[str]:
    """Folded words of a query, signs like № and quotes left out."""
    return re.findall(r"[а-яa-z0-9][а-яa-z0-9.\-/@]*", folded(query[:LONGEST]))[:MOST_WORDS]


def pattern(word: str) -> str:
    """A regular expression for the word in any form, or for words that begin with what was typed."""
    word = word.rstrip(".-/")
    if not word.isalpha():
        digits = "(?![0-9])" if word[-1:].isdigit() else ""
        return BEGINNING + re.escape(word) + digits
    return f"{BEGINNING}({'|'.join(alternatives(word))})"


def alternatives(word: str) -> Iterator[str]:
    """What was typed as a beginning; the common stem of the word's forms, or the forms themselves if it is short."""
    yield loose(word)
    forms = sorted({folded(form.word) for form in analyzer().parse(word)[0].lexeme})
    stem = common_beginning(forms)
    if len(stem) >= min(SHORTEST_STEM, len(word)):
        yield loose(stem)
    else:
        yield f"({'|'.join(map(loose, forms))})(?![а-яё])"


def common_beginning(forms: list[str]) -> str:
    """Of sorted words: what the first and the last share, all the others share."""
    same = takewhile(lambda pair: pair[0] == pair[1], zip(forms[0], forms[-1], strict=False))
    return "".join(letter for letter, _ in same)


def loose(text: str) -> str:
    return re.escape(text).replace("е", "[её]")


def marked(text: str, patterns: list[str]) -> SafeString:
    """The text with the found words in `<mark>`."""
    any_of = re.compile("|".join(patterns), re.IGNORECASE)
    pieces, end = [], 0
    for match in any_of.finditer(text):
        start = match.start() + len(next(group for group in match.groups() if group is not None))
        rest = re.match(r"[\w\-]*", text[match.end() :])
        pieces += [conditional_escape(text[end:start]), "<mark>"]
        end = match.end() + (rest.end() if rest else 0)
        pieces += [conditional_escape(text[start:end]), "</mark>"]
    return mark_safe("".join([*pieces, conditional_escape(text[end:])]))  # noqa: S308 -- escaped piece by piece


# Rows one may see


ITEM_FIELDS = ("text", "number", "deadline", "responsible", "expected_result")
SCHOOL_FIELDS = ("name", "full_name", "code", "login", "inn", "director", "address", "former_names")
PERSON_FIELDS = ("user__last_name", "user__first_name", "user__patronymic", "position", "user__email")


def items(membership: Membership) -> QuerySet[ActionItem]:
    """Rows of the roadmaps one may open: a school's deputy sees no drafts and no other school's plan."""
    rows = ActionItem.objects.visible_to(membership)
    return rows.select_related("section__roadmap").order_by("-section__roadmap__first_day", "pk")


def orders(membership: Membership, patterns: list[str]) -> QuerySet[Order]:
    """Orders whose head or some clause holds the words."""
    visible = Order.objects.visible_to(membership)
    clauses = Clause.objects.filter(order__in=visible).filter(all_match(("text",), patterns))
    head = all_match(("title", "number", "preamble"), patterns)
    return visible.filter(head | Q(pk__in=clauses.values("order")))


def people(membership: Membership) -> QuerySet[Membership]:
    """Those who work in the department now; a school sees its officials, not the people of other schools."""
    rows = Membership.objects.visible_to(membership).active().select_related("user")
    return rows.exclude(role=Role.DEPUTY) if membership.role == Role.DEPUTY else rows


def item_hit(item: ActionItem, patterns: list[str]) -> Hit:
    roadmap = item.section.roadmap
    words = marked(f"{item.number} {item.text}".strip(), patterns)
    beside = ", ".join(part for part in (roadmap.name, item.deadline, item.responsible) if part)
    return Hit(f"{address('roadmaps:roadmap', roadmap.pk)}#item-{item.pk}", words, beside)


def order_hit(order: Order, patterns: list[str]) -> Hit:
    date = f" от {order.date:%d.%m.%Y}" if order.date else ""
    return Hit(
        address("orders:order", order.pk),
        marked(order.title, patterns),
        f"{order}{date}, {order.get_state_display()}",
    )


def school_hit(school: School, patterns: list[str]) -> Hit:
    beside = ", ".join(part for part in (school.code, school.director, school.address) if part)
    return Hit(address("schools:school", school.pk), marked(school.name, patterns), beside)


def person_hit(membership: Membership) -> Callable[[Membership, list[str]], Hit]:
    """Only the admin has a page to open for a person."""
    opens = membership.role == Role.ADMIN

    def hit(person: Membership, patterns: list[str]) -> Hit:
        link = address("accounts:person", person.user_id) if opens else ""
        return Hit(
            link, marked(person.user.get_full_name(), patterns), person.position or person.get_role_display()
        )

    return hit


def address(name: str, pk: int) -> str:
    try:
        return reverse(name, args=[pk])
    except NoReverseMatch:
        return ""
