"""The sample of a case: drawn once from a seed promised before the works were known; a redraw is seen by everybody."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from accounts.models import Membership
from portal.lib.names import counted
from portal.lib.refusals import Refused
from recheck import sampling
from recheck.divergence import Scale
from recheck.domain.cases import State, record, step
from recheck.models import RecheckCase, Sample, Work


def scale(case: RecheckCase) -> Scale:
    return Scale({task["number"]: task["max"] for task in case.tasks}, case.thresholds)


def entries(case: RecheckCase) -> list[sampling.Entry]:
    """The works to draw from; a mark that the school did not give follows from the scale."""
    marks = scale(case)
    return [
        sampling.Entry(work.code, work.class_name, str(mark_of(work, marks) or ""))
        for work in case.works.all()
    ]


def mark_of(work: Work, marks: Scale) -> int | None:
    return work.mark or marks.mark(sum(score or 0 for score in work.scores.values()))


@transaction.atomic
def draw(case: RecheckCase, *, by: Membership, seed: str = "") -> Sample:
    """Draw the sample; from now on the list of works stands still. Raises `Refused`, also for the second of two.

    ``seed`` is typed only when the case named a public source for it.
    """
    if not case.seed:
        _take_seed(case, seed)
    with transaction.atomic():
        drawn = sampling.draw(case.seed, case.sample_size(case.works.count()), entries(case))
        step(case, State.CHECKING, _words(drawn), by=by)
    return _keep(case, drawn, by)


@transaction.atomic
def redraw(case: RecheckCase, *, by: Membership, reason: str) -> Sample:
    """Draw anew, with a reason; the earlier draw stays in sight, and so does the seed: only a counter is added to it.

    Scores already given to works of both draws go on counting. Raises `Refused`.
    """
    if case.state != State.CHECKING:
        raise Refused("Новую выборку можно сделать, только пока идёт проверка.")
    if case.seats.filter(handed_at__isnull=False).exists():
        raise Refused("Эксперты уже сдали оценки: выборку менять поздно.")
    number = case.samples.count() + 1
    drawn = sampling.draw(f"{case.seed}/{number}", case.sample_size(case.works.count()), entries(case))
    sample = _keep(case, drawn, by, number=number, reason=reason)
    record(case, f"Выборка сделана заново, {number}-й раз: {_words(drawn)}", by=by, comment=reason)
    return sample


def _take_seed(case: RecheckCase, seed: str) -> None:
    seed = sampling.tidy(seed)
    if not seed:
        raise Refused(f"Введите зерно из обещанного источника: {case.seed_source}.")
    RecheckCase.objects.filter(pk=case.pk, commitment="").update(
        seed=seed, commitment=sampling.commitment(seed)
    )
    case.refresh_from_db(fields=["seed", "commitment"])


def _keep(
    case: RecheckCase, drawn: sampling.Draw, by: Membership, *, number: int = 1, reason: str = ""
) -> Sample:
    try:
        with transaction.atomic():
            sample = case.samples.create(
                number=number,
                algorithm=sampling.ALGORITHM,
                version=sampling.VERSION,
                seed=drawn.seed,
                size=drawn.size,
                population=drawn.population,
                works_digest=drawn.works_digest,
                strata=[stratum.as_json() for stratum in drawn.strata],
                reason=reason,
                drawn_by=by,
            )
    except IntegrityError as error:
        raise Refused("Выборку только что сделал другой человек. Обновите страницу.") from error
    case.works.update(sample=None)
    case.works.filter(code__in=drawn.codes).update(sample=sample)
    return sample


def _words(drawn: sampling.Draw) -> str:
    works = counted(drawn.size, "работа", "работы", "работ")
    return f"Сделана выборка: {works} из {drawn.population}"
