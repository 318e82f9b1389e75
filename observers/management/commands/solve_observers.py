"""`manage.py solve_observers --json < FILE`: a plan for the JSON on standard input; asks no database."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from observers import solver


class Command(BaseCommand):
    help = "Предлагает, кто из наблюдателей куда идёт: JSON со стандартного ввода, план на стандартный вывод."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help='ответ как JSON; ошибка тоже: {"error": …}')

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            plan = solver.solve(solver.read(_standard_input()))
        except solver.Impossible as impossible:
            if options["json"]:
                self.stdout.write(json.dumps({"error": str(impossible)}, ensure_ascii=False))
            self.stderr.write(str(impossible))
            sys.exit(1)
        self.stdout.write(
            json.dumps(plan.as_json(), ensure_ascii=False) if options["json"] else _as_text(plan)
        )


def _standard_input() -> Any:
    try:
        return json.loads(sys.stdin.buffer.read().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise solver.Impossible("Входные данные не в кодировке UTF-8.") from None
    except json.JSONDecodeError as error:
        raise solver.Impossible(
            f"Это не JSON: строка {error.lineno}, знак {error.colno}. Проверьте скобки, запятые и кавычки."
        ) from None
    except RecursionError:
        raise solver.Impossible("Это не те данные: скобки вложены слишком глубоко.") from None


def _as_text(plan: solver.Plan) -> str:
    lines = [f"{session}: {observer}" for session, observer in plan.assigned]
    lines += [f"{one.session}: не хватает {one.missing}, {one.reason}" for one in plan.unfilled]
    return "\n".join(
        [*lines, f"Назначений: {len(plan.assigned)}, проведений без наблюдателя: {len(plan.unfilled)}"]
    )
