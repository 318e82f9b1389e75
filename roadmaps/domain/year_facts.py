"""The chapters of the year's report that the duties tell: what was done in time, what was not, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Q

from accounts.models import Department, Membership
from roadmaps.domain import standing
from roadmaps.domain.history import Kind
from roadmaps.domain.standing import Stood, Tally
from roadmaps.models import Assignment, AssignmentEvent, Roadmap
from schools import yearly
from schools.models import School
from schools.yearly import Chapter, Period

MOST_NAMES, MOST_REASONS = 15, 6  # in one cell
MOST_BARS = 20  # of a chart: more schools do not fit a page
SILENT = "Причина не названа: доклада не было."
BARS = {
    "in_time": "в срок",
    "late": "с опозданием",
    "overdue": "не исполнено",
    "open": "срок впереди",
}
TONES = {
    "in_time": 1,
    "late": 2,
    "overdue": 3,
    "open": 0,
}  # what burns is the darkest, in black and white too
BEFORE = {
    Kind.DENIED: "в просьбе отказано: ",
    Kind.INTERIM: "доклад о ходе: ",
    Kind.STATE: "доклад возвращён: ",
}
RELEASED = Q(kind=Kind.STATE, state=Assignment.State.EXEMPT)
SPOKEN = Q(kind__in=[Kind.ASKED, Kind.DENIED, Kind.INTERIM]) | Q(
    kind=Kind.STATE, state=Assignment.State.RETURNED
)


@dataclass
class Row:
    """One item or clause that some did not do: whom it concerns, and what was said of it."""

    number: str
    text: str
    bearers: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    def line(self) -> dict[str, str]:
        return {
            "number": self.number,
            "text": self.text,
            "who": _few(self.bearers, MOST_NAMES),
            "why": "\n".join(_some(self.reasons)),
        }


class Year:
    """The facts of one report, asked from the database once however many chapters are written."""

    def __init__(self, member: Membership, period: Period, roadmap: Roadmap | None) -> None:
        self.member, self.period, self.roadmap = member, period, roadmap
        self.department: Department = member.department

    @cached_property
    def plans(self) -> list[Roadmap]:
        if self.roadmap is not None:
            return [self.roadmap]
        return standing.plans(self.member, self.period.day)

    @cached_property
    def progress(self) -> standing.Progress:
        known = standing.progress(self.member, self.period.day)
        return [(plan, whole, parts) for plan, whole, parts in known if self.roadmap in {None, plan}]

    @cached_property
    def discipline(self) -> standing.Discipline:
        return standing.discipline(self.member, self.period.day, self.roadmap)

    @cached_property
    def stood(self) -> list[Stood]:
        rows = standing.duties(self.member, self.plans)
        return standing.stood(rows, self.department, self.period.day)

    def rows(self, sign: str) -> list[Row]:
        """Duties of this sign by item, in the order of the plan, with the reasons that were given by the day."""
        chosen = [one.duty for one in self.stood if one.sign == sign]
        found: dict[tuple[str, int], Row] = {}
        reasons = self._reasons(chosen, RELEASED if sign == "exempt" else SPOKEN)
        duties = Assignment.objects.visible_to(self.member).filter(pk__in=chosen)
        known = duties.select_related("item", "clause", "school", "official__user").order_by(
            "item__section__position", "item__position", "clause__position", "school__name", "pk"
        )
        for duty in known:
            row = found.setdefault(_source(duty), _row(duty))
            row.bearers.append(_bearer(duty))
            row.reasons += [f"{_bearer(duty)}: {reason}" for reason in reasons.get(duty.pk, [])]
        return list(found.values())

    def _reasons(self, duties: Sequence[int], told: Q) -> dict[int, list[str]]:
        """The last word of each kind on each duty."""
        events = AssignmentEvent.objects.filter(
            told, assignment__in=duties, at__lt=self.period.end(self.department)
        )
        said: dict[int, dict[str, str]] = defaultdict(dict)
        for event in events.exclude(comment="").order_by("at", "pk"):
            said[event.assignment_id][event.kind] = _reason(event)
        return {pk: list(words.values()) for pk, words in said.items()}


def chapters(member: Membership, period: Period, roadmap: Roadmap | None) -> list[Chapter]:
    """The whole report as facts write it; the apps' own chapters stand before the conclusions."""
    year = Year(member, period, roadmap)
    written = [general(year), discipline(year), sections(year), undone(year), exempt(year)]
    return [
        *(chapter for chapter in written if chapter is not None),
        *yearly.chapters(member, period),
        conclusions(year),
    ]


def general(year: Year) -> Chapter:
    schools = School.objects.visible_to(year.member).open().count()
    said = [
        f"Отчёт составлен по состоянию на {year.period.day:%d.%m.%Y} по данным портала.",
        f"Общеобразовательных организаций: {schools}.",
    ]
    for plan in year.plans:
        order = plan.order
        by = f", приказ от {order.date:%d.%m.%Y} № {order.number}" if order and order.date else ""
        said.append(f"«{plan.name}» ({plan.first_day:%d.%m.%Y} – {plan.last_day:%d.%m.%Y}{by}).")
    if not year.plans:
        said.append("Утверждённых дорожных карт на этот день не было.")
    total = year.discipline.total
    said.append(f"Поручений по ним: {total.asked}. Признано неприменимыми: {total.exempt}.")
    return Chapter("general", "Общие сведения", said)


def discipline(year: Year) -> Chapter | None:
    total, schools = year.discipline.total, year.discipline.schools
    if not total.asked:
        return None
    said = [_in_time(total), f"Исполняется постоянно: {total.ongoing}, срок ещё не наступил: {total.open}."]
    if total.returned or total.extended:
        said.append(f"Доклады возвращались: {total.returned}, срок продлевался: {total.extended}.")
    columns = {"name": "Школа", "asked": "Всего", **{key: word.capitalize() for key, word in BARS.items()}}
    lines = [
        {"name": one.name, **{key: getattr(one, key) for key in columns if key != "name"}} for one in schools
    ]
    drawn = yearly.table(columns, lines) if lines else None
    return Chapter("discipline", "Исполнение в срок", said, drawn, _chart(schools or [total]))


def sections(year: Year) -> Chapter | None:
    found = [(plan.name, [_line(part) for part in parts]) for plan, _, parts in year.progress if parts]
    if not found:
        return None
    said = [f"«{plan.name}»: {_in_time(whole)}" for plan, whole, _ in year.progress]
    columns = {"name": "Раздел", "asked": "Всего", "in_time": "В срок", "late": "С опозданием",
               "overdue": "Не исполнено", "percent": "В срок, %"}  # fmt: skip
    shown = [(name if len(found) > 1 else "", lines) for name, lines in found]
    return Chapter("sections", "Исполнение по разделам", said, yearly.table(columns, sections=shown))


def undone(year: Year) -> Chapter:
    rows = year.rows("overdue")
    if not rows:
        return Chapter("undone", "Что не исполнено", ["Неисполненных в срок мероприятий нет."])
    for row in rows:
        row.reasons = row.reasons or [SILENT]
    said = [
        f"Не исполнено мероприятий: {len(rows)}. Причины приведены по ответам исполнителей и проверяющих."
    ]
    columns = {"number": "№", "text": "Мероприятие", "who": "Кем не исполнено", "why": "Почему"}
    drawn = yearly.table(columns, [row.line() for row in rows])
    return Chapter("undone", "Что не исполнено и почему", said, drawn)


def exempt(year: Year) -> Chapter | None:
    rows = year.rows("exempt")
    if not rows:
        return None
    columns = {"number": "№", "text": "Мероприятие", "who": "Кого не касается", "why": "Почему"}
    said = [f"Признано неприменимыми мероприятий: {len(rows)}; они не входят в подсчёт исполнения."]
    drawn = yearly.table(columns, [row.line() for row in rows])
    return Chapter("exempt", "Что признано неприменимым", said, drawn)


def conclusions(year: Year) -> Chapter:
    said = [_in_time(year.discipline.total)]
    parts = [part for _, _, parts in year.progress for part in parts if part.overdue]
    said += [
        f"Остаётся неисполненное в разделе «{part.name}»: {part.overdue} из {part.due}."
        for part in sorted(parts, key=lambda one: -one.overdue)[:3]
    ]
    numbers = [row.number for row in year.rows("overdue") if row.number]
    if numbers:
        listed = _few([number.rstrip(".") for number in numbers], 30)
        said.append(f"Предложение: предусмотреть в плане следующего года мероприятия {listed}.")
    return Chapter("conclusions", "Выводы и предложения", said)


def _in_time(total: Tally) -> str:
    if not total.due:
        return "Сроки поручений ещё не наступили."
    return (
        f"Срок наступил у поручений: {total.due}; в срок исполнено {total.in_time} ({total.percent} %), "
        f"с опозданием {total.late}, не исполнено {total.overdue}."
    )


def _chart(tallies: Sequence[Tally]) -> dict[str, object]:
    """All schools while they fit, else all together."""
    shown = list(tallies)
    if len(shown) > MOST_BARS:
        total = Tally("Все школы")
        for key in BARS:
            setattr(total, key, sum(getattr(one, key) for one in shown))
        shown = [total]
    groups = [[one.name, [getattr(one, key) for key in BARS]] for one in shown]
    tones = [TONES[key] for key in BARS]
    return {"title": "Исполнение поручений", "labels": list(BARS.values()), "groups": groups, "tones": tones}


def _line(part: Tally) -> dict[str, object]:
    percent = "—" if part.percent is None else part.percent
    keys = ("name", "asked", "in_time", "late", "overdue")
    return {**{key: getattr(part, key) for key in keys}, "percent": percent}


def _source(duty: Assignment) -> tuple[str, int]:
    return ("item", duty.item_id) if duty.item_id else ("clause", duty.clause_id or 0)


def _row(duty: Assignment) -> Row:
    if duty.item is not None:
        return Row(duty.item.number, duty.item.text)
    return Row("", f"Пункт приказа: {duty.clause.text if duty.clause else ''}")


def _bearer(duty: Assignment) -> str:
    if duty.school is not None:
        return duty.school.name
    return duty.official.user.short_name if duty.official else ""


def _reason(event: AssignmentEvent) -> str:
    released = event.state == Assignment.State.EXEMPT
    return ("" if released else BEFORE.get(Kind(event.kind), "")) + " ".join(event.comment.split())


def _few(words: Iterable[str], most: int) -> str:
    """The first, and how many more."""
    listed = list(dict.fromkeys(words))
    more = len(listed) - most
    return ", ".join(listed[:most]) + (f" и ещё {more}" if more > 0 else "")


def _some(lines: Iterable[str]) -> list[str]:
    listed = list(dict.fromkeys(lines))
    more = len(listed) - MOST_REASONS
    return [*listed[:MOST_REASONS], *([f"и ещё ответов: {more}"] if more > 0 else [])]
