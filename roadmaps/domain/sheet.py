"""The plan as the screen shows it: the document's own table, beside every phrase what the portal understood of it."""

from __future__ import annotations

import datetime
import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from portal.lib import names
from roadmaps import deadlines
from roadmaps.domain import compiling, responsibles
from roadmaps.domain.items import cell
from roadmaps.domain.responsibles import Directory, Target
from roadmaps.models import ActionItem, Roadmap, Section
from schools.domain import schedule
from schools.models import VprCampaign

ICONS = {"ask": "s-ask", "bad": "s-late", "event": "s-event", "loop": "s-loop"}


@dataclass(frozen=True)
class Sense:
    """A line beside the print. ``kind`` as in `roadmaps.deadlines.sense`; ``question``: what form settles it."""

    text: str
    kind: str = "ok"
    question: str = ""
    piece: int = 0

    @property
    def icon(self) -> str:
        return ICONS.get(self.kind, "")


@dataclass(frozen=True)
class Cell:
    """One printed cell; ``index`` is its column, ``settles`` names the meaning it has («deadline», «reach»)."""

    item: ActionItem
    index: int
    key: str
    heading: str
    text: str
    senses: Sequence[Sense] = ()
    settles: str = ""
    by_hand: bool = False


@dataclass(frozen=True)
class Issue:
    """Something to look at before approval. ``kind``: bad, ask or info; ``settles`` as in `Cell`."""

    kind: str
    title: str
    text: str
    item: ActionItem
    settles: str = ""
    piece: int = 0

    @property
    def icon(self) -> str:
        return {"bad": "s-late", "ask": "s-ask", "info": "info"}[self.kind]


@dataclass(frozen=True)
class Row:
    item: ActionItem
    cells: Sequence[Cell]
    flag: str = ""  # "bad" or "ask": the sign in the margin
    number: str = ""


@dataclass(frozen=True)
class Part:
    """A section with its rows."""

    section: Section
    rows: Sequence[Row]

    @property
    def lead(self) -> str:
        """What stands before the title («II.»), when it is short enough for the number's column."""
        before = self.section.heading.removesuffix(self.section.title).strip()
        return before if len(before) <= 5 else ""

    @property
    def title(self) -> str:
        return self.section.title if self.lead else self.section.heading

    @property
    def asked(self) -> int:
        return sum(bool(row.flag) for row in self.rows)


@dataclass
class Sheet:
    """A whole plan. Eight queries at most, whatever its length. ``given``: the rows of a plan that is not saved yet."""

    roadmap: Roadmap
    today: datetime.date
    given: Sequence[tuple[Section, Sequence[ActionItem]]] = ()

    @cached_property
    def directory(self) -> Directory:
        return Directory(self.roadmap.department, self.today)

    @cached_property
    def grouped(self) -> list[tuple[Section, Sequence[ActionItem]]]:
        if self.given:
            return list(self.given)
        sections = self.roadmap.sections.prefetch_related("items")
        return [(section, self._understood(list(section.items.all()))) for section in sections]

    def _understood(self, items: Sequence[ActionItem]) -> Sequence[ActionItem]:
        """The rows of a draft by the people and schools of today: some may have come since they were typed."""
        if self.roadmap.is_editable:
            compiling.fill_reach(items, self.roadmap, self.directory)
        return items

    @cached_property
    def items(self) -> list[ActionItem]:
        return [item for _, items in self.grouped for item in items]

    @cached_property
    def columns(self) -> list[dict[str, str]]:
        """The document's columns with the class of their width; what is left is the text's.

        Deadline and responsible need room for what is said beside the print, the others for their own length.
        """
        keys = [column["key"] for column in self.roadmap.columns]
        weights = {key: max(self._length(key), 10) ** 0.6 for key in keys if key != "number"}
        widths = {key: round(weight / sum(weights.values()) * 20) * 4 for key, weight in weights.items()}
        classes = {key: f"w-{min(max(width, 12), 28)}" for key, width in widths.items()}
        beside = "w-20" if len(keys) > 4 else "w-24"
        classes |= {"number": "n", "text": "", "deadline": beside, "responsible": beside}
        return [{**column, "width": classes[column["key"]]} for column in self.roadmap.columns]

    def _length(self, key: str) -> float:
        return sum(len(cell(item, key)) for item in self.items) / (len(self.items) or 1)

    @cached_property
    def places(self) -> dict[int, str]:
        """How a row is called in messages: its number, else its place."""
        return {
            _key(item): item.number.rstrip(".") or str(place)
            for place, item in enumerate(self.items, start=1)
        }

    @cached_property
    def parts(self) -> list[Part]:
        return [Part(section, [self.row(item) for item in items]) for section, items in self.grouped]

    def row(self, item: ActionItem) -> Row:
        self._understood([item])
        key = _key(item)
        return Row(item, list(self._cells(item)), self.flags.get(key, ""), self.places.get(key, ""))

    @cached_property
    def issues(self) -> list[Issue]:
        found = [issue for item in self.items for issue in self._issues(item)]
        return sorted(_joined(found), key=lambda issue: ["bad", "ask", "info"].index(issue.kind))

    @property
    def to_settle(self) -> int:
        """What is more than a note."""
        return sum(issue.kind != "info" for issue in self.issues)

    @cached_property
    def flags(self) -> dict[int, str]:
        flags: dict[int, str] = {}
        for item in self.items:
            kinds = {issue.kind for issue in self._issues(item)}
            if worst := next((kind for kind in ("bad", "ask") if kind in kinds), ""):
                flags[_key(item)] = worst
        return flags

    # --- cells -------------------------------------------------------------------------------------------------------

    def _cells(self, item: ActionItem) -> Iterator[Cell]:
        for index, column in enumerate(self.roadmap.columns):
            key = column["key"]
            text = cell(item, key)
            if key == "deadline":
                senses = self.deadline_senses(item)
                yield Cell(
                    item, index, key, column["heading"], text, senses, "deadline", item.deadline_by_hand
                )
            elif key == "responsible":
                senses = self.reach_senses(item)
                yield Cell(item, index, key, column["heading"], text, senses, "reach", item.reach_by_hand)
            else:
                yield Cell(item, index, key, column["heading"], text)

    def deadline_senses(self, item: ActionItem) -> list[Sense]:
        """One line a part, in words; the question of a phrase that is not understood is the grammar's own."""
        parts = self._deadline(item)
        lines = deadlines.sense(parts, self.roadmap.department.calendar, self.today)
        return [
            Sense(line.text, line.kind, "deadline" if line.kind in {"ask", "bad", "schedule"} else "")
            for line in lines
        ]

    def _deadline(self, item: ActionItem) -> tuple[deadlines.Part, ...]:
        if not item.deadline_by_hand and compiling.is_unclear(item.deadline_parts):
            return deadlines.compile(item.deadline, compiling.period(self.roadmap))
        return deadlines.from_json(item.deadline_parts)

    def reach_senses(self, item: ActionItem) -> list[Sense]:
        """Whom the row reaches, in one line; one question for each who is not known."""
        known = [self._label(target) for target in item.reach if not responsibles.needs_answer(target)]
        lines = [Sense(" · ".join(dict.fromkeys(known)))] if known else []
        lines += [
            Sense(f"«{target['phrase']}»: {self._label(target)}", "ask", "reach", piece)
            for piece, target in enumerate(item.reach)
            if responsibles.needs_answer(target)
        ]
        return lines or [Sense("Некому исполнять: укажите ответственных", "bad", "reach")]

    def _label(self, target: Target) -> str:
        text = responsibles.label(target, self.directory)
        return f"контроль: {text}" if target.get("controls") else text

    # --- what to look at ---------------------------------------------------------------------------------------------

    def _issues(self, item: ActionItem) -> Iterator[Issue]:
        place = self.places.get(_key(item), "")
        if not item.text.strip():
            yield Issue("ask", f"{place}: пустой пункт", "Напишите мероприятие или удалите строку.", item)
        for line in self.deadline_senses(item):
            if line.kind in {"ask", "bad"}:
                said = f"«{item.deadline}»: " if item.deadline else ""
                yield Issue(line.kind, f"{place}: срок непонятен", f"{said}{line.text}", item, "deadline")
            elif line.kind == "schedule":
                yield self._schedule_issue(item, place)
            elif "останется как написано" in line.text:
                yield Issue("info", f"{place}: нерабочий день", f"{line.text}.", item)
        yield from self._outside_period(item, place)
        yield from self._nobody(item, place)

    def _outside_period(self, item: ActionItem, place: str) -> Iterator[Issue]:
        first, last = self.roadmap.first_day, self.roadmap.last_day
        outside = [day for day in compiling.days_named(item.deadline_parts) if not first <= day <= last]
        if outside and not item.deadline_by_hand:
            text = f"{outside[0]:%d.%m.%Y} вне периода карты: {first:%d.%m.%Y} – {last:%d.%m.%Y}."
            yield Issue("ask", f"{place}: дата вне периода", text, item, "deadline")

    def _nobody(self, item: ActionItem, place: str) -> Iterator[Issue]:
        if not any(not target.get("controls") for target in item.reach):
            yield Issue("bad", f"{place}: некому исполнять", "Ответственные не указаны.", item, "reach")
        for piece, target in enumerate(item.reach):
            if responsibles.needs_answer(target):
                text = "Такого в списках отдела нет." if target["kind"] == "unknown" else "Никто не назначен."
                if target.get("candidates"):
                    text = "Подходят несколько: выберите."
                yield Issue("ask", f"{place}: кто это? «{target['phrase']}»", text, item, "reach", piece)

    def _schedule_issue(self, item: ActionItem, place: str) -> Issue:
        if self.campaigns:
            named = ", ".join(f"«{campaign}»" for campaign in self.campaigns)
            text = f"Дни возьмутся из графика {named}, у каждой школы свои. Перенесут день, сдвинется и срок."
            return Issue("info", f"{place}: по дням ВПР", text, item, "deadline")
        if item.deadline_by_hand:
            text = "Поручения появятся, когда вы укажете дни: и после подписи тоже."
            return Issue("info", f"{place}: дни ВПР позже", text, item, "deadline")
        text = "Когда ВПР, портал не знает: укажите дни. Если графика ещё нет, так и ответьте."
        return Issue("ask", f"{place}: нужны дни ВПР", text, item, "deadline")

    @cached_property
    def campaigns(self) -> list[VprCampaign]:
        """Those whose days the rows «по графику ВПР» will take."""
        return schedule.touching(self.roadmap.department, self.roadmap.first_day, self.roadmap.last_day)

    # --- whom it will touch ------------------------------------------------------------------------------------------

    @cached_property
    def touched(self) -> list[tuple[str, str]]:
        """How many duties the signature will make, for schools and officials; parts that wait for an event apart."""
        duties: Counter[str] = Counter()
        schools: set[int] = set()
        officials: set[int] = set()
        for item in self.items:
            bearers = responsibles.bearers(
                item.reach, self.roadmap.department, self.today, directory=self.directory
            )
            times = len(deadlines.occurrences(self._deadline(item), self.roadmap.department.calendar))
            schools |= {bearer.school.pk for bearer in bearers if bearer.school}
            officials |= {bearer.official.pk for bearer in bearers if bearer.official}
            duties["schools"] += times * sum(bearer.school is not None for bearer in bearers)
            duties["officials"] += times * sum(bearer.official is not None for bearer in bearers)
            duties["waiting"] += any("event" in part for part in item.deadline_parts)
        return list(_facts(duties, len(schools), len(officials)))


def _facts(duties: Counter[str], schools: int, officials: int) -> Iterator[tuple[str, str]]:
    forms = ("поручение", "поручения", "поручений")
    if schools:
        yield names.counted(schools, "школа", "школы", "школ"), names.counted(duties["schools"], *forms)
    people = names.counted(officials, "должностное лицо", "должностных лица", "должностных лиц")
    if officials:
        yield people, names.counted(duties["officials"], *forms)
    if duties["waiting"]:
        yield "Ждут события", names.counted(duties["waiting"], "пункт", "пункта", "пунктов")


def _key(item: ActionItem) -> int:
    return item.pk or id(item)


def _joined(issues: Iterable[Issue]) -> Iterator[Issue]:
    """The same unknown addressee, or the same undated phrase, in many rows is one question: one answer settles it."""
    seen: dict[str, list[Issue]] = {}
    for issue in issues:
        seen.setdefault(_question(issue), []).append(issue)
    for alike in seen.values():
        first = alike[0]
        if len(alike) == 1:
            yield first
        else:
            places = ", ".join(issue.title.partition(":")[0] for issue in alike)
            title = first.title.partition(": ")[2]
            title = f"{title[:1].upper()}{title[1:]}"
            yield Issue(
                first.kind, title, f"Пункты {places}. {first.text}", first.item, first.settles, first.piece
            )


def _question(issue: Issue) -> str:
    """What makes two issues one question."""
    title = issue.title.partition(": ")[2]
    if title.startswith("кто это? "):
        return title
    if issue.settles == "deadline" and compiling.is_undated(issue.item.deadline_parts):
        return f"{issue.kind} {title} {issue.text}"
    return f"{_key(issue.item)} {issue.title}"


def compared(text: str, other: str) -> list[tuple[bool, str]]:
    """``text`` in runs of words, each with whether ``other`` lacks it: both savers see at once where they differ."""
    words, others = re.findall(r"\S+|\s+", text), re.findall(r"\S+|\s+", other)
    match = difflib.SequenceMatcher(None, words, others, autojunk=False)
    return [
        (kind != "equal", "".join(words[first:last]))
        for kind, first, last, _, _ in match.get_opcodes()
        if first < last
    ]
