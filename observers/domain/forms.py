"""The department's form of the sheet: begun, changed in the browser, published, made anew."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.domain import audit
from accounts.models import Membership
from observers import questions as asking
from observers.models import SheetTemplate
from portal.lib.refusals import Refused
from portal.lib.transitions import StaleTransition, move
from schools.models import VprCampaign

State = SheetTemplate.State
MOST_KINDS = 40
CHANGED = (
    "Форму за это время изменил другой человек: ваша правка не записана. Посмотрите, как стало, и повторите."
)


def in_force(campaign: VprCampaign) -> SheetTemplate | None:
    """The version that is filled now: the newest published one."""
    return campaign.sheet_templates.published().order_by("-version").first()


def sources(membership: Membership) -> list[SheetTemplate]:
    """Published forms of the department from which a new one may begin, the newest of each campaign."""
    forms = SheetTemplate.objects.visible_to(membership).published()
    newest: dict[int, SheetTemplate] = {}
    for form in forms.select_related("campaign").order_by("-campaign__first_day", "-version"):
        newest.setdefault(form.campaign_id, form)
    return list(newest.values())


@transaction.atomic
def begin(campaign: VprCampaign, *, by: Membership, source: SheetTemplate | None = None) -> SheetTemplate:
    """A draft of the next version, with the questions of ``source`` or, without one, those offered to begin with.

    A campaign has one draft at a time: where there is one, it is given back.
    """
    forms = campaign.sheet_templates
    if draft := forms.filter(state=State.DRAFT).first():
        return draft
    last = forms.order_by("-version").values_list("version", flat=True).first() or 0
    try:
        with transaction.atomic():
            return forms.create(
                version=last + 1,
                questions=source.questions if source else list(asking.STARTER),
                kinds=source.kinds if source else list(asking.STARTER_KINDS),
                created_by=by,
            )
    except IntegrityError:  # another methodist was quicker
        return forms.get(state=State.DRAFT)


def put_question(form: SheetTemplate, question: asking.Question, *, edition: int) -> None:
    """Add a question at the end, or change the one of that key in its place. Raises `asking.Faulty`, `Refused`."""
    _change(form, edition, questions=asking.put(form.questions, question))


def move_question(form: SheetTemplate, key: str, step: int, *, edition: int) -> None:
    """Move a question up (-1) or down (1); one that depends on another stays below it."""
    _change(form, edition, questions=asking.moved(form.questions, key, step))


def remove_question(form: SheetTemplate, key: str, *, edition: int) -> None:
    _change(form, edition, questions=asking.without(form.questions, key))


def set_kinds(form: SheetTemplate, kinds: list[str], *, edition: int) -> None:
    """The kinds of violations an observer chooses from, each once."""
    clean = list(dict.fromkeys(" ".join(kind.split())[:200] for kind in kinds if kind.strip()))
    if not clean:
        raise Refused("Оставьте хотя бы один вид нарушений, например «другое».")
    if len(clean) > MOST_KINDS:
        raise Refused(f"Видов нарушений больше {MOST_KINDS}: в таком списке на телефоне не найти нужный.")
    _change(form, edition, kinds=clean)


def _change(form: SheetTemplate, edition: int, **changes: Any) -> None:
    """Compare-and-set: only a draft, and only the edition that the editor saw."""
    rows = SheetTemplate.objects.filter(pk=form.pk, state=State.DRAFT, edition=edition)
    if not rows.update(edition=edition + 1, **changes):
        form.refresh_from_db()
        raise Refused(
            CHANGED if form.state == State.DRAFT else "Эта версия уже действует: изменения — в новой."
        )
    form.edition = edition + 1
    for name, value in changes.items():
        setattr(form, name, value)


@transaction.atomic
def publish(form: SheetTemplate, *, by: Membership) -> None:
    """From now on the version never changes, and new sheets are filled by it. Sheets begun keep theirs."""
    if not form.questions:
        raise Refused("В форме нет ни одного вопроса. Добавьте вопросы и введите её в действие.")
    asking.read(form.questions)
    try:
        move(form, State.PUBLISHED, published_at=timezone.now())
    except StaleTransition:
        raise Refused("Эта версия уже введена в действие.") from None
    audit.record("observers.form_published", f"{form} введена в действие", by=by, subject=form)


@transaction.atomic
def discard(form: SheetTemplate, *, by: Membership) -> None:
    """Throw a draft away; a published version stays for ever."""
    deleted, _ = SheetTemplate.objects.filter(pk=form.pk, state=State.DRAFT).delete()
    if not deleted:
        raise Refused("Действующую версию удалить нельзя: по ней заполняют листы.")
    audit.record("observers.form_discarded", f"{form}: черновик удалён", by=by, subject=form)
