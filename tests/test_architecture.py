"""The house's rules where import-linter cannot look: foreign keys named by strings, and what views may not do."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps

LAYERS = ["accounts", "notifications jobs", "schools", "orders", "observers roadmaps", "recheck"]
HEIGHT = {app: height for height, layer in enumerate(LAYERS) for app in layer.split()}
ROOT = Path(__file__).parent.parent
VIEWS = sorted(
    path
    for app in [*HEIGHT, "portal"]
    for path in (ROOT / app).rglob("*.py")
    if "views" in str(path.relative_to(ROOT))
)
LONGEST_VIEW = 25
WRITES = {
    "save",
    "create",
    "update",
    "delete",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
}

# `of_observer` is the door of a person without a membership, who came in by a link.
DOORS = {"visible_to", "of_observer"}
# Where a view may ask the table itself, and why no door stands open there.
OWN_DOOR = {
    "accounts/views/departments.py settings_form": "a fresh copy of the member's own department",
    "accounts/views/departments.py departments": "the operator's list of departments",
    "accounts/views/entry.py lockout": "wrong passwords, before there is a member",
    "accounts/views/own.py profile": "the person's own row",
    "accounts/views/people.py person": "a fresh copy of the person just fetched by `person_of`",
    "accounts/views/people.py person_page": "the same",
    "orders/views.py check": "open to whoever has the printed code",
    "orders/views.py _whole_order": "events prefetched for an order that is visible",
    "portal/views.py switch": "the person's own memberships",
    "roadmaps/views/review.py _cards": "proofs prefetched for duties that are visible",
}
# The forms of Django's own `auth`, whose `save` is ours and calls the domain.
OWN_SAVE = {"accounts/views/own.py password"}


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every function and method of the views, as «path name»."""
    for path in VIEWS:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                yield f"{path.relative_to(ROOT)} {node.name}", node


def asks_a_table(function: ast.FunctionDef) -> bool:
    """Whether something is fetched by ``.objects`` that does not go on through a door."""
    closed = {
        id(node.value)
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and node.attr in DOORS
    }
    return any(
        isinstance(node, ast.Attribute) and node.attr == "objects" and id(node) not in closed
        for node in ast.walk(function)
    )


def writes(function: ast.FunctionDef, domain: set[str]) -> bool:
    """Whether a row is written here; a call of a domain module and ``form.save(commit=False)`` write none."""
    return any(
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in WRITES
        and not (isinstance(call.func.value, ast.Name) and call.func.value.id in domain)
        and not any(word.arg == "commit" for word in call.keywords)
        for call in ast.walk(function)
    )


def domain_modules(path: Path) -> set[str]:
    """The names under which a view module knows domain modules."""
    return {
        name.asname or name.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith(".domain")
        for name in node.names
    }


def test_no_model_points_upward() -> None:
    upward = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in apps.get_models()
        if model._meta.app_label in HEIGHT
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model._meta.app_label in HEIGHT
        if HEIGHT[field.related_model._meta.app_label] > HEIGHT[model._meta.app_label]
    ]
    assert upward == []


def test_views_are_short() -> None:
    assert len(VIEWS) > 10
    long = {name: node.end_lineno - node.lineno + 1 for name, node in functions()}
    assert {name: lines for name, lines in long.items() if lines > LONGEST_VIEW} == {}


def test_views_fetch_only_what_the_member_may_see() -> None:
    assert {name for name, node in functions() if asks_a_table(node)} == set(OWN_DOOR)


def test_views_leave_writing_to_the_domain() -> None:
    writing = {name for name, node in functions() if writes(node, domain_modules(ROOT / name.split()[0]))}
    assert writing == OWN_SAVE


def test_saving_a_row_does_nothing_in_secret() -> None:
    """What a write means stands in the domain, where `update` and bulk writes cannot pass it by."""
    ours = {model for model in apps.get_models() if model._meta.app_label in HEIGHT}
    assert [model for model in ours if {"save", "delete"} & set(vars(model))] == []
