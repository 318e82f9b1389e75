"""``manage.py compute_signs --json``: signs of non-objectivity of the results on standard input, one JSON a line."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from schools import signs


class Command(BaseCommand):
    """Reads no database. What a line may hold: `schools.signs.lines`."""

    help = "Признаки необъективности: строки JSON со стандартного ввода, на каждую — строка ответа. База не нужна."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="ответ строкой JSON; без ключа — словами")

    def handle(self, *_args: Any, **options: Any) -> None:
        for line in sys.stdin:
            if line.strip():
                answer = signs.answer(line)
                self.stdout.write(
                    json.dumps(answer, ensure_ascii=False) if options["json"] else _words(answer)
                )
                self.stdout.flush()


def _words(answer: dict[str, Any]) -> str:
    if "error" in answer:
        return f"Ошибка: {answer['error']}"
    return "\n".join(
        f"{'▲' if sign['found'] else '·'} {sign['title']}: {sign['text']}" for sign in answer["signs"]
    )
