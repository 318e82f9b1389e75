"""Who works in the portal: users, departments (the tenants), memberships with a role, invitations, the audit log."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.tenancy import TenantQuerySet
from accounts.zones import TIME_ZONES
from portal.lib import names
from portal.lib.calendar import WorkCalendar


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        """Log-in by e-mail, in whatever case it was typed."""
        return self.get(email__iexact=(username or "").strip())


class User(AbstractBaseUser, PermissionsMixin):
    """A person; what they may do is said by their memberships."""

    class View(models.TextChoices):
        USUAL = "", "обычный"
        CONTRAST = "contrast", "для слабовидящих"

    email = models.EmailField("электронная почта", unique=True)
    last_name = models.CharField("фамилия", max_length=100)
    first_name = models.CharField("имя", max_length=100, blank=True)
    patronymic = models.CharField("отчество", max_length=100, blank=True)
    phone = models.CharField("телефон", max_length=50, blank=True)
    view = models.CharField("вид страниц", max_length=20, choices=View, blank=True, default=View.USUAL)
    news_read_on = models.DateField("новости прочитаны по", null=True, blank=True)
    email_unproven = models.BooleanField(
        "почта не подтверждена",
        default=False,
        help_text="Пароль задан по ссылке, которую передал администратор, а не по письму.",
    )
    is_active = models.BooleanField("может входить", default=True)
    is_staff = models.BooleanField("сотрудник, обслуживающий портал", default=False)
    date_joined = models.DateTimeField("создан", default=timezone.now)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["last_name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = "пользователь"
        verbose_name_plural = "пользователи"
        constraints = [
            models.UniqueConstraint(
                Lower("email"), name="user_email_ci_unique", violation_error_message="Такая почта уже есть."
            )
        ]

    def __str__(self) -> str:
        return self.short_name

    @property
    def short_name(self) -> str:
        return names.surname_first(self.last_name, self.first_name, self.patronymic)

    @property
    def is_operator(self) -> bool:
        """Looks after the portal itself: makes departments."""
        return self.is_active and self.is_staff and self.is_superuser

    def get_full_name(self) -> str:
        return " ".join(part for part in (self.last_name, self.first_name, self.patronymic) if part)


def validate_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError("Такого часового пояса нет; пример: Asia/Barnaul.")


class Department(models.Model):
    """A municipal education department: the tenant, with all that its letterhead prints."""

    class DateStyle(models.TextChoices):
        DIGITS = "digits", "16.03.2026"
        WORDS = "words", "«16» марта 2026 года"

    code = models.SlugField(
        "код",
        max_length=40,
        unique=True,
        help_text="Латиницей, для команд и адресов.",
        error_messages={"unique": "Отдел с таким кодом уже есть."},
    )
    name = models.CharField("наименование", max_length=300)
    short_name = models.CharField("краткое наименование", max_length=150, blank=True)
    name_genitive = models.CharField(
        "наименование в родительном падеже",
        max_length=300,
        blank=True,
        help_text="Для строки «Приложение к приказу …».",
    )
    letterhead = models.TextField("шапка бланка", blank=True, help_text="По строкам, как на бумаге.")
    letterhead_second = models.TextField("шапка на втором языке", blank=True)
    second_language = models.CharField(
        "код второго языка", max_length=8, blank=True, help_text="Например, kv."
    )
    order_word = models.CharField("слово «приказ» на бланке", max_length=60, default="ПРИКАЗ")
    order_word_second = models.CharField("то же на втором языке", max_length=60, blank=True)
    resolution_word = models.CharField("распорядительное слово", max_length=60, default="ПРИКАЗЫВАЮ:")
    date_style = models.CharField(
        "дата в приказах", max_length=10, choices=DateStyle, default=DateStyle.DIGITS
    )
    place = models.CharField("место издания", max_length=100, blank=True)
    signatory_position = models.CharField("должность подписанта", max_length=200, default="Начальник")
    signatory_name = models.CharField("подписант", max_length=150, blank=True, help_text="И.О. Фамилия.")
    municipality = models.CharField("муниципалитет", max_length=200, blank=True)
    region = models.CharField("регион", max_length=200, blank=True)
    holiday_region = models.CharField(
        "код региона для праздников",
        max_length=10,
        blank=True,
        help_text="Двухбуквенный, если есть местные праздники.",
    )
    six_day_week = models.BooleanField("шестидневная рабочая неделя", default=False)
    days_off = models.JSONField("местные выходные", default=list, blank=True)
    days_on = models.JSONField("рабочие выходные", default=list, blank=True)
    time_zone = models.CharField(
        "часовой пояс", max_length=60, default="Europe/Moscow", validators=[validate_time_zone]
    )
    created_at = models.DateTimeField("создан", auto_now_add=True)

    class Meta:
        verbose_name = "отдел образования"
        verbose_name_plural = "отделы образования"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.short_name or self.name

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def zone_title(self) -> str:
        return TIME_ZONES.get(self.time_zone, self.time_zone)

    @property
    def calendar(self) -> WorkCalendar:
        """The production calendar by which the department works, with the days it named itself (ISO dates)."""
        off, on = (map(date.fromisoformat, days) for days in (self.days_off, self.days_on))
        return WorkCalendar(self.holiday_region or None, off, on, six_day=self.six_day_week)


class Role(models.TextChoices):
    ADMIN = "admin", "администратор"
    METHODIST = "methodist", "методист"
    HEAD = "head", "начальник"
    DEPUTY = "deputy", "зам. директора школы"
    VIEWER = "viewer", "наблюдатель за ходом"
    OBSERVER = "observer", "общественный наблюдатель"


INSIDERS = tuple(role for role in Role if role != Role.OBSERVER)


class MembershipQuerySet(TenantQuerySet["Membership"]):
    schools_see = True

    def visible_to(self, membership: Membership | None) -> MembershipQuerySet:
        """A school sees the department's officials and itself, not the people of other schools, nor who watches."""
        memberships = super().visible_to(membership)
        if membership is not None and membership.role == Role.DEPUTY:
            officials = ~models.Q(role__in=[Role.DEPUTY, Role.OBSERVER])
            return memberships.filter(officials | models.Q(pk=membership.pk))
        return memberships

    def active(self) -> MembershipQuerySet:
        return self.filter(ended_at=None)

    def never_entered(self) -> MembershipQuerySet:
        """Work here and have not been in the portal once."""
        return self.active().filter(user__last_login=None)

    def one_each(self) -> MembershipQuerySet:
        """One membership a person: to count people rather than roles."""
        firsts = self.order_by().values("user").annotate(first=models.Min("pk")).values("first")
        return self.filter(pk__in=firsts)

    def with_invitation(self) -> MembershipQuerySet:
        """Adds ``invited_until``: until when the last invitation may still be accepted; none: there is no open one.

        And ``handed``: that one was given to the admin to pass on, not mailed.
        """
        last = Invitation.objects.open().filter(membership=models.OuterRef("pk")).order_by("-expires_at")
        return self.annotate(
            invited_until=models.Subquery(last.values("expires_at")[:1]),
            handed=models.Subquery(last.values("handed")[:1]),
        )


class Membership(models.Model):
    """One person in one role of one department. A school's deputy has a `schools.Post` besides.

    Never deleted: duties and history name it. A person who leaves gets ``ended_at``.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name="пользователь")
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="memberships", verbose_name="отдел образования"
    )
    role = models.CharField("роль", max_length=20, choices=Role)
    position = models.CharField(
        "должность",
        max_length=200,
        blank=True,
        help_text="Как в документах: «методист», «ведущий специалист».",
    )
    created_at = models.DateTimeField("с какого времени", auto_now_add=True)
    ended_at = models.DateTimeField("до какого времени", null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "участие"
        verbose_name_plural = "участия"
        ordering = ["user__last_name", "user__first_name", "pk"]
        constraints = [
            # A deputy of two schools has two memberships, each with its own post.
            models.UniqueConstraint(
                fields=["user", "department", "role"],
                condition=models.Q(ended_at=None) & ~models.Q(role=Role.DEPUTY),
                name="membership_one_per_role",
                violation_error_message="У этого человека уже есть такая роль в отделе.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user.short_name}, {self.position or self.get_role_display()}"

    @property
    def work(self) -> str:
        """Role and position in one, without saying a word twice: «администратор, юрист», «старший методист»."""
        role = str(self.get_role_display())
        repeats = self.role == Role.DEPUTY or role.casefold() in self.position.casefold()
        return self.position if self.position and repeats else ", ".join(filter(None, [role, self.position]))

    @property
    def is_active(self) -> bool:
        return self.ended_at is None


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> InvitationQuerySet:
        """Neither accepted nor replaced; it may have expired."""
        return self.filter(accepted_at=None, revoked_at=None)


class Invitation(models.Model):
    """A one-time link that lets a new person choose a password. Only the token's hash is kept."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="invitations")
    token_hash = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="invitations_sent")
    handed = models.BooleanField(
        "ссылку передал администратор", default=False, help_text="Тогда она не доказывает, чья это почта."
    )
    created_at = models.DateTimeField("создано", auto_now_add=True)
    expires_at = models.DateTimeField("действует до")
    accepted_at = models.DateTimeField("принято", null=True, blank=True)
    revoked_at = models.DateTimeField("заменено или отозвано", null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    # Known only to the call that has just made the invitation; see accounts.domain.invitations.
    link: str = ""
    delivered: bool | None = None

    class Meta:
        verbose_name = "приглашение"
        verbose_name_plural = "приглашения"
        constraints = [
            models.CheckConstraint(
                name="invitation_accepted_or_revoked",
                condition=models.Q(accepted_at=None) | models.Q(revoked_at=None),
                violation_error_message="Отозванное приглашение нельзя принять.",
            )
        ]

    def __str__(self) -> str:
        return f"Приглашение: {self.membership}"

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()


class AuditEvent(models.Model):
    """Append-only: who did what to what, when, from where."""

    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="audit_events")
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="кто")
    action = models.CharField("действие", max_length=60)
    object_kind = models.CharField("вид объекта", max_length=60, blank=True)
    object_id = models.CharField("объект", max_length=60, blank=True)
    summary = models.CharField("что произошло", max_length=500)
    details = models.JSONField("подробности", default=dict, blank=True)
    ip = models.GenericIPAddressField("адрес", null=True, blank=True)
    at = models.DateTimeField("когда", auto_now_add=True)

    objects = TenantQuerySet["AuditEvent"].as_manager()

    class Meta:
        verbose_name = "запись журнала"
        verbose_name_plural = "журнал действий"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["department", "-at"], name="audit_department_at")]

    def __str__(self) -> str:
        return f"{self.at:%d.%m.%Y %H:%M} {self.summary}"
