"""`manage.py explain_deadline`: what a deadline phrase means, for people and for checks."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.lib.calendar import WorkCalendar
from roadmaps import deadlines


class Command(BaseCommand):
    """One phrase from the arguments, or JSON lines `{"text", "period"}` from standard input."""

    help = "Объясняет срок: дата, период, событие. Без фразы читает строки JSON {text, period} со стандартного ввода."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Phrase, period and the form of the answer."""
        parser.add_argument("phrase", nargs="?", help="срок, как он напечатан: «до 15 марта»")
        parser.add_argument(
            "--period", nargs=2, metavar=("С", "ПО"), help="период плана: 2021-09-01 2022-08-31"
        )
        parser.add_argument("--json", action="store_true", help="ответ в виде списка частей JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Answer the phrase, or every line of the input."""
        if options["phrase"] is None:
            for line in sys.stdin:
                if line.strip():
                    self.stdout.write(_answer_line(line, options["period"], as_json=options["json"]))
                    self.stdout.flush()
            return
        if not options["period"]:
            raise CommandError("Укажите период плана: --period 2021-09-01 2022-08-31")
        try:
            period = _period(options["period"])
        except ValueError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(_answer(options["phrase"], period, as_json=options["json"]))


def _answer(phrase: str, period: deadlines.Period, *, as_json: bool) -> str:
    parts = deadlines.compile(phrase, period)
    if as_json:
        return json.dumps(deadlines.to_json(parts), ensure_ascii=False)
    return "\n".join(line.text for line in deadlines.sense(parts, WorkCalendar()))


def _answer_line(line: str, default_period: list[str] | None, *, as_json: bool) -> str:
    """One line's answer: always JSON, for the input is; with `--json` or without."""
    try:
        return _answer(*_request(line, default_period), as_json=True)
    except ValueError as error:
        return json.dumps({"error": str(error)}, ensure_ascii=False)


def _request(line: str, default_period: list[str] | None) -> tuple[str, deadlines.Period]:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError(
            'Строка не читается как JSON. Нужен вид {"text": "…", "period": ["…", "…"]}.'
        ) from None
    if not isinstance(data, dict) or not isinstance(data.get("text"), str):
        raise ValueError('В строке нет текста срока. Нужен вид {"text": "…", "period": ["…", "…"]}.')
    return data["text"], _period(data.get("period", default_period))


def _period(days: Any) -> deadlines.Period:
    if not isinstance(days, list) or len(days) != 2 or not all(isinstance(day, str) for day in days):
        raise ValueError("Период задаётся двумя датами: 2021-09-01 и 2022-08-31.")
    try:
        first, last = map(date.fromisoformat, days)
    except ValueError:
        raise ValueError(f"Нет таких дат: {days[0]}, {days[1]}. Нужен вид 2021-09-01.") from None
    return deadlines.Period(first, last)
