"""Addresses with arguments of this app, for ``tests/test_tenancy.py``."""

from collections.abc import Callable
from typing import Any

from tests.factories.orders import ClauseFactory, OrderFactory, RegisterFactory

Arguments = Callable[[], dict[str, Any]]


def an_order() -> dict[str, Any]:
    return {"pk": OrderFactory().pk}


# name → (traits of the member who looks, the arguments that name another department's row)
FOREIGN: dict[str, tuple[dict[str, Any], Arguments]] = {
    "orders:order": ({}, an_order),
    "orders:pdf": ({}, an_order),
    "orders:texts": ({}, an_order),
    "orders:clause": ({}, lambda: {"pk": ClauseFactory().pk}),
    "orders:clause_add": ({}, an_order),
    "orders:clause_restore": ({}, an_order),
    "orders:register": ({}, an_order),
    "orders:sign": ({"head": True}, an_order),
    "orders:return": ({"head": True}, an_order),
    "orders:void": ({"head": True}, an_order),
    "orders:repeal": ({"head": True}, an_order),
    "orders:publish": ({"head": True}, an_order),
    "orders:withdraw": ({"head": True}, an_order),
    "orders:register_edit": ({}, lambda: {"pk": RegisterFactory().pk}),
}

# name → why it is open: its argument is a secret that itself is the right to look, or is no department's row.
OPEN: dict[str, str] = {"orders:check": "the token is printed on the paper: who holds the paper may check it"}
