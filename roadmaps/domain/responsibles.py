"""From a printed phrase to schools and people of one department: what is not certain becomes a question.

A target is a plain dictionary, kept in ``ActionItem.reach``::

    {"kind": "all_schools" | "school" | "flagged_schools" | "official" | "body" | "unknown",
     "phrase": "as printed", "label": "12 школ",
     "school": pk, "official": membership pk, "members": [membership pk, …],
     "candidates": [{"school" | "official": pk}, …], "controls": True, "outside": True}

``controls``: named to watch over, not to carry out. ``outside``: parents and observers, who work beside the portal.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import INSIDERS, Department, Membership, Role
from portal.lib import names
from roadmaps import responsibles
from roadmaps.models import ResponsibleRule
from roadmaps.responsibles import Piece, SchoolName
from schools.domain.schools import flagged_schools
from schools.models import School

Target = dict[str, Any]
KINDS = ("all_schools", "school", "flagged_schools", "official", "body", "unknown")


@dataclass(frozen=True)
class Bearer:
    """Who carries a duty: exactly one of the two."""

    school: School | None = None
    official: Membership | None = None


class Directory:
    """The schools, people and remembered rules of a department, loaded once for any number of phrases."""

    def __init__(self, department: Department, on: datetime.date | None = None) -> None:
        self.department = department
        self.on = on or timezone.localdate()

    @cached_property
    def schools(self) -> dict[int, School]:
        return {school.pk: school for school in School.objects.filter(department=self.department).open()}

    @cached_property
    def members(self) -> dict[int, Membership]:
        members = Membership.objects.filter(department=self.department, role__in=INSIDERS).active()
        return {member.pk: member for member in members.select_related("user", "post")}

    @cached_property
    def officials(self) -> dict[int, Membership]:
        return {pk: member for pk, member in self.members.items() if member.role != Role.DEPUTY}

    @cached_property
    def flagged(self) -> dict[int, School]:
        return {school.pk: school for school in flagged_schools(self.department, self.on)}

    @cached_property
    def rules(self) -> dict[str, list[Target]]:
        rules = ResponsibleRule.objects.filter(department=self.department)
        return {rule.phrase: rule.targets for rule in rules}

    @cached_property
    def school_names(self) -> dict[int, SchoolName]:
        found = {pk: responsibles.school_name(school.name) for pk, school in self.schools.items()}
        return {pk: name or SchoolName() for pk, name in found.items()}

    @cached_property
    def surnames(self) -> dict[str, list[Membership]]:
        """Every form in which a surname of a member may be printed, to the members who bear it."""
        forms: dict[str, list[Membership]] = {}
        for member in self.members.values():
            for form in responsibles.surname_forms(member.user.last_name, member.user.patronymic):
                forms.setdefault(form, []).append(member)
        return forms

    @cached_property
    def own_words(self) -> frozenset[str]:
        """The words of the department's own name and place, in their dictionary forms."""
        d = self.department
        text = " ".join((d.name, d.short_name, d.name_genitive, d.letterhead, d.place, d.municipality))
        return frozenset[str]().union(*responsibles.lemmas(text))

    @cached_property
    def understood(self) -> dict[tuple[str, int | None], list[Target]]:
        """Phrases repeat a hundred times in a plan: each is understood once."""
        return {}


def understand(
    department: Department, phrase: str, *, directory: Directory | None = None, school: School | None = None
) -> list[Target]:
    """Whom the phrase names, in printed order. ``school``: the plan is that school's own."""
    directory = directory or Directory(department)
    key = (phrase, school.pk if school else None)
    if key not in directory.understood:
        directory.understood[key] = list(_targets(phrase, directory, school))
    return [dict(target) for target in directory.understood[key]]


def _targets(phrase: str, directory: Directory, school: School | None) -> Iterator[Target]:
    if remembered := _remembered(phrase, directory):
        yield from remembered
        return
    before: Piece | None = None
    for piece in responsibles.parse(phrase, own_school=school is not None):
        marks = {"controls": True} if piece.controls else {}
        for target in _remembered(piece.text, directory) or [_target(piece, before, directory, school)]:
            labelled = {**target, **marks, "phrase": piece.text}
            yield labelled | {"label": label(labelled, directory)}
        before = piece


def _remembered(phrase: str, directory: Directory) -> list[Target]:
    """Targets settled earlier for this phrase, without those who have left since."""
    kept = [_still_there(target, directory) for target in directory.rules.get(_rule_key(phrase), [])]
    return [{**target, "phrase": phrase, "label": label(target, directory)} for target in kept if target]


def _rule_key(phrase: str) -> str:
    return responsibles.folded(phrase)[:500]


def _still_there(target: Target, directory: Directory) -> Target | None:
    if target["kind"] == "school":
        return target if target["school"] in directory.schools else None
    if target["kind"] == "official":
        return target if target["official"] in directory.members else None
    if target["kind"] == "body" and not target.get("outside"):
        members = [pk for pk in target.get("members", ()) if pk in directory.members]
        return {**target, "members": members} if members else None
    return target


def _target(piece: Piece, before: Piece | None, directory: Directory, own: School | None) -> Target:
    match piece.kind:
        case "person":
            return _person(piece, directory)
        case "position":
            return _position(piece, directory)
        case "body":
            return _body(piece, directory)
        case "schools" | "flagged" if own:
            return {"kind": "school", "school": own.pk}
        case "schools":
            return {"kind": "all_schools"}
        case "flagged":
            return {"kind": "flagged_schools"}
        case "school" if piece.school:
            return _school(piece.school, directory)
        case "outside":
            return {"kind": "body", "members": [], "outside": True}
    if before and before.school:  # «СОШ № 5, Заречье»: the list of schools goes on by their places
        return _school(SchoolName(words=tuple(responsibles.folded(piece.text).split())), directory)
    return {"kind": "unknown"}


# --- people ----------------------------------------------------------------------------------------------------------


def _person(piece: Piece, directory: Directory) -> Target:
    surname = names.folded(piece.surname)
    bearers = directory.surnames.get(surname, [])
    exact = [m for m in bearers if names.folded(m.user.last_name) == surname]
    found = [member for member in exact or bearers if _initials_agree(member, piece.initials)]
    if len(found) > 1 and len({member.user_id for member in found}) == 1:
        found = _by_position(found, piece.position)
    if len(found) == 1:
        return _of_member(found[0])
    if not found and piece.school:
        return _school(piece.school, directory)
    return {"kind": "unknown", "candidates": [{"official": member.pk} for member in found or bearers]}


def _of_member(member: Membership) -> Target:
    """A deputy works for the school: the duty is the school's."""
    if member.role == Role.DEPUTY and hasattr(member, "post"):
        return {"kind": "school", "school": member.post.school_id}
    return {"kind": "official", "official": member.pk}


def _by_position(found: Sequence[Membership], position: str) -> list[Membership]:
    """One person in several roles: the one whose position is printed, else the first role of the department."""
    words = responsibles.lemmas(position)
    agreeing = [m for m in found if words and _all_in(words, responsibles.lemmas(m.position))]
    officials = [m for m in found if m.role != Role.DEPUTY]
    return (agreeing or officials or list(found))[:1]


def _initials_agree(member: Membership, printed: str) -> bool:
    known = "".join(part[0] for part in (member.user.first_name, member.user.patronymic) if part)
    pairs = list(zip(names.folded(known), names.folded(printed), strict=False))
    return bool(pairs) and all(one == other for one, other in pairs)


def _position(piece: Piece, directory: Directory) -> Target:
    """Who holds the position: every word of the phrase is in theirs or in the department's own name."""
    words = responsibles.lemmas(piece.text)
    head = responsibles.head_lemmas(piece.text)
    found = [
        member.pk
        for member in directory.officials.values()
        if head & frozenset[str]().union(*responsibles.lemmas(member.position))
        and _all_in(words, (*responsibles.lemmas(member.position), directory.own_words))
    ]
    if len(found) == 1:
        return {"kind": "official", "official": found[0]}
    if len(found) > 1 and not responsibles.is_plural(piece.text):
        return {"kind": "unknown", "candidates": [{"official": pk} for pk in found]}
    return {"kind": "body", "members": found}


def _body(piece: Piece, directory: Directory) -> Target:
    """Those whose position names the body: «специалист МБУ «Центр …»»."""
    words = responsibles.lemmas(piece.text)
    found = [
        pk
        for pk, member in directory.officials.items()
        if _all_in(words, responsibles.lemmas(member.position))
    ]
    return {"kind": "body", "members": found}


def _all_in(words: Iterable[frozenset[str]], among: Iterable[frozenset[str]]) -> bool:
    there = frozenset[str]().union(*among)
    return all(word & there for word in words)


# --- schools ---------------------------------------------------------------------------------------------------------


def _school(wanted: SchoolName, directory: Directory) -> Target:
    found = _with_number(wanted, directory) if wanted.number else _with_words(wanted, directory)
    if len(found) == 1:
        return {"kind": "school", "school": found[0]}
    return {"kind": "unknown", "candidates": [{"school": pk} for pk in found]}


def _with_number(wanted: SchoolName, directory: Directory) -> list[int]:
    numbered = {pk: name for pk, name in directory.school_names.items() if name.number == wanted.number}
    same = [pk for pk, name in numbered.items() if name.sort == wanted.sort]
    loose = [pk for pk, name in numbered.items() if not (name.sort and wanted.sort)]
    return same if wanted.sort and same else loose


def _with_words(wanted: SchoolName, directory: Directory) -> list[int]:
    words = responsibles.lemmas(" ".join(wanted.words))
    if not words:
        return [pk for pk, name in directory.school_names.items() if wanted.sort and name.sort == wanted.sort]
    return [
        pk
        for pk, school in directory.schools.items()
        if _all_in(words, responsibles.lemmas(school.name))
        and (not wanted.sort or directory.school_names[pk].sort in {wanted.sort, ""})
    ]


# --- what the screen says --------------------------------------------------------------------------------------------


def label(target: Target, directory: Directory) -> str:
    """«12 школ», «3 школы с признаками», «Михеева Е. И.», or what is missing."""
    match target["kind"]:
        case "all_schools":
            return names.counted(len(directory.schools), "школа", "школы", "школ")
        case "flagged_schools":
            return names.counted(len(directory.flagged), "школа", "школы", "школ") + " с признаками"
        case "school":
            school = directory.schools.get(target["school"])
            return school.name if school else "школа закрыта"
        case "official":
            member = directory.members.get(target["official"])
            return member.user.short_name if member else "больше не работает"
        case "body" if target.get("outside"):
            return "вне портала"
        case "body":
            there = [directory.members[pk] for pk in target.get("members", ()) if pk in directory.members]
            return ", ".join(member.user.short_name for member in there) or "кто отвечает?"
    return "кто это?"


def needs_answer(target: Target) -> bool:
    """A person has to say who this is."""
    if target.get("controls") or target.get("outside"):
        return False
    return target["kind"] == "unknown" or (target["kind"] == "body" and not target.get("members"))


# --- whom it reaches today -------------------------------------------------------------------------------------------


@dataclass
class _Reached:
    schools: dict[int, School] = field(default_factory=dict)
    officials: dict[int, Membership] = field(default_factory=dict)


def bearers(
    reach: Sequence[Target], department: Department, on: datetime.date, *, directory: Directory | None = None
) -> list[Bearer]:
    """Distinct schools and officials that carry the duty as of ``on``; those who only watch are left out."""
    directory = directory or Directory(department, on)
    reached = _Reached()
    for target in reach:
        if not target.get("controls"):
            _add_bearers(reached, target, directory)
    return [
        *(Bearer(school=school) for school in reached.schools.values()),
        *(Bearer(official=member) for member in reached.officials.values()),
    ]


def _add_bearers(reached: _Reached, target: Target, directory: Directory) -> None:
    match target["kind"]:
        case "all_schools":
            reached.schools |= directory.schools
        case "flagged_schools":
            reached.schools |= directory.flagged
        case "school" if target["school"] in directory.schools:
            reached.schools[target["school"]] = directory.schools[target["school"]]
        case "official" | "body":
            for pk in [target["official"]] if target["kind"] == "official" else target.get("members", ()):
                if pk in directory.members:
                    reached.officials[pk] = directory.members[pk]


# --- remembering -----------------------------------------------------------------------------------------------------


@transaction.atomic
def remember(
    department: Department, phrase: str, targets: Sequence[Target], *, by: Membership
) -> ResponsibleRule:
    """From now on this phrase means these targets in every plan of the department."""
    kept = [
        {key: value for key, value in target.items() if key not in {"phrase", "label"}} for target in targets
    ]
    rule, _ = ResponsibleRule.objects.update_or_create(
        department=department,
        phrase=_rule_key(phrase),
        defaults={"targets": kept, "created_by": by},
    )
    return rule
