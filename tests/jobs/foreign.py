"""Addresses with arguments of this app, for ``tests/test_tenancy.py``."""

from collections.abc import Callable
from typing import Any

from tests.factories.jobs import JobFactory

# name → (traits of the member who looks, the arguments that name another department's row)
FOREIGN: dict[str, tuple[dict[str, Any], Callable[[], dict[str, Any]]]] = {
    "jobs:job": ({}, lambda: {"pk": JobFactory().pk}),
    "jobs:file": ({}, lambda: {"pk": JobFactory(file="made/чужое").pk}),
    "jobs:cancel": ({}, lambda: {"pk": JobFactory().pk}),
}

# name → why it is open: its argument is a secret that itself is the right to look, or is no department's row.
OPEN: dict[str, str] = {}
