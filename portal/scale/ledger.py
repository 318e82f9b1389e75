"""A share of what was told: one digest a person and month of the year, with the duties it named."""

from __future__ import annotations

import datetime
import random
from typing import TYPE_CHECKING, Any

from notifications.models import Reminder, Run
from portal.scale.bulk import Bulk
from portal.scale.districts import District
from roadmaps.domain.reminders import DIGEST
from roadmaps.models import Notice

if TYPE_CHECKING:
    from portal.scale.duties import Bearer

WEEK = datetime.timedelta(days=7)
MORNING = datetime.time(5, 10)
UNREAD = datetime.timedelta(days=40)  # what is older has been read


class Ledger:
    """Digests of one department's year, made as soon as a duty is told of."""

    def __init__(self, bulk: Bulk, district: District, luck: random.Random, now: datetime.datetime) -> None:
        self.bulk, self.district, self.luck, self.now = bulk, district, luck, now
        self.digests: dict[tuple[int, datetime.date], int] = {}
        self.mornings: set[datetime.date] = set()

    def told(self, duty: int, last_day: datetime.date, bearer: Bearer) -> None:
        """The bearer was told a week before the day, in the digest of that month."""
        day = (last_day - WEEK).replace(day=5)
        if datetime.datetime.combine(day, MORNING, datetime.UTC) < self.now:
            self.bulk.add(
                Notice, assignment=duty, recipient=bearer.user, membership=bearer.member, rung=f"7@{last_day}",
                reminder=self.digest(day, bearer, duty),
            )  # fmt: skip

    def digest(self, day: datetime.date, bearer: Bearer, duty: int) -> int:
        if (bearer.user, day) not in self.digests:
            self.digests[bearer.user, day] = self._write(day, bearer, duty)
        return self.digests[bearer.user, day]

    def _write(self, day: datetime.date, bearer: Bearer, duty: int) -> int:
        department = self.district.department
        at = datetime.datetime.combine(day, MORNING, datetime.UTC)
        if day not in self.mornings:
            self.mornings.add(day)
            self.bulk.add(Run, department=department.pk, day=day, told=len(self.district.schools), at=at)
        return self.bulk.add(
            Reminder, key=f"{DIGEST}:{department.pk}:{day}:{bearer.user}", department=department.pk,
            recipient=bearer.user, membership=bearer.member, kind=DIGEST, subject="Поручения: скоро срок",
            body="Здравствуйте! Напоминаем о том, что ждёт вас.", groups=[_group(duty, bearer)], state="sent",
            path="/roadmaps/mine/", created_at=at, due_at=at, claimed_at=at, ended_at=at, attempts=1,
            read_at=None if self.now - at < UNREAD and self.luck.random() < 0.6 else at,
        )  # fmt: skip


def _group(duty: int, bearer: Bearer) -> dict[str, Any]:
    line = {
        "text": "Мероприятие плана", "who": "", "when": "", "note": "", "path": f"/roadmaps/assignments/{duty}/",
        "membership": bearer.member, "assignment": duty,
    }  # fmt: skip
    return {"title": "Скоро срок", "tone": "soon", "lines": [line], "more": 0}
