"""What was told to whom: the ledger of messages, its rules per department, and what people chose for themselves."""

from __future__ import annotations

import datetime

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from accounts.models import Department, Membership, Role, User
from accounts.tenancy import TenantQuerySet
from portal.lib.ladder import Ladder


class ReminderQuerySet(TenantQuerySet["Reminder"]):
    schools_see = True
    observers_see = True

    def visible_to(self, membership: Membership | None) -> ReminderQuerySet:
        """A school's deputy and an observer see what was sent to them."""
        reminders = super().visible_to(membership)
        if membership is not None and membership.role in {Role.DEPUTY, Role.OBSERVER}:
            return reminders.filter(recipient=membership.user_id)
        return reminders

    def waiting(self) -> ReminderQuerySet:
        """Recorded, and neither sent nor settled otherwise."""
        return self.filter(state=Reminder.State.WAITING)

    def stuck(self, now: datetime.datetime) -> ReminderQuerySet:
        """Should have gone out an hour ago and have not."""
        return self.waiting().filter(due_at__lt=now - datetime.timedelta(hours=1))

    def failed_lately(self, now: datetime.datetime) -> ReminderQuerySet:
        """Given up within a week."""
        return self.filter(state=Reminder.State.FAILED, ended_at__gte=now - datetime.timedelta(days=7))

    def told(self) -> ReminderQuerySet:
        """What belongs in a person's inbox: all but what turned out to be needless."""
        return self.exclude(state=Reminder.State.DROPPED)


class Reminder(models.Model):
    """One message to one person. At least once with a bounded number of tries; a stable Message-ID folds a repeat.

    ``claimed_at`` first, the state after the mail server took it; claimed long ago and still waiting is taken up
    again. ``groups`` is the list a message holds: ``[{"title", "tone", "lines": [{"text", "who", "when", "path",
    "membership", "assignment"}]}]``. ``membership`` is the role in which its page is to be opened.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "в очереди"
        SENT = "sent", "отправлено"
        PORTAL = "portal", "только в портале"
        DROPPED = "dropped", "не понадобилось"
        FAILED = "failed", "не удалось"

    TRANSITIONS = {
        State.WAITING: {State.SENT, State.PORTAL, State.DROPPED, State.FAILED},
        State.FAILED: {State.WAITING},
        State.SENT: set(),
        State.PORTAL: set(),
        State.DROPPED: set(),
    }

    key = models.CharField(
        "ключ", max_length=200, unique=True, help_text="Один повод, один человек: одна строка."
    )
    department = models.ForeignKey(Department, models.CASCADE, related_name="reminders")
    recipient = models.ForeignKey(User, models.CASCADE, related_name="reminders", verbose_name="кому")
    membership = models.ForeignKey(Membership, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField("вид", max_length=40)
    subject = models.CharField("тема", max_length=250)
    body = models.TextField("текст", blank=True)
    groups = models.JSONField("перечень", default=list, blank=True)
    path = models.CharField("куда ведёт", max_length=300, blank=True)
    state = models.CharField("итог", max_length=10, choices=State, default=State.WAITING)
    created_at = models.DateTimeField("записано", auto_now_add=True)
    due_at = models.DateTimeField("не раньше", default=timezone.now)
    claimed_at = models.DateTimeField("взято", null=True, blank=True)
    ended_at = models.DateTimeField("когда решено", null=True, blank=True)
    address = models.CharField("на какую почту", max_length=254, blank=True)
    attempts = models.PositiveSmallIntegerField("попытки", default=0)
    problem = models.CharField("что помешало", max_length=500, blank=True)
    read_at = models.DateTimeField("прочитано в портале", null=True, blank=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = "напоминание"
        verbose_name_plural = "напоминания"
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(state="waiting"), name="reminder_waiting"),
            models.Index(fields=["recipient", "-created_at"], name="reminder_inbox"),
            models.Index(fields=["department", "-created_at"], name="reminder_ledger"),
        ]
        constraints = [
            models.CheckConstraint(
                name="reminder_ended_iff_settled",
                condition=models.Q(state="waiting", ended_at=None)
                | (~models.Q(state="waiting") & models.Q(ended_at__isnull=False)),
                violation_error_message="У письма с итогом должно быть время, без итога — нет.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.recipient}: {self.subject}"


class OpenedLink(models.Model):
    """A one-click link of a message that has served; the second time it opens nothing by itself."""

    reminder = models.ForeignKey(Reminder, models.CASCADE, related_name="opened")
    path = models.CharField("куда", max_length=300)
    at = models.DateTimeField("когда", auto_now_add=True)

    class Meta:
        verbose_name = "открытая ссылка"
        verbose_name_plural = "открытые ссылки"
        constraints = [models.UniqueConstraint(fields=["reminder", "path"], name="link_once")]


class OptOut(models.Model):
    """A person wants no mail of this kind; the portal's inbox still shows it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    kind = models.CharField("вид", max_length=40)
    at = models.DateTimeField("когда", auto_now_add=True)

    class Meta:
        verbose_name = "отказ от писем"
        verbose_name_plural = "отказы от писем"
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="optout_once")]


class RefusedAddress(models.Model):
    """An address at which no mailbox answers: nothing more is sent there until it changes or somebody checks it.

    The mail server said so at the door, or, ``marked_by``, an admin to whom a letter came back.
    """

    user = models.OneToOneField(User, models.CASCADE, related_name="refused_address")
    address = models.EmailField("почта")
    answer = models.CharField("ответ почтового сервера", max_length=300)
    marked_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, related_name="+", verbose_name="кто отметил"
    )
    at = models.DateTimeField("когда", auto_now_add=True)

    class Meta:
        verbose_name = "адрес, который не принимает почту"
        verbose_name_plural = "адреса, которые не принимают почту"


def week_and_day() -> list[int]:
    return [7, 1]


def hour(default: int, title: str) -> models.PositiveSmallIntegerField:
    limits = [MinValueValidator(0), MaxValueValidator(23)]
    return models.PositiveSmallIntegerField(title, default=default, validators=limits)


def days(default: int, title: str, most: int) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(title, default=default, validators=[MaxValueValidator(most)])


class Rules(models.Model):
    """When a department reminds; without a row the defaults hold. Days of 0 mean: not at all."""

    department = models.OneToOneField(Department, models.CASCADE, related_name="reminder_rules")
    before = models.JSONField("за сколько дней до срока", default=week_and_day)
    on_day = models.BooleanField("в день срока", default=True)
    after = days(1, "на который день просрочки", 30)
    every = days(7, "дальше через каждые", 60)
    # Terms of the school year: rarer tells too little for the year's report, oftener is a letter nobody answers.
    report_every = days(90, "о том, что идёт постоянно, — доклад раз в столько дней", 366)
    controller_after = days(3, "контролёру — на который день просрочки", 90)
    head_after = days(7, "начальнику — на который день просрочки", 120)
    morning = hour(8, "во сколько уходит утреннее письмо")
    quiet_until = hour(8, "писать не раньше")
    quiet_from = hour(20, "писать не позже")
    cap = models.PositiveIntegerField(
        "писем за одно утро не больше", default=500, validators=[MinValueValidator(1)]
    )

    objects = TenantQuerySet["Rules"].as_manager()

    class Meta:
        verbose_name = "правила напоминаний"
        verbose_name_plural = "правила напоминаний"

    def __str__(self) -> str:
        return f"Правила напоминаний: {self.department}"

    @property
    def ladder(self) -> Ladder:
        """On which days a duty is spoken of."""
        return Ladder(tuple(self.before), self.on_day, self.after, self.every)


class Run(models.Model):
    """One morning of a department: how many were told, or how many it would have been when the cap stopped it.

    Whoever writes a morning's messages first updates this row: the database lets one in at a time.
    """

    department = models.ForeignKey(Department, models.CASCADE, related_name="+")
    day = models.DateField("день")
    told = models.PositiveIntegerField("записано писем", default=0)
    stopped = models.PositiveIntegerField("остановлено при", null=True, blank=True)
    at = models.DateTimeField("когда", auto_now=True)

    objects = TenantQuerySet["Run"].as_manager()

    class Meta:
        verbose_name = "утренняя рассылка"
        verbose_name_plural = "утренние рассылки"
        ordering = ["-day"]
        constraints = [models.UniqueConstraint(fields=["department", "day"], name="run_once_a_day")]

    def __str__(self) -> str:
        return f"{self.department}, {self.day:%d.%m.%Y}"
