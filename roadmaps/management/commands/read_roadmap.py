"""`manage.py read_roadmap FILE [--json]`: show what a file's roadmap is read as; writes nothing."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from roadmaps.reading import MAX_BYTES, Item, Reading, Unreadable, read


class Command(BaseCommand):
    help = "Читает дорожную карту из файла Word, Excel или HTML и показывает, как она понята. Ничего не записывает."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--json", action="store_true", help="вывести всё, что прочитано, как JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            with path.open("rb") as file:
                reading = read(file.read(MAX_BYTES + 1), path.name)
        except OSError as error:
            self._give_up(f"Файл «{path}» не открывается: {error.strerror}. Проверьте путь к нему.")
        except Unreadable as error:
            self._give_up(str(error))
        if options["json"]:
            self.stdout.write(json.dumps(reading.as_json(), ensure_ascii=False, indent=1))
        else:
            self.stdout.write(_as_text(reading))

    def _give_up(self, message: str) -> None:
        self.stderr.write(message)
        sys.exit(1)


def _as_text(reading: Reading) -> str:
    roadmap, order = reading.roadmap, reading.order
    lines = [*roadmap.title_lines, f"Период: {roadmap.period or 'не указан'}"]
    lines += [f"Цель: {goal}" for goal in roadmap.goals]
    if order:
        lines.append(f"Приказ: {order.date_text or 'без даты'} № {order.number or 'без номера'}")
    lines.append("Столбцы: " + " | ".join(column.heading for column in roadmap.columns))
    for section in roadmap.sections:
        lines += ["", section.heading or "(без раздела)", *map(_item_line, section.items)]
    lines += ["", f"Мероприятий: {len(roadmap.items())}", f"Замечаний: {len(reading.problems)}"]
    return "\n".join([*lines, *map(str, reading.problems)])


def _item_line(item: Item) -> str:
    cells = [item.text, item.deadline, item.responsible]
    cells += [] if item.expected_result is None else [item.expected_result]
    cells += [f"{heading}: {text}" for heading, text in item.extra.items()]
    return f"  {item.number or '—'}  {' | '.join(cells)}".replace("\n", " / ")
