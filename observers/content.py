"""What one device holds of a sheet: answers, violations, hours, name. Read from form fields, kept as JSON. No Django.

Fields: ``answer-<question>``; ``v<n>-key``, ``-class``, ``-at``, ``-kind``, ``-text`` for each violation; ``arrived``,
``left`` («09:05») with ``arrived_phone``, ``left_phone`` (milliseconds of the phone's clock, when a button set them);
``clean``; ``name``.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from observers import questions as asking

MOST_VIOLATIONS = 30
LONGEST_TEXT = 4000
LONGEST_NAME = 200
LONGEST_DRAFT = 10_000  # of one field, whatever is typed into it


@dataclass(frozen=True)
class Seen:
    """One violation as it was written down. ``key`` is made once on the device: it never becomes two rows."""

    key: str
    class_name: str = ""
    at: str = ""
    kind: str = ""
    text: str = ""

    @property
    def is_blank(self) -> bool:
        return not (self.class_name or self.at or self.text)


@dataclass(frozen=True)
class Content:
    answers: dict[str, str] = field(default_factory=dict)
    violations: tuple[Seen, ...] = ()
    arrived: str = ""
    left: str = ""
    arrived_phone: int = 0
    left_phone: int = 0
    clean: bool = False
    name: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"violations": [asdict(seen) for seen in self.violations]}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Content:
        """What `as_json` gave; an empty mapping is an empty sheet."""
        violations = tuple(Seen(**row) for row in kept.get("violations", ()))
        return cls(**{**kept, "violations": violations})

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Content:
        """As a form sent it; signs no database keeps are left out, what is endless is cut."""

        def text(name: str) -> str:
            return str(fields.get(name, "")).replace("\x00", "").strip()[:LONGEST_DRAFT]

        answers = {name.removeprefix("answer-"): text(name) for name in fields if name.startswith("answer-")}
        return cls(
            answers={key: value for key, value in answers.items() if value},
            violations=tuple(seen for n in _numbers(fields) if not (seen := _seen(text, n)).is_blank),
            arrived=text("arrived"),
            left=text("left"),
            arrived_phone=_milliseconds(text("arrived_phone")),
            left_phone=_milliseconds(text("left_phone")),
            clean=bool(text("clean")),
            name=text("name"),
        )


def _numbers(fields: Mapping[str, Any]) -> list[int]:
    found = {match[1] for name in fields if (match := re.fullmatch(r"v([0-9]{1,4})-text", name))}
    return sorted(int(number) for number in found)[:MOST_VIOLATIONS]


def _seen(text: Any, number: int) -> Seen:
    prefix = f"v{number}-"
    return Seen(
        key=device_key(text(f"{prefix}key")) or str(uuid.uuid4()),
        class_name=text(f"{prefix}class")[:12],
        at=text(f"{prefix}at"),
        kind=text(f"{prefix}kind")[:200],
        text=text(f"{prefix}text"),
    )


def device_key(text: str) -> str:
    """The key as UUIDs are written, or nothing for what is none."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return ""


def _milliseconds(text: str) -> int:
    return int(text) if re.fullmatch(r"[0-9]{12,14}", text) else 0


def problems(content: Content, kinds: tuple[str, ...]) -> dict[str, str]:
    """What keeps the sheet from being sent, besides its answers: field → Russian sentence."""
    found = {f"v{n}-text": why for n, seen in enumerate(content.violations) if (why := _fault(seen, kinds))}
    if content.clean and content.violations:
        found["clean"] = (
            "Отмечено «нарушений не выявлено», но нарушения записаны. Снимите отметку или уберите их."
        )
    if not content.clean and not content.violations:
        found["clean"] = "Отметьте «нарушений не выявлено» или запишите нарушение."
    if not content.name:
        found["name"] = "Подпишите лист: фамилия, имя, отчество."
    elif len(content.name) > LONGEST_NAME:
        found["name"] = "Слишком длинная подпись: фамилии, имени и отчества достаточно."
    for name, words in (("arrived", "прихода"), ("left", "ухода")):
        if why := _fault_of_hour(getattr(content, name), words):
            found[name] = why
    return found


def _fault_of_hour(text: str, words: str) -> str:
    if not text:
        return f"Укажите время {words}."
    try:
        asking.time(text)
    except ValueError as error:
        return str(error)
    return ""


def _fault(seen: Seen, kinds: tuple[str, ...]) -> str:
    if not seen.text:
        return "Опишите нарушение: что произошло и что сделали организаторы."
    if len(seen.text) > LONGEST_TEXT:
        return f"Описание длиннее {LONGEST_TEXT} знаков: сократите."
    if seen.kind not in kinds:
        return "Выберите вид нарушения."
    if seen.at:
        try:
            asking.time(seen.at)
        except ValueError as error:
            return str(error)
    return ""
