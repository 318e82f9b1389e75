"""What a list of observers would do to the bank: whom it adds, whom it changes, which cells are faulty."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from typing import Any

from django.utils import timezone

from accounts.models import Department
from jobs.domain import columns
from observers import listing
from observers.listing import FIELDS, SHAPE, Bad, Row
from observers.models import Observer
from portal.lib import excel
from portal.lib.names import folded
from schools.models import School
from schools.scheduling.names import KnownSchool, Names, Unknown

NAME = ("last_name", "first_name", "patronymic")
PLAIN = ("kind", "phone", "email", "workplace", "subjects", "place", "max_load", "note")
TIES = {"works_at", "children"}
MOST_ROWS = 5000
UNNAMED_MATERIAL = "Обучение наблюдателей"  # a file gave the day only


def preview(department: Department, data: bytes, mapping: dict[str, Any] | None = None) -> dict[str, Any]:
    """As JSON; writes nothing. Raises `excel.Unreadable`.

    ``rows``: place, name, action («new», «changed», «same», «faulty»), pk, values (what would be written), training
    ([day, material] to add, or None), changes ([title, before, after]); ``faults`` by cell; ``tables`` as read.
    """
    remembered = columns.remembered(department, SHAPE)
    tables = excel.find_tables(excel.read(data), SHAPE, mapping=mapping, remembered=remembered)
    if not tables:
        raise excel.Unreadable(
            "В файле не найдена таблица, в которой есть столбец с фамилией, именем и отчеством. "
            "Проверьте, тот ли это файл."
        )
    rows = [row for table in tables for row in listing.rows_of(table)]
    if len(rows) > MOST_ROWS:
        raise excel.Unreadable(f"В файле больше {MOST_ROWS} строк. Разделите его на части.")
    plan = _Plan(department, rows)
    counted = Counter(row["action"] for row in plan.rows)
    return {
        "counts": {action: counted[action] for action in ("new", "changed", "same", "faulty")},
        "rows": plan.rows,
        "faults": plan.faults,
        "tables": [_read(table) for table in tables],
    }


def _read(table: excel.Table) -> dict[str, Any]:
    headings = table.head.headings
    pairs = [[headings.get(column, ""), FIELDS[name]] for name, column in table.columns.items()]
    return {"sheet": table.sheet.name, "head_row": table.head.bottom + 1, "pairs": pairs}


def as_it_is(one: Observer) -> dict[str, Any]:
    """All that a file may change, as JSON in a steady order."""
    plain = {name: getattr(one, name) for name in (*NAME, *PLAIN)}
    works = sorted(school.pk for school in one.works_at.all())
    children = sorted([child.school_id, child.class_name] for child in one.children.all())
    return plain | {"works_at": works, "children": children}


class _Plan:
    """The rows of a file against the bank and the department's schools, fetched once."""

    def __init__(self, department: Department, rows: list[Row]) -> None:
        self.today = timezone.localdate(timezone=department.tz)
        self.school_names: dict[int, str] = {}
        self.open, self.every = self._schools(department)
        self.people: dict[str, list[Observer]] = defaultdict(list)
        known = Observer.objects.filter(department=department).active()
        for one in known.prefetch_related("works_at", "children", "trainings"):
            self.people[_key(one.full_name)].append(one)
        self.rows: list[dict[str, Any]] = []
        self.faults: list[dict[str, Any]] = []
        self.places: dict[Any, str] = {}  # person, or name and contacts → where in the file
        read = [(row, self._values(row)) for row in rows]
        self.times = Counter(_key(_name(values)) for _, values in read if values)
        for row, values in read:
            self._add(row, values)

    def _schools(self, department: Department) -> tuple[Names, Names]:
        """Those open now; and all, for ties that the bank still holds to a closed one."""
        schools = list(School.objects.filter(department=department))
        self.school_names = {school.pk: school.name for school in schools}
        known = {s.pk: KnownSchool(s.pk, s.name, s.full_name, (s.login, s.code, s.inn)) for s in schools}
        standing = [known[s.pk] for s in schools if s.closed_on is None]
        return Names(standing, []), Names(known.values(), [])

    def _fault(self, row: Row, cell: str, value: Any, bad: Bad) -> None:
        said = {"message": str(bad), "remedy": bad.remedy, "value": excel.as_text(value)[:80]}
        self.faults.append({"sheet": row.sheet, "row": row.number, "cell": cell} | said)

    # --- reading a row

    def _values(self, row: Row) -> dict[str, Any]:
        """What the row says, by the names of the model's fields; {} when a cell is faulty."""
        values: dict[str, Any] = {}
        faults = len(self.faults)
        for name, (cell, content) in row.cells.items():
            try:
                values |= self._value(name, content)
            except Bad as bad:
                self._fault(row, cell, content, bad)
        if "full_name" not in row.cells:
            missing = Bad("Не указаны фамилия, имя и отчество.", "Впишите их или уберите строку.")
            self._fault(row, f"строка {row.number}", "", missing)
        if "training" in values and "trained_on" not in values and "trained_on" not in row.cells:
            cell, content = row.cells["training"]
            self._fault(row, cell, content, Bad("Обучение без даты.", "Впишите дату обучения."))
        return values if len(self.faults) == faults else {}

    def _value(self, name: str, content: Any) -> dict[str, Any]:
        if name == "works_at":
            return {name: sorted({self._school(part) for part in listing.parts(content)})}
        if name == "children":
            return {name: sorted([school, class_name] for school, class_name in self._children(content))}
        values = listing.value(name, content)
        if name == "trained_on" and datetime.date.fromisoformat(values[name]) > self.today:
            raise Bad("Этот день ещё не наступил.", "Впишите день, когда обучение прошло.")
        return values

    def _children(self, content: Any) -> set[tuple[int, str]]:
        return {self._child(part) for part in listing.parts(content)}

    def _child(self, text: str) -> tuple[int, str]:
        """«СОШ № 4» is a school before it is the fourth class of «СОШ №»."""
        try:
            return self._school(text), ""
        except Bad:
            school, class_name = listing.child(text)
            return self._school(school), class_name

    def _school(self, text: str) -> int:
        try:
            return self.open.school(text)
        except Unknown as unknown:
            try:
                return self.every.school(text)
            except Unknown:
                raise Bad(str(unknown), unknown.remedy) from unknown

    # --- comparing

    def _add(self, row: Row, values: dict[str, Any]) -> None:
        place, name = f"{row.sheet}, строка {row.number}", _name(values)
        line: dict[str, Any] = {"place": place, "name": name, "action": "faulty", "pk": None, "values": {}}
        line |= {"training": None, "changes": []}
        self.rows.append(line)
        if not values:
            line["name"] = excel.as_text(row.cells.get("full_name", ("", "без имени"))[1])
            return
        try:
            one = self._person(name, values)
            self._check_once(one, values, place)
        except Bad as bad:
            self._fault(row, row.cells["full_name"][0], name, bad)
            return
        line["training"] = _training(one, values)
        said = {field: values[field] for field in (*PLAIN, "works_at", "children") if field in values}
        if one is None:
            line |= {"action": "new", "values": {field: values[field] for field in NAME} | said}
            return
        was = as_it_is(one)
        new = {field: said[field] for field in said if said[field] != was[field]}
        changes = [self._change(field, was[field], new[field]) for field in new]
        if line["training"]:
            changes.append(["Обучение", "", f"{_day(line['training'][0])} {line['training'][1]}"])
        line |= {"action": "changed" if changes else "same", "pk": one.pk, "values": new, "changes": changes}

    def _person(self, name: str, values: dict[str, Any]) -> Observer | None:
        """Whom of the bank the row means: by name; namesakes by phone and e-mail. None: somebody new."""
        namesakes = self.people[_key(name)]
        if len(namesakes) == 1 and self.times[_key(name)] == 1:
            return namesakes[0]
        pair = (values.get("phone", ""), values.get("email", "").lower())
        exact = [one for one in namesakes if _contacts(one) == pair]
        for found in (exact, [one for one in namesakes if _share(_contacts(one), pair)]):
            if len(found) == 1:
                return found[0]
        if namesakes and self.times[_key(name)] <= len(namesakes):
            raise Bad("В банке есть однофамильцы с тем же именем.", "Укажите телефон или почту, как в банке.")
        return None

    def _check_once(self, one: Observer | None, values: dict[str, Any], place: str) -> None:
        contacts = (values.get("phone", ""), values.get("email", "").lower())
        key = one.pk if one else (_key(_name(values)), contacts)
        earlier = self.places.setdefault(key, place)
        if earlier != place:
            raise Bad(f"Этот человек уже есть: {earlier}.", "Уберите повтор или различите телефоном.")

    def _change(self, field: str, before: Any, after: Any) -> list[str]:
        return [FIELDS[field], self._words(field, before), self._words(field, after)]

    def _words(self, field: str, value: Any) -> str:
        if field == "kind":
            return str(Observer.Kind(value).label)
        if field == "works_at":
            return "; ".join(self.school_names[pk] for pk in value)
        if field == "children":
            return "; ".join(", ".join(filter(None, (self.school_names[pk], name))) for pk, name in value)
        return ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)


def _name(values: dict[str, Any]) -> str:
    return " ".join(filter(None, (values.get(part, "") for part in NAME)))


def _key(name: str) -> str:
    return " ".join(folded(name).split())


def _contacts(one: Observer) -> tuple[str, str]:
    return one.phone, one.email.lower()


def _share(one: tuple[str, str], other: tuple[str, str]) -> bool:
    return any(mine and mine == theirs for mine, theirs in zip(one, other, strict=True))


def _training(one: Observer | None, values: dict[str, Any]) -> list[str] | None:
    """Day and material that are not recorded yet."""
    day, material = values.get("trained_on"), values.get("training", "")
    if day is None:
        return None
    known = one.trainings.all() if one else ()
    if any(t.day.isoformat() == day and material in {"", t.material} for t in known):
        return None
    return [day, material or UNNAMED_MATERIAL]


def _day(text: str) -> str:
    return f"{datetime.date.fromisoformat(text):%d.%m.%Y}"
