"""``manage.py render_order ID --output FILE.pdf``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orders.domain import paper, signing
from orders.models import Order
from portal.lib.pdf import PdfUnavailable


class Command(BaseCommand):
    help = "Записывает PDF приказа в файл: подписанного — сохранённый, остальных — с пометкой «ПРОЕКТ»."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("order", type=int, metavar="ID", help="номер записи приказа в базе")
        parser.add_argument("--output", type=Path, required=True, metavar="FILE.pdf")

    def handle(self, *args: Any, **options: Any) -> None:
        order = Order.objects.select_related("department").filter(pk=options["order"]).first()
        if order is None:
            raise CommandError(f"Приказа с номером записи {options['order']} нет.")
        try:
            content = pdf_of(order)
            options["output"].write_bytes(content)
        except (PdfUnavailable, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{order}: {len(content)} байт → {options['output']}")


def pdf_of(order: Order) -> bytes:
    if order.pdf:
        return signing.stored(order)
    if order.snapshot is not None:
        return paper.render(order.snapshot, sha256=order.sha256)
    return paper.render(paper.compose(order), mark=paper.mark_of(order))
