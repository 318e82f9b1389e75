"""Orders in their states."""

import datetime
import hashlib

import factory
from django.core.files.base import ContentFile
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import Membership
from orders.domain import drafts, publishing, registering, signing
from orders.models import Clause, Order, Register
from tests.factories.accounts import DepartmentFactory, MembershipFactory

CONTENT = {
    "title_lines": ["ПЛАН МЕРОПРИЯТИЙ", "на учебный год"],
    "goals": [],
    "columns": [
        {"key": "number", "heading": "№"},
        {"key": "text", "heading": "Мероприятие"},
        {"key": "deadline", "heading": "Срок"},
        {"key": "responsible", "heading": "Ответственные"},
    ],
    "sections": [
        {
            "heading": "I. Подготовка",
            "items": [
                {
                    "number": "1.1.",
                    "text": "Собрать сведения",
                    "deadline": "до 1 марта",
                    "responsible": "Школы",
                },
                {
                    "number": "1.2.",
                    "text": "Обучить экспертов",
                    "deadline": "март",
                    "responsible": "Методист",
                },
            ],
        }
    ],
}


class RegisterFactory(DjangoModelFactory):
    class Meta:
        model = Register

    department = factory.SubFactory(DepartmentFactory)


class OrderFactory(DjangoModelFactory):
    class Meta:
        model = Order

    department = factory.SubFactory(DepartmentFactory)
    title = "Об утверждении плана мероприятий"
    preamble = "В целях повышения объективности проверочных работ"
    signatory_position = "Начальник отдела"
    signatory_name = "И.И. Образцова"


class ClauseFactory(DjangoModelFactory):
    class Meta:
        model = Clause

    order = factory.SubFactory(OrderFactory)
    position = factory.Sequence(lambda n: n)
    text = factory.Sequence(lambda n: f"Исполнить мероприятие {n}.")


def make_draft(methodist: Membership | None = None, **texts) -> Order:
    """A whole draft through the domain: three clauses, one with two below it, and an annex."""
    methodist = methodist or MembershipFactory()
    given = {
        "title": "Об утверждении плана мероприятий",
        "preamble": "В целях объективного проведения проверочных работ",
        "clauses": [
            drafts.ClauseDraft("Утвердить план мероприятий согласно приложению к настоящему приказу."),
            drafts.ClauseDraft(
                "Руководителям школ:",
                [drafts.ClauseDraft("Обеспечить порядок."), drafts.ClauseDraft("Представить отчёт.")],
            ),
            drafts.ClauseDraft("Контроль исполнения приказа оставляю за собой."),
        ],
        "annexes": [drafts.AnnexDraft(CONTENT)],
        "executors": [{"name": "Пробная Вера Ильинична", "phone": "2-00-01"}],
        "distribution": [{"copies": 1, "addressee": "в дело"}],
    } | texts
    return drafts.create(department=methodist.department, by=methodist, **given)


def make_registered(
    methodist: Membership | None = None, *, date=datetime.date(2026, 3, 16), **texts
) -> Order:
    methodist = methodist or MembershipFactory()
    return registering.register(make_draft(methodist, **texts), by=methodist, date=date)


def make_signed(methodist: Membership | None = None, *, date=datetime.date(2026, 3, 16), **texts) -> Order:
    order = make_registered(methodist, date=date, **texts)
    return signing.sign(order, by=MembershipFactory(head=True, department=order.department))


def give_pdf(order: Order, content: bytes = b"%PDF-1.7 signed") -> Order:
    """The order's paper without the slow typesetting."""
    order.pdf.save(f"{order.pk}.pdf", ContentFile(content), save=False)
    order.pdf_sha256, order.rendered_at = hashlib.sha256(content).hexdigest(), timezone.now()
    order.save(update_fields=["pdf", "pdf_sha256", "rendered_at"])
    return order


def make_published(
    methodist: Membership | None = None, *, date=datetime.date(2026, 3, 16), pdf=b"%PDF-1.7 signed", **texts
) -> Order:
    order = give_pdf(make_signed(methodist, date=date, **texts), pdf)
    return publishing.publish(order, by=order.created_by)
