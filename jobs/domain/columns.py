"""What people said of the columns of their files, kept by department and kind of list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from accounts.models import Department, Membership
from jobs.models import KnownColumns
from portal.lib import excel


def remembered(department: Department, shape: excel.Shape) -> dict[str, dict[str, str]]:
    """What `excel.find_tables` takes as ``remembered``: headings' key → heading → field."""
    known = KnownColumns.objects.filter(department=department, kind=shape.kind)
    return dict(known.values_list("key", "columns"))


@transaction.atomic
def remember(
    department: Department,
    shape: excel.Shape,
    sheets: Sequence[excel.Sheet],
    mapping: dict[str, Any],
    *,
    by: Membership | None,
) -> None:
    """Keep what ``mapping`` says of each sheet where the portal by itself would have read otherwise.

    What agrees with the portal's own reading is forgotten: its rules may grow better.
    """
    read = {table.sheet.name: table for table in excel.find_tables(sheets, shape, mapping=mapping)}
    for sheet in sheets:
        table = read.get(sheet.name) or excel.recognised(sheet, shape)
        if table is None:
            continue
        own = excel.recognised(sheet, shape, head=table.head)
        columns = table.columns if sheet.name in read else {}
        names = excel.named_headings(table.head.headings)
        row: dict[str, Any] = {"department": department, "kind": shape.kind}
        row["key"] = excel.headings_key(table.head.headings)
        if _agree(shape, own, columns, sheet, read=sheet.name in read):
            KnownColumns.objects.filter(**row).delete()
        else:
            said = {names[column]: field for field, column in columns.items() if column in names}
            KnownColumns.objects.update_or_create(**row, defaults={"columns": said, "by": by})


def _agree(
    shape: excel.Shape, own: excel.Table | None, columns: dict[str, int], sheet: excel.Sheet, *, read: bool
) -> bool:
    if not read:
        return sheet.hidden or own is None or bool(shape.lacking(own.columns))
    return own is not None and not own.doubtful and own.columns == columns and not sheet.hidden
