"""One row of every table of this app that is not for schools, for ``tests/test_school_doors.py``."""

from __future__ import annotations

from typing import Any

from accounts.models import Membership
from recheck.models import ExpertTie, Measure, RecheckCommission, Sample, Scoring, SheetImport, Work
from tests.factories.recheck import CaseFactory, SeatFactory, SheetImportFactory, TieFactory, WorkFactory


def closed_rows(deputy: Membership) -> dict[type[Any], Any]:
    """Rows about the deputy's own school: those would leak first."""
    case = CaseFactory(department=deputy.department, school=deputy.post.school, state="checking")
    work = WorkFactory(case=case)
    return {
        ExpertTie: TieFactory(expert__department=deputy.department, school=deputy.post.school),
        RecheckCommission: case.commission,
        Measure: Measure.objects.create(case=case, text="Обучить проверяющих", created_by=case.opened_by),
        Sample: Sample.objects.create(
            case=case, algorithm="a", version=1, seed="s", size=1, population=1, works_digest="", strata=[]
        ),
        Work: work,
        Scoring: Scoring.objects.create(work=work, part=1, seat=SeatFactory(case=case)),
        SheetImport: SheetImportFactory(case=case),
    }
