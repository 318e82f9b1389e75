"""Calendar feeds: addresses with a secret by which a calendar program reads what one person may see."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import Membership
from accounts.tenancy import TenantQuerySet
from roadmaps.models.plan import Roadmap
from schools.models import School


class FeedQuerySet(TenantQuerySet["Feed"]):
    department_path = "membership__department"
    schools_see = True

    def visible_to(self, membership: Membership | None) -> FeedQuerySet:
        """Everybody sees their own only: the address opens what its owner sees."""
        return super().visible_to(membership).filter(membership=membership)

    def open(self) -> FeedQuerySet:
        """Neither revoked nor left behind by somebody who works here no more."""
        return self.filter(revoked_at=None, membership__ended_at=None, membership__user__is_active=True)


class Feed(models.Model):
    """One feed: of the person's own duties, of one school, or of one roadmap. Only the token's hash is kept.

    ``etag`` is of what was served last, ``checked_at`` when it was computed, ``changed_at`` since when it is so;
    ``served`` counts the full answers since ``minute``.
    """

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="feeds")
    school = models.ForeignKey(School, models.CASCADE, null=True, blank=True, related_name="+")
    roadmap = models.ForeignKey(Roadmap, models.CASCADE, null=True, blank=True, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField("создан", auto_now_add=True)
    revoked_at = models.DateTimeField("отозван", null=True, blank=True)
    etag = models.CharField(max_length=64, blank=True)
    changed_at = models.DateTimeField("изменился", null=True, blank=True)
    checked_at = models.DateTimeField("прочитан", null=True, blank=True)
    minute = models.DateTimeField(null=True, blank=True)
    served = models.PositiveIntegerField(default=0)

    objects = FeedQuerySet.as_manager()

    class Meta:
        verbose_name = "лента календаря"
        verbose_name_plural = "ленты календаря"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(name="feed_of_one_thing", condition=Q(school=None) | Q(roadmap=None))
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """What the calendar is called in the person's program."""
        if self.school:
            return f"Сроки: {self.school.name}"
        return f"Сроки: {self.roadmap.name}" if self.roadmap else "Мои сроки"
