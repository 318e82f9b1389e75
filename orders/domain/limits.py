"""Sizes that keep printing quick: an order beyond them is refused with a word on what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.lib.refusals import Refused

CLAUSE_CHARACTERS = 6_000
TEXT_CHARACTERS = 6_000
CLAUSES = 200
CELL_CHARACTERS = 6_000
ANNEX_ITEMS = 1_000
PART_CHARACTERS = 30_000  # of a part's paragraphs
ANNEX_COLUMNS = 12
ORDER_CHARACTERS = 1_000_000
PREVIEW_ITEMS = 120  # rows of an annex that a draft's preview lays out while the person waits


def check_text(name: str, text: str, most: int = TEXT_CHARACTERS) -> None:
    if len(text) > most:
        raise Refused(f"{name}: {len(text)} знаков, больше {most}. Сократите или вынесите в приложение.")


def check_annex(content: Mapping[str, Any]) -> None:
    """Refuse an annex of a wrong shape or too large to print."""
    parts = content.get("parts", [])
    for part in parts:
        check_text(part["heading"] or "Приложение", "\n".join(part["paragraphs"]), PART_CHARACTERS)
        if part.get("table"):
            check_table(part["table"])
    if not parts or content["columns"]:
        check_table(content)


def check_table(content: Mapping[str, Any]) -> None:
    """The same for one table of it."""
    keys = [column["key"] for column in content["columns"]]
    if not keys or len(set(keys)) != len(keys) or len(keys) > ANNEX_COLUMNS:
        raise Refused(f"В приложении должно быть от 1 до {ANNEX_COLUMNS} разных столбцов.")
    items = [item for section in content["sections"] for item in section["items"]]
    if len(items) > ANNEX_ITEMS:
        raise Refused(f"В приложении {len(items)} строк, больше {ANNEX_ITEMS}. Разделите его на несколько.")
    for row, item in enumerate(items, start=1):
        for key in keys:
            check_text(f"Приложение, строка {row}", item.get(key) or "", CELL_CHARACTERS)
    if sum(len(text or "") for item in items for text in item.values()) > ORDER_CHARACTERS:
        raise Refused("Приложение слишком велико для печати. Разделите его на несколько.")
