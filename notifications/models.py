"""The ledger of messages: a reminder is recorded before it is sent, and never sent twice for one key."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts.models import Department, Membership, Role, User
from accounts.tenancy import TenantQuerySet


class ReminderQuerySet(TenantQuerySet["Reminder"]):
    schools_see = True
    observers_see = True

    def visible_to(self, membership: Membership | None) -> ReminderQuerySet:
        """A school's deputy and an observer see what was sent to them."""
        reminders = super().visible_to(membership)
        if membership is not None and membership.role in {Role.DEPUTY, Role.OBSERVER}:
            return reminders.filter(recipient=membership.user_id)
        return reminders


class Reminder(models.Model):
    """One message to one person. At least once with a bounded number of tries; a stable Message-ID folds a repeat.

    ``claimed_at`` first, ``sent_at`` after the mail server took it; claimed long ago and not sent is taken up again.
    """

    key = models.CharField(
        "ключ", max_length=200, unique=True, help_text="Один повод, один человек: одна строка."
    )
    department = models.ForeignKey(Department, models.CASCADE, related_name="reminders")
    recipient = models.ForeignKey(User, models.CASCADE, related_name="reminders", verbose_name="кому")
    kind = models.CharField("вид", max_length=40)
    subject = models.CharField("тема", max_length=250)
    body = models.TextField("текст")
    path = models.CharField("куда ведёт", max_length=300, blank=True)
    created_at = models.DateTimeField("записано", auto_now_add=True)
    due_at = models.DateTimeField("не раньше", default=timezone.now)
    claimed_at = models.DateTimeField("взято", null=True, blank=True)
    sent_at = models.DateTimeField("отправлено", null=True, blank=True)
    gave_up_at = models.DateTimeField("оставлено", null=True, blank=True)
    read_at = models.DateTimeField("прочитано в портале", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("попытки", default=0)
    problem = models.CharField("что помешало", max_length=500, blank=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = "напоминание"
        verbose_name_plural = "напоминания"
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(sent_at=None, gave_up_at=None),
                name="reminder_waiting",
            ),
            models.Index(fields=["recipient", "-created_at"], name="reminder_inbox"),
        ]

    def __str__(self) -> str:
        return f"{self.recipient}: {self.subject}"
