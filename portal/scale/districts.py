"""A department with its people, schools and flags, as far as they do not change from year to year."""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass, field
from typing import Any

from accounts.models import AuditEvent, Department, Membership, Role, User
from orders.models import Register, RegisterCounter
from portal.scale import words
from portal.scale.bulk import Bulk
from schools.models import FlagEvent, ObjectivityFlag, Post, School

# E-mail name → role and position.
STAFF = {
    "admin": (Role.ADMIN, "системный администратор"),
    "methodist": (Role.METHODIST, "старший методист"),
    "methodist-2": (Role.METHODIST, "методист"),
    "head": (Role.HEAD, "начальник управления"),
    "viewer": (Role.VIEWER, "специалист министерства"),
}
SHARED = 15  # every so many schools the neighbour's deputy looks after one more


@dataclass
class District:
    """What later years are told of: the department's keys. ``deputies`` goes by school."""

    place: int
    department: Department
    sheet: tuple[str, str]  # the file of every signed order and its hash
    staff: dict[str, Membership] = field(default_factory=dict)
    schools: list[School] = field(default_factory=list)
    deputies: dict[int, Membership] = field(default_factory=dict)
    register: Register = field(default_factory=Register)
    numbers: dict[int, int] = field(default_factory=dict)  # of orders, by calendar year

    def luck(self, seed: int, what: object) -> random.Random:
        """The same for this department and this matter, whatever else is made."""
        return random.Random(f"{seed}:{self.place}:{what}")  # noqa: S311 -- invented rows

    def carelessness(self, school: School) -> float:
        """Which share of its duties the school leaves undone on their day."""
        number = int(school.code[-3:])
        return 0.22 if number % 11 == 0 else 0.07 if number % 4 == 0 else 0.02


def code(place: int) -> str:
    return f"region-{place:03}"


def found(
    bulk: Bulk,
    place: int,
    schools: int,
    *,
    seed: int,
    password: str,
    sheet: tuple[str, str],
    now: datetime.datetime,
) -> District:
    """The department, its staff, schools with a deputy each, journal, flags and the last of the audit log."""
    district = District(place, _department(bulk, place, now), sheet)
    luck = district.luck(seed, "people")
    for name, (role, position) in STAFF.items():
        user = _user(bulk, f"{name}@{code(place)}.example", luck, password, now)
        district.staff[name] = _member(bulk, district, user, role, position)
    for number in range(1, schools + 1):
        _school(bulk, district, number, luck=luck, password=password, now=now)
    district.register = Register(department=district.department, suffix="-о")
    bulk.keep(district.register)
    _flags(bulk, district, luck, now)
    _audit(bulk, district, luck, now)
    return district


def _department(bulk: Bulk, place: int, now: datetime.datetime) -> Department:
    municipality = words.municipality(place - 1)
    adjective = municipality.split()[0].removesuffix("ий")
    department = Department(
        code=code(place), name=f"Управление образования. {municipality}", short_name=municipality,
        name_genitive=f"управления образования. {municipality}", municipality=municipality, region="Озёрный край",
        letterhead=f"УПРАВЛЕНИЕ ОБРАЗОВАНИЯ\n{municipality.upper()}", place=f"с. {adjective}ое",
        signatory_position="Начальник управления", signatory_name="И.И. Пробная",
        created_at=now - datetime.timedelta(days=1900),
    )  # fmt: skip
    bulk.keep(department)
    return department


def _user(bulk: Bulk, email: str, luck: random.Random, password: str, now: datetime.datetime) -> User:
    last, first, patronymic = words.person(luck.randrange(100_000), man=luck.random() < 0.15)
    user = User(
        email=email, last_name=last, first_name=first, patronymic=patronymic, password=password,
        last_login=now - datetime.timedelta(hours=luck.randrange(700)),
        date_joined=now - datetime.timedelta(days=1800),
    )  # fmt: skip
    bulk.keep(user)
    return user


def _member(bulk: Bulk, district: District, user: User, role: Role, position: str) -> Membership:
    member = Membership(
        user=user, department=district.department, role=role, position=position, created_at=user.date_joined
    )
    bulk.keep(member)
    return member


def _school(
    bulk: Bulk, district: District, number: int, *, luck: random.Random, password: str, now: datetime.datetime
) -> None:
    name, kind = words.SCHOOLS[luck.randrange(len(words.SCHOOLS))]
    school = School(
        department=district.department, name=name.format(n=number), kind=kind, pupils=luck.randrange(40, 1200),
        code=f"sch{district.place:03}{number:03}", login=f"sch{district.place:03}{number:03}",
        address=f"ул. Школьная, д. {number}", phone=f"2-{number:02}-{luck.randrange(10, 99)}",
        director=" ".join(words.person(luck.randrange(100_000))),
        email=f"school-{number}@{code(district.place)}.example",
        created_at=now - datetime.timedelta(days=1850), updated_at=now - datetime.timedelta(days=300),
    )  # fmt: skip
    bulk.keep(school)
    neighbour = district.deputies[district.schools[-1].pk].user if district.schools else None
    if neighbour is None or number % SHARED:
        user = _user(bulk, f"deputy-{number}@{code(district.place)}.example", luck, password, now)
    else:
        user = neighbour
    member = _member(bulk, district, user, Role.DEPUTY, "заместитель директора")
    bulk.add(Post, membership=member.pk, school=school.pk)
    district.schools.append(school)
    district.deputies[school.pk] = member


def _flags(bulk: Bulk, district: District, luck: random.Random, now: datetime.datetime) -> None:
    """One school in eight has been flagged; the older flags are closed."""
    by = district.staff["methodist"].pk
    for school in luck.sample(district.schools, len(district.schools) // 8 or 1):
        subject, grade = luck.choice(words.SUBJECTS)
        opened = now - datetime.timedelta(days=luck.randrange(20, 1200))
        old = (now - opened).days > 250
        states = ["analysis", *_way(luck, old=old)]
        closed = opened + datetime.timedelta(days=200) if states[-1] in {"lifted", "refuted"} else None
        flag = bulk.add(
            ObjectivityFlag, school=school.pk, year=opened.year - (opened.month < 9), subject=subject, grade=grade,
            source="Анализ отдела", grounds="Всплеск у границы отметки.", state=states[-1], opened_on=opened.date(),
            opened_by=by, closed_on=closed.date() if closed else None,
        )  # fmt: skip
        for step, state in enumerate(states):
            at = opened + datetime.timedelta(days=step * 15)
            bulk.add(FlagEvent, flag=flag, state=state, by=by, at=at, comment="По итогам рассмотрения.")


def _way(luck: random.Random, *, old: bool) -> list[str]:
    if luck.random() < 0.3:
        return ["refuted"]
    return ["confirmed", "measures", "lifted"] if old else ["confirmed", "measures"][: luck.randrange(3)]


def _audit(bulk: Bulk, district: District, luck: random.Random, now: datetime.datetime) -> None:
    people = list(district.staff.values())
    for n in range(5 * len(district.schools)):
        who = luck.choice(people)
        bulk.add(
            AuditEvent, department=district.department.pk, user=who.user_id, action="accounts.logged_in",
            summary="Вход в портал", at=now - datetime.timedelta(hours=5 * n + luck.randrange(5)),
        )  # fmt: skip


def counters(bulk: Bulk, district: District) -> None:
    """The journal goes on after the last number given."""
    for year, last in sorted(district.numbers.items()):
        bulk.add(RegisterCounter, register=district.register.pk, year=year, last=last)


def logins(place: int) -> list[tuple[Any, str]]:
    """Roles and addresses of one department, for whoever wants to look."""
    people = [(role, f"{name}@{code(place)}.example") for name, (role, _) in STAFF.items() if "-" not in name]
    return [*people, (Role.DEPUTY, f"deputy-1@{code(place)}.example")]
