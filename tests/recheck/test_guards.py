"""What a protocol rests on: the database itself refuses to change it."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from recheck.models import Protocol, RecheckCase, Sample, Scoring, Work
from tests.factories.recheck import CaseFactory, SeatFactory, WorkFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed() -> RecheckCase:
    """A case closed with its protocol, one work drawn and read."""
    work = WorkFactory()
    case = work.case
    sample = Sample.objects.create(
        case=case,
        algorithm="sha256-strata",
        version=1,
        seed="a",
        size=1,
        population=1,
        works_digest="",
        strata=[],
    )
    Work.objects.filter(pk=work.pk).update(sample=sample)
    Scoring.objects.create(
        work=work, part=1, seat=SeatFactory(case=case), scores={"1": 1}, done_at=timezone.now()
    )
    protocol = Protocol.objects.create(
        case=case, snapshot={}, sha256="0" * 64, signed_on="2026-05-05", signed_by=case.opened_by
    )
    RecheckCase.objects.filter(pk=case.pk).update(
        state="closed",
        compared_at=timezone.now(),
        closed_at=timezone.now(),
        closed_by=case.opened_by,
        outcome="refuted",
        protocol=protocol,
    )
    case.refresh_from_db()
    return case


def refuses(rows, **changes) -> bool:
    try:
        with transaction.atomic():
            rows.update(**changes)
    except IntegrityError as error:
        return "recheck_frozen" in str(error)
    return False


def test_what_was_signed_stays(closed):
    assert refuses(Protocol.objects.all(), sha256="1" * 64)
    assert refuses(Sample.objects.all(), seed="b")
    assert refuses(Work.objects.all(), mark=2)
    assert refuses(Work.objects.all(), scores={"1": 0})
    assert refuses(Scoring.objects.all(), scores={"1": 0})
    assert refuses(RecheckCase.objects.all(), outcome="confirmed")
    assert refuses(RecheckCase.objects.all(), state="checking")


def test_order_on_results_may_still_come(closed):
    assert not refuses(RecheckCase.objects.all(), results_order=None)


def delete_protocols() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM recheck_protocol")
        connection.check_constraints()


def test_protocol_cannot_be_deleted(closed):
    with pytest.raises(IntegrityError), transaction.atomic():
        delete_protocols()
    assert Protocol.objects.count() == 1


def test_seed_is_kept_once_it_was_promised():
    case = CaseFactory(commitment="c" * 64)
    assert refuses(RecheckCase.objects.filter(pk=case.pk), seed="other")
    assert refuses(RecheckCase.objects.filter(pk=case.pk), commitment="d" * 64)
