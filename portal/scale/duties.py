"""What the schools and officials of a department did about one year's plan: duties with their whole history."""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass

from portal.scale import words
from portal.scale.bulk import Bulk
from portal.scale.districts import District
from portal.scale.ledger import Ledger
from portal.scale.plans import Plan
from roadmaps.deadlines import Occurrence
from roadmaps.models import Assignment, AssignmentEvent, AssignmentRequest, Evidence
from schools.models import School

HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
State, Kind = Assignment.State, AssignmentEvent.Kind


@dataclass(frozen=True)
class Bearer:
    """One school or one official, and who acts for it."""

    member: int
    user: int
    careless: float
    school: int | None = None


@dataclass
class Year:
    """One department's year. ``over``: nothing of it lies ahead."""

    bulk: Bulk
    district: District
    plan: Plan
    luck: random.Random
    now: datetime.datetime
    over: bool

    def tell(self) -> None:
        """Make every duty of the plan."""
        self.today = self.now.date()
        self.ledger = Ledger(self.bulk, self.district, self.luck, self.now)
        schools = [self._of_school(school) for school in self.district.schools]
        staff = [self.district.staff[name] for name in ("methodist", "methodist-2")]
        officials = [Bearer(one.pk, one.user_id, 0.03) for one in staff]
        for place, (item, source) in enumerate(self.plan.sources):
            controller = self.plan.controllers[place % 2]
            for span in source.spans:
                for bearer in officials if source.officials else schools:
                    self.duty(item, span, bearer, controller)

    def _of_school(self, school: School) -> Bearer:
        deputy = self.district.deputies[school.pk]
        return Bearer(deputy.pk, deputy.user_id, self.district.carelessness(school), school.pk)

    def duty(self, item: int, span: Occurrence, bearer: Bearer, controller: int) -> None:
        if bearer.member == controller:  # nobody accepts their own report
            controller = next(other for other in self.plan.controllers if other != controller)
        history = History(self, bearer, controller)
        last_day, printed = history.live(span)
        pk = self.bulk.add(
            Assignment, department=self.district.department.pk, item=item, occurrence=span.key, first_day=span.first,
            last_day=last_day, printed_day=printed, school=bearer.school,
            official=None if bearer.school else bearer.member, controller=controller,
            created_at=self.plan.signed_at, state=history.state, **history.outcome,
        )  # fmt: skip
        history.write(pk)
        if self.luck.random() < 0.005:
            self._help(pk, bearer)
        if last_day is not None and bearer.school and self.luck.random() < 0.25:
            self.ledger.told(pk, last_day, bearer)

    def _help(self, duty: int, bearer: Bearer) -> None:
        """A colleague of another school lends a hand."""
        other = self.luck.choice(list(self.district.deputies.values()))
        if other.user_id != bearer.user:
            self.bulk.add(Assignment.helpers.through, assignment=duty, membership=other.pk)


class History:
    """One duty from its beginning: rolls its fate, then writes steps, proofs and requests under its key."""

    def __init__(self, year: Year, bearer: Bearer, controller: int) -> None:
        self.year, self.bearer, self.controller = year, bearer, controller
        self.luck, self.now = year.luck, year.now
        self.state: str = State.ASSIGNED
        self.steps: list[tuple[str, str, str, int, str, datetime.datetime]] = []
        self.asked: list[tuple[str, datetime.date | None, datetime.datetime]] = []
        self.proofs: list[tuple[int, datetime.datetime]] = []
        self.outcome: dict[str, object] = {}

    def live(self, span: Occurrence) -> tuple[datetime.date | None, datetime.date | None]:
        """Roll what happened; the due day in force, and the printed one when it was moved."""
        due, chance = span.due, self.luck.random()
        if due is None:
            self._go_on(chance)
            return None, None
        if chance < 0.012 and due < self.year.today:
            self._exempt(due)
            return due, None
        printed = None
        if chance > 0.985 and due < self.year.today:
            printed, due = due, due + 7 * DAY
            self._extended(printed, due)
        if self.year.over:
            self._past(due, self.luck.random())
        elif due < self.year.today:
            self._due(due, self.luck.random())
        elif due - self.year.today < 60 * DAY:
            self._ahead(self.luck.random())
        return due, printed

    def _go_on(self, chance: float) -> None:
        """No due day: in work, told of from time to time, taken off when its year is over."""
        begun = self.year.plan.signed_at + (3 + chance * 20) * DAY
        if chance < 0.7 and begun < self.now:
            self._step(State.DOING, self.bearer.member, begun)
            if chance < 0.4 and begun + 30 * DAY < self.now:
                self._note(Kind.INTERIM, self.bearer.member, begun + 30 * DAY, "Работа идёт по плану.")
        if self.year.over:
            self._close()

    def _past(self, due: datetime.date, chance: float) -> None:
        """A year that is over: nearly all was accepted, a little was taken off or forgotten."""
        if chance < 0.008:
            self._close()
        elif chance < 0.008 + self.bearer.careless / 20:
            return
        else:
            self._report(due)
            self._accept(due)

    def _due(self, due: datetime.date, chance: float) -> None:
        """Its day has come: the careless are late, recent reports wait, a few went back."""
        recent = self.year.today - due < 14 * DAY
        if chance < self.bearer.careless:
            if chance < self.bearer.careless / 4:
                self._step(State.DOING, self.bearer.member, self._at(due, -5))
            return
        self._report(due)
        if chance > (0.75 if recent else 0.985):
            return
        if chance > (0.72 if recent else 0.97):
            self._return(self._after(20))
        else:
            self._accept(due)

    def _ahead(self, chance: float) -> None:
        if chance < 0.12:
            self._step(State.DOING, self.bearer.member, self.now - (1 + 100 * chance) * DAY)
        elif chance < 0.17:
            self._report(self.year.today)
            if chance < 0.15:
                self._accept(self.year.today)

    # --- steps ------------------------------------------------------------

    def _report(self, due: datetime.date) -> None:
        """Mostly in the last days before the due one; the careless also after it. Some were returned once."""
        late = self.luck.random() < 0.04 + self.bearer.careless
        at = self._at(due, self.luck.randrange(1, 9) if late else -self.luck.randrange(6))
        if self.luck.random() < 0.15:
            self._step(State.DOING, self.bearer.member, max(at - 4 * DAY, self.year.plan.signed_at + HOUR))
        self._send(at, 1)
        if self.luck.random() < 0.07 and self._after(60) < self.now:
            self._return(self._after(20))
            self._send(self._after(25), 2)

    def _send(self, at: datetime.datetime, round: int) -> None:
        self._step(State.REPORTED, self.bearer.member, at)
        self.outcome |= {"reported_at": at, "reported_by": self.bearer.member, "round": round}
        if self.luck.random() < 0.6:
            self.proofs.append((round, at))

    def _return(self, at: datetime.datetime) -> None:
        self._step(State.RETURNED, self.controller, at, self.luck.choice(words.REMARKS))
        given = self.outcome.get("round")
        self.outcome |= {"decided_at": at, "decided_by": self.controller, "round": 2 if given == 1 else 3}

    def _accept(self, due: datetime.date) -> None:
        at = self._after(self.luck.randrange(2, 90))
        self._step(State.ACCEPTED, self.controller, at)
        self.outcome |= {"decided_at": at, "decided_by": self.controller}

    def _exempt(self, due: datetime.date) -> None:
        asked = self._at(due, -8)
        self._note(
            Kind.ASKED, self.bearer.member, asked, "Сообщают, что не касается. В школе нет таких классов."
        )
        self.asked.append(("exemption", None, asked))
        self._step(State.EXEMPT, self.controller, asked + 5 * HOUR, "В школе нет таких классов.")
        self.outcome |= {"decided_at": asked + 5 * HOUR, "decided_by": self.controller}

    def _extended(self, printed: datetime.date, until: datetime.date) -> None:
        asked = self._at(printed, -6)
        self._note(Kind.ASKED, self.bearer.member, asked, f"Просят продлить до {until:%d.%m.%Y}.")
        self.asked.append(("extension", until, asked))
        self._note(Kind.GRANTED, self.controller, asked + 5 * HOUR, f"Срок продлён до {until:%d.%m.%Y}.")

    def _close(self) -> None:
        at = datetime.datetime(self.year.plan.year + 1, 8, 31, 9, tzinfo=datetime.UTC)
        self._step(State.CLOSED, self.controller, at, "Учебный год закончен.")
        self.outcome |= {"decided_at": at, "decided_by": self.controller}

    def _step(self, to: str, by: int, at: datetime.datetime, comment: str = "") -> None:
        self.steps.append((Kind.STATE, self.state, to, by, comment, at))
        self.state = to

    def _note(self, kind: str, by: int, at: datetime.datetime, comment: str) -> None:
        self.steps.append((kind, "", self.state, by, comment, at))

    def _at(self, due: datetime.date, days: int) -> datetime.datetime:
        """A working hour so many days from the due one, after the order was signed and before now."""
        minutes = days * 1440 + self.luck.randrange(360, 840)
        noon = datetime.datetime(due.year, due.month, due.day, tzinfo=datetime.UTC)
        at = max(noon + datetime.timedelta(minutes=minutes), self.year.plan.signed_at + 8 * HOUR)
        return min(at, self.now - 3 * HOUR)

    def _after(self, hours: int) -> datetime.datetime:
        """So many hours after the last step, at most now."""
        return min(self.steps[-1][-1] + hours * HOUR, self.now)

    def write(self, pk: int) -> None:
        bulk = self.year.bulk
        for kind, before, state, by, comment, at in self.steps:
            bulk.add(
                AssignmentEvent, assignment=pk, kind=kind, before=before, state=state, by=by, comment=comment, at=at
            )  # fmt: skip
        for round, at in self.proofs:
            bulk.add(
                Evidence, assignment=pk, kind="note", round=round, text=self.luck.choice(words.NOTES),
                added_by=self.bearer.member, added_at=at,
            )  # fmt: skip
        for kind, until, at in self.asked:
            bulk.add(
                AssignmentRequest, assignment=pk, kind=kind, state="granted", until=until, asked_at=at,
                reason=self.luck.choice(words.REASONS), asked_by=self.bearer.member, decided_by=self.controller,
                decided_at=at + 5 * HOUR,
            )  # fmt: skip
