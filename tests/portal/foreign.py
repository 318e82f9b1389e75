"""Addresses with arguments of this app, for ``tests/test_tenancy.py``."""

from collections.abc import Callable
from typing import Any

from tests.factories.orders import make_signed


def an_unpublished_order() -> dict[str, Any]:
    order = make_signed()
    return {"code": order.department.code, "pk": order.pk}


def a_department_that_publishes_nothing() -> dict[str, Any]:
    return {"code": make_signed().department.code}


# name → (traits of the member who looks, the arguments that name another department's row)
FOREIGN: dict[str, tuple[dict[str, Any], Callable[[], dict[str, Any]]]] = {
    "portal:department_documents": ({}, a_department_that_publishes_nothing),
    "portal:document": ({}, an_unpublished_order),
}

# name → why it is open: its argument is a secret that itself is the right to look, or is no department's row.
OPEN: dict[str, str] = {"portal:guide": "The guides are the same for everybody."}
