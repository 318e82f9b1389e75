"""Orders (приказы): draft, gapless number, signature, frozen snapshot, PDF. Knows nothing of an annex's subject."""

from __future__ import annotations

from typing import Any, Self
from uuid import uuid4

from django.db import models

from accounts.models import Department, Membership, Role
from accounts.tenancy import M, TenantQuerySet


class Register(models.Model):
    """A journal of registration: its numbers have no gaps and are never used again, year by year."""

    department = models.ForeignKey(Department, models.PROTECT, related_name="registers")
    name = models.CharField("название", max_length=150, default="Основная деятельность")
    prefix = models.CharField("перед номером", max_length=20, blank=True)
    suffix = models.CharField("после номера", max_length=20, blank=True, help_text="Например, «-о».")

    objects = TenantQuerySet["Register"].as_manager()

    class Meta:
        verbose_name = "журнал регистрации"
        verbose_name_plural = "журналы регистрации"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["department", "name"], name="register_name_unique")]

    def __str__(self) -> str:
        return self.name


class CounterQuerySet(TenantQuerySet["RegisterCounter"]):
    department_path = "register__department"


class RegisterCounter(models.Model):
    """The last number given in a register's calendar year."""

    register = models.ForeignKey(Register, models.PROTECT, related_name="counters")
    year = models.PositiveSmallIntegerField("год")
    last = models.PositiveIntegerField("последний номер", default=0)

    objects = CounterQuerySet.as_manager()

    class Meta:
        verbose_name = "счётчик журнала"
        verbose_name_plural = "счётчики журналов"
        constraints = [models.UniqueConstraint(fields=["register", "year"], name="counter_one_per_year")]

    def __str__(self) -> str:
        return f"{self.register}, {self.year}: {self.last}"


class OrderQuerySet(TenantQuerySet["Order"]):
    schools_see = True

    def numbered(self) -> OrderQuerySet:
        """What a journal of registration lists: every number ever given, void ones too."""
        return self.filter(sequence__isnull=False)

    def published(self) -> OrderQuerySet:
        """What anybody may read, without a log-in and in whatever department."""
        return self.filter(published_at__isnull=False)

    def visible_to(self, membership: Membership | None) -> OrderQuerySet:
        """A school sees signed orders only, and those of them that were repealed."""
        orders = super().visible_to(membership)
        if membership is not None and membership.role == Role.DEPUTY:
            return orders.filter(state__in=Order.ISSUED)
        return orders


def new_token() -> str:
    return uuid4().hex


class Order(models.Model):
    """One order. Signed means frozen: ``snapshot`` is what was signed, ``sha256`` its hash, ``pdf`` its paper.

    Published means that anybody may read the paper; a signature alone publishes nothing, for a paper may name people.

    Void is what never was in force, repealed what was and is no more: it keeps its signature and its paper.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "черновик"
        REGISTERED = "registered", "зарегистрирован, ждёт подписи"
        SIGNED = "signed", "подписан"
        VOID = "void", "аннулирован"
        REPEALED = "repealed", "отменён"

    # A registered order may go back for rework; it keeps its number (DRAFT with a number).
    TRANSITIONS = {
        State.DRAFT: {State.REGISTERED, State.VOID},
        State.REGISTERED: {State.DRAFT, State.SIGNED, State.VOID},
        State.SIGNED: {State.REPEALED},
        State.VOID: set(),
        State.REPEALED: set(),
    }
    ISSUED = (State.SIGNED, State.REPEALED)  # signed once: frozen, known to schools

    department = models.ForeignKey(Department, models.PROTECT, related_name="orders")
    state = models.CharField("состояние", max_length=20, choices=State, default=State.DRAFT)
    title = models.TextField("заголовок", help_text="«Об утверждении …», по строкам, как напечатается.")
    preamble = models.TextField("преамбула", blank=True)
    resolution_word = models.CharField("распорядительное слово", max_length=60, default="ПРИКАЗЫВАЮ:")
    place = models.CharField("место издания", max_length=100, blank=True)
    signatory_position = models.CharField("должность подписанта", max_length=200)
    signatory_name = models.CharField("подписант", max_length=150)
    executors = models.JSONField("исполнители", default=list, blank=True, help_text='[{"name", "phone"}]')
    distribution = models.JSONField(
        "рассылка", default=list, blank=True, help_text='[{"copies", "addressee"}]'
    )
    controller = models.ForeignKey(
        Membership,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="controlled_orders",
        verbose_name="контроль",
    )

    register = models.ForeignKey(Register, models.PROTECT, null=True, blank=True, related_name="orders")
    year = models.PositiveSmallIntegerField("год регистрации", null=True, blank=True)
    sequence = models.PositiveIntegerField("порядковый номер", null=True, blank=True)
    number = models.CharField("номер", max_length=60, blank=True)
    date = models.DateField("дата", null=True, blank=True)

    signed_at = models.DateTimeField("подписан", null=True, blank=True)
    signed_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="signed_orders"
    )
    snapshot = models.JSONField("подписанное содержание", null=True, blank=True)
    sha256 = models.CharField("контрольная сумма содержания", max_length=64, blank=True)
    pdf = models.FileField("PDF", upload_to="orders/%Y/", blank=True)
    pdf_sha256 = models.CharField("контрольная сумма PDF", max_length=64, blank=True)
    rendered_at = models.DateTimeField("PDF изготовлен", null=True, blank=True)
    published_at = models.DateTimeField("опубликован", null=True, blank=True)
    check_token = models.CharField(
        "код проверки", max_length=32, unique=True, default=new_token, editable=False
    )

    created_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField("создан", auto_now_add=True)
    updated_at = models.DateTimeField("изменён", auto_now=True)
    version = models.PositiveIntegerField("версия", default=1)
    void_reason = models.CharField("почему аннулирован или отменён", max_length=500, blank=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = "приказ"
        verbose_name_plural = "приказы"
        ordering = ["-date", "-sequence", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["register", "year", "sequence"],
                name="order_number_unique",
                violation_error_message="Приказ с таким номером уже есть.",
            ),
            models.CheckConstraint(
                name="order_numbered_unless_draft",
                condition=models.Q(state="draft")
                | models.Q(state="void")
                | (~models.Q(number="") & models.Q(date__isnull=False, sequence__isnull=False)),
                violation_error_message="У зарегистрированного приказа должны быть номер и дата.",
            ),
            models.CheckConstraint(
                name="order_signed_iff_frozen",
                condition=(
                    models.Q(
                        state__in=["signed", "repealed"],
                        signed_at__isnull=False,
                        signed_by__isnull=False,
                        snapshot__isnull=False,
                    )
                    & ~models.Q(sha256="")
                )
                | (
                    ~models.Q(state__in=["signed", "repealed"])
                    & models.Q(signed_at=None, signed_by=None, snapshot=None, sha256="")
                ),
                violation_error_message="У подписанного приказа должны быть подпись, дата и контрольная сумма.",
            ),
            models.CheckConstraint(
                name="order_rendered_iff_pdf",
                condition=(~models.Q(pdf="") & ~models.Q(pdf_sha256="") & models.Q(rendered_at__isnull=False))
                | models.Q(pdf="", pdf_sha256="", rendered_at=None),
            ),
            models.CheckConstraint(
                name="order_published_as_signed",
                condition=models.Q(published_at=None)
                | (models.Q(state__in=["signed", "repealed"]) & ~models.Q(pdf="")),
                violation_error_message="Опубликовать можно только подписанный приказ, у которого есть PDF.",
            ),
        ]

    def __str__(self) -> str:
        return f"Приказ № {self.number}" if self.number else "Приказ без номера"

    @property
    def is_frozen(self) -> bool:
        return self.state in {*self.ISSUED, self.State.VOID}


class OrderPartQuerySet(TenantQuerySet[M]):
    """Clauses and annexes: seen by whoever sees their order."""

    department_path = "order__department"
    schools_see = True

    def visible_to(self, membership: Membership | None) -> Self:
        parts = super().visible_to(membership)
        if membership is not None and membership.role == Role.DEPUTY:
            return parts.filter(order__in=Order.objects.visible_to(membership))
        return parts


class ClauseQuerySet(OrderPartQuerySet["Clause"]):
    pass


class Clause(models.Model):
    """One numbered point of an order; the number («2.1.») follows from its place in the tree."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="clauses")
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")
    position = models.PositiveIntegerField("место")
    text = models.TextField("текст")
    version = models.PositiveIntegerField("версия", default=1)

    objects = ClauseQuerySet.as_manager()

    class Meta:
        verbose_name = "пункт приказа"
        verbose_name_plural = "пункты приказа"
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.text[:60]


class AnnexQuerySet(OrderPartQuerySet["Annex"]):
    pass


class Annex(models.Model):
    """An annex as handed over by the app that issues the order: a finished table, no reference back.

    ``content``: ``{"title_lines": [str], "goals": [str], "columns": [{"key", "heading"}],
    "sections": [{"heading": str, "items": [{column key: text}]}]}``. A report has no columns and no sections of its
    own, but ``"parts": [{"heading": str, "paragraphs": [str], "table", "chart"}]``: a table is ``{"columns",
    "sections"}`` as above, a chart ``{"title": str, "labels": [str], "groups": [[str, [int]]], "tones": [int]}``
    for `portal.lib.charts.stacked`; either may be absent or None.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="annexes")
    position = models.PositiveIntegerField("место", default=1)
    landscape = models.BooleanField("альбомный лист", default=True)
    content = models.JSONField("содержание")

    objects = AnnexQuerySet.as_manager()

    class Meta:
        verbose_name = "приложение"
        verbose_name_plural = "приложения"
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return f"Приложение {self.position}"


class OrderEvent(models.Model):
    """Append-only history of an order."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="events")
    state = models.CharField("стало", max_length=20, choices=Order.State)
    by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    comment = models.CharField("почему", max_length=500, blank=True)
    details: Any = models.JSONField("подробности", default=dict, blank=True)
    at = models.DateTimeField("когда", auto_now_add=True)

    class Meta:
        verbose_name = "событие приказа"
        verbose_name_plural = "история приказа"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.order}: {self.title}"

    @property
    def title(self) -> str:
        """What happened: a new state, or something within the same."""
        return str(self.details.get("what") or self.get_state_display())
