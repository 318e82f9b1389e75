"""Search in one department as it is after some years: 60 schools, 400 rows of plans, 80 orders."""

from __future__ import annotations

from typing import Any

from tests.bench.measure import line, median, undone

SCHOOLS, ITEMS, ORDERS = 60, 400, 80
WORDS = ("наблюдателях", "гимназия", "справка об объективности", "меропиятие")


def search() -> None:
    """A frequent word, a rarer one, two words, a slip; yardstick: the beginnings of the words by icontains."""
    from portal.search import search as find

    with undone():
        member = department()
        for query in WORDS:
            took = median(lambda query=query: find(member, query))
            plain = median(lambda query=query: contains(member, query))
            found = find(member, query)
            line(
                f"search «{query}», {found.total} found",
                f"{took * 1000:.0f} ms",
                "< 100 ms",
                f"{took / plain:.1f}× icontains of the beginnings ({plain * 1000:.0f} ms), which finds no slip",
            )


def department() -> Any:
    """A methodist of a department full of words."""
    from orders.models import Clause, Order
    from roadmaps.models import ActionItem
    from tests.factories.accounts import MembershipFactory
    from tests.factories.roadmaps import RoadmapFactory, SectionFactory
    from tests.factories.schools import PostFactory, SchoolFactory

    member = MembershipFactory()
    section = SectionFactory(roadmap=RoadmapFactory(department=member.department))
    kinds = ("Гимназия", "Лицей", "СОШ", "ООШ")
    for number in range(SCHOOLS):
        PostFactory(
            school=SchoolFactory(department=member.department, name=f"МБОУ «{kinds[number % 4]} № {number}»")
        )
    texts = (
        "Провести мероприятие по обучению общественных наблюдателей",
        "Подготовить справку об объективности проверки работ",
        "Провести перекрёстную проверку работ обучающихся",
        "Обеспечить присутствие наблюдателей в школах",
    )
    ActionItem.objects.bulk_create(
        ActionItem(
            section=section, position=n, number=f"1.{n}.", text=f"{texts[n % 4]}, этап {n}", deadline="в мае"
        )
        for n in range(ITEMS)
    )
    orders = Order.objects.bulk_create(
        Order(department=member.department, title=f"{texts[n % 4]} {n}", signatory_position="Начальник")
        for n in range(ORDERS)
    )
    Clause.objects.bulk_create(
        Clause(order=order, position=n, text=f"{texts[n]}: {order.pk}") for order in orders for n in range(4)
    )
    return member


def contains(member: Any, query: str) -> list[Any]:
    """The same words looked for without an index, in the columns that name the rows."""
    from django.db.models import Q

    from portal.search.kinds import KINDS

    found = []
    for kind in KINDS:
        path, words = kind.words[0]
        rows = kind.rows(member)
        for word in query.split():
            beginning = word[: max(3, len(word) - 2)]
            holds = Q()
            for column in words.columns:
                holds |= Q(**{f"{path}__{column}__icontains" if path else f"{column}__icontains": beginning})
            rows = rows.filter(holds)
        found += list(rows[:10])
    return found


BENCHES = (search,)
