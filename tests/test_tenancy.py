"""Closed doors: another department's rows do not exist, at any address.

``tests/<app>/foreign.py`` holds one line per address with arguments. It logs in with a role that the view allows, or
403 would mask a missing scope.
Lists, search, exports and files have their own two-department tests beside each app's tests.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.factories.accounts import MembershipFactory

APPS = (
    "accounts",
    "jobs",
    "notifications",
    "schools",
    "orders",
    "roadmaps",
    "observers",
    "recheck",
    "portal",
)
BY_APP = [importlib.import_module(f"tests.{app}.foreign") for app in APPS]
FOREIGN = {name: case for module in BY_APP for name, case in module.FOREIGN.items()}
OPEN = {name: why for module in BY_APP for name, why in module.OPEN.items()}

SKIPPED_NAMESPACES = {"admin"}  # Django's own service pages: staff only


def names_with_arguments(resolver: URLResolver, prefix: str = "", inherited: bool = False) -> Iterator[str]:
    for entry in resolver.url_patterns:
        takes = inherited or "<" in str(entry.pattern) or "(?P" in str(entry.pattern)
        if isinstance(entry, URLResolver):
            if entry.namespace in SKIPPED_NAMESPACES:
                continue
            inner = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            yield from names_with_arguments(entry, inner, takes)
        elif isinstance(entry, URLPattern) and takes and entry.name:
            yield f"{prefix}{entry.name}"


def test_every_address_with_arguments_is_listed() -> None:
    assert set(names_with_arguments(get_resolver())) == set(FOREIGN) | set(OPEN)


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", sorted(FOREIGN))
def test_another_departments_row_does_not_exist(login: Any, name: str, method: str) -> None:
    traits, arguments = FOREIGN[name]
    client = login(MembershipFactory(**traits))
    response = getattr(client, method)(reverse(name, kwargs=arguments()))
    assert response.status_code in {404, 405}
