"""A reproducible stratified sample: the same in gives the same out, on every machine and in every version.

The algorithm «sha256-strata», version 1, so that anybody can redo it by hand:

1. Works are parted into strata by class and mark; strata are put in the order of their names «класс|отметка».
2. Of N works n are drawn. A stratum of N_h works gets the whole part of n·N_h/N. Places left over go one each to the
   strata with the largest remainder of n·N_h divided by N; equal remainders go by the lesser SHA-256 of
   «зерно⏎класс|отметка».
3. Within its stratum a work has the key SHA-256 of «зерно⏎код». The works with the least keys are drawn.

⏎ is one line feed; texts are UTF-8 in Unicode form NFC without blanks at the ends; digests are compared in hexadecimal.
Pure: no Django, no `random`, only whole numbers.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.lib.refusals import Refused

ALGORITHM, VERSION = "sha256-strata", 1
MOST_WORKS = 100_000


@dataclass(frozen=True)
class Entry:
    """A work to draw from: its code, class and mark (empty: no mark)."""

    code: str
    class_name: str = ""
    mark: str = ""

    @property
    def stratum(self) -> tuple[str, str]:
        return self.class_name, self.mark


@dataclass(frozen=True)
class Stratum:
    """Works of one class and mark: how many there are and which codes were drawn, in the order of their keys."""

    class_name: str
    mark: str
    works: int
    drawn: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {"class": self.class_name, "mark": self.mark, "works": self.works, "drawn": list(self.drawn)}


@dataclass(frozen=True)
class Draw:
    """What was drawn, stratum by stratum."""

    seed: str
    size: int
    population: int
    strata: tuple[Stratum, ...]
    works_digest: str

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(code for stratum in self.strata for code in stratum.drawn)

    def as_json(self) -> dict[str, Any]:
        return {
            "algorithm": ALGORITHM,
            "version": VERSION,
            "seed": self.seed,
            "size": self.size,
            "population": self.population,
            "works_sha256": self.works_digest,
            "drawn": list(self.codes),
            "strata": [stratum.as_json() for stratum in self.strata],
        }


def draw(seed: str, size: int, works: Iterable[Entry]) -> Draw:
    """Draw ``size`` of the works. Raises `Refused` for no seed, no works, a code twice, or more than there are."""
    seed, entries = tidy(seed), [Entry(*map(tidy, (w.code, w.class_name, w.mark))) for w in works]
    _check(seed, size, entries)
    strata: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        strata[entry.stratum].append(entry)
    places = allot(seed, size, {name: len(found) for name, found in strata.items()})
    drawn = tuple(
        Stratum(*name, len(strata[name]), _least(seed, strata[name], places[name])) for name in sorted(strata)
    )
    return Draw(seed, size, len(entries), drawn, list_digest(entries))


def allot(seed: str, size: int, strata: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    """Places of each stratum: proportional, the rest by the largest remainder."""
    total = sum(strata.values())
    places = {name: size * works // total for name, works in strata.items()}

    def first(name: tuple[str, str]) -> tuple[int, str]:
        return -(size * strata[name] % total), digest(seed, "|".join(name))

    for name in sorted(strata, key=first)[: size - sum(places.values())]:
        places[name] += 1
    return places


def _least(seed: str, entries: Iterable[Entry], places: int) -> tuple[str, ...]:
    codes = sorted((entry.code for entry in entries), key=lambda code: (digest(seed, code), code))
    return tuple(codes[:places])


def digest(seed: str, text: str) -> str:
    """SHA-256 of «seed⏎text» in hexadecimal."""
    return hashlib.sha256(f"{seed}\n{text}".encode()).hexdigest()


def list_digest(entries: Iterable[Entry]) -> str:
    """SHA-256 of the list drawn from: «код;класс;отметка» a line, in the order of codes."""
    lines = sorted(f"{entry.code};{entry.class_name};{entry.mark}" for entry in entries)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def commitment(seed: str) -> str:
    """The print of a seed, shown before the seed itself: SHA-256 of its text."""
    return hashlib.sha256(tidy(seed).encode()).hexdigest()


def tidy(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def _check(seed: str, size: int, entries: list[Entry]) -> None:
    if not seed:
        raise Refused("Нет зерна выборки: укажите непустое «seed».")
    if not entries:
        raise Refused("Список работ пуст: выбирать не из чего.")
    if len(entries) > MOST_WORKS:
        raise Refused(f"Работ больше {MOST_WORKS}: разделите список.")
    if size < 1:
        raise Refused("Размер выборки должен быть не меньше 1.")
    if size > len(entries):
        raise Refused(f"В выборке {size} работ, а всего их {len(entries)}: уменьшите размер выборки.")
    seen: set[str] = set()
    for place, entry in enumerate(entries, start=1):
        if not entry.code:
            raise Refused(f"У работы {place} нет кода.")
        if entry.code in seen:
            raise Refused(f"Код «{entry.code}» встречается дважды: у каждой работы должен быть свой.")
        seen.add(entry.code)


# --- the command's input ---------------------------------------------------------------------------------------------


def request(data: Any) -> tuple[str, int, list[Entry]]:
    """``{"seed", "size", "works": [{"code", "class", "mark"}]}`` → arguments of `draw`; raises `Refused`."""
    if not isinstance(data, dict):
        raise Refused("Нужен объект JSON с ключами seed, size и works.")
    if missing := [key for key in ("seed", "size", "works") if key not in data]:
        raise Refused(f"Не хватает ключей: {', '.join(missing)}.")
    if not isinstance(data["seed"], str | int) or isinstance(data["seed"], bool):
        raise Refused("«seed» должно быть строкой.")
    if not isinstance(data["size"], int) or isinstance(data["size"], bool):
        raise Refused("«size» должно быть целым числом.")
    if not isinstance(data["works"], list):
        raise Refused("«works» должно быть списком работ.")
    works = [_entry(place, work) for place, work in enumerate(data["works"], start=1)]
    return str(data["seed"]), data["size"], works


def _entry(place: int, work: Any) -> Entry:
    if not isinstance(work, dict):
        raise Refused(f"Работа {place}: нужен объект с ключами code, class и mark.")
    return Entry(*(_text(place, key, work.get(key)) for key in ("code", "class", "mark")))


def _text(place: int, key: str, value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise Refused(f"Работа {place}: «{key}» должно быть строкой или целым числом.")
    return str(value)
