"""``manage.py draw_sample --json < FILE``: draw a sample of works, reproducibly. No database."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.lib.refusals import Refused
from recheck import sampling


class Command(BaseCommand):
    """JSON in, JSON out: ``{"seed", "size", "works": [{"code", "class", "mark"}]}`` → ``drawn`` and ``strata``."""

    help = "Делает воспроизводимую выборку работ: читает JSON {seed, size, works} со стандартного ввода."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help='ответ как JSON; ошибка тоже: {"error": …}')

    def handle(self, *_args: Any, **options: Any) -> None:
        """Draw, or say in Russian what is wrong with the input (exit 1)."""
        try:
            drawn = sampling.draw(*sampling.request(_standard_input()))
        except Refused as refusal:
            if options["json"]:
                self.stdout.write(json.dumps({"error": str(refusal)}, ensure_ascii=False))
            raise CommandError(str(refusal)) from None
        if options["json"]:
            self.stdout.write(json.dumps(drawn.as_json(), ensure_ascii=False))
            return
        for stratum in drawn.strata:
            codes = ", ".join(stratum.drawn) or "—"
            name = f"{stratum.class_name or 'без класса'}, «{stratum.mark or 'без отметки'}»"
            self.stdout.write(f"{name}: {len(stratum.drawn)} из {stratum.works}: {codes}")


def _standard_input() -> Any:
    try:
        return json.loads(sys.stdin.buffer.read().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Refused("Входные данные не в кодировке UTF-8.") from None
    except json.JSONDecodeError as error:
        raise Refused(
            f"Это не JSON: строка {error.lineno}, знак {error.colno}. Проверьте скобки, запятые и кавычки."
        ) from None
    except (RecursionError, ValueError):
        raise Refused("Это не те данные: слишком глубокие скобки или слишком длинное число.") from None
