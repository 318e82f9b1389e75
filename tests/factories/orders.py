"""Orders in their states."""

import factory
from factory.django import DjangoModelFactory

from orders.models import Clause, Order, Register
from tests.factories.accounts import DepartmentFactory


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
