"""The one door to rows: every queryset of a department's rows starts from ``visible_to(membership)``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypeVar

from django.db import models

if TYPE_CHECKING:
    from accounts.models import Membership

M = TypeVar("M", bound=models.Model)


class TenantQuerySet(models.QuerySet[M]):
    """Rows that belong to a department. A school sees none of them unless the class says ``schools_see``.

    Such a class narrows them to what is the school's by overriding ``visible_to``; the same goes for an observer of
    the tests, a stranger to the department, and ``observers_see``.
    """

    department_path = "department"
    schools_see = False
    observers_see = False

    def visible_to(self, membership: Membership | None) -> Self:
        """Only the rows of the member's own department; nobody sees nothing."""
        closed_to = {"deputy": not self.schools_see, "observer": not self.observers_see}
        if membership is None or closed_to.get(membership.role, False):
            return self.none()
        return self.filter(**{self.department_path: membership.department_id})
